/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_f32: out[r][o] = clamp(sum_i in[r][i] * weights[o][i] + bias[o])
 *
 *   in       [rows][in_len]   float
 *   weights  [out_c][in_len]  float
 *   bias     [out_c]          float; zeros for none
 *   out      [rows][out_c]    float; must not overlap in
 *
 * A row is one of the batch. The reference's FullyConnected within the tolerance of docs/EXACT.md; products are added
 * in its order. No scratch. Cannot fail: the ranges and need_fully_connected_f32() hold. Cost: in_len * out_c
 * multiply-accumulates a row. */
#ifndef MOTE_FULLY_CONNECTED_F32_H
#define MOTE_FULLY_CONNECTED_F32_H

#include "../../kernel.h"

#define MOTE_FULLY_CONNECTED_F32_PARAMS(F)                                                                             \
    F(rows, 1, INT32_MAX, "batch")                                                                                     \
    F(in_len, 1, INT32_MAX, "inputs")                                                                                  \
    F(out_c, 1, INT32_MAX, "outputs")                                                                                  \
    F(lo, INT32_MIN, INT32_MAX, "smallest output, as the bits of a float")                                             \
    F(hi, INT32_MIN, INT32_MAX, "largest output, as the bits of a float")

#define MOTE_FULLY_CONNECTED_F32_ARGS(A)                                                                               \
    A(in, F32, IN)                                                                                                     \
    A(weights, F32, WEIGHTS)                                                                                           \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(out, F32, OUT)

#define MOTE_FULLY_CONNECTED_F32_ROWS(R)                                                                               \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(fully_connected_f32, MOTE_FULLY_CONNECTED_F32_PARAMS)
MOTE_COST(fully_connected_f32, (double)p->out_c * p->in_len)
MOTE_ROWS(fully_connected_f32, MOTE_FULLY_CONNECTED_F32_ARGS, MOTE_FULLY_CONNECTED_F32_ROWS)

void mote_fully_connected_f32(const struct mote_fully_connected_f32 *p, const float *in,
                              const MOTE_FLASH float *weights, const MOTE_FLASH float *bias, float *out, int32_t first,
                              int32_t count);

#endif
