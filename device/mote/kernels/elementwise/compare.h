/* SPDX-License-Identifier: Apache-2.0 */
/* compare: out = whether a is equal to b, less than it, …, element by element, as 1 or 0
 *
 *   a      [a_ring rows][a_len]      elements of `type`; a ring of one row may serve all
 *   b      [b_ring rows][b_len]      likewise
 *   shape  [rank][3]                 int32: how a row of the result walks a and b (broadcast.h; examples in add_s8.h)
 *   out    [out_ring rows][out_len]  bool; must not overlap an operand, but may be one of bools of the result's shape
 *
 * Numbers are int32, int64, floats (a NaN is equal to nothing, nor less), or int8: these are compared as requant_a((a -
 * a_zero) * 2^8) and requant_b((b - b_zero) * 2^8), for a_mult and a_shift, b_mult and b_shift, which other types do
 * not look at. Of bools, which are 0 or another byte, there are AND and OR, too.
 *
 * Exact: the reference's bytes. No scratch. Cannot fail: the ranges, need_compare() and trust_compare() hold. */
#ifndef MOTE_COMPARE_H
#define MOTE_COMPARE_H

#include "../shared/operands.h"
#include "../shared/requant.h"

/* The numbers are image format. */
enum {
    MOTE_COMPARE_EQUAL = 0,
    MOTE_COMPARE_NOT_EQUAL = 1,
    MOTE_COMPARE_LESS = 2,
    MOTE_COMPARE_LESS_EQUAL = 3,
    MOTE_COMPARE_AND = 4,
    MOTE_COMPARE_OR = 5,
    MOTE_COMPARE_FUNCTIONS
};

#define MOTE_COMPARE_LEFT_SHIFT 8

#define MOTE_COMPARE_PARAMS(F)                                                                                         \
    F(function, 0, MOTE_COMPARE_FUNCTIONS - 1, "0 a = b, 1 a <> b, 2 a < b, 3 a <= b, 4 a and b, 5 a or b")            \
    F(type, MOTE_ARG_S8, MOTE_ARG_BOOL, "type of the operands: s8, s32, s64, f32 or bool")                             \
    MOTE_OPERANDS(F)                                                                                                   \
    MOTE_OPERANDS_SCALES(F, -128, 127, 0)

#define MOTE_COMPARE_ARGS(A)                                                                                           \
    A(a, ANY, IN)                                                                                                      \
    A(b, ANY, IN)                                                                                                      \
    A(shape, S32, CONST)                                                                                               \
    A(out, BOOL, OUT)

/* Bytes of an element; 0: no type of operands. */
static inline int32_t mote_compare_size(int32_t type)
{
    switch (type) {
    case MOTE_ARG_S8:
    case MOTE_ARG_BOOL:
        return 1;
    case MOTE_ARG_S32:
    case MOTE_ARG_F32:
        return 4;
    case MOTE_ARG_S64:
        return 8;
    default:
        return 0;
    }
}

MOTE_PARAMS(compare, MOTE_COMPARE_PARAMS)
MOTE_COST(compare, (p->type == MOTE_ARG_S8 ? 3.0 : 2.0) * p->out_len)
MOTE_ROWS(compare, MOTE_COMPARE_ARGS, MOTE_OPERANDS_ROWS)

void mote_compare(const struct mote_compare *p, const void *a, const void *b, const MOTE_FLASH int32_t *shape,
                  uint8_t *out, int32_t first, int32_t count);

#endif
