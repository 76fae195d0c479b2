/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_f32 with the floating-point extension of Armv7E-M: the contract of lstm_f32.h. No scratch. */
#ifndef MOTE_LSTM_F32_FPU_H
#define MOTE_LSTM_F32_FPU_H

#include "lstm_f32.h"

void mote_lstm_f32_fpu(const struct mote_lstm_f32 *p, const float *x, const float *x_weights, const float *h_weights,
                       const float *bias, float *hidden, float *cell, float *out, int32_t first, int32_t count);

#endif
