/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s16: out[y][x][o] = clamp(requant(bias[o] + sum_{i,j,c} in[y'][x'][g + c] * weights[o][i][j][c]))
 * with y' = y * stride_h - pad_top + i * dilation_h, x' = x * stride_w - pad_left + j * dilation_w; positions outside
 * the image add nothing; c counts filter_c channels, and g is the first channel of o's group (0 without groups).
 *
 *   in       [batch][in_h][in_w][in_c]              int16, zero point 0; a ring of in_ring rows (rows.h)
 *   weights  [out_c][kernel_h][kernel_w][filter_c]  int8, symmetric
 *   bias     [out_c]  int64; zeros for none
 *   mult     [1 or out_c]  int32, shift [1 or out_c] int8: requantization (requant.h); one for all if per_channel is 0
 *   out      [batch][out_h][out_w][out_c]           int16, zero point 0; a ring of out_ring rows; must not overlap in
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h.
 * Exact: the bytes of the reference's ConvPerChannel for int16 (docs/EXACT.md), whose sums have 64 bits (wide is 1) or
 * 32 (wide is 0). No scratch. Cannot fail: the ranges and need_conv_2d_s16() hold.
 * Cost: kernel_h * kernel_w * filter_c * out_c * out_w multiply-accumulates a row. */
#ifndef MOTE_CONV_2D_S16_H
#define MOTE_CONV_2D_S16_H

#include "../shared/conv_2d.h"

#define MOTE_CONV_2D_S16_PARAMS(F)                                                                                     \
    MOTE_CONV_2D_MAPS(F)                                                                                               \
    MOTE_CONV_2D_KERNEL(F)                                                                                             \
    MOTE_CONV_2D_GROUPS(F)                                                                                             \
    MOTE_CONV_2D_REACH(F)                                                                                              \
    F(lo, -32768, 32767, "smallest output")                                                                            \
    F(hi, -32768, 32767, "largest output")                                                                             \
    F(per_channel, 0, 1, "1: mult and shift have out_c elements; 0: one")                                              \
    F(wide, 0, 1, "1: sums of 64 bits; 0: of 32 bits")

#define MOTE_CONV_2D_S16_ARGS(A)                                                                                       \
    A(in, S16, IN)                                                                                                     \
    A(weights, S8, WEIGHTS)                                                                                            \
    A(bias, S64, WEIGHTS)                                                                                              \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(out, S16, OUT)

MOTE_PARAMS(conv_2d_s16, MOTE_CONV_2D_S16_PARAMS)
MOTE_COST(conv_2d_s16, (double)p->out_w * p->out_c * p->kernel_h * p->kernel_w * p->filter_c)
MOTE_ROWS(conv_2d_s16, MOTE_CONV_2D_S16_ARGS, MOTE_CONV_2D_ROWS)

void mote_conv_2d_s16(const struct mote_conv_2d_s16 *p, const int16_t *in, const MOTE_FLASH int8_t *weights,
                      const MOTE_FLASH int64_t *bias, const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                      int16_t *out, int32_t first, int32_t count);

/* One output row from kernel_h pointers to input rows; NULL stands for rows outside the image. */
void mote_conv_2d_s16_row(const struct mote_conv_2d_s16 *p, const int16_t *const rows[],
                          const MOTE_FLASH int8_t *weights, const MOTE_FLASH int64_t *bias,
                          const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int16_t *out);

#endif
