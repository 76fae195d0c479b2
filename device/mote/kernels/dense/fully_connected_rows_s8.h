/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_rows_s8: fully_connected_s8 of one input that is the rows of an image, folded as they come
 *
 *   in       [batch][in_h][in_len]  int8, zero point in_zero; a ring of in_ring rows (rows.h)
 *   weights  [out_c][in_h][in_len]  int8, zero point weights_zero
 *   bias     [out_c]  int32, with both zero points folded in, modulo 2^32:
 *            bias[o] - in_zero * sum(weights[o]) + in_h * in_len * in_zero * weights_zero
 *   mult     [1 or out_c]  int32, shift [1 or out_c] int8: requantization (requant.h); one for all if per_channel is 0
 *   sums     [out_c, rounded up to a multiple of 4]  int32
 *   out      [out_c]  int8; must not overlap in
 *
 * A row is one of the inputs': row r is row r % in_h of an input, whose first one sets the sums and whose last one
 * writes the output. If they come in order, each once, the output is fully_connected_s8's, to the byte. Sums are 32
 * bits modulo 2^32. No scratch. Cannot fail: the ranges and need_fully_connected_rows_s8() hold. Cost: in_len * out_c
 * multiply-accumulates a row. */
#ifndef MOTE_FULLY_CONNECTED_ROWS_S8_H
#define MOTE_FULLY_CONNECTED_ROWS_S8_H

#include "../../kernel.h"

#define MOTE_FULLY_CONNECTED_ROWS_S8_PARAMS(F)                                                                         \
    F(batch, 1, INT32_MAX, "inputs, one after the other: the output is the last one's")                                \
    F(in_h, 1, INT32_MAX, "rows of an input")                                                                          \
    F(in_len, 1, INT32_MAX, "inputs a row")                                                                            \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_c, 1, INT32_MAX, "outputs")                                                                                  \
    F(weights_zero, -128, 127, "weights' zero point")                                                                  \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")                                                                                 \
    F(per_channel, 0, 1, "1: mult and shift have out_c elements; 0: one")

#define MOTE_FULLY_CONNECTED_ROWS_S8_ARGS(A)                                                                           \
    A(in, S8, IN)                                                                                                      \
    A(weights, S8, WEIGHTS)                                                                                            \
    A(bias, S32, WEIGHTS)                                                                                              \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(sums, S32, SUMS)                                                                                                 \
    A(out, S8, OUT)

#define MOTE_FULLY_CONNECTED_ROWS_S8_ROWS(R)                                                                           \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, NULL, MOTE_FOLD(p->batch * p->in_h))

MOTE_PARAMS(fully_connected_rows_s8, MOTE_FULLY_CONNECTED_ROWS_S8_PARAMS)
MOTE_COST(fully_connected_rows_s8, (double)p->out_c * p->in_len)
MOTE_ROWS(fully_connected_rows_s8, MOTE_FULLY_CONNECTED_ROWS_S8_ARGS, MOTE_FULLY_CONNECTED_ROWS_S8_ROWS)

void mote_fully_connected_rows_s8(const struct mote_fully_connected_rows_s8 *p, const int8_t *in,
                                  const MOTE_FLASH int8_t *weights, const MOTE_FLASH int32_t *bias,
                                  const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int32_t *sums,
                                  int8_t *out, int32_t first, int32_t count);

#endif
