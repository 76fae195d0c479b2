/* SPDX-License-Identifier: Apache-2.0 */
/* svdf_f32: a filter over features, then one over time. For each image b and filter f, with the last `memory` results
 * of the first filter kept in the state, oldest first:
 *
 *   state[b][f][last] = sum_i in[b][i] * features[f][i]
 *   out[b][u]         = clamp(bias[u] + sum_{f of u, m} state[b][f][m] * times[f][m])
 *
 * where each output unit u has `rank` neighboring filters.
 *
 *   in        [batch][inputs]                float
 *   features  [units * rank][inputs]         float
 *   times     [units * rank][memory]         float
 *   bias      [units]                        float; zeros for none
 *   state     [batch][units * rank][memory]  float; starts at 0
 *   out       [batch][units]                 float; must not overlap the others
 *
 * A row is an image of the batch, and moves its state on by one.
 * Within a tolerance of the reference's EvalFloatSvdfReference (docs/EXACT.md, "Float"). No scratch. Cannot fail: the
 * ranges and need_svdf_f32() hold.
 * Cost: units * rank * (inputs + memory) multiply-accumulates a row. */
#ifndef MOTE_SVDF_F32_H
#define MOTE_SVDF_F32_H

#include "../../kernel.h"

#define MOTE_SVDF_F32_PARAMS(F)                                                                                        \
    F(batch, 1, MOTE_DIM_MAX, "images")                                                                                \
    F(inputs, 1, MOTE_DIM_MAX, "input features")                                                                       \
    F(units, 1, MOTE_DIM_MAX, "outputs")                                                                               \
    F(rank, 1, MOTE_DIM_MAX, "filters of an output")                                                                   \
    F(memory, 1, MOTE_DIM_MAX, "steps of time that a filter sees")                                                     \
    F(lo, INT32_MIN, INT32_MAX, "smallest output, as the bits of a float")                                             \
    F(hi, INT32_MIN, INT32_MAX, "largest output, as the bits of a float")

#define MOTE_SVDF_F32_ARGS(A)                                                                                          \
    A(in, F32, IN)                                                                                                     \
    A(features, F32, WEIGHTS)                                                                                          \
    A(times, F32, WEIGHTS)                                                                                             \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(state, F32, STATE)                                                                                               \
    A(out, F32, OUT)

#define MOTE_SVDF_F32_ROWS(R)                                                                                          \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(svdf_f32, MOTE_SVDF_F32_PARAMS)
MOTE_COST(svdf_f32, (double)p->units * p->rank * ((double)p->inputs + p->memory))
MOTE_ROWS(svdf_f32, MOTE_SVDF_F32_ARGS, MOTE_SVDF_F32_ROWS)

void mote_svdf_f32(const struct mote_svdf_f32 *p, const float *in, const MOTE_FLASH float *features,
                   const MOTE_FLASH float *times, const MOTE_FLASH float *bias, float *state, float *out, int32_t first,
                   int32_t count);

#endif
