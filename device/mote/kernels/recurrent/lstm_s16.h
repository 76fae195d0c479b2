/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_s16: the standard LSTM, one time step a row; int16 activations and cell state, int8 weights ("16x8").
 *
 *   gate g: s = clamp16(requant64(bias + sum of x_weights * x) + requant64(sum of h_weights * h)), each product clamped
 *           to 16 bits by itself; unit 2^-12
 *   i, f, o, c~ and c as lstm_s8.h says;  h = out = clamp16(requant(tanh(c) * o))
 *
 *   x          [in_ring rows][in_len]      int16, zero point 0: row = batch entry * time + step, or step * batch +
 *                                          entry (time_major)
 *   x_weights  [4][units][in_len]          int8, symmetric; gates in the order i, f, c, o
 *   h_weights  [4][units][units]           int8, symmetric
 *   bias       [4][units]                  int64
 *   mult       [2][4] int32, shift [2][4] int8: requantization of x's products, of h's (requant.h); at most
 *                                          MOTE_SHIFT64_MAX
 *   table      [256]                       uint16: the sigmoid at k / 24, 16 fraction bits, for interpolation
 *   hidden     [batch][units]              int16, state, zero point 0: h of the step before
 *   cell       [batch][units]              int16, state, unit 2^power; tanh_shift is 12 + power
 *   out        [out_ring rows][units]      int16; must not overlap x or hidden
 *
 * The rows of a batch entry must be computed in order, each once. A run leaves the last step in hidden and cell.
 * Exact: the bytes of the reference's micro kernel (docs/EXACT.md), whose sums have 64 bits. No scratch: a step writes
 * h into out, and hidden keeps the old one until all units are done. Cannot fail: the ranges, need_lstm_s16() and
 * trust_lstm_s16() hold.
 * Cost: 4 * units * (in_len + units) multiply-accumulates a row. */
#ifndef MOTE_LSTM_S16_H
#define MOTE_LSTM_S16_H

#include "gates_s8.h"

#define MOTE_LSTM_S16_GATES 4

#define MOTE_LSTM_S16_PARAMS(F)                                                                                        \
    F(batch, 1, MOTE_DIM_MAX, "sequences")                                                                             \
    F(time, 1, MOTE_DIM_MAX, "steps a sequence")                                                                       \
    F(time_major, 0, 1, "1: all sequences' first steps come first; 0: the first sequence's steps do")                  \
    F(in_len, 1, MOTE_DIM_MAX, "elements of x in a step")                                                              \
    F(units, 1, MOTE_DIM_MAX, "elements of h and c")                                                                   \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(cell_mult, 0, INT32_MAX, "multiplier of i * c~")                                                                 \
    F(cell_shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift of i * c~")                                                   \
    F(out_mult, 0, INT32_MAX, "multiplier of tanh(c) * o")                                                             \
    F(out_shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift of tanh(c) * o")                                               \
    F(tanh_shift, -16, 16, "from the unit of c to 2^-12, as a power of two")                                           \
    F(clip, 0, 32768, "largest magnitude of c; 32768 for none")

#define MOTE_LSTM_S16_ARGS(A)                                                                                          \
    A(x, S16, IN)                                                                                                      \
    A(x_weights, S8, WEIGHTS)                                                                                          \
    A(h_weights, S8, WEIGHTS)                                                                                          \
    A(bias, S64, WEIGHTS)                                                                                              \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(table, U16, WEIGHTS)                                                                                             \
    A(hidden, S16, STATE)                                                                                              \
    A(cell, S16, STATE)                                                                                                \
    A(out, S16, OUT)

#define MOTE_LSTM_S16_ROWS(R)                                                                                          \
    R(x, &p->in_ring, MOTE_EACH_ROW)                                                                                   \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(lstm_s16, MOTE_LSTM_S16_PARAMS)
MOTE_COST(lstm_s16, 4.0 * p->units * ((double)p->in_len + p->units) + 90.0 * p->units)
MOTE_ROWS(lstm_s16, MOTE_LSTM_S16_ARGS, MOTE_LSTM_S16_ROWS)

void mote_lstm_s16(const struct mote_lstm_s16 *p, const int16_t *x, const MOTE_FLASH int8_t *x_weights,
                   const MOTE_FLASH int8_t *h_weights, const MOTE_FLASH int64_t *bias, const MOTE_FLASH int32_t *mult,
                   const MOTE_FLASH int8_t *shift, const MOTE_FLASH uint16_t *table, int16_t *hidden, int16_t *cell,
                   int16_t *out, int32_t first, int32_t count);

#endif
