/* SPDX-License-Identifier: Apache-2.0 */
/* rfft_s16 with the DSP extension of Armv7E-M: the contract of rfft_s16.h. No scratch. */
#ifndef MOTE_RFFT_S16_DSP_H
#define MOTE_RFFT_S16_DSP_H

#include "rfft_s16.h"

void mote_rfft_s16_dsp(const struct mote_rfft_s16 *p, const int16_t *in, const int16_t *turns, int16_t *out,
                       int32_t first, int32_t count);

#endif
