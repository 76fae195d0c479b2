/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 for Armv6-M: the contract of conv_2d_s8.h, nothing packed, with
 *
 *   scratch  kernel_h * kernel_w * filter_c words: the inputs of two pixels, a halfword each */
#ifndef MOTE_CONV_2D_S8_M0_H
#define MOTE_CONV_2D_S8_M0_H

#include "conv_2d_s8.h"

void mote_conv_2d_s8_m0(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights, const int32_t *bias,
                        const int32_t *mult, const int8_t *shift, const int8_t *zeros, int8_t *out, void *scratch,
                        int32_t first, int32_t count);

#endif
