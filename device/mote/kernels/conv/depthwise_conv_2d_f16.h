/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_f16: depthwise_conv_2d_f32 with weights in half precision (shared/weights_f16.h)
 *
 *   weights  [kernel_h][kernel_w][out_c]  float16
 *
 * All else is depthwise_conv_2d_f32's. It returns the bytes that that returns for the same weights as floats: each
 * is made a float where it is used. No infinities, no NaN: of a float16 with the largest exponent it makes a
 * number. Cannot fail: the ranges and need_depthwise_conv_2d_f16() hold. Cost: the same multiply-accumulates. */
#ifndef MOTE_DEPTHWISE_CONV_2D_F16_H
#define MOTE_DEPTHWISE_CONV_2D_F16_H

#include "depthwise_conv_2d_f32.h"

#define MOTE_DEPTHWISE_CONV_2D_F16_PARAMS(F) MOTE_DEPTHWISE_CONV_2D_F32_PARAMS(F)

#define MOTE_DEPTHWISE_CONV_2D_F16_ARGS(A)                                                                             \
    A(in, F32, IN)                                                                                                     \
    A(weights, F16, WEIGHTS)                                                                                           \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(out, F32, OUT)

MOTE_PARAMS(depthwise_conv_2d_f16, MOTE_DEPTHWISE_CONV_2D_F16_PARAMS)
MOTE_COST(depthwise_conv_2d_f16, (double)p->out_w * p->out_c * p->kernel_h * p->kernel_w)
MOTE_ROWS(depthwise_conv_2d_f16, MOTE_DEPTHWISE_CONV_2D_F16_ARGS, MOTE_CONV_2D_ROWS)

void mote_depthwise_conv_2d_f16(const struct mote_depthwise_conv_2d_f16 *p, const float *in,
                                const MOTE_FLASH uint16_t *weights, const MOTE_FLASH float *bias, float *out,
                                int32_t first, int32_t count);

/* One output row from kernel_h pointers to input rows; NULL stands for rows outside the image. */
void mote_depthwise_conv_2d_f16_row(const struct mote_depthwise_conv_2d_f16 *p, const float *const rows[],
                                    const MOTE_FLASH uint16_t *weights, const MOTE_FLASH float *bias, float *out);

#endif
