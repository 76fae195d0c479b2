/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s16: out[r][o] = clamp(requant(bias[o] + sum_i in[r][i] * weights[o][i]))
 *
 *   in       [rows][in_len]   int16, zero point 0
 *   weights  [out_c][in_len]  int8, symmetric
 *   bias     [out_c]  int64; zeros for none
 *   mult     [1 or out_c]  int32, shift [1 or out_c] int8: requantization (requant.h); one for all if per_channel is 0
 *   out      [rows][out_c]    int16, zero point 0; must not overlap in
 *
 * A row is one of the batch. Exact: the bytes of the reference's FullyConnected and FullyConnectedPerChannel for int16
 * (docs/EXACT.md), whose sums have 64 bits (wide is 1) or 32 (wide is 0). No scratch. Cannot fail: the ranges,
 * need_fully_connected_s16() and trust_fully_connected_s16() hold.
 * Cost: in_len * out_c multiply-accumulates a row. */
#ifndef MOTE_FULLY_CONNECTED_S16_H
#define MOTE_FULLY_CONNECTED_S16_H

#include "../../kernel.h"

#define MOTE_FULLY_CONNECTED_S16_PARAMS(F)                                                                             \
    F(rows, 1, INT32_MAX, "batch")                                                                                     \
    F(in_len, 1, INT32_MAX, "inputs")                                                                                  \
    F(out_c, 1, INT32_MAX, "outputs")                                                                                  \
    F(lo, -32768, 32767, "smallest output")                                                                            \
    F(hi, -32768, 32767, "largest output")                                                                             \
    F(per_channel, 0, 1, "1: mult and shift have out_c elements; 0: one")                                              \
    F(wide, 0, 1, "1: sums of 64 bits; 0: of 32 bits")

#define MOTE_FULLY_CONNECTED_S16_ARGS(A)                                                                               \
    A(in, S16, IN)                                                                                                     \
    A(weights, S8, WEIGHTS)                                                                                            \
    A(bias, S64, WEIGHTS)                                                                                              \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(out, S16, OUT)

#define MOTE_FULLY_CONNECTED_S16_ROWS(R)                                                                               \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(fully_connected_s16, MOTE_FULLY_CONNECTED_S16_PARAMS)
MOTE_COST(fully_connected_s16, (double)p->out_c * p->in_len)
MOTE_ROWS(fully_connected_s16, MOTE_FULLY_CONNECTED_S16_ARGS, MOTE_FULLY_CONNECTED_S16_ROWS)

void mote_fully_connected_s16(const struct mote_fully_connected_s16 *p, const int16_t *in,
                              const MOTE_FLASH int8_t *weights, const MOTE_FLASH int64_t *bias,
                              const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int16_t *out,
                              int32_t first, int32_t count);

#endif
