/* SPDX-License-Identifier: Apache-2.0 */
/* binary_f32: out = clamp(function(a, b)), element by element
 *
 *   a      [a_ring rows][a_len]      float; a ring of one row may serve all
 *   b      [b_ring rows][b_len]      float, likewise
 *   shape  [rank][3]                 int32: how a row of the result walks a and b (broadcast.h; examples in add_s8.h)
 *   out    [out_ring rows][out_len]  float; may be an operand's memory that has the result's shape, else no overlap
 *
 * Each function is one operation of the core or two, rounded as in the reference: the reference's bits, but for which
 * NaN a NaN is. The clamp is in all of them, as the smallest and the largest float where there is no activation; so an
 * infinite result becomes finite, as in the reference. No scratch. Cannot fail: the ranges, need_binary_f32() and
 * trust_binary_f32() hold. */
#ifndef MOTE_BINARY_F32_H
#define MOTE_BINARY_F32_H

#include "../shared/operands.h"

/* The numbers are image format. */
enum {
    MOTE_BINARY_ADD = 0,
    MOTE_BINARY_MUL = 1,
    MOTE_BINARY_SUB = 2,
    MOTE_BINARY_DIV = 3,
    MOTE_BINARY_MINIMUM = 4,
    MOTE_BINARY_MAXIMUM = 5,
    MOTE_BINARY_SQUARED_DIFFERENCE = 6,
    MOTE_BINARY_PRELU = 7,
    MOTE_BINARY_FUNCTIONS
};

#define MOTE_BINARY_F32_PARAMS(F)                                                                                      \
    F(function, 0, MOTE_BINARY_FUNCTIONS - 1,                                                                          \
      "0 a + b, 1 a * b, 2 a - b, 3 a / b, 4 smaller, 5 larger, 6 (a - b)^2, 7 a < 0 ? a * b : a")                     \
    MOTE_OPERANDS(F)                                                                                                   \
    F(lo, INT32_MIN, INT32_MAX, "smallest output, as the bits of a float")                                             \
    F(hi, INT32_MIN, INT32_MAX, "largest output, as the bits of a float")

#define MOTE_BINARY_F32_ARGS(A)                                                                                        \
    A(a, F32, IN)                                                                                                      \
    A(b, F32, IN)                                                                                                      \
    A(shape, S32, CONST)                                                                                               \
    A(out, F32, OUT)

MOTE_PARAMS(binary_f32, MOTE_BINARY_F32_PARAMS)
MOTE_COST(binary_f32, 2.0 * p->out_len)
MOTE_ROWS(binary_f32, MOTE_BINARY_F32_ARGS, MOTE_OPERANDS_ROWS)

void mote_binary_f32(const struct mote_binary_f32 *p, const float *a, const float *b, const MOTE_FLASH int32_t *shape,
                     float *out, int32_t first, int32_t count);

#endif
