/* SPDX-License-Identifier: Apache-2.0 */
/* recurrent_hybrid: recurrent_f32 with weights of 8 bits, whose rows have scales (shared/weights_s8.h)
 *
 *   x_weights  [gates][units][in_len]   int8; gates 1, or of an LSTM 4
 *   x_scales   [gates][units]           float
 *   h_weights  [gates][units][units]    int8
 *   h_scales   [gates][units]           float
 *
 * All else is recurrent_f32's. It returns the bytes that that returns for the products of scales and weights, rounded
 * to float, as weights: each is made where it is used. Cannot fail: the ranges and need_recurrent_hybrid() hold.
 * Cost: the same multiply-accumulates. */
#ifndef MOTE_RECURRENT_HYBRID_H
#define MOTE_RECURRENT_HYBRID_H

#include "recurrent_f32.h"

#define MOTE_RECURRENT_HYBRID_PARAMS(F) MOTE_RECURRENT_F32_PARAMS(F)

#define MOTE_RECURRENT_HYBRID_ARGS(A)                                                                                  \
    A(x, F32, IN)                                                                                                      \
    A(x_weights, S8, WEIGHTS)                                                                                          \
    A(x_scales, F32, WEIGHTS)                                                                                          \
    A(h_weights, S8, WEIGHTS)                                                                                          \
    A(h_scales, F32, WEIGHTS)                                                                                          \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(peepholes, F32, WEIGHTS)                                                                                         \
    A(hidden, F32, STATE)                                                                                              \
    A(cell, F32, STATE)                                                                                                \
    A(out, F32, OUT)

MOTE_PARAMS(recurrent_hybrid, MOTE_RECURRENT_HYBRID_PARAMS)
MOTE_COST(recurrent_hybrid, (3.0 * p->lstm + 1.0) * p->units * ((double)p->in_len + p->units) + 60.0 * p->units)
MOTE_ROWS(recurrent_hybrid, MOTE_RECURRENT_HYBRID_ARGS, MOTE_RECURRENT_F32_ROWS)

void mote_recurrent_hybrid(const struct mote_recurrent_hybrid *p, const float *x, const MOTE_FLASH int8_t *x_weights,
                           const MOTE_FLASH float *x_scales, const MOTE_FLASH int8_t *h_weights,
                           const MOTE_FLASH float *h_scales, const MOTE_FLASH float *bias,
                           const MOTE_FLASH float *peepholes, float *hidden, float *cell, float *out, int32_t first,
                           int32_t count);

#endif
