/* SPDX-License-Identifier: Apache-2.0 */
/* mean_s8: out[k] = clamp(requant(sum of in over the reduced axes + sum_zero) + out_zero, -128, 127)
 *
 *   in   int8, [keep0 * … * keep3 * reduce0 * … * reduce3] elements; (k0, …, k3, r0, …, r3) is at
 *        k0 * keep_step0 + … + k3 * keep_step3 + r0 * reduce_step0 + … + r3 * reduce_step3
 *   out  int8, [keep0][keep1][keep2][keep3]; must not overlap in
 *
 * Any axes of a tensor of up to eight dimensions come down to four kept and four reduced ones: neighbors of the same
 * kind are one, and unused ones are 1. The host does that, and puts 1 / n and the input's zero point into mult, shift
 * and sum_zero = -n * in_zero modulo 2^32.
 * The whole tensor is one row. Exact: the bytes of the reference's QuantizedMeanOrSum (docs/EXACT.md). Sums are 32 bits
 * modulo 2^32. No scratch. Cannot fail: the ranges and need_mean_s8() hold.
 * Cost: one addition an input element. */
#ifndef MOTE_MEAN_S8_H
#define MOTE_MEAN_S8_H

#include "mote/kernel.h"

#define MOTE_MEAN_S8_PARAMS(F)                                                                                         \
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
    F(reduce_step3, 1, INT32_MAX, "elements from one of reduce3 to the next")                                          \
    F(sum_zero, INT32_MIN, INT32_MAX, "added to each sum: minus n times the input's zero point")                       \
    F(mult, 0, INT32_MAX, "multiplier, 1 / n in it; need not be normalized")                                           \
    F(shift, -31, 30, "shift")                                                                                         \
    F(out_zero, -128, 127, "output zero point")

#define MOTE_MEAN_S8_ARGS(A)                                                                                           \
    A(in, S8, IN)                                                                                                      \
    A(out, S8, OUT)

MOTE_PARAMS(mean_s8, MOTE_MEAN_S8_PARAMS)

/* first is 0; count is 1 (or 0, which does nothing). */
void mote_mean_s8(const struct mote_mean_s8 *p, const int8_t *in, int8_t *out, int32_t first, int32_t count);

#endif
