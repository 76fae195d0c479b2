/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_f32 with AVX2: the contract of conv_2d_f32.h, with
 *
 *   weights  [out_c][kernel_h * kernel_w * filter_c]  float, packed as transposed (packing.h) */
#ifndef MOTE_CONV_2D_F32_AVX2_H
#define MOTE_CONV_2D_F32_AVX2_H

#include "conv_2d_f32.h"

void mote_conv_2d_f32_avx2(const struct mote_conv_2d_f32 *p, const float *in, const float *weights, const float *bias,
                           float *out, int32_t first, int32_t count);

#endif
