/* SPDX-License-Identifier: Apache-2.0 */
/* mean_s8: out[k] = clamp(requant(sum of in over the reduced axes + sum_zero) + out_zero, -128, 127), for means and
 * sums
 *
 *   in   int8; which elements are kept and which reduced, reduce.h says
 *   out  int8, [keep0][keep1][keep2][keep3]; must not overlap in
 *
 * The host puts the input's zero point, and for a mean 1 / n, into mult, shift and sum_zero = -n * in_zero modulo 2^32.
 * The whole tensor is one row. Exact: the bytes of the reference's QuantizedMeanOrSum (docs/EXACT.md). Sums are 32 bits
 * modulo 2^32. No scratch. Cannot fail: the ranges and need_mean_s8() hold.
 * Cost: one addition an input element. */
#ifndef MOTE_MEAN_S8_H
#define MOTE_MEAN_S8_H

#include "../../kernel.h"
#include "../shared/reduce.h"

#define MOTE_MEAN_S8_PARAMS(F)                                                                                         \
    MOTE_REDUCE_PARAMS(F)                                                                                              \
    F(sum_zero, INT32_MIN, INT32_MAX, "added to each sum: minus n times the input's zero point")                       \
    F(mult, 0, INT32_MAX, "multiplier, 1 / n of a mean in it; need not be normalized")                                 \
    F(shift, -31, 30, "shift")                                                                                         \
    F(out_zero, -128, 127, "output zero point")

#define MOTE_MEAN_S8_ARGS(A)                                                                                           \
    A(in, S8, IN)                                                                                                      \
    A(out, S8, OUT)

MOTE_PARAMS(mean_s8, MOTE_MEAN_S8_PARAMS)
MOTE_COST(mean_s8,
          (double)p->keep0 * p->keep1 * p->keep2 * p->keep3 * p->reduce0 * p->reduce1 * p->reduce2 * p->reduce3)
MOTE_ROWS(mean_s8, MOTE_MEAN_S8_ARGS, MOTE_NO_ROWS)

/* first is 0; count is 1 (or 0, which does nothing). */
void mote_mean_s8(const struct mote_mean_s8 *p, const int8_t *in, int8_t *out, int32_t first, int32_t count);

#endif
