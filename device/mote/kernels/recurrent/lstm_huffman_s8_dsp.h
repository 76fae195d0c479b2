/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_huffman_s8 with the DSP extension of Armv7E-M: the contract of lstm_huffman_s8.h.
 *
 *   words   scratch: what mote_huffman_words_bytes() says of x's codes and then of h's; if that is nothing, NULL. If
 *           out, hidden, cell or the inputs in tables overlap it, as no planner has it, nothing is written to them */
#ifndef MOTE_LSTM_HUFFMAN_S8_DSP_H
#define MOTE_LSTM_HUFFMAN_S8_DSP_H

#include "lstm_huffman_s8.h"

void mote_lstm_huffman_s8_dsp(const struct mote_lstm_huffman_s8 *p, const int8_t *x, const uint8_t *x_coded,
                              const uint8_t *h_coded, const uint8_t *bias, const int32_t *mult, const int8_t *shift,
                              const uint16_t *table, int8_t *hidden, int16_t *cell, int8_t *out, int16_t *tables,
                              uint32_t *words, int32_t first, int32_t count);

#endif
