/* SPDX-License-Identifier: Apache-2.0 */
/* transpose_conv_f32: out[y][x][o] = clamp(bias[o] + sum in[y'][x'][c] * weights[o][i][j][c])
 * over all i, j, y', x' with y' * stride_h + i = y + pad_top, x' * stride_w + j = x + pad_left, and all c.
 *
 *   in       [batch][in_h][in_w][in_c]              float; a ring of in_ring rows (rows.h)
 *   weights  [out_c][kernel_h][kernel_w][in_c]      float
 *   bias     [out_c]  float; zeros for none
 *   out      [batch][out_h][out_w][out_c]           float; a ring of out_ring rows; must not overlap in
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h.
 * Within a tolerance of the reference's TransposeConv (docs/EXACT.md, "Float"). No scratch. Cannot fail: the ranges and
 * need_transpose_conv_f32() hold.
 * Cost: about kernel_h * kernel_w * in_c * out_c / (stride_h * stride_w) multiply-accumulates a pixel. */
#ifndef MOTE_TRANSPOSE_CONV_F32_H
#define MOTE_TRANSPOSE_CONV_F32_H

#include "../shared/transpose_conv.h"

#define MOTE_TRANSPOSE_CONV_F32_PARAMS(F)                                                                              \
    MOTE_TRANSPOSE_CONV_GEOMETRY(F)                                                                                    \
    F(lo, INT32_MIN, INT32_MAX, "smallest output, as the bits of a float")                                             \
    F(hi, INT32_MIN, INT32_MAX, "largest output, as the bits of a float")

#define MOTE_TRANSPOSE_CONV_F32_ARGS(A)                                                                                \
    A(in, F32, IN)                                                                                                     \
    A(weights, F32, WEIGHTS)                                                                                           \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(out, F32, OUT)

MOTE_PARAMS(transpose_conv_f32, MOTE_TRANSPOSE_CONV_F32_PARAMS)
MOTE_COST(transpose_conv_f32,
          mote_transpose_conv_cost(p->out_w, p->out_c, p->kernel_h, p->kernel_w, p->in_c, p->stride_h, p->stride_w))
MOTE_ROWS(transpose_conv_f32, MOTE_TRANSPOSE_CONV_F32_ARGS, MOTE_TRANSPOSE_CONV_ROWS)

void mote_transpose_conv_f32(const struct mote_transpose_conv_f32 *p, const float *in, const MOTE_FLASH float *weights,
                             const MOTE_FLASH float *bias, float *out, int32_t first, int32_t count);

#endif
