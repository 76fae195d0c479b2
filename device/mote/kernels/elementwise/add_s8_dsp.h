/* SPDX-License-Identifier: Apache-2.0 */
/* add_s8 with the DSP extension of Armv7E-M: the contract of add_s8.h. No scratch. */
#ifndef MOTE_ADD_S8_DSP_H
#define MOTE_ADD_S8_DSP_H

#include "add_s8.h"

void mote_add_s8_dsp(const struct mote_add_s8 *p, const int8_t *a, const int8_t *b, const int32_t *shape, int8_t *out,
                     int32_t first, int32_t count);

#endif
