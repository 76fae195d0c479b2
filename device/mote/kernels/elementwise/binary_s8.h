/* SPDX-License-Identifier: Apache-2.0 */
/* binary_s8: out = clamp(function(a, b)), element by element, for what add_s8 and mul_s8 do not do
 *
 *   a      [a_ring rows][a_len]      int8; a ring of one row may serve all
 *   b      [b_ring rows][b_len]      int8, likewise
 *   shape  [rank][3]                 int32: how a row of the result walks a and b (broadcast.h; examples in add_s8.h)
 *   out    [out_ring rows][out_len]  int8; may be the memory of an operand that has the result's shape, else no overlap
 *
 * With x = a - a_zero, y = b - b_zero, and requant_a for a_mult and a_shift, likewise b and out:
 *
 *   minimum, maximum    a or b; nothing else is looked at
 *   squared difference  requant_out((requant_a(x * 2^7) - requant_b(y * 2^7))^2) + out_zero
 *   division            requant_out(x / y) + out_zero; by zero: lo or hi as x is below or above zero, out_zero for 0/0
 *   prelu               (x >= 0 ? requant_a(x) : requant_out(x * y)) + out_zero
 *
 * Exact: the bytes of the reference (docs/EXACT.md) where it is defined; sums and products are modulo 2^32. No scratch.
 * Cannot fail: the ranges, need_binary_s8() and trust_binary_s8() hold. */
#ifndef MOTE_BINARY_S8_H
#define MOTE_BINARY_S8_H

#include "../../kernel.h"
#include "../shared/requant.h"
#include "../shared/strides.h"

/* The numbers are image format. */
enum {
    MOTE_BINARY_S8_MINIMUM = 0,
    MOTE_BINARY_S8_MAXIMUM = 1,
    MOTE_BINARY_S8_SQUARED_DIFFERENCE = 2,
    MOTE_BINARY_S8_DIV = 3,
    MOTE_BINARY_S8_PRELU = 4,
    MOTE_BINARY_S8_FUNCTIONS
};

#define MOTE_BINARY_S8_LEFT_SHIFT 7

#define MOTE_BINARY_S8_PARAMS(F)                                                                                       \
    F(function, 0, MOTE_BINARY_S8_FUNCTIONS - 1, "0 minimum, 1 maximum, 2 squared difference, 3 division, 4 prelu")    \
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
    F(a_shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift of a")                                                           \
    F(b_zero, -128, 127, "zero point of b")                                                                            \
    F(b_mult, 0, INT32_MAX, "multiplier of b")                                                                         \
    F(b_shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift of b")                                                           \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(out_mult, 0, INT32_MAX, "multiplier of the result")                                                              \
    F(out_shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift of the result")                                                \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")

#define MOTE_BINARY_S8_ARGS(A)                                                                                         \
    A(a, S8, IN)                                                                                                       \
    A(b, S8, IN)                                                                                                       \
    A(shape, S32, CONST)                                                                                               \
    A(out, S8, OUT)

#define MOTE_BINARY_S8_ROWS(R)                                                                                         \
    R(a, &p->a_ring, MOTE_EACH_ROW)                                                                                    \
    R(b, &p->b_ring, MOTE_EACH_ROW)                                                                                    \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(binary_s8, MOTE_BINARY_S8_PARAMS)
/* Of an element. */
static inline double mote_binary_s8_operations(int32_t function)
{
    return function == MOTE_BINARY_S8_DIV ? 50 : function == MOTE_BINARY_S8_SQUARED_DIFFERENCE ? 10 : 5;
}
MOTE_COST(binary_s8, mote_binary_s8_operations(p->function) * p->out_len)
MOTE_ROWS(binary_s8, MOTE_BINARY_S8_ARGS, MOTE_BINARY_S8_ROWS)

void mote_binary_s8(const struct mote_binary_s8 *p, const int8_t *a, const int8_t *b, const MOTE_FLASH int32_t *shape,
                    int8_t *out, int32_t first, int32_t count);

#endif
