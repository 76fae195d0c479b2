/* SPDX-License-Identifier: Apache-2.0 */
/* batch_matmul_s16: out = clamp(requant(sum of a * b)), matrices in batches, symmetric: zero points are 0
 *
 *   a      [a_len]          int16; how it is walked, matrices.h says
 *   b      [b_len]          int16, likewise
 *   batch  [rank][3]        int32: how the output's matrices walk a and b; the product of the dimensions times out_h
 *                           is rows
 *   out    [rows][out_w]    int16; must not overlap a or b
 *
 * Exact: the reference's BatchMatMul with sums of 64 bits. No scratch. Cannot fail: the ranges,
 * need_batch_matmul_s16() and trust_batch_matmul_s16() hold. Cost: depth multiply-accumulates an output element. */
#ifndef MOTE_BATCH_MATMUL_S16_H
#define MOTE_BATCH_MATMUL_S16_H

#include "../shared/matrices.h"
#include "../shared/requant.h"

#define MOTE_BATCH_MATMUL_S16_PARAMS(F)                                                                                \
    MOTE_MATRICES_PARAMS(F)                                                                                            \
    F(mult, 0, INT32_MAX, "multiplier of the sum")                                                                     \
    F(shift, MOTE_SHIFT_MIN, MOTE_SHIFT64_MAX, "shift of the sum")

#define MOTE_BATCH_MATMUL_S16_ARGS(A)                                                                                  \
    A(a, S16, IN)                                                                                                      \
    A(b, S16, IN)                                                                                                      \
    A(batch, S32, CONST)                                                                                               \
    A(out, S16, OUT)

MOTE_PARAMS(batch_matmul_s16, MOTE_BATCH_MATMUL_S16_PARAMS)
MOTE_COST(batch_matmul_s16, (double)p->out_w * p->depth)
MOTE_ROWS(batch_matmul_s16, MOTE_BATCH_MATMUL_S16_ARGS, MOTE_NO_ROWS)

void mote_batch_matmul_s16(const struct mote_batch_matmul_s16 *p, const int16_t *a, const int16_t *b,
                           const MOTE_FLASH int32_t *batch, int16_t *out, int32_t first, int32_t count);

#endif
