/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_f32: out[y][x][o] = clamp(sum_{i,j,c} in[y'][x'][g + c] * weights[o][i][j][c] + bias[o])
 * with y' = y * stride_h - pad_top + i * dilation_h, x' = x * stride_w - pad_left + j * dilation_w; positions outside
 * the image are left out; c counts filter_c channels, and g is the first channel of o's group (0 without groups).
 *
 *   in       [batch][in_h][in_w][in_c]              float; a ring of in_ring rows (rows.h)
 *   weights  [out_c][kernel_h][kernel_w][filter_c]  float
 *   bias     [out_c]                                float; zeros for none
 *   out      [batch][out_h][out_w][out_c]           float; a ring of out_ring rows; must not overlap in
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h.
 * The reference's Conv within the tolerance of docs/EXACT.md; products are added in its order. No scratch; one pointer
 * for each of MOTE_KERNEL_ROWS_MAX rows on the stack. Cannot fail: the ranges and need_conv_2d_f32() hold.
 * Cost: kernel_h * kernel_w * filter_c * out_c * out_w multiply-accumulates a row. */
#ifndef MOTE_CONV_2D_F32_H
#define MOTE_CONV_2D_F32_H

#include "../shared/conv_2d.h"

#define MOTE_CONV_2D_F32_PARAMS(F)                                                                                     \
    MOTE_CONV_2D_MAPS(F)                                                                                               \
    MOTE_CONV_2D_KERNEL(F)                                                                                             \
    MOTE_CONV_2D_GROUPS(F)                                                                                             \
    MOTE_CONV_2D_REACH(F)                                                                                              \
    F(lo, INT32_MIN, INT32_MAX, "smallest output, as the bits of a float")                                             \
    F(hi, INT32_MIN, INT32_MAX, "largest output, as the bits of a float")

#define MOTE_CONV_2D_F32_ARGS(A)                                                                                       \
    A(in, F32, IN)                                                                                                     \
    A(weights, F32, WEIGHTS)                                                                                           \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(out, F32, OUT)

MOTE_PARAMS(conv_2d_f32, MOTE_CONV_2D_F32_PARAMS)
MOTE_COST(conv_2d_f32, (double)p->out_w * p->out_c * p->kernel_h * p->kernel_w * p->filter_c)
MOTE_ROWS(conv_2d_f32, MOTE_CONV_2D_F32_ARGS, MOTE_CONV_2D_ROWS)

void mote_conv_2d_f32(const struct mote_conv_2d_f32 *p, const float *in, const MOTE_FLASH float *weights,
                      const MOTE_FLASH float *bias, float *out, int32_t first, int32_t count);

/* One output row from kernel_h pointers to input rows; NULL stands for rows outside the image. */
void mote_conv_2d_f32_row(const struct mote_conv_2d_f32 *p, const float *const rows[], const MOTE_FLASH float *weights,
                          const MOTE_FLASH float *bias, float *out);

#endif
