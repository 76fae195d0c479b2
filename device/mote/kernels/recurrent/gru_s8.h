/* SPDX-License-Identifier: Apache-2.0 */
/* gru_s8: the gated recurrent unit, one time step a row; int8 activations and weights, int16 state.
 *
 *   h'   = clamp8(requant(h) + out_zero)                              h as the products see it: the output before
 *   x(g) = clamp16(requant(x_bias + sum of x_weights * x)), h(g) = clamp16(requant(h_bias + sum of h_weights * h')),
 *          for the gates g = z, r, n; unit 2^-12
 *   z, r = sigmoid(clamp16(x + h))                                    unit 2^-15
 *   n    = tanh(clamp16(x(n) + half(r * h(n))))                       reset_after; half: to 15 bits less, ties upwards
 *   n    = tanh(clamp16(x(n) + h(n)))                                 else, h(n) of half(r * h) instead of h
 *   h    = clamp16(half((1 - z) * n + z * h)), out = clamp8(requant(h) + out_zero)
 *
 *   x          [in_ring rows][in_len]      int8: row = batch entry * time + step, or step * batch + entry (time_major)
 *   x_weights  [3][units][in_len]          int8, symmetric; gates in the order z, r, n
 *   h_weights  [3][units][units]           int8, symmetric
 *   bias       [2][3][units]               int32 with the zero points folded in, modulo 2^32: of the x products, of h's
 *   mult       [2][3] int32, shift [2][3] int8: requantization of the products (requant.h)
 *   table      [256]                       uint16: the sigmoid at k / 24, 16 fraction bits, for interpolation
 *   hidden     [batch][units]              int16, state, unit 2^-15: h of the step before
 *   before     [units]                     int8, scratch: h'
 *   out        [out_ring rows][units]      int8; must not overlap x or before
 *
 * The rows of a batch entry must be computed in order, each once. A run leaves the last step in hidden.
 * Exact: the bytes that docs/EXACT.md defines, in all versions. Sums are modulo 2^32. Cannot fail: the ranges,
 * need_gru_s8() and trust_gru_s8() hold.
 * Cost: 3 * units * (in_len + units) multiply-accumulates a row. */
#ifndef MOTE_GRU_S8_H
#define MOTE_GRU_S8_H

#include "gates_s8.h"

#define MOTE_GRU_S8_GATES 3

#define MOTE_GRU_S8_PARAMS(F)                                                                                          \
    F(batch, 1, MOTE_DIM_MAX, "sequences")                                                                             \
    F(time, 1, MOTE_DIM_MAX, "steps a sequence")                                                                       \
    F(time_major, 0, 1, "1: all sequences' first steps come first; 0: the first sequence's steps do")                  \
    F(in_len, 1, MOTE_DIM_MAX, "elements of x in a step")                                                              \
    F(units, 1, MOTE_DIM_MAX, "elements of h")                                                                         \
    F(reset_after, 0, 1, "1: r multiplies the product of h; 0: h before it")                                           \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(out_mult, 0, INT32_MAX, "multiplier from the state to h'")                                                       \
    F(out_shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift from the state to h'")                                         \
    F(out_zero, -128, 127, "zero point of h'")

#define MOTE_GRU_S8_ARGS(A)                                                                                            \
    A(x, S8, IN)                                                                                                       \
    A(x_weights, S8, WEIGHTS)                                                                                          \
    A(h_weights, S8, WEIGHTS)                                                                                          \
    A(bias, S32, WEIGHTS)                                                                                              \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(table, U16, WEIGHTS)                                                                                             \
    A(hidden, S16, STATE)                                                                                              \
    A(before, S8, SCRATCH)                                                                                             \
    A(out, S8, OUT)

#define MOTE_GRU_S8_ROWS(R)                                                                                            \
    R(x, &p->in_ring, MOTE_EACH_ROW)                                                                                   \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(gru_s8, MOTE_GRU_S8_PARAMS)
MOTE_COST(gru_s8, 3.0 * p->units * ((double)p->in_len + p->units) + 60.0 * p->units)
MOTE_ROWS(gru_s8, MOTE_GRU_S8_ARGS, MOTE_GRU_S8_ROWS)

void mote_gru_s8(const struct mote_gru_s8 *p, const int8_t *x, const MOTE_FLASH int8_t *x_weights,
                 const MOTE_FLASH int8_t *h_weights, const MOTE_FLASH int32_t *bias, const MOTE_FLASH int32_t *mult,
                 const MOTE_FLASH int8_t *shift, const MOTE_FLASH uint16_t *table, int16_t *hidden, int8_t *before,
                 int8_t *out, int32_t first, int32_t count);

#endif
