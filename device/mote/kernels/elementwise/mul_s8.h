/* SPDX-License-Identifier: Apache-2.0 */
/* mul_s8: out = clamp(requant((a - a_zero) * (b - b_zero)) + out_zero)
 *
 *   a      [a_ring rows][a_len]      int8; a ring of one row may serve all
 *   b      [b_ring rows][b_len]      int8, likewise
 *   shape  [rank][3]                 int32: how a row of the result walks a and b (broadcast.h; examples in add_s8.h)
 *   out    [out_ring rows][out_len]  int8; may be the memory of an operand that has the result's shape, else no overlap
 *
 * Exact: the bytes of the reference's MulElementwise (docs/EXACT.md, "MUL"). No scratch. Cannot fail: the ranges,
 * need_mul_s8() and trust_mul_s8() hold. Cost: one requantization an element. */
#ifndef MOTE_MUL_S8_H
#define MOTE_MUL_S8_H

#include "../shared/operands.h"
#include "../shared/requant.h"

#define MOTE_MUL_S8_PARAMS(F)                                                                                          \
    MOTE_OPERANDS(F)                                                                                                   \
    F(a_zero, -128, 127, "zero point of a")                                                                            \
    F(b_zero, -128, 127, "zero point of b")                                                                            \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(mult, 0, INT32_MAX, "multiplier of the product")                                                                 \
    F(shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift of the product")                                                   \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")

#define MOTE_MUL_S8_ARGS(A)                                                                                            \
    A(a, S8, IN)                                                                                                       \
    A(b, S8, IN)                                                                                                       \
    A(shape, S32, CONST)                                                                                               \
    A(out, S8, OUT)

MOTE_PARAMS(mul_s8, MOTE_MUL_S8_PARAMS)
MOTE_COST(mul_s8, 4.0 * p->out_len)
MOTE_ROWS(mul_s8, MOTE_MUL_S8_ARGS, MOTE_OPERANDS_ROWS)

void mote_mul_s8(const struct mote_mul_s8 *p, const int8_t *a, const int8_t *b, const MOTE_FLASH int32_t *shape,
                 int8_t *out, int32_t first, int32_t count);

#endif
