/* SPDX-License-Identifier: Apache-2.0 */
/* batch_matmul_s8: out = clamp(requant(sum of (a - a_zero) * (b - b_zero)) + out_zero), matrices in batches
 *
 *   a      [a_len]          int8; how it is walked, matrices.h says
 *   b      [b_len]          int8, likewise
 *   batch  [rank][3]        int32: how the output's matrices walk a and b; the product of the dimensions times out_h
 *                           is rows
 *   out    [rows][out_w]    int8; must not overlap a or b
 *
 * Exact: the reference's BatchMatMul. Sums are modulo 2^32. No scratch. Cannot fail: the ranges,
 * need_batch_matmul_s8() and trust_batch_matmul_s8() hold. Cost: depth multiply-accumulates an output element. */
#ifndef MOTE_BATCH_MATMUL_S8_H
#define MOTE_BATCH_MATMUL_S8_H

#include "../shared/matrices.h"
#include "../shared/requant.h"

#define MOTE_BATCH_MATMUL_S8_PARAMS(F)                                                                                 \
    MOTE_MATRICES_PARAMS(F)                                                                                            \
    F(a_zero, -128, 127, "zero point of a")                                                                            \
    F(b_zero, -128, 127, "zero point of b")                                                                            \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(mult, 0, INT32_MAX, "multiplier of the sum")                                                                     \
    F(shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift of the sum")

#define MOTE_BATCH_MATMUL_S8_ARGS(A)                                                                                   \
    A(a, S8, IN)                                                                                                       \
    A(b, S8, IN)                                                                                                       \
    A(batch, S32, CONST)                                                                                               \
    A(out, S8, OUT)

MOTE_PARAMS(batch_matmul_s8, MOTE_BATCH_MATMUL_S8_PARAMS)
MOTE_COST(batch_matmul_s8, (double)p->out_w * p->depth)
MOTE_ROWS(batch_matmul_s8, MOTE_BATCH_MATMUL_S8_ARGS, MOTE_NO_ROWS)

void mote_batch_matmul_s8(const struct mote_batch_matmul_s8 *p, const int8_t *a, const int8_t *b,
                          const MOTE_FLASH int32_t *batch, int8_t *out, int32_t first, int32_t count);

#endif
