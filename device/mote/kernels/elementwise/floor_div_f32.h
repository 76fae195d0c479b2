/* SPDX-License-Identifier: Apache-2.0 */
/* floor_div_f32: out = a / b rounded down, or what is left of a: a - b * (a / b rounded down), element by element
 *
 *   a      [a_ring rows][a_len]      float; a ring of one row may serve all
 *   b      [b_ring rows][b_len]      float, likewise
 *   shape  [rank][3]                 int32: how a row of the result walks a and b (broadcast.h; examples in add_s8.h)
 *   out    [out_ring rows][out_len]  float; may be an operand's memory that has the result's shape, else no overlap
 *
 * Exact: the reference's bits; of quotients from 2^24 on, the nearest float to the quotient, as the reference's nearly
 * always is. By 0, the quotient is what a / b is, the remainder NaN. No scratch. Cannot fail: the ranges,
 * need_floor_div_f32() and trust_floor_div_f32() hold.
 * Cost: one division, and of the remainder a step for each power of two between a and b. */
#ifndef MOTE_FLOOR_DIV_F32_H
#define MOTE_FLOOR_DIV_F32_H

#include "../shared/operands.h"

/* The numbers are image format. */
enum { MOTE_FLOOR_DIV = 0, MOTE_FLOOR_MOD = 1, MOTE_FLOOR_FUNCTIONS };

#define MOTE_FLOOR_DIV_F32_PARAMS(F)                                                                                   \
    F(function, 0, MOTE_FLOOR_FUNCTIONS - 1, "0 quotient, 1 remainder")                                                \
    MOTE_OPERANDS(F)

#define MOTE_FLOOR_DIV_F32_ARGS(A)                                                                                     \
    A(a, F32, IN)                                                                                                      \
    A(b, F32, IN)                                                                                                      \
    A(shape, S32, CONST)                                                                                               \
    A(out, F32, OUT)

MOTE_PARAMS(floor_div_f32, MOTE_FLOOR_DIV_F32_PARAMS)
MOTE_COST(floor_div_f32, 36.0 * p->out_len)
MOTE_ROWS(floor_div_f32, MOTE_FLOOR_DIV_F32_ARGS, MOTE_OPERANDS_ROWS)

void mote_floor_div_f32(const struct mote_floor_div_f32 *p, const float *a, const float *b,
                        const MOTE_FLASH int32_t *shape, float *out, int32_t first, int32_t count);

#endif
