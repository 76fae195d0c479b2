/* SPDX-License-Identifier: Apache-2.0 */
/* reduce_extreme: out[k] = the greatest, or the smallest, of in over the reduced axes
 *
 *   in   int16 or int32, as `type` says; which elements are kept and which reduced, reduce.h says
 *   out  of the same type, [keep0][keep1][keep2][keep3]; must not overlap in
 *
 * The whole tensor is one row. Exact: stored values are compared. No scratch. Cannot fail: the ranges and
 * need_reduce_extreme() hold. Cost: one comparison an input element. */
#ifndef MOTE_REDUCE_EXTREME_H
#define MOTE_REDUCE_EXTREME_H

#include "../../kernel.h"
#include "../shared/reduce.h"

#define MOTE_REDUCE_EXTREME_PARAMS(F)                                                                                  \
    F(smallest, 0, 1, "0 the greatest, 1 the smallest")                                                                \
    F(type, MOTE_ARG_S8, MOTE_ARG_F32, "type of the elements: s16 or s32")                                             \
    MOTE_REDUCE_PARAMS(F)

#define MOTE_REDUCE_EXTREME_ARGS(A)                                                                                    \
    A(in, ANY, IN)                                                                                                     \
    A(out, ANY, OUT)

MOTE_PARAMS(reduce_extreme, MOTE_REDUCE_EXTREME_PARAMS)
MOTE_COST(reduce_extreme,
          (double)p->keep0 * p->keep1 * p->keep2 * p->keep3 * p->reduce0 * p->reduce1 * p->reduce2 * p->reduce3)
MOTE_ROWS(reduce_extreme, MOTE_REDUCE_EXTREME_ARGS, MOTE_NO_ROWS)

/* first is 0; count is 1 (or 0, which does nothing). */
void mote_reduce_extreme(const struct mote_reduce_extreme *p, const void *in, void *out, int32_t first, int32_t count);

#endif
