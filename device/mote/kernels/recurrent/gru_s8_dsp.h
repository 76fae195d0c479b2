/* SPDX-License-Identifier: Apache-2.0 */
/* gru_s8 with the DSP extension of Armv7E-M: the contract of gru_s8.h, with
 *
 *   x_weights  [3][units][in_len]  int8, packed as words_4 (packing.h); at a multiple of 4
 *   h_weights  [3][units][units]   int8, packed as words_4; at a multiple of 4 */
#ifndef MOTE_GRU_S8_DSP_H
#define MOTE_GRU_S8_DSP_H

#include "gru_s8.h"

void mote_gru_s8_dsp(const struct mote_gru_s8 *p, const int8_t *x, const int8_t *x_weights, const int8_t *h_weights,
                     const int32_t *bias, const int32_t *mult, const int8_t *shift, const uint16_t *table,
                     int16_t *hidden, int8_t *before, int8_t *out, int32_t first, int32_t count);

#endif
