/* SPDX-License-Identifier: Apache-2.0 */
/* mean_s16: out[k] = clamp(requant(sum of in over the reduced axes)), for means and sums, symmetric: zero points are 0
 *
 *   in   int16; which elements are kept and which reduced, reduce.h says
 *   out  int16, [keep0][keep1][keep2][keep3]; must not overlap in
 *
 * The host puts 1 / n of a mean into mult and shift. The whole tensor is one row. Exact: the bytes of the reference's
 * QuantizedMeanOrSum (docs/EXACT.md). Sums are 32 bits modulo 2^32. No scratch. Cannot fail: the ranges and
 * need_mean_s16() hold. Cost: one addition an input element. */
#ifndef MOTE_MEAN_S16_H
#define MOTE_MEAN_S16_H

#include "../../kernel.h"
#include "../shared/reduce.h"

#define MOTE_MEAN_S16_PARAMS(F)                                                                                        \
    MOTE_REDUCE_PARAMS(F)                                                                                              \
    F(mult, 0, INT32_MAX, "multiplier, 1 / n of a mean in it; need not be normalized")                                 \
    F(shift, -31, 30, "shift")

#define MOTE_MEAN_S16_ARGS(A)                                                                                          \
    A(in, S16, IN)                                                                                                     \
    A(out, S16, OUT)

MOTE_PARAMS(mean_s16, MOTE_MEAN_S16_PARAMS)
MOTE_COST(mean_s16,
          (double)p->keep0 * p->keep1 * p->keep2 * p->keep3 * p->reduce0 * p->reduce1 * p->reduce2 * p->reduce3)
MOTE_ROWS(mean_s16, MOTE_MEAN_S16_ARGS, MOTE_NO_ROWS)

/* first is 0; count is 1 (or 0, which does nothing). */
void mote_mean_s16(const struct mote_mean_s16 *p, const int16_t *in, int16_t *out, int32_t first, int32_t count);

#endif
