/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 with the DSP extension of Armv7E-M: the contract of depthwise_conv_2d_s8.h, with
 *
 *   weights  int8, packed as channels (packing.h)
 *
 * [9][out_c] for kernels of 3 x 3 at stride 1 or 2 whose windows reach one column out of the image at most, so that a
 * channel's weights lie together; else [1][all], as they are.
 *
 * No scratch; 8 * MOTE_KERNEL_ROWS_MAX bytes of stack. */
#ifndef MOTE_DEPTHWISE_CONV_2D_S8_DSP_H
#define MOTE_DEPTHWISE_CONV_2D_S8_DSP_H

#include "depthwise_conv_2d_s8.h"

void mote_depthwise_conv_2d_s8_dsp(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                   const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                   int8_t *out, int32_t first, int32_t count);

#endif
