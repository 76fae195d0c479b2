/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with the DSP extension of Armv7E-M, in as little code as that takes: the contract of conv_2d_s8.h, nothing
 * packed, no scratch. */
#ifndef MOTE_CONV_2D_S8_DSP_SMALL_H
#define MOTE_CONV_2D_S8_DSP_SMALL_H

#include "conv_2d_s8.h"

void mote_conv_2d_s8_dsp_small(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                               const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                               int8_t *out, int32_t first, int32_t count);

#endif
