/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_f32: the standard LSTM in float, one time step a row.
 *
 *   gate g: s = (sum of x_weights * x + bias) + sum of h_weights * h
 *   i, f, o = sigmoid(s), c~ = tanh(s);  c = f * c + i * c~, clamped to +-clip;  h = out = tanh(c) * o
 *
 *   x          [in_ring rows][in_len]   float: row = batch entry * time + step, or step * batch + entry (time_major)
 *   x_weights  [4][units][in_len]       float; gates in the order i, f, c, o
 *   h_weights  [4][units][units]        float
 *   bias       [4][units]               float
 *   hidden     [batch][units]           float, state: h of the step before
 *   cell       [batch][units]           float, state
 *   out        [out_ring rows][units]   float; must not overlap x or hidden
 *
 * The rows of a batch entry must be computed in order, each once. A run leaves the last step in hidden and cell.
 * The reference's micro kernel within the tolerance of docs/EXACT.md; products are added in its order. No scratch: a
 * step writes h into out, and hidden keeps the old one until all units are done. No libm. Cannot fail: the ranges and
 * need_lstm_f32() hold.
 * Cost: 4 * units * (in_len + units) multiply-accumulates a row, and five exponentials (math_f32.h) a unit. */
#ifndef MOTE_LSTM_F32_H
#define MOTE_LSTM_F32_H

#include "../../kernel.h"

#define MOTE_LSTM_F32_PARAMS(F)                                                                                        \
    F(batch, 1, MOTE_DIM_MAX, "sequences")                                                                             \
    F(time, 1, MOTE_DIM_MAX, "steps a sequence")                                                                       \
    F(time_major, 0, 1, "1: all sequences' first steps come first; 0: the first sequence's steps do")                  \
    F(in_len, 1, MOTE_DIM_MAX, "elements of x in a step")                                                              \
    F(units, 1, MOTE_DIM_MAX, "elements of h and c")                                                                   \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(clip, INT32_MIN, INT32_MAX, "largest magnitude of c, as the bits of a float; 0 for none")

#define MOTE_LSTM_F32_ARGS(A)                                                                                          \
    A(x, F32, IN)                                                                                                      \
    A(x_weights, F32, WEIGHTS)                                                                                         \
    A(h_weights, F32, WEIGHTS)                                                                                         \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(hidden, F32, STATE)                                                                                              \
    A(cell, F32, STATE)                                                                                                \
    A(out, F32, OUT)

#define MOTE_LSTM_F32_ROWS(R)                                                                                          \
    R(x, &p->in_ring, MOTE_EACH_ROW)                                                                                   \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(lstm_f32, MOTE_LSTM_F32_PARAMS)
MOTE_COST(lstm_f32, 4.0 * p->units * ((double)p->in_len + p->units) + 55.0 * p->units)
MOTE_ROWS(lstm_f32, MOTE_LSTM_F32_ARGS, MOTE_LSTM_F32_ROWS)

void mote_lstm_f32(const struct mote_lstm_f32 *p, const float *x, const MOTE_FLASH float *x_weights,
                   const MOTE_FLASH float *h_weights, const MOTE_FLASH float *bias, float *hidden, float *cell,
                   float *out, int32_t first, int32_t count);

#endif
