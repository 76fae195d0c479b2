/* SPDX-License-Identifier: Apache-2.0 */
/* recurrent_f32: recurrent layers in float that are not the standard ones of lstm_f32 and gru_f32: without gates, or an
 * LSTM of other functions or with peepholes; one time step a row.
 *
 *   s of a gate = (sum of x_weights * x + bias) + sum of h_weights * h
 *   lstm 0:  h = out = fresh(s)
 *   lstm 1:  i = gate(s + pi * c), f = gate(s + pf * c);  c = f * c + i * fresh(s);
 *            h = out = gate(s + po * c) * last(c), of the new c; without peepholes pi, pf and po are none
 *
 *   Functions: 0 tanh, 1 sigmoid, 2 max(x, 0), 3 x, 4 0.2 x + 0.5 and 5 x / 6 + 0.5 within 0 and 1.
 *
 *   x          [in_ring rows][in_len]   float: row = batch entry * time + step, or step * batch + entry (time_major)
 *   x_weights  [gates][units][in_len]   float; gates 1, or of an LSTM 4, in the order i, f, c, o
 *   h_weights  [gates][units][units]    float
 *   bias       [gates][units]           float
 *   peepholes  [3][units]               float: pi, pf, po; without them the bias again, which is not read
 *   hidden     [batch][units]           float, state: h of the step before
 *   cell       [batch][units]           float, state of an LSTM; else hidden again, which is not touched
 *   out        [out_ring rows][units]   float; must not overlap x or hidden
 *
 * The rows of a batch entry must be computed in order, each once. A run leaves the last step in hidden and cell.
 * This is the definition: products are added in the order of their elements, and the rest as it stands above; versions
 * and compilers that fuse differ within the tolerance of docs/EXACT.md. No scratch: a step writes h into out, and
 * hidden keeps the old one until all units are done. No libm. Cannot fail: the ranges and need_recurrent_f32() hold.
 * Cost: gates * units * (in_len + units) multiply-accumulates a row, and a function or five a unit. */
#ifndef MOTE_RECURRENT_F32_H
#define MOTE_RECURRENT_F32_H

#include "../../kernel.h"

enum {
    MOTE_RECURRENT_TANH,
    MOTE_RECURRENT_SIGMOID,
    MOTE_RECURRENT_RELU,
    MOTE_RECURRENT_SAME,
    MOTE_RECURRENT_FIFTH,
    MOTE_RECURRENT_SIXTH
};

#define MOTE_RECURRENT_F32_PARAMS(F)                                                                                   \
    F(batch, 1, MOTE_DIM_MAX, "sequences")                                                                             \
    F(time, 1, MOTE_DIM_MAX, "steps a sequence")                                                                       \
    F(time_major, 0, 1, "1: all sequences' first steps come first; 0: the first sequence's steps do")                  \
    F(in_len, 1, MOTE_DIM_MAX, "elements of x in a step")                                                              \
    F(units, 1, MOTE_DIM_MAX, "elements of h")                                                                         \
    F(lstm, 0, 1, "1: four gates and a cell; 0: no gates")                                                             \
    F(peephole, 0, 1, "1: gates see the cell")                                                                         \
    F(gate, 0, MOTE_RECURRENT_SIXTH, "function of the gates")                                                          \
    F(fresh, 0, MOTE_RECURRENT_SIXTH, "function of what is new")                                                       \
    F(last, 0, MOTE_RECURRENT_SIXTH, "function of the cell")                                                           \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_RECURRENT_F32_ARGS(A)                                                                                     \
    A(x, F32, IN)                                                                                                      \
    A(x_weights, F32, WEIGHTS)                                                                                         \
    A(h_weights, F32, WEIGHTS)                                                                                         \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(peepholes, F32, WEIGHTS)                                                                                         \
    A(hidden, F32, STATE)                                                                                              \
    A(cell, F32, STATE)                                                                                                \
    A(out, F32, OUT)

#define MOTE_RECURRENT_F32_ROWS(R)                                                                                     \
    R(x, &p->in_ring, MOTE_EACH_ROW)                                                                                   \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(recurrent_f32, MOTE_RECURRENT_F32_PARAMS)
MOTE_COST(recurrent_f32, (3.0 * p->lstm + 1.0) * p->units * ((double)p->in_len + p->units) + 60.0 * p->units)
MOTE_ROWS(recurrent_f32, MOTE_RECURRENT_F32_ARGS, MOTE_RECURRENT_F32_ROWS)

void mote_recurrent_f32(const struct mote_recurrent_f32 *p, const float *x, const MOTE_FLASH float *x_weights,
                        const MOTE_FLASH float *h_weights, const MOTE_FLASH float *bias,
                        const MOTE_FLASH float *peepholes, float *hidden, float *cell, float *out, int32_t first,
                        int32_t count);

#endif
