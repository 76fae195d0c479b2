/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_rows_f32: fully_connected_f32 of one input that is the rows of an image, folded as they come
 *
 *   in       [batch][in_h][in_len]  float; a ring of in_ring rows (rows.h)
 *   weights  [out_c][in_h][in_len]  float
 *   bias     [out_c]                float; zeros for none
 *   sums     [out_c]                float
 *   out      [out_c]                float; must not overlap in
 *
 * A row is one of the inputs': row r is row r % in_h of an input, whose first one sets the sums and whose last one
 * writes the output. If they come in order, each once, the output is fully_connected_f32's, to the bit, however many
 * rows a call has. No scratch. Cannot fail: the ranges and need_fully_connected_rows_f32() hold. Cost: in_len * out_c
 * multiply-accumulates a row. */
#ifndef MOTE_FULLY_CONNECTED_ROWS_F32_H
#define MOTE_FULLY_CONNECTED_ROWS_F32_H

#include "../../kernel.h"

#define MOTE_FULLY_CONNECTED_ROWS_F32_PARAMS(F)                                                                        \
    F(batch, 1, INT32_MAX, "inputs, one after the other: the output is the last one's")                                \
    F(in_h, 1, INT32_MAX, "rows of an input")                                                                          \
    F(in_len, 1, INT32_MAX, "inputs a row")                                                                            \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_c, 1, INT32_MAX, "outputs")                                                                                  \
    F(lo, INT32_MIN, INT32_MAX, "smallest output, as the bits of a float")                                             \
    F(hi, INT32_MIN, INT32_MAX, "largest output, as the bits of a float")

#define MOTE_FULLY_CONNECTED_ROWS_F32_ARGS(A)                                                                          \
    A(in, F32, IN)                                                                                                     \
    A(weights, F32, WEIGHTS)                                                                                           \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(sums, F32, SUMS)                                                                                                 \
    A(out, F32, OUT)

#define MOTE_FULLY_CONNECTED_ROWS_F32_ROWS(R)                                                                          \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, NULL, MOTE_FOLD(p->batch * p->in_h))

MOTE_PARAMS(fully_connected_rows_f32, MOTE_FULLY_CONNECTED_ROWS_F32_PARAMS)
MOTE_COST(fully_connected_rows_f32, (double)p->out_c * p->in_len)
MOTE_ROWS(fully_connected_rows_f32, MOTE_FULLY_CONNECTED_ROWS_F32_ARGS, MOTE_FULLY_CONNECTED_ROWS_F32_ROWS)

void mote_fully_connected_rows_f32(const struct mote_fully_connected_rows_f32 *p, const float *in,
                                   const MOTE_FLASH float *weights, const MOTE_FLASH float *bias, float *sums,
                                   float *out, int32_t first, int32_t count);

#endif
