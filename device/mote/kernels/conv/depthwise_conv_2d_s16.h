/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s16: out[y][x][o] = clamp(requant(bias[o] + sum_{i,j} in[y'][x'][o / depth_multiplier] *
 * weights[i][j][o])) with y' = y * stride_h - pad_top + i * dilation_h, x' = x * stride_w - pad_left + j * dilation_w;
 * positions outside the image add nothing.
 *
 *   in       [batch][in_h][in_w][in_c]              int16, zero point 0; a ring of in_ring rows (rows.h)
 *   weights  [kernel_h][kernel_w][out_c]            int8, symmetric
 *   bias     [out_c]  int64; zeros for none
 *   mult     [1 or out_c]  int32, shift [1 or out_c] int8: requantization (requant.h); one for all if per_channel is 0
 *   out      [batch][out_h][out_w][out_c]           int16, zero point 0; a ring of out_ring rows; must not overlap in
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h.
 * Exact: the bytes of the reference's DepthwiseConvPerChannel for int16 (docs/EXACT.md). Sums have 64 bits. No scratch.
 * Cannot fail: the ranges, need_depthwise_conv_2d_s16() and trust_depthwise_conv_2d_s16() hold.
 * Cost: kernel_h * kernel_w * out_c * out_w multiply-accumulates a row. */
#ifndef MOTE_DEPTHWISE_CONV_2D_S16_H
#define MOTE_DEPTHWISE_CONV_2D_S16_H

#include "../shared/conv_2d.h"

#define MOTE_DEPTHWISE_CONV_2D_S16_PARAMS(F)                                                                           \
    MOTE_CONV_2D_MAPS(F)                                                                                               \
    MOTE_CONV_2D_KERNEL(F)                                                                                             \
    MOTE_CONV_2D_DEPTH(F)                                                                                              \
    MOTE_CONV_2D_REACH(F)                                                                                              \
    F(lo, -32768, 32767, "smallest output")                                                                            \
    F(hi, -32768, 32767, "largest output")                                                                             \
    F(per_channel, 0, 1, "1: mult and shift have out_c elements; 0: one")

#define MOTE_DEPTHWISE_CONV_2D_S16_ARGS(A)                                                                             \
    A(in, S16, IN)                                                                                                     \
    A(weights, S8, WEIGHTS)                                                                                            \
    A(bias, S64, WEIGHTS)                                                                                              \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(out, S16, OUT)

MOTE_PARAMS(depthwise_conv_2d_s16, MOTE_DEPTHWISE_CONV_2D_S16_PARAMS)
MOTE_COST(depthwise_conv_2d_s16, (double)p->out_w * p->out_c * p->kernel_h * p->kernel_w)
MOTE_ROWS(depthwise_conv_2d_s16, MOTE_DEPTHWISE_CONV_2D_S16_ARGS, MOTE_CONV_2D_ROWS)

void mote_depthwise_conv_2d_s16(const struct mote_depthwise_conv_2d_s16 *p, const int16_t *in,
                                const MOTE_FLASH int8_t *weights, const MOTE_FLASH int64_t *bias,
                                const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int16_t *out,
                                int32_t first, int32_t count);

/* One output row from kernel_h pointers to input rows; NULL stands for rows outside the image. */
void mote_depthwise_conv_2d_s16_row(const struct mote_depthwise_conv_2d_s16 *p, const int16_t *const rows[],
                                    const MOTE_FLASH int8_t *weights, const MOTE_FLASH int64_t *bias,
                                    const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int16_t *out);

#endif
