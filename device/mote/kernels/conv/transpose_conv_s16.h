/* SPDX-License-Identifier: Apache-2.0 */
/* transpose_conv_s16: out[y][x][o] = clamp(requant(bias[o] + sum in[y'][x'][c] * weights[o][i][j][c]))
 * over all i, j, y', x' with y' * stride_h + i = y + pad_top, x' * stride_w + j = x + pad_left, and all c.
 *
 *   in       [batch][in_h][in_w][in_c]              int16, zero point 0; a ring of in_ring rows (rows.h)
 *   weights  [out_c][kernel_h][kernel_w][in_c]      int8, symmetric
 *   bias     [out_c]  int64; zeros for none
 *   mult     [1 or out_c]  int32, shift [1 or out_c] int8: requantization (requant.h); one for all if per_channel is 0
 *   out      [batch][out_h][out_w][out_c]           int16, zero point 0; a ring of out_ring rows; must not overlap in
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h.
 * Exact: the bytes of the reference's TransposeConv (docs/EXACT.md). Sums have 64 bits.
 * No scratch. Cannot fail: the ranges, need_transpose_conv_s16() and trust_transpose_conv_s16() hold.
 * Cost: about kernel_h * kernel_w * in_c * out_c / (stride_h * stride_w) multiply-accumulates a pixel. */
#ifndef MOTE_TRANSPOSE_CONV_S16_H
#define MOTE_TRANSPOSE_CONV_S16_H

#include "../shared/transpose_conv.h"

#define MOTE_TRANSPOSE_CONV_S16_PARAMS(F)                                                                              \
    MOTE_TRANSPOSE_CONV_GEOMETRY(F)                                                                                    \
    F(lo, -32768, 32767, "smallest output")                                                                            \
    F(hi, -32768, 32767, "largest output")                                                                             \
    F(per_channel, 0, 1, "1: mult and shift have out_c elements; 0: one")

#define MOTE_TRANSPOSE_CONV_S16_ARGS(A)                                                                                \
    A(in, S16, IN)                                                                                                     \
    A(weights, S8, WEIGHTS)                                                                                            \
    A(bias, S64, WEIGHTS)                                                                                              \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(out, S16, OUT)

MOTE_PARAMS(transpose_conv_s16, MOTE_TRANSPOSE_CONV_S16_PARAMS)
MOTE_COST(transpose_conv_s16,
          mote_transpose_conv_cost(p->out_w, p->out_c, p->kernel_h, p->kernel_w, p->in_c, p->stride_h, p->stride_w))
MOTE_ROWS(transpose_conv_s16, MOTE_TRANSPOSE_CONV_S16_ARGS, MOTE_TRANSPOSE_CONV_ROWS)

void mote_transpose_conv_s16(const struct mote_transpose_conv_s16 *p, const int16_t *in,
                             const MOTE_FLASH int8_t *weights, const MOTE_FLASH int64_t *bias,
                             const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int16_t *out,
                             int32_t first, int32_t count);

#endif
