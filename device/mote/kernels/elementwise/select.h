/* SPDX-License-Identifier: Apache-2.0 */
/* select: out = condition ? a : b, element by element
 *
 *   condition  [condition_ring rows][condition_len]  bool: 0 or another byte; a ring of one row may serve all
 *   a          [a_ring rows][a_len][size]            any element type of `size` bytes; likewise
 *   b          [b_ring rows][b_len][size]            likewise
 *   shape      [rank][4]                             int32: {dimension, stride in condition, in a, in b}, outermost
 *                                                    first, strides in elements; 0 repeats the operand
 *   out        [out_ring rows][out_len][size]        dense; may be the memory of an operand that has the result's shape
 *                                                    and size of elements, else no overlap
 *
 * Exact: bytes are moved. No scratch. Cannot fail: the ranges, need_select() and trust_select() hold. */
#ifndef MOTE_SELECT_H
#define MOTE_SELECT_H

#include "../../kernel.h"
#include "../shared/strides.h"

#define MOTE_SELECT_PARAMS(F)                                                                                          \
    F(size, 1, 8, "bytes of an element: 1, 2, 4 or 8")                                                                 \
    F(rows, 1, INT32_MAX, "output rows")                                                                               \
    F(rank, 1, MOTE_RANK_MAX, "dimensions of a row: lines of shape")                                                   \
    F(condition_len, 1, INT32_MAX, "elements of a row of the condition")                                               \
    F(condition_ring, 1, INT32_MAX, "rows of the condition that the buffer holds")                                     \
    F(a_len, 1, INT32_MAX, "elements of a row of a")                                                                   \
    F(a_ring, 1, INT32_MAX, "rows of a that the buffer holds")                                                         \
    F(b_len, 1, INT32_MAX, "elements of a row of b")                                                                   \
    F(b_ring, 1, INT32_MAX, "rows of b that the buffer holds")                                                         \
    F(out_len, 1, INT32_MAX, "elements of an output row")                                                              \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_SELECT_ARGS(A)                                                                                            \
    A(condition, BOOL, IN)                                                                                             \
    A(a, ANY, IN)                                                                                                      \
    A(b, ANY, IN)                                                                                                      \
    A(shape, S32, CONST)                                                                                               \
    A(out, ANY, OUT)

#define MOTE_SELECT_ROWS(R)                                                                                            \
    R(condition, &p->condition_ring, MOTE_EACH_ROW)                                                                    \
    R(a, &p->a_ring, MOTE_EACH_ROW)                                                                                    \
    R(b, &p->b_ring, MOTE_EACH_ROW)                                                                                    \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(select, MOTE_SELECT_PARAMS)
MOTE_COST(select, 2.0 * p->out_len)
MOTE_ROWS(select, MOTE_SELECT_ARGS, MOTE_SELECT_ROWS)

void mote_select(const struct mote_select *p, const uint8_t *condition, const void *a, const void *b,
                 const MOTE_FLASH int32_t *shape, void *out, int32_t first, int32_t count);

#endif
