/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 with AVX2: the contract of depthwise_conv_2d_s8.h, nothing packed, with
 *
 *   scratch  weights and input rows as int16, two kernel rows side by side */
#ifndef MOTE_DEPTHWISE_CONV_2D_S8_AVX2_H
#define MOTE_DEPTHWISE_CONV_2D_S8_AVX2_H

#include "depthwise_conv_2d_s8.h"

void mote_depthwise_conv_2d_s8_avx2(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                    const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                    int8_t *out, void *scratch, int32_t first, int32_t count);

#endif
