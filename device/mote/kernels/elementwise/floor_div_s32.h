/* SPDX-License-Identifier: Apache-2.0 */
/* floor_div_s32: out = a / b rounded down, or what is left of a: a - b * (a / b rounded down), element by element
 *
 *   a      [a_ring rows][a_len]      int32; a ring of one row may serve all
 *   b      [b_ring rows][b_len]      int32, likewise
 *   shape  [rank][3]                 int32: how a row of the result walks a and b (broadcast.h; examples in add_s8.h)
 *   out    [out_ring rows][out_len]  int32; may be an operand's memory that has the result's shape, else no overlap
 *
 * The remainder has the sign of b, or is 0. By 0 both are 0, and the quotient of -2^31 and -1 is -2^31. Exact. No
 * scratch. Cannot fail: the ranges, need_floor_div_s32() and trust_floor_div_s32() hold. */
#ifndef MOTE_FLOOR_DIV_S32_H
#define MOTE_FLOOR_DIV_S32_H

#include "floor_div_f32.h"

#define MOTE_FLOOR_DIV_S32_PARAMS(F)                                                                                   \
    F(function, 0, MOTE_FLOOR_FUNCTIONS - 1, "0 quotient, 1 remainder")                                                \
    MOTE_OPERANDS(F)

#define MOTE_FLOOR_DIV_S32_ARGS(A)                                                                                     \
    A(a, S32, IN)                                                                                                      \
    A(b, S32, IN)                                                                                                      \
    A(shape, S32, CONST)                                                                                               \
    A(out, S32, OUT)

MOTE_PARAMS(floor_div_s32, MOTE_FLOOR_DIV_S32_PARAMS)
MOTE_COST(floor_div_s32, 8.0 * p->out_len)
MOTE_ROWS(floor_div_s32, MOTE_FLOOR_DIV_S32_ARGS, MOTE_OPERANDS_ROWS)

void mote_floor_div_s32(const struct mote_floor_div_s32 *p, const int32_t *a, const int32_t *b,
                        const MOTE_FLASH int32_t *shape, int32_t *out, int32_t first, int32_t count);

#endif
