/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_hybrid: depthwise_conv_2d_f32 with weights of 8 bits, whose channels have scales
 * (shared/weights_s8.h)
 *
 *   weights  [kernel_h][kernel_w][out_c]  int8
 *   scales   [out_c]  float
 *
 * All else is depthwise_conv_2d_f32's. It returns the bytes that that returns for the products of scales and
 * weights, rounded to float, as weights: each is made where it is used. Cannot fail: the ranges and
 * need_depthwise_conv_2d_hybrid() hold. Cost: the same multiply-accumulates. */
#ifndef MOTE_DEPTHWISE_CONV_2D_HYBRID_H
#define MOTE_DEPTHWISE_CONV_2D_HYBRID_H

#include "depthwise_conv_2d_f32.h"

#define MOTE_DEPTHWISE_CONV_2D_HYBRID_PARAMS(F) MOTE_DEPTHWISE_CONV_2D_F32_PARAMS(F)

#define MOTE_DEPTHWISE_CONV_2D_HYBRID_ARGS(A)                                                                          \
    A(in, F32, IN)                                                                                                     \
    A(weights, S8, WEIGHTS)                                                                                            \
    A(scales, F32, WEIGHTS)                                                                                            \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(out, F32, OUT)

MOTE_PARAMS(depthwise_conv_2d_hybrid, MOTE_DEPTHWISE_CONV_2D_HYBRID_PARAMS)
MOTE_COST(depthwise_conv_2d_hybrid, (double)p->out_w * p->out_c * p->kernel_h * p->kernel_w)
MOTE_ROWS(depthwise_conv_2d_hybrid, MOTE_DEPTHWISE_CONV_2D_HYBRID_ARGS, MOTE_CONV_2D_ROWS)

void mote_depthwise_conv_2d_hybrid(const struct mote_depthwise_conv_2d_hybrid *p, const float *in,
                                   const MOTE_FLASH int8_t *weights, const MOTE_FLASH float *scales,
                                   const MOTE_FLASH float *bias, float *out, int32_t first, int32_t count);

/* One output row from kernel_h pointers to input rows; NULL stands for rows outside the image. */
void mote_depthwise_conv_2d_hybrid_row(const struct mote_depthwise_conv_2d_hybrid *p, const float *const rows[],
                                       const MOTE_FLASH int8_t *weights, const MOTE_FLASH float *scales,
                                       const MOTE_FLASH float *bias, float *out);

#endif
