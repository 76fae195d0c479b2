/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with the DSP extension of Armv7E-M: the contract of conv_2d_s8.h, with
 *
 *   weights  [out_c * kernel_h][kernel_w * filter_c]  int8, packed as pairs_4 (packing.h)
 *   scratch  kernel_h * (kernel_w * filter_c rounded up to a multiple of 4) * 8 bytes, at a multiple of 4: the inputs
 *            of four pixels, widened to int16 */
#ifndef MOTE_CONV_2D_S8_DSP_H
#define MOTE_CONV_2D_S8_DSP_H

#include "conv_2d_s8.h"

void mote_conv_2d_s8_dsp(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights, const int32_t *bias,
                         const int32_t *mult, const int8_t *shift, const int8_t *zeros, int8_t *out, void *scratch,
                         int32_t first, int32_t count);

#endif
