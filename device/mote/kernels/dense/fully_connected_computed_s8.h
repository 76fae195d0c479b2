/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_computed_s8: fully_connected_s8 with weights that the model computes, so that nothing is folded:
 * out[r][o] = clamp(requant(bias[o] + sum_i (in[r][i] - in_zero) * (weights[o][i] - weights_zero)) + out_zero)
 *
 *   in       [rows][in_len]   int8
 *   weights  [out_c][in_len]  int8
 *   bias     [out_c]          int32; zeros for none
 *   mult     [1 or out_c]  int32, shift [1 or out_c] int8: requantization (requant.h); one for all if per_channel is 0
 *   out      [rows][out_c]    int8; must not overlap in or weights
 *
 * A row is one of the batch. Exact: the bytes of the reference's FullyConnected and FullyConnectedPerChannel
 * (docs/EXACT.md). Sums are 32 bits modulo 2^32. No scratch. Cannot fail: the ranges,
 * need_fully_connected_computed_s8() and trust_fully_connected_computed_s8() hold.
 * Cost: in_len * out_c multiply-accumulates a row. */
#ifndef MOTE_FULLY_CONNECTED_COMPUTED_S8_H
#define MOTE_FULLY_CONNECTED_COMPUTED_S8_H

#include "../../kernel.h"

#define MOTE_FULLY_CONNECTED_COMPUTED_S8_PARAMS(F)                                                                     \
    F(rows, 1, INT32_MAX, "batch")                                                                                     \
    F(in_len, 1, INT32_MAX, "inputs")                                                                                  \
    F(out_c, 1, INT32_MAX, "outputs")                                                                                  \
    F(in_zero, -128, 127, "input zero point")                                                                          \
    F(weights_zero, -128, 127, "weights' zero point")                                                                  \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")                                                                                 \
    F(per_channel, 0, 1, "1: mult and shift have out_c elements; 0: one")

#define MOTE_FULLY_CONNECTED_COMPUTED_S8_ARGS(A)                                                                       \
    A(in, S8, IN)                                                                                                      \
    A(weights, S8, IN)                                                                                                 \
    A(bias, S32, WEIGHTS)                                                                                              \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(out, S8, OUT)

#define MOTE_FULLY_CONNECTED_COMPUTED_S8_ROWS(R)                                                                       \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(fully_connected_computed_s8, MOTE_FULLY_CONNECTED_COMPUTED_S8_PARAMS)
MOTE_COST(fully_connected_computed_s8, (double)p->out_c * p->in_len)
MOTE_ROWS(fully_connected_computed_s8, MOTE_FULLY_CONNECTED_COMPUTED_S8_ARGS, MOTE_FULLY_CONNECTED_COMPUTED_S8_ROWS)

void mote_fully_connected_computed_s8(const struct mote_fully_connected_computed_s8 *p, const int8_t *in,
                                      const int8_t *weights, const MOTE_FLASH int32_t *bias,
                                      const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int8_t *out,
                                      int32_t first, int32_t count);

#endif
