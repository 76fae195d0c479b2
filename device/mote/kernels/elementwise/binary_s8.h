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

#include "../shared/operands.h"
#include "../shared/requant.h"

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
    MOTE_OPERANDS(F)                                                                                                   \
    MOTE_OPERANDS_SCALES(F, -128, 127, MOTE_SHIFT_MAX)                                                                 \
    MOTE_OPERANDS_RESULT(F, -128, 127, MOTE_SHIFT_MAX)

#define MOTE_BINARY_S8_ARGS(A)                                                                                         \
    A(a, S8, IN)                                                                                                       \
    A(b, S8, IN)                                                                                                       \
    A(shape, S32, CONST)                                                                                               \
    A(out, S8, OUT)

MOTE_PARAMS(binary_s8, MOTE_BINARY_S8_PARAMS)
/* Of an element. */
static inline double mote_binary_s8_operations(int32_t function)
{
    return function == MOTE_BINARY_S8_DIV ? 50 : function == MOTE_BINARY_S8_SQUARED_DIFFERENCE ? 10 : 5;
}
MOTE_COST(binary_s8, mote_binary_s8_operations(p->function) * p->out_len)
MOTE_ROWS(binary_s8, MOTE_BINARY_S8_ARGS, MOTE_OPERANDS_ROWS)

void mote_binary_s8(const struct mote_binary_s8 *p, const int8_t *a, const int8_t *b, const MOTE_FLASH int32_t *shape,
                    int8_t *out, int32_t first, int32_t count);

#endif
