/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 with the vectors of Armv8.1-M: the contract of depthwise_conv_2d_s8.h, with
 *
 *   weights  [out_c][kernel_h * kernel_w], packed as `transposed` (packing.h), if depth_multiplier is above 1 or if
 *            the filter is short: w * kernel_w <= 4 and w * ((kernel_w - 1) * dilation_w + 1) <= 18, where w is
 *            kernel_h / 4, rounded up
 *   scratch  [columns][w][16][4] bytes if it is short, of at most 18 / w columns of the input;
 *            [kernel_h * kernel_w] bytes if depth_multiplier is above 1; else none */
#ifndef MOTE_DEPTHWISE_CONV_2D_S8_MVE_H
#define MOTE_DEPTHWISE_CONV_2D_S8_MVE_H

#include "depthwise_conv_2d_s8.h"

void mote_depthwise_conv_2d_s8_mve(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                   const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                   int8_t *out, void *scratch, int32_t first, int32_t count);

#endif
