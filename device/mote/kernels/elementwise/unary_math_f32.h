/* SPDX-License-Identifier: Apache-2.0 */
/* unary_math_f32: out = function(in), element by element: the functions that few models have, apart from those of
 * unary_f32, whose code many pay for
 *
 *   in   [in_ring rows][len]   float
 *   out  [out_ring rows][len]  float; may be the memory of in
 *
 * NEG, CEIL, FLOOR and ROUND (from the middle to the even number) have the reference's bits; the others are within the
 * tolerance of docs/EXACT.md ("Float"). They are defined for every float, infinities and NaN included. No scratch.
 * Cannot fail: the ranges and need_unary_math_f32() hold. */
#ifndef MOTE_UNARY_MATH_F32_H
#define MOTE_UNARY_MATH_F32_H

#include "../../kernel.h"
#include "../shared/error_function.h"
#include "../shared/math_f32.h"
#include "../shared/rounding.h"
#include "../shared/trigonometry.h"

/* F(number, NAME, operations of an element, result for x). The numbers are image format. */
#define MOTE_UNARY_MATH_FUNCTIONS(F)                                                                                   \
    F(0, NEG, 1, -x)                                                                                                   \
    F(1, LOG, 12, mote_log_f32(x))                                                                                     \
    F(2, SIN, 20, mote_sin_f32(x))                                                                                     \
    F(3, COS, 20, mote_cos_f32(x))                                                                                     \
    F(4, CEIL, 3, mote_ceil_f32(x))                                                                                    \
    F(5, FLOOR, 3, mote_floor_f32(x))                                                                                  \
    F(6, ROUND, 4, mote_round_f32(x))                                                                                  \
    F(7, ELU, 12, x < 0.0f ? mote_exp_f32(x) - 1.0f : x)                                                               \
    F(8, ERF, 30, mote_erf_f32(x))                                                                                     \
    F(9, ATAN, 40, mote_atan_f32(x))

#define MOTE_UNARY_MATH_NAME(number, NAME, operations, result)       MOTE_UNARY_MATH_##NAME = number,
#define MOTE_UNARY_MATH_OPERATIONS(number, NAME, operations, result) [number] = operations,
enum { MOTE_UNARY_MATH_FUNCTIONS(MOTE_UNARY_MATH_NAME) MOTE_UNARY_MATH_END };
#define MOTE_UNARY_MATH_LAST 9
_Static_assert(MOTE_UNARY_MATH_END == MOTE_UNARY_MATH_LAST + 1, "the last function's number");

#define MOTE_UNARY_MATH_F32_PARAMS(F)                                                                                  \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(function, 0, MOTE_UNARY_MATH_LAST, "which function: MOTE_UNARY_MATH_FUNCTIONS")

#define MOTE_UNARY_MATH_F32_ARGS(A)                                                                                    \
    A(in, F32, IN)                                                                                                     \
    A(out, F32, OUT)

#define MOTE_UNARY_MATH_F32_ROWS(R)                                                                                    \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(unary_math_f32, MOTE_UNARY_MATH_F32_PARAMS)
/* Of an element. */
static inline double mote_unary_math_f32_operations(int32_t function)
{
    static const uint8_t operations[] = {MOTE_UNARY_MATH_FUNCTIONS(MOTE_UNARY_MATH_OPERATIONS)};

    return operations[function];
}
MOTE_COST(unary_math_f32, mote_unary_math_f32_operations(p->function) * p->len)
MOTE_ROWS(unary_math_f32, MOTE_UNARY_MATH_F32_ARGS, MOTE_UNARY_MATH_F32_ROWS)

void mote_unary_math_f32(const struct mote_unary_math_f32 *p, const float *in, float *out, int32_t first,
                         int32_t count);

#endif
