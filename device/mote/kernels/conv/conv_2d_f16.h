/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_f16: conv_2d_f32 with weights in half precision (shared/weights_f16.h)
 *
 *   weights  [out_c][kernel_h][kernel_w][filter_c]  float16
 *
 * All else is conv_2d_f32's. It returns the bytes that that returns for the same weights as floats: each is made a
 * float where it is used. No infinities, no NaN: of a float16 with the largest exponent it makes a number.
 * Cannot fail: the ranges and need_conv_2d_f16() hold. Cost: the same multiply-accumulates. */
#ifndef MOTE_CONV_2D_F16_H
#define MOTE_CONV_2D_F16_H

#include "conv_2d_f32.h"

#define MOTE_CONV_2D_F16_PARAMS(F) MOTE_CONV_2D_F32_PARAMS(F)

#define MOTE_CONV_2D_F16_ARGS(A)                                                                                       \
    A(in, F32, IN)                                                                                                     \
    A(weights, F16, WEIGHTS)                                                                                           \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(out, F32, OUT)

MOTE_PARAMS(conv_2d_f16, MOTE_CONV_2D_F16_PARAMS)
MOTE_COST(conv_2d_f16, (double)p->out_w * p->out_c * p->kernel_h * p->kernel_w * p->filter_c)
MOTE_ROWS(conv_2d_f16, MOTE_CONV_2D_F16_ARGS, MOTE_CONV_2D_ROWS)

void mote_conv_2d_f16(const struct mote_conv_2d_f16 *p, const float *in, const MOTE_FLASH uint16_t *weights,
                      const MOTE_FLASH float *bias, float *out, int32_t first, int32_t count);

/* One output row from kernel_h pointers to input rows; NULL stands for rows outside the image. */
void mote_conv_2d_f16_row(const struct mote_conv_2d_f16 *p, const float *const rows[],
                          const MOTE_FLASH uint16_t *weights, const MOTE_FLASH float *bias, float *out);

#endif
