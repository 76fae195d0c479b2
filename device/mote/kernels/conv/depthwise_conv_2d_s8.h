/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8: out[y][x][o] = clamp(requant(bias[o] + sum_{i,j} in[y'][x'][o / depth_multiplier] *
 * weights[i][j][o]) + out_zero) with y' = y * stride_h - pad_top + i * dilation_h,
 * x' = x * stride_w - pad_left + j * dilation_w, and in_zero for positions outside the image.
 *
 *   in       [batch][in_h][in_w][in_c]              int8, zero point in_zero; a ring of in_ring rows (rows.h)
 *   weights  [kernel_h][kernel_w][out_c]            int8, symmetric
 *   bias     [out_c]  int32, with the input's zero point folded in, modulo 2^32:
 *            bias[o] - in_zero * sum(weights[..][..][o])
 *   mult     [1 or out_c]  int32, shift [1 or out_c] int8: requantization (requant.h); one for all if per_channel is 0
 *   zeros    [in_w * in_c]  int8, all in_zero: the row outside the image
 *   out      [batch][out_h][out_w][out_c]           int8; a ring of out_ring rows; must not overlap in
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h.
 * Exact: every version returns the bytes of the reference's DepthwiseConvPerChannel (docs/EXACT.md). Sums are 32 bits
 * modulo 2^32. No scratch; one pointer for each of MOTE_KERNEL_ROWS_MAX rows on the stack. Cannot fail: the ranges and
 * need_depthwise_conv_2d_s8() hold.
 * Cost: kernel_h * kernel_w * out_c * out_w multiply-accumulates a row. Four channels go at once where the depth
 * multiplier is 1 or a multiple of 4. */
#ifndef MOTE_DEPTHWISE_CONV_2D_S8_H
#define MOTE_DEPTHWISE_CONV_2D_S8_H

#include "../shared/conv_2d.h"

#define MOTE_DEPTHWISE_CONV_2D_S8_PARAMS(F)                                                                            \
    MOTE_CONV_2D_MAPS(F)                                                                                               \
    MOTE_CONV_2D_DEPTH(F)                                                                                              \
    MOTE_CONV_2D_KERNEL(F)                                                                                             \
    MOTE_CONV_2D_REACH(F)                                                                                              \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")                                                                                 \
    F(per_channel, 0, 1, "1: mult and shift have out_c elements; 0: one")

#define MOTE_DEPTHWISE_CONV_2D_S8_ARGS(A)                                                                              \
    A(in, S8, IN)                                                                                                      \
    A(weights, S8, WEIGHTS)                                                                                            \
    A(bias, S32, WEIGHTS)                                                                                              \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(zeros, S8, IN)                                                                                                   \
    A(out, S8, OUT)

MOTE_PARAMS(depthwise_conv_2d_s8, MOTE_DEPTHWISE_CONV_2D_S8_PARAMS)
MOTE_COST(depthwise_conv_2d_s8, (double)p->out_w * p->out_c * p->kernel_h * p->kernel_w)
MOTE_ROWS(depthwise_conv_2d_s8, MOTE_DEPTHWISE_CONV_2D_S8_ARGS, MOTE_CONV_2D_ROWS)

void mote_depthwise_conv_2d_s8(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
                               const MOTE_FLASH int8_t *weights, const MOTE_FLASH int32_t *bias,
                               const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, const int8_t *zeros,
                               int8_t *out, int32_t first, int32_t count);

/* One output row from kernel_h pointers to input rows; `zeros` stands for rows outside the image. */
void mote_depthwise_conv_2d_s8_row(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *const rows[],
                                   const MOTE_FLASH int8_t *weights, const MOTE_FLASH int32_t *bias,
                                   const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, const int8_t *zeros,
                                   int8_t *out);

#endif
