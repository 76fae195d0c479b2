/* SPDX-License-Identifier: Apache-2.0 */
/* reduce_max_s8: out[k] = the greatest of in over the reduced axes
 *
 *   in   int8; which elements are kept and which reduced, reduce.h says
 *   out  int8, [keep0][keep1][keep2][keep3]; must not overlap in
 *
 * The whole tensor is one row. Exact: stored values are compared. No scratch. Cannot fail: the ranges and
 * need_reduce_max_s8() hold. Cost: one comparison an input element. */
#ifndef MOTE_REDUCE_MAX_S8_H
#define MOTE_REDUCE_MAX_S8_H

#include "../../kernel.h"
#include "../shared/reduce.h"

#define MOTE_REDUCE_MAX_S8_PARAMS(F) MOTE_REDUCE_PARAMS(F)

#define MOTE_REDUCE_MAX_S8_ARGS(A)                                                                                     \
    A(in, S8, IN)                                                                                                      \
    A(out, S8, OUT)

MOTE_PARAMS(reduce_max_s8, MOTE_REDUCE_MAX_S8_PARAMS)
MOTE_COST(reduce_max_s8,
          (double)p->keep0 * p->keep1 * p->keep2 * p->keep3 * p->reduce0 * p->reduce1 * p->reduce2 * p->reduce3)
MOTE_ROWS(reduce_max_s8, MOTE_REDUCE_MAX_S8_ARGS, MOTE_NO_ROWS)

/* first is 0; count is 1 (or 0, which does nothing). */
void mote_reduce_max_s8(const struct mote_reduce_max_s8 *p, const int8_t *in, int8_t *out, int32_t first,
                        int32_t count);

#endif
