/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_f32 with AVX2: the contract of depthwise_conv_2d_f32.h. No scratch. */
#ifndef MOTE_DEPTHWISE_CONV_2D_F32_AVX2_H
#define MOTE_DEPTHWISE_CONV_2D_F32_AVX2_H

#include "depthwise_conv_2d_f32.h"

void mote_depthwise_conv_2d_f32_avx2(const struct mote_depthwise_conv_2d_f32 *p, const float *in, const float *weights,
                                     const float *bias, float *out, int32_t first, int32_t count);

/* As mote_depthwise_conv_2d_f32_row(). */
void mote_depthwise_conv_2d_f32_avx2_row(const struct mote_depthwise_conv_2d_f32 *p, const float *const rows[],
                                         const float *weights, const float *bias, float *out);

#endif
