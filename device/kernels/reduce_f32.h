/* SPDX-License-Identifier: Apache-2.0 */
/* reduce_f32: out[k] = the mean, the sum or the greatest of in over the reduced axes
 *
 *   in   float, [keep0 * … * keep3 * reduce0 * … * reduce3] elements; (k0, …, k3, r0, …, r3) is at
 *        k0 * keep_step0 + … + k3 * keep_step3 + r0 * reduce_step0 + … + r3 * reduce_step3
 *   out  float, [keep0][keep1][keep2][keep3]; must not overlap in
 *
 * Any axes of a tensor of up to eight dimensions come down to four kept and four reduced ones: neighbors of the same
 * kind are one, and unused ones are 1. The whole tensor is one row.
 * The reference's Mean, ReduceGeneric (sum and maximum) within the tolerance of docs/EXACT.md, the maximum exactly;
 * elements are taken in its order. No scratch. Cannot fail: the ranges and need_reduce_f32() hold.
 * Cost: one addition or comparison an input element. */
#ifndef MOTE_REDUCE_F32_H
#define MOTE_REDUCE_F32_H

#include "mote/kernel.h"

/* The numbers are image format. */
enum { MOTE_REDUCE_MEAN = 0, MOTE_REDUCE_SUM = 1, MOTE_REDUCE_MAX = 2, MOTE_REDUCE_FUNCTIONS };

#define MOTE_REDUCE_F32_PARAMS(F)                                                                                      \
    F(function, 0, MOTE_REDUCE_FUNCTIONS - 1, "0 mean, 1 sum, 2 greatest")                                             \
    F(keep0, 1, INT32_MAX, "kept dimension, outermost")                                                                \
    F(keep1, 1, INT32_MAX, "kept dimension")                                                                           \
    F(keep2, 1, INT32_MAX, "kept dimension")                                                                           \
    F(keep3, 1, INT32_MAX, "kept dimension, innermost")                                                                \
    F(keep_step0, 1, INT32_MAX, "elements from one of keep0 to the next")                                              \
    F(keep_step1, 1, INT32_MAX, "elements from one of keep1 to the next")                                              \
    F(keep_step2, 1, INT32_MAX, "elements from one of keep2 to the next")                                              \
    F(keep_step3, 1, INT32_MAX, "elements from one of keep3 to the next")                                              \
    F(reduce0, 1, INT32_MAX, "reduced dimension, outermost")                                                           \
    F(reduce1, 1, INT32_MAX, "reduced dimension")                                                                      \
    F(reduce2, 1, INT32_MAX, "reduced dimension")                                                                      \
    F(reduce3, 1, INT32_MAX, "reduced dimension, innermost")                                                           \
    F(reduce_step0, 1, INT32_MAX, "elements from one of reduce0 to the next")                                          \
    F(reduce_step1, 1, INT32_MAX, "elements from one of reduce1 to the next")                                          \
    F(reduce_step2, 1, INT32_MAX, "elements from one of reduce2 to the next")                                          \
    F(reduce_step3, 1, INT32_MAX, "elements from one of reduce3 to the next")

#define MOTE_REDUCE_F32_ARGS(A)                                                                                        \
    A(in, F32, IN)                                                                                                     \
    A(out, F32, OUT)

MOTE_PARAMS(reduce_f32, MOTE_REDUCE_F32_PARAMS)

/* first is 0; count is 1 (or 0, which does nothing). */
void mote_reduce_f32(const struct mote_reduce_f32 *p, const float *in, float *out, int32_t first, int32_t count);

#endif
