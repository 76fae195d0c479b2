/* SPDX-License-Identifier: Apache-2.0 */
/* add_sub: out = clamp(requant(scaled(a) + scaled(b)) + out_zero), or the difference if `minus` is 1, with
 * broadcasting, int8 or int16 (add_s8 is the smaller one for int8 sums)
 *
 *   scaled(a) = ((a - a_zero) << 20) * a_mult / 2^31 * 2^a_shift, likewise b; << 15 for int16
 *
 *   a      [a_ring rows][a_len]      int8 or int16, as `type` says
 *   b      [b_ring rows][b_len]      the same type
 *   shape  [rank][3]                 int32: how a row of a and b becomes a row of out (broadcast.h)
 *   out    [out_ring rows][out_len]  the same type; may be the memory of an operand that is not broadcast
 *
 * Multipliers are below 1, so that shifts are 0 or negative.
 * Exact: the bytes of the reference's AddElementwise and SubElementwise (docs/EXACT.md). No scratch. Cannot fail: the
 * ranges, need_add_sub() and trust_add_sub() hold. */
#ifndef MOTE_ADD_SUB_H
#define MOTE_ADD_SUB_H

#include "../shared/operands.h"
#include "../shared/requant.h"

#define MOTE_ADD_SUB_LEFT_SHIFT_S8  20
#define MOTE_ADD_SUB_LEFT_SHIFT_S16 15

#define MOTE_ADD_SUB_PARAMS(F)                                                                                         \
    MOTE_OPERANDS_WALK(F)                                                                                              \
    F(type, MOTE_ARG_S8, MOTE_ARG_S16, "the elements' type, by its number: s8 or s16")                                 \
    F(minus, 0, 1, "1: a - b; 0: a + b")                                                                               \
    MOTE_OPERANDS_LENGTHS(F)                                                                                           \
    MOTE_OPERANDS_SCALES(F, -32768, 32767, 0)                                                                          \
    MOTE_OPERANDS_RESULT(F, -32768, 32767, 0)

#define MOTE_ADD_SUB_ARGS(A)                                                                                           \
    A(a, ANY, IN)                                                                                                      \
    A(b, ANY, IN)                                                                                                      \
    A(shape, S32, CONST)                                                                                               \
    A(out, ANY, OUT)

MOTE_PARAMS(add_sub, MOTE_ADD_SUB_PARAMS)
MOTE_COST(add_sub, 10.0 * p->out_len)
MOTE_ROWS(add_sub, MOTE_ADD_SUB_ARGS, MOTE_OPERANDS_ROWS)

/* Bytes of an element; 0 if the type is none of the two. */
static inline int32_t mote_add_sub_size(const struct mote_add_sub *p)
{
    return p->type == MOTE_ARG_S8 ? 1 : p->type == MOTE_ARG_S16 ? 2 : 0;
}

void mote_add_sub(const struct mote_add_sub *p, const void *a, const void *b, const MOTE_FLASH int32_t *shape,
                  void *out, int32_t first, int32_t count);

#endif
