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

#include "../shared/operands.h"
#include "../shared/requant.h"

#define MOTE_ADD_S8_LEFT_SHIFT 20

#define MOTE_ADD_S8_PARAMS(F)                                                                                          \
    MOTE_OPERANDS(F)                                                                                                   \
    MOTE_OPERANDS_SCALES(F, -128, 127, 0)                                                                              \
    MOTE_OPERANDS_RESULT(F, -128, 127, 0)

#define MOTE_ADD_S8_ARGS(A)                                                                                            \
    A(a, S8, IN)                                                                                                       \
    A(b, S8, IN)                                                                                                       \
    A(shape, S32, CONST)                                                                                               \
    A(out, S8, OUT)

MOTE_PARAMS(add_s8, MOTE_ADD_S8_PARAMS)
MOTE_COST(add_s8, 7.0 * p->out_len)
MOTE_ROWS(add_s8, MOTE_ADD_S8_ARGS, MOTE_OPERANDS_ROWS)

void mote_add_s8(const struct mote_add_s8 *p, const int8_t *a, const int8_t *b, const MOTE_FLASH int32_t *shape,
                 int8_t *out, int32_t first, int32_t count);

#endif
