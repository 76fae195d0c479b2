/* SPDX-License-Identifier: Apache-2.0 */
/* gru_f32: the gated recurrent unit in float, one time step a row.
 *
 *   z, r = sigmoid((sum of x_weights * x + bias) + sum of h_weights * h)
 *   n    = tanh((sum of x_weights * x + bias) + r * (sum of h_weights * h + h_bias))      reset_after
 *   n    = tanh((sum of x_weights * x + bias) + (sum of h_weights * (r * h) + h_bias))    else
 *   h    = out = (1 - z) * n + z * h
 *
 *   x          [in_ring rows][in_len]   float: row = batch entry * time + step, or step * batch + entry (time_major)
 *   x_weights  [3][units][in_len]       float; gates in the order z, r, n
 *   h_weights  [3][units][units]        float
 *   bias       [4][units]               float: of z, r and n, then h_bias
 *   hidden     [batch][units]           float, state: h of the step before
 *   gates      [units]                  float, scratch
 *   out        [out_ring rows][units]   float; must not overlap x or hidden
 *
 * The rows of a batch entry must be computed in order, each once. A run leaves the last step in hidden.
 * This is the definition: products are added in the order of their elements, and the rest as it stands above; versions
 * and compilers that fuse differ within the tolerance of docs/EXACT.md. No libm. Cannot fail: the ranges and
 * need_gru_f32() hold.
 * Cost: 3 * units * (in_len + units) multiply-accumulates a row, and three exponentials (math_f32.h) a unit. */
#ifndef MOTE_GRU_F32_H
#define MOTE_GRU_F32_H

#include "../../kernel.h"

#define MOTE_GRU_F32_PARAMS(F)                                                                                         \
    F(batch, 1, MOTE_DIM_MAX, "sequences")                                                                             \
    F(time, 1, MOTE_DIM_MAX, "steps a sequence")                                                                       \
    F(time_major, 0, 1, "1: all sequences' first steps come first; 0: the first sequence's steps do")                  \
    F(in_len, 1, MOTE_DIM_MAX, "elements of x in a step")                                                              \
    F(units, 1, MOTE_DIM_MAX, "elements of h")                                                                         \
    F(reset_after, 0, 1, "1: r multiplies the product of h; 0: h before it")                                           \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_GRU_F32_ARGS(A)                                                                                           \
    A(x, F32, IN)                                                                                                      \
    A(x_weights, F32, WEIGHTS)                                                                                         \
    A(h_weights, F32, WEIGHTS)                                                                                         \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(hidden, F32, STATE)                                                                                              \
    A(gates, F32, SCRATCH)                                                                                             \
    A(out, F32, OUT)

#define MOTE_GRU_F32_ROWS(R)                                                                                           \
    R(x, &p->in_ring, MOTE_EACH_ROW)                                                                                   \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(gru_f32, MOTE_GRU_F32_PARAMS)
MOTE_COST(gru_f32, 3.0 * p->units * ((double)p->in_len + p->units) + 40.0 * p->units)
MOTE_ROWS(gru_f32, MOTE_GRU_F32_ARGS, MOTE_GRU_F32_ROWS)

void mote_gru_f32(const struct mote_gru_f32 *p, const float *x, const MOTE_FLASH float *x_weights,
                  const MOTE_FLASH float *h_weights, const MOTE_FLASH float *bias, float *hidden, float *gates,
                  float *out, int32_t first, int32_t count);

#endif
