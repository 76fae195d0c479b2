/* SPDX-License-Identifier: Apache-2.0 */
/* reduce_f32: out[k] = the mean, the sum or the greatest of in over the reduced axes
 *
 *   in   float; which elements are kept and which reduced, reduce.h says
 *   out  float, [keep0][keep1][keep2][keep3]; must not overlap in
 *
 * The whole tensor is one row.
 * The reference's Mean, ReduceGeneric (sum and maximum) within the tolerance of docs/EXACT.md, the maximum exactly;
 * elements are taken in its order. No scratch. Cannot fail: the ranges and need_reduce_f32() hold.
 * Cost: one addition or comparison an input element. */
#ifndef MOTE_REDUCE_F32_H
#define MOTE_REDUCE_F32_H

#include "../../kernel.h"
#include "../shared/reduce.h"

/* The numbers are image format. */
enum { MOTE_REDUCE_MEAN = 0, MOTE_REDUCE_SUM = 1, MOTE_REDUCE_MAX = 2, MOTE_REDUCE_FUNCTIONS };

#define MOTE_REDUCE_F32_PARAMS(F)                                                                                      \
    F(function, 0, MOTE_REDUCE_FUNCTIONS - 1, "0 mean, 1 sum, 2 greatest")                                             \
    MOTE_REDUCE_PARAMS(F)

#define MOTE_REDUCE_F32_ARGS(A)                                                                                        \
    A(in, F32, IN)                                                                                                     \
    A(out, F32, OUT)

MOTE_PARAMS(reduce_f32, MOTE_REDUCE_F32_PARAMS)
MOTE_COST(reduce_f32,
          (double)p->keep0 * p->keep1 * p->keep2 * p->keep3 * p->reduce0 * p->reduce1 * p->reduce2 * p->reduce3)
MOTE_ROWS(reduce_f32, MOTE_REDUCE_F32_ARGS, MOTE_NO_ROWS)

/* first is 0; count is 1 (or 0, which does nothing). */
void mote_reduce_f32(const struct mote_reduce_f32 *p, const float *in, float *out, int32_t first, int32_t count);

#endif
