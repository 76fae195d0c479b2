/* SPDX-License-Identifier: Apache-2.0 */
/* binary_s32: out = clamp(function(a, b)), element by element
 *
 *   a      [a_ring rows][a_len]      int32; a ring of one row may serve all
 *   b      [b_ring rows][b_len]      int32, likewise
 *   shape  [rank][3]                 int32: how a row of the result walks a and b (broadcast.h; examples in add_s8.h)
 *   out    [out_ring rows][out_len]  int32; may be the memory of an operand of the result's shape, else no overlap
 *
 * Sums, differences and products are modulo 2^32. A quotient is cut off toward 0; by 0 it is 0, and that of -2^31 and
 * -1 is -2^31. Exact. No scratch. Cannot fail: the ranges, need_binary_s32() and trust_binary_s32() hold. */
#ifndef MOTE_BINARY_S32_H
#define MOTE_BINARY_S32_H

#include "../shared/operands.h"

/* The numbers are image format. */
enum {
    MOTE_BINARY_S32_ADD = 0,
    MOTE_BINARY_S32_MUL = 1,
    MOTE_BINARY_S32_SUB = 2,
    MOTE_BINARY_S32_DIV = 3,
    MOTE_BINARY_S32_MINIMUM = 4,
    MOTE_BINARY_S32_MAXIMUM = 5,
    MOTE_BINARY_S32_FUNCTIONS
};

#define MOTE_BINARY_S32_PARAMS(F)                                                                                      \
    F(function, 0, MOTE_BINARY_S32_FUNCTIONS - 1, "0 a + b, 1 a * b, 2 a - b, 3 a / b, 4 smaller, 5 larger")           \
    MOTE_OPERANDS(F)                                                                                                   \
    F(lo, INT32_MIN, INT32_MAX, "smallest output")                                                                     \
    F(hi, INT32_MIN, INT32_MAX, "largest output")

#define MOTE_BINARY_S32_ARGS(A)                                                                                        \
    A(a, S32, IN)                                                                                                      \
    A(b, S32, IN)                                                                                                      \
    A(shape, S32, CONST)                                                                                               \
    A(out, S32, OUT)

MOTE_PARAMS(binary_s32, MOTE_BINARY_S32_PARAMS)
MOTE_COST(binary_s32, 3.0 * p->out_len)
MOTE_ROWS(binary_s32, MOTE_BINARY_S32_ARGS, MOTE_OPERANDS_ROWS)

void mote_binary_s32(const struct mote_binary_s32 *p, const int32_t *a, const int32_t *b,
                     const MOTE_FLASH int32_t *shape, int32_t *out, int32_t first, int32_t count);

#endif
