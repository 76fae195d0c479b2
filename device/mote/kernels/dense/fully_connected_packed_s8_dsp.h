/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_packed_s8 with the DSP extension of Armv7E-M: the contract of fully_connected_packed_s8.h, but
 *
 *   packed  quads_4 of the bytes of a row (packing.h), at a multiple of 4
 *   words   scratch: what two indices mean, a word for each of 2^(2 * bits) pairs. If in or out overlap it, as no
 *           planner has it, out is anything */
#ifndef MOTE_FULLY_CONNECTED_PACKED_S8_DSP_H
#define MOTE_FULLY_CONNECTED_PACKED_S8_DSP_H

#include "fully_connected_packed_s8.h"

void mote_fully_connected_packed_s8_dsp(const struct mote_fully_connected_packed_s8 *p, const int8_t *in,
                                        const uint8_t *packed, const int8_t *levels, const uint8_t *bias,
                                        const int32_t *mult, const int8_t *shift, int8_t *out, uint32_t *words,
                                        int32_t first, int32_t count);

#endif
