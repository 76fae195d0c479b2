/* SPDX-License-Identifier: Apache-2.0 */
/* batch_matmul_f32: out = sum of a * b, matrices in batches
 *
 *   a      [a_len]          float; how it is walked, matrices.h says
 *   b      [b_len]          float, likewise
 *   batch  [rank][3]        int32: how the output's matrices walk a and b; the product of the dimensions times out_h
 *                           is rows
 *   out    [rows][out_w]    float; must not overlap a or b
 *
 * The reference's BatchMatMul, its additions in its order. No scratch. Cannot fail: the ranges, need_batch_matmul_f32()
 * and trust_batch_matmul_f32() hold. Cost: depth multiply-accumulates an output element. */
#ifndef MOTE_BATCH_MATMUL_F32_H
#define MOTE_BATCH_MATMUL_F32_H

#include "../shared/matrices.h"

#define MOTE_BATCH_MATMUL_F32_PARAMS(F) MOTE_MATRICES_PARAMS(F)

#define MOTE_BATCH_MATMUL_F32_ARGS(A)                                                                                  \
    A(a, F32, IN)                                                                                                      \
    A(b, F32, IN)                                                                                                      \
    A(batch, S32, CONST)                                                                                               \
    A(out, F32, OUT)

MOTE_PARAMS(batch_matmul_f32, MOTE_BATCH_MATMUL_F32_PARAMS)
MOTE_COST(batch_matmul_f32, (double)p->out_w * p->depth)
MOTE_ROWS(batch_matmul_f32, MOTE_BATCH_MATMUL_F32_ARGS, MOTE_NO_ROWS)

void mote_batch_matmul_f32(const struct mote_batch_matmul_f32 *p, const float *a, const float *b,
                           const MOTE_FLASH int32_t *batch, float *out, int32_t first, int32_t count);

#endif
