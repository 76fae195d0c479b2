/* SPDX-License-Identifier: Apache-2.0 */
/* add_s8: out = clamp(requant(x + y) + out_zero), x = requant((a - a_zero) * 2^20), y = requant((b - b_zero) * 2^20)
 *
 *   a      [a_ring rows][a_len]      int8; a ring of one row may serve all
 *   b      [b_ring rows][b_len]      int8, likewise
 *   shape  [rank][3]                 int32: how a row of the result walks a and b (broadcast.h); its dimensions'
 *                                    product is out_len. Equal shapes: rank 1, {out_len, 1, 1}. b is one value:
 *                                    {out_len, 1, 0}. b is a vector over channels: {width, channels, 0},
 *                                    {channels, 1, 1}
 *   out    [out_ring rows][out_len]  int8; may be the memory of an operand that has the result's shape, else no overlap
 *
 * Exact: the bytes of the reference's AddElementwise (docs/EXACT.md, "ADD"); each operand is rounded by itself.
 * No scratch. Cannot fail: the ranges, need_add_s8() and trust_add_s8() hold.
 * Cost: three requantizations an element. */
#ifndef MOTE_ADD_S8_H
#define MOTE_ADD_S8_H

#include "../../kernel.h"
#include "../shared/requant.h"
#include "../shared/strides.h"

#define MOTE_ADD_S8_LEFT_SHIFT 20

#define MOTE_ADD_S8_PARAMS(F)                                                                                          \
    F(rows, 1, INT32_MAX, "output rows")                                                                               \
    F(rank, 1, MOTE_RANK_MAX, "dimensions of a row: lines of shape")                                                   \
    F(a_len, 1, INT32_MAX, "elements of a row of a")                                                                   \
    F(a_ring, 1, INT32_MAX, "rows of a that the buffer holds")                                                         \
    F(b_len, 1, INT32_MAX, "elements of a row of b")                                                                   \
    F(b_ring, 1, INT32_MAX, "rows of b that the buffer holds")                                                         \
    F(out_len, 1, INT32_MAX, "elements of an output row")                                                              \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(a_zero, -128, 127, "zero point of a")                                                                            \
    F(a_mult, 0, INT32_MAX, "multiplier of a")                                                                         \
    F(a_shift, MOTE_SHIFT_MIN, 0, "shift of a")                                                                        \
    F(b_zero, -128, 127, "zero point of b")                                                                            \
    F(b_mult, 0, INT32_MAX, "multiplier of b")                                                                         \
    F(b_shift, MOTE_SHIFT_MIN, 0, "shift of b")                                                                        \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(out_mult, 0, INT32_MAX, "multiplier of the sum")                                                                 \
    F(out_shift, MOTE_SHIFT_MIN, 0, "shift of the sum")                                                                \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")

#define MOTE_ADD_S8_ARGS(A)                                                                                            \
    A(a, S8, IN)                                                                                                       \
    A(b, S8, IN)                                                                                                       \
    A(shape, S32, CONST)                                                                                               \
    A(out, S8, OUT)

#define MOTE_ADD_S8_ROWS(R)                                                                                            \
    R(a, &p->a_ring, MOTE_EACH_ROW)                                                                                    \
    R(b, &p->b_ring, MOTE_EACH_ROW)                                                                                    \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(add_s8, MOTE_ADD_S8_PARAMS)
MOTE_COST(add_s8, 7.0 * p->out_len)
MOTE_ROWS(add_s8, MOTE_ADD_S8_ARGS, MOTE_ADD_S8_ROWS)

void mote_add_s8(const struct mote_add_s8 *p, const int8_t *a, const int8_t *b, const MOTE_FLASH int32_t *shape,
                 int8_t *out, int32_t first, int32_t count);

#endif
