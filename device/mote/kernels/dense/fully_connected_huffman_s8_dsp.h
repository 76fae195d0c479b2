/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_huffman_s8 with the DSP extension of Armv7E-M: the contract of fully_connected_huffman_s8.h.
 *
 *   words   scratch: of gap_bits + level_bits of 8 at most a word for each of 2^(gap_bits + level_bits) pairs of
 *           codes, of 12 one for each of 2^level_bits codes; else NULL. If out or the inputs in tables overlap it, as
 *           no planner has it, nothing is written to out */
#ifndef MOTE_FULLY_CONNECTED_HUFFMAN_S8_DSP_H
#define MOTE_FULLY_CONNECTED_HUFFMAN_S8_DSP_H

#include "fully_connected_huffman_s8.h"

void mote_fully_connected_huffman_s8_dsp(const struct mote_fully_connected_huffman_s8 *p, const int8_t *in,
                                         const uint8_t *coded, const uint8_t *bias, const int32_t *mult,
                                         const int8_t *shift, int8_t *out, int16_t *tables, uint32_t *words,
                                         int32_t first, int32_t count);

#endif
