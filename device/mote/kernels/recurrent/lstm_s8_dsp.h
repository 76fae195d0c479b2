/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_s8 with the DSP extension of Armv7E-M: the contract of lstm_s8.h, with
 *
 *   x_weights  [4][units][in_len]  int8, packed as gates_4 (packing.h); at a multiple of 4
 *   h_weights  [4][units][units]   int8, packed as gates_4; at a multiple of 4
 *   bias       [2 * 4][units]      int32, packed as transposed: a unit's together
 *
 * No scratch. */
#ifndef MOTE_LSTM_S8_DSP_H
#define MOTE_LSTM_S8_DSP_H

#include "lstm_s8.h"

void mote_lstm_s8_dsp(const struct mote_lstm_s8 *p, const int8_t *x, const int8_t *x_weights, const int8_t *h_weights,
                      const int32_t *bias, const int32_t *mult, const int8_t *shift, const uint16_t *table,
                      int8_t *hidden, int16_t *cell, int8_t *out, int32_t first, int32_t count);

#endif
