/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_s8 with Advanced SIMD: the contract of lstm_s8.h. No scratch. */
#ifndef MOTE_LSTM_S8_NEON_H
#define MOTE_LSTM_S8_NEON_H

#include "lstm_s8.h"

void mote_lstm_s8_neon(const struct mote_lstm_s8 *p, const int8_t *x, const int8_t *x_weights, const int8_t *h_weights,
                       const int32_t *bias, const int32_t *mult, const int8_t *shift, const uint16_t *table,
                       int8_t *hidden, int16_t *cell, int8_t *out, int32_t first, int32_t count);

#endif
