/* SPDX-License-Identifier: Apache-2.0 */
/* transpose_conv_s8: out[y][x][o] = clamp(requant(bias[o] + sum (in[y'][x'][c] - in_zero) * weights[o][i][j][c]) +
 * out_zero) over all i, j, y', x' with y' * stride_h + i = y + pad_top, x' * stride_w + j = x + pad_left, and all c.
 *
 *   in       [batch][in_h][in_w][in_c]              int8; a ring of in_ring rows (rows.h)
 *   weights  [out_c][kernel_h][kernel_w][in_c]      int8, symmetric
 *   bias     [out_c]  int32; zeros for none
 *   mult     [1 or out_c]  int32, shift [1 or out_c] int8: requantization (requant.h); one for all if per_channel is 0
 *   out      [batch][out_h][out_w][out_c]           int8; a ring of out_ring rows; must not overlap in
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h.
 * Exact: the bytes of the reference's TransposeConv (docs/EXACT.md). Sums have 32 bits, modulo 2^32.
 * No scratch. Cannot fail: the ranges, need_transpose_conv_s8() and trust_transpose_conv_s8() hold.
 * Cost: about kernel_h * kernel_w * in_c * out_c / (stride_h * stride_w) multiply-accumulates a pixel. */
#ifndef MOTE_TRANSPOSE_CONV_S8_H
#define MOTE_TRANSPOSE_CONV_S8_H

#include "../shared/transpose_conv.h"

#define MOTE_TRANSPOSE_CONV_S8_PARAMS(F)                                                                               \
    MOTE_TRANSPOSE_CONV_GEOMETRY(F)                                                                                    \
    F(in_zero, -128, 127, "input zero point")                                                                          \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")                                                                                 \
    F(per_channel, 0, 1, "1: mult and shift have out_c elements; 0: one")

#define MOTE_TRANSPOSE_CONV_S8_ARGS(A)                                                                                 \
    A(in, S8, IN)                                                                                                      \
    A(weights, S8, WEIGHTS)                                                                                            \
    A(bias, S32, WEIGHTS)                                                                                              \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(out, S8, OUT)

MOTE_PARAMS(transpose_conv_s8, MOTE_TRANSPOSE_CONV_S8_PARAMS)
MOTE_COST(transpose_conv_s8,
          mote_transpose_conv_cost(p->out_w, p->out_c, p->kernel_h, p->kernel_w, p->in_c, p->stride_h, p->stride_w))
MOTE_ROWS(transpose_conv_s8, MOTE_TRANSPOSE_CONV_S8_ARGS, MOTE_TRANSPOSE_CONV_ROWS)

void mote_transpose_conv_s8(const struct mote_transpose_conv_s8 *p, const int8_t *in, const MOTE_FLASH int8_t *weights,
                            const MOTE_FLASH int32_t *bias, const MOTE_FLASH int32_t *mult,
                            const MOTE_FLASH int8_t *shift, int8_t *out, int32_t first, int32_t count);

#endif
