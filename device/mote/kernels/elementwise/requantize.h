/* SPDX-License-Identifier: Apache-2.0 */
/* requantize: out = clamp(requant(in - in_zero) + out_zero), between int8, uint8, int16 and int32, all modulo 2^32
 * (requantize_s8 is the smaller one for int8 to int8)
 *
 *   in   [in_ring rows][len]   of type in_type
 *   out  [out_ring rows][len]  of type out_type; must not overlap in
 *
 * Exact: the bytes of the reference's Requantize. No scratch. Cannot fail: the ranges and need_requantize() hold. */
#ifndef MOTE_REQUANTIZE_H
#define MOTE_REQUANTIZE_H

#include "../../kernel.h"
#include "../shared/requant.h"

#define MOTE_REQUANTIZE_PARAMS(F)                                                                                      \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(in_type, MOTE_ARG_S8, MOTE_ARG_S32, "the input's type, by its number: s8, u8, s16 or s32")                       \
    F(out_type, MOTE_ARG_S8, MOTE_ARG_S32, "the output's type, likewise")                                              \
    F(in_zero, INT32_MIN, INT32_MAX, "input zero point")                                                               \
    F(out_zero, INT32_MIN, INT32_MAX, "output zero point")                                                             \
    F(mult, 0, INT32_MAX, "multiplier: input scale / output scale")                                                    \
    F(shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift")

#define MOTE_REQUANTIZE_ARGS(A)                                                                                        \
    A(in, ANY, IN)                                                                                                     \
    A(out, ANY, OUT)

#define MOTE_REQUANTIZE_ROWS(R)                                                                                        \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(requantize, MOTE_REQUANTIZE_PARAMS)
MOTE_COST(requantize, 5.0 * p->len)
MOTE_ROWS(requantize, MOTE_REQUANTIZE_ARGS, MOTE_REQUANTIZE_ROWS)

void mote_requantize(const struct mote_requantize *p, const void *in, void *out, int32_t first, int32_t count);

#endif
