/* SPDX-License-Identifier: Apache-2.0 */
/* binary_s16: out = clamp(function(a, b)), element by element, for what add_sub and mul_s16 do not do
 *
 *   a      [a_ring rows][a_len]      int16; a ring of one row may serve all
 *   b      [b_ring rows][b_len]      int16, likewise
 *   shape  [rank][3]                 int32: how a row of the result walks a and b (broadcast.h; examples in add_s8.h)
 *   out    [out_ring rows][out_len]  int16; may be the memory of an operand that has the result's shape, else no
 *                                    overlap
 *
 * With x = a - a_zero, y = b - b_zero, and requant_a for a_mult and a_shift, likewise b and out:
 *
 *   squared difference  requant_out((requant_a(x) - requant_b(y))^2) + out_zero
 *   prelu               (x >= 0 ? requant_a(x) : requant_out(x * y)) + out_zero
 *
 * Exact: the bytes of the reference (docs/EXACT.md); sums and products are modulo 2^32. No scratch. Cannot fail: the
 * ranges, need_binary_s16() and trust_binary_s16() hold. */
#ifndef MOTE_BINARY_S16_H
#define MOTE_BINARY_S16_H

#include "../shared/operands.h"
#include "../shared/requant.h"

/* The numbers are image format. */
enum { MOTE_BINARY_S16_SQUARED_DIFFERENCE = 0, MOTE_BINARY_S16_PRELU = 1, MOTE_BINARY_S16_FUNCTIONS };

#define MOTE_BINARY_S16_PARAMS(F)                                                                                      \
    F(function, 0, MOTE_BINARY_S16_FUNCTIONS - 1, "0 squared difference, 1 prelu")                                     \
    MOTE_OPERANDS(F)                                                                                                   \
    MOTE_OPERANDS_SCALES(F, -32768, 32767, MOTE_SHIFT_MAX)                                                             \
    MOTE_OPERANDS_RESULT(F, -32768, 32767, MOTE_SHIFT_MAX)

#define MOTE_BINARY_S16_ARGS(A)                                                                                        \
    A(a, S16, IN)                                                                                                      \
    A(b, S16, IN)                                                                                                      \
    A(shape, S32, CONST)                                                                                               \
    A(out, S16, OUT)

MOTE_PARAMS(binary_s16, MOTE_BINARY_S16_PARAMS)
MOTE_COST(binary_s16, (p->function == MOTE_BINARY_S16_SQUARED_DIFFERENCE ? 10.0 : 5.0) * p->out_len)
MOTE_ROWS(binary_s16, MOTE_BINARY_S16_ARGS, MOTE_OPERANDS_ROWS)

void mote_binary_s16(const struct mote_binary_s16 *p, const int16_t *a, const int16_t *b,
                     const MOTE_FLASH int32_t *shape, int16_t *out, int32_t first, int32_t count);

#endif
