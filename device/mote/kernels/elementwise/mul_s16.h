/* SPDX-License-Identifier: Apache-2.0 */
/* mul_s16: out = clamp(requant(a * b)), symmetric: zero points are 0
 *
 *   a      [a_ring rows][a_len]      int16; a ring of one row may serve all
 *   b      [b_ring rows][b_len]      int16, likewise
 *   shape  [rank][3]                 int32: how a row of the result walks a and b (broadcast.h; examples in add_s8.h)
 *   out    [out_ring rows][out_len]  int16; may be the memory of an operand that has the result's shape, else no
 *                                    overlap
 *
 * Exact: the bytes of the reference's MulElementwise (docs/EXACT.md, "MUL"). No scratch. Cannot fail: the ranges,
 * need_mul_s16() and trust_mul_s16() hold. Cost: one requantization an element. */
#ifndef MOTE_MUL_S16_H
#define MOTE_MUL_S16_H

#include "../shared/operands.h"
#include "../shared/requant.h"

#define MOTE_MUL_S16_PARAMS(F)                                                                                         \
    MOTE_OPERANDS(F)                                                                                                   \
    F(mult, 0, INT32_MAX, "multiplier of the product")                                                                 \
    F(shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift of the product")                                                   \
    F(lo, -32768, 32767, "smallest output")                                                                            \
    F(hi, -32768, 32767, "largest output")

#define MOTE_MUL_S16_ARGS(A)                                                                                           \
    A(a, S16, IN)                                                                                                      \
    A(b, S16, IN)                                                                                                      \
    A(shape, S32, CONST)                                                                                               \
    A(out, S16, OUT)

MOTE_PARAMS(mul_s16, MOTE_MUL_S16_PARAMS)
MOTE_COST(mul_s16, 4.0 * p->out_len)
MOTE_ROWS(mul_s16, MOTE_MUL_S16_ARGS, MOTE_OPERANDS_ROWS)

void mote_mul_s16(const struct mote_mul_s16 *p, const int16_t *a, const int16_t *b, const MOTE_FLASH int32_t *shape,
                  int16_t *out, int32_t first, int32_t count);

#endif
