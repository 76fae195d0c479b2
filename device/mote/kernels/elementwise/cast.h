/* SPDX-License-Identifier: Apache-2.0 */
/* cast: out = in as a number of another type; s8, u8, s16, s32, u32, f32 and bool, each to each
 *
 *   in   [in_ring rows][len]   of type in_type
 *   out  [out_ring rows][len]  of type out_type; must not overlap in
 *
 * Integers lose their high bits. An integer becomes the nearest float, ties to even. A float loses its fraction and
 * saturates at 32 bits (unsigned for u32), NaN is 0; then it loses its high bits. bool is 0 or 1: anything but zero.
 * Exact where the reference's result is defined. No scratch. Cannot fail: the ranges and need_cast() hold. */
#ifndef MOTE_CAST_H
#define MOTE_CAST_H

#include "../../kernel.h"

#define MOTE_CAST_PARAMS(F)                                                                                            \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(in_type, MOTE_ARG_S8, MOTE_ARG_BOOL, "the input's type, by its number")                                          \
    F(out_type, MOTE_ARG_S8, MOTE_ARG_BOOL, "the output's type, likewise")

#define MOTE_CAST_ARGS(A)                                                                                              \
    A(in, ANY, IN)                                                                                                     \
    A(out, ANY, OUT)

#define MOTE_CAST_ROWS(R)                                                                                              \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(cast, MOTE_CAST_PARAMS)
MOTE_COST(cast, 4.0 * p->len)
MOTE_ROWS(cast, MOTE_CAST_ARGS, MOTE_CAST_ROWS)

void mote_cast(const struct mote_cast *p, const void *in, void *out, int32_t first, int32_t count);

/* Bytes of an element, 0 if the kernel does not take the type. */
static inline int32_t mote_cast_size(int32_t type)
{
    switch (type) {
    case MOTE_ARG_S8:
    case MOTE_ARG_U8:
    case MOTE_ARG_BOOL:
        return 1;
    case MOTE_ARG_S16:
        return 2;
    case MOTE_ARG_S32:
    case MOTE_ARG_U32:
    case MOTE_ARG_F32:
        return 4;
    default:
        return 0;
    }
}

#endif
