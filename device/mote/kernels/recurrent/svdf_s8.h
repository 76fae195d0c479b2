/* SPDX-License-Identifier: Apache-2.0 */
/* svdf_s8: a filter over features, then one over time. For each image b and filter f, with the last `memory` results of
 * the first filter kept in the state, oldest first:
 *
 *   state[b][f][last] = state_zero + clamp(requant(sum_i (in[b][i] - in_zero) * features[f][i]))
 *   out[b][u] = clamp(requant(bias[u] + sum_{f of u, m} (state[b][f][m] - state_zero) * times[f][m]) + out_zero)
 *
 * where each output unit u has `rank` neighboring filters.
 *
 *   in        [batch][inputs]           int8
 *   features  [units * rank][inputs]    int8, symmetric
 *   times     [units * rank][memory]    int8, or int16 if `wide` is 1; symmetric
 *   bias      [units]                   int32; zeros for none
 *   state     [batch][units * rank][memory]  as times; starts at state_zero
 *   out       [batch][units]            int8; must not overlap the others
 *
 * A row is an image of the batch, and moves its state on by one.
 * Exact: the bytes of the reference's EvalIntegerSvdfReference (docs/EXACT.md), sums modulo 2^32. No scratch. Cannot
 * fail: the ranges and need_svdf_s8() hold.
 * Cost: units * rank * (inputs + memory) multiply-accumulates a row. */
#ifndef MOTE_SVDF_S8_H
#define MOTE_SVDF_S8_H

#include "../../kernel.h"
#include "../shared/requant.h"

#define MOTE_SVDF_S8_PARAMS(F)                                                                                         \
    F(batch, 1, MOTE_DIM_MAX, "images")                                                                                \
    F(inputs, 1, MOTE_DIM_MAX, "input features")                                                                       \
    F(units, 1, MOTE_DIM_MAX, "outputs")                                                                               \
    F(rank, 1, MOTE_DIM_MAX, "filters of an output")                                                                   \
    F(memory, 1, MOTE_DIM_MAX, "steps of time that a filter sees")                                                     \
    F(wide, 0, 1, "1: times and state are int16; 0: int8")                                                             \
    F(in_zero, -128, 127, "input zero point")                                                                          \
    F(state_zero, -32768, 32767, "zero point of the state")                                                            \
    F(state_mult, 0, INT32_MAX, "multiplier of the sum over features")                                                 \
    F(state_shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "its shift")                                                        \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(out_mult, 0, INT32_MAX, "multiplier of the sum over time")                                                       \
    F(out_shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "its shift")

#define MOTE_SVDF_S8_ARGS(A)                                                                                           \
    A(in, S8, IN)                                                                                                      \
    A(features, S8, WEIGHTS)                                                                                           \
    A(times, ANY, WEIGHTS)                                                                                             \
    A(bias, S32, WEIGHTS)                                                                                              \
    A(state, ANY, STATE)                                                                                               \
    A(out, S8, OUT)

#define MOTE_SVDF_S8_ROWS(R)                                                                                           \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(svdf_s8, MOTE_SVDF_S8_PARAMS)
MOTE_COST(svdf_s8, (double)p->units * p->rank * ((double)p->inputs + p->memory))
MOTE_ROWS(svdf_s8, MOTE_SVDF_S8_ARGS, MOTE_SVDF_S8_ROWS)

void mote_svdf_s8(const struct mote_svdf_s8 *p, const int8_t *in, const MOTE_FLASH int8_t *features,
                  const MOTE_FLASH void *times, const MOTE_FLASH int32_t *bias, void *state, int8_t *out, int32_t first,
                  int32_t count);

#endif
