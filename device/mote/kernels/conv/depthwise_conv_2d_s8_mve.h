/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 with the vectors of Armv8.1-M: the contract of depthwise_conv_2d_s8.h, with
 *
 *   weights  if depth_multiplier is above 1, [out_c][kernel_h * kernel_w]: packed as `transposed` (packing.h)
 *   scratch  [kernel_h * kernel_w] bytes then, else none */
#ifndef MOTE_DEPTHWISE_CONV_2D_S8_MVE_H
#define MOTE_DEPTHWISE_CONV_2D_S8_MVE_H

#include "depthwise_conv_2d_s8.h"

void mote_depthwise_conv_2d_s8_mve(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                   const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                   int8_t *out, void *scratch, int32_t first, int32_t count);

#endif
