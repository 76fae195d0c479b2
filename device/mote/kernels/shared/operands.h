/* SPDX-License-Identifier: Apache-2.0 */
/* What the contracts of two operands and a result share: parts of their lists of parameters, and the rows that they
 * read. How a kernel walks the operands is broadcast.h's. */
#ifndef MOTE_SHARED_OPERANDS_H
#define MOTE_SHARED_OPERANDS_H

#include "../../kernel.h"
#include "strides.h"

#define MOTE_OPERANDS_WALK(F)                                                                                          \
    F(rows, 1, INT32_MAX, "output rows")                                                                               \
    F(rank, 1, MOTE_RANK_MAX, "dimensions of a row: lines of shape")

#define MOTE_OPERANDS_LENGTHS(F)                                                                                       \
    F(a_len, 1, INT32_MAX, "elements of a row of a")                                                                   \
    F(a_ring, 1, INT32_MAX, "rows of a that the buffer holds")                                                         \
    F(b_len, 1, INT32_MAX, "elements of a row of b")                                                                   \
    F(b_ring, 1, INT32_MAX, "rows of b that the buffer holds")                                                         \
    F(out_len, 1, INT32_MAX, "elements of an output row")                                                              \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_OPERANDS(F)                                                                                               \
    MOTE_OPERANDS_WALK(F)                                                                                              \
    MOTE_OPERANDS_LENGTHS(F)

/* Operands that are rescaled before they meet; zero points are LEAST .. MOST, shifts at most LEFT. */
#define MOTE_OPERANDS_SCALES(F, LEAST, MOST, LEFT)                                                                     \
    F(a_zero, LEAST, MOST, "zero point of a")                                                                          \
    F(a_mult, 0, INT32_MAX, "multiplier of a")                                                                         \
    F(a_shift, MOTE_SHIFT_MIN, LEFT, "shift of a")                                                                     \
    F(b_zero, LEAST, MOST, "zero point of b")                                                                          \
    F(b_mult, 0, INT32_MAX, "multiplier of b")                                                                         \
    F(b_shift, MOTE_SHIFT_MIN, LEFT, "shift of b")

/* What becomes of the result, likewise. */
#define MOTE_OPERANDS_RESULT(F, LEAST, MOST, LEFT)                                                                     \
    F(out_zero, LEAST, MOST, "output zero point")                                                                      \
    F(out_mult, 0, INT32_MAX, "multiplier of the result")                                                              \
    F(out_shift, MOTE_SHIFT_MIN, LEFT, "shift of the result")                                                          \
    F(lo, LEAST, MOST, "smallest output")                                                                              \
    F(hi, LEAST, MOST, "largest output")

#define MOTE_OPERANDS_ROWS(R)                                                                                          \
    R(a, &p->a_ring, MOTE_EACH_ROW)                                                                                    \
    R(b, &p->b_ring, MOTE_EACH_ROW)                                                                                    \
    R(out, &p->out_ring, MOTE_EACH_ROW)

#endif
