/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s16 with the DSP extension of Armv7E-M: the contract of conv_2d_s16.h. No scratch. */
#ifndef MOTE_CONV_2D_S16_DSP_H
#define MOTE_CONV_2D_S16_DSP_H

#include "conv_2d_s16.h"

void mote_conv_2d_s16_dsp(const struct mote_conv_2d_s16 *p, const int16_t *in, const int8_t *weights,
                          const int64_t *bias, const int32_t *mult, const int8_t *shift, int16_t *out, int32_t first,
                          int32_t count);

#endif
