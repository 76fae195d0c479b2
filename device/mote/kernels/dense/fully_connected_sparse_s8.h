/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_sparse_s8: fully_connected_s8 with weights of zero point 0, of which those that are not 0 are stored
 * in pairs of bytes, each behind the number of inputs before it that have none:
 *   out[r][o] = clamp(requant(bias[o] + sum_i in[r][i] * weights[o][i]) + out_zero)
 *
 *   in       [rows][in_len]  int8
 *   pairs    [pair_bytes]    the weights [out_c][in_len], int8, as docs/SPEC.md says under "Codings"
 *   bias     [out_c]  of bias_bytes bytes each, the most significant first: signed, times 2^bias_shift, with the zero
 *            point of the inputs folded in
 *   mult     [1 or out_c]  int32, shift [1 or out_c] int8: requantization (requant.h); one for all if per_channel is 0
 *   out      [rows][out_c]   int8; must not overlap in
 *
 * A row is one of the batch. Exact: the same bytes as fully_connected_s8 with the weights that are meant
 * (docs/EXACT.md). Sums are 32 bits modulo 2^32. No scratch. Cannot fail: the ranges, need_ and
 * trust_fully_connected_sparse_s8() hold, which walk through all pairs.
 * Cost: a multiply-accumulate a pair and row. */
#ifndef MOTE_FULLY_CONNECTED_SPARSE_S8_H
#define MOTE_FULLY_CONNECTED_SPARSE_S8_H

#include "../shared/sparse.h"

#define MOTE_FULLY_CONNECTED_SPARSE_S8_PARAMS(F)                                                                       \
    F(rows, 1, INT32_MAX, "batch")                                                                                     \
    F(in_len, 1, INT32_MAX, "inputs")                                                                                  \
    F(out_c, 1, INT32_MAX, "outputs")                                                                                  \
    F(pair_bytes, MOTE_SPARSE_COUNT, 1 << 28, "bytes of all counts and pairs")                                         \
    F(bias_bytes, 1, 4, "bytes of a bias")                                                                             \
    F(bias_shift, 0, 31, "biases are multiples of 2^bias_shift")                                                       \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")                                                                                 \
    F(per_channel, 0, 1, "1: mult and shift have out_c elements; 0: one")

#define MOTE_FULLY_CONNECTED_SPARSE_S8_ARGS(A)                                                                         \
    A(in, S8, IN)                                                                                                      \
    A(pairs, U8, CONST)                                                                                                \
    A(bias, U8, WEIGHTS)                                                                                               \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(out, S8, OUT)

#define MOTE_FULLY_CONNECTED_SPARSE_S8_ROWS(R)                                                                         \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(fully_connected_sparse_s8, MOTE_FULLY_CONNECTED_SPARSE_S8_PARAMS)
MOTE_COST(fully_connected_sparse_s8, 0.75 * p->pair_bytes + 4.0 * p->out_c + 20)
MOTE_ROWS(fully_connected_sparse_s8, MOTE_FULLY_CONNECTED_SPARSE_S8_ARGS, MOTE_FULLY_CONNECTED_SPARSE_S8_ROWS)

void mote_fully_connected_sparse_s8(const struct mote_fully_connected_sparse_s8 *p, const int8_t *in,
                                    const MOTE_FLASH uint8_t *pairs, const MOTE_FLASH uint8_t *bias,
                                    const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int8_t *out,
                                    int32_t first, int32_t count);

#endif
