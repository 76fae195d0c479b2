/* SPDX-License-Identifier: Apache-2.0 */
/* unary_f32: out = function(in), element by element
 *
 *   in   [in_ring rows][len]   float
 *   out  [out_ring rows][len]  float; may be the memory of in
 *
 * Functions of one operation, and the square root, have the reference's bits; the others are within the tolerance of
 * docs/EXACT.md ("Float"). They are defined for every float, infinities and NaN included. No scratch. Cannot fail: the
 * ranges and need_unary_f32() hold. */
#ifndef MOTE_UNARY_F32_H
#define MOTE_UNARY_F32_H

#include "../shared/math_f32.h"
#include "../../kernel.h"
#include "../shared/sqrt_f32.h"

static inline float mote_abs_f32(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return mote_float((int32_t)(bits & 0x7fffffff));
}

/* F(number, NAME, operations of an element, result for x); lo and hi are parameters. The numbers are image format. */
#define MOTE_UNARY_FUNCTIONS(F)                                                                                        \
    F(0, CLAMP, 2, mote_clamp_f32(x, lo, hi))                                                                          \
    F(1, EXP, 10, mote_exp_f32(x))                                                                                     \
    F(2, TANH, 13, mote_tanh_f32(x))                                                                                   \
    F(3, SIGMOID, 12, mote_sigmoid_f32(x))                                                                             \
    F(4, SQRT, 35, mote_sqrt_f32(x))                                                                                   \
    F(5, RSQRT, 35, 1.0f / mote_sqrt_f32(x))                                                                           \
    F(6, HARD_SWISH, 2, mote_clamp_f32(x + 3.0f, 0.0f, 6.0f) * x / 6.0f)                                               \
    F(7, ABS, 6, mote_abs_f32(x))                                                                                      \
    F(8, LEAKY_RELU, 1, x > 0.0f ? x : x * lo)

#define MOTE_UNARY_NAME(number, NAME, operations, result)       MOTE_UNARY_##NAME = number,
#define MOTE_UNARY_OPERATIONS(number, NAME, operations, result) [number] = operations,
enum { MOTE_UNARY_FUNCTIONS(MOTE_UNARY_NAME) MOTE_UNARY_END };
#define MOTE_UNARY_LAST 8
_Static_assert(MOTE_UNARY_END == MOTE_UNARY_LAST + 1, "the last function's number");

#define MOTE_UNARY_F32_PARAMS(F)                                                                                       \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(function, 0, MOTE_UNARY_LAST, "which function: MOTE_UNARY_FUNCTIONS")                                            \
    F(lo, INT32_MIN, INT32_MAX, "smallest output of a clamp, or slope, as the bits of a float")                        \
    F(hi, INT32_MIN, INT32_MAX, "largest output of a clamp, as the bits of a float")

#define MOTE_UNARY_F32_ARGS(A)                                                                                         \
    A(in, F32, IN)                                                                                                     \
    A(out, F32, OUT)

#define MOTE_UNARY_F32_ROWS(R)                                                                                         \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(unary_f32, MOTE_UNARY_F32_PARAMS)
/* Of an element. */
static inline double mote_unary_f32_operations(int32_t function)
{
    static const uint8_t operations[] = {MOTE_UNARY_FUNCTIONS(MOTE_UNARY_OPERATIONS)};

    return operations[function];
}
MOTE_COST(unary_f32, mote_unary_f32_operations(p->function) * p->len)
MOTE_ROWS(unary_f32, MOTE_UNARY_F32_ARGS, MOTE_UNARY_F32_ROWS)

void mote_unary_f32(const struct mote_unary_f32 *p, const float *in, float *out, int32_t first, int32_t count);

#endif
