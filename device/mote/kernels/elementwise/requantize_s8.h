/* SPDX-License-Identifier: Apache-2.0 */
/* requantize_s8: out = clamp(requant(in - in_zero) + out_zero), int8 to int8
 *
 *   in   [in_ring rows][len]   int8
 *   out  [out_ring rows][len]  int8; may be the memory of in
 *
 * Exact: the bytes of the reference's Requantize. No scratch. Cannot fail: the ranges and need_requantize_s8() hold. */
#ifndef MOTE_REQUANTIZE_S8_H
#define MOTE_REQUANTIZE_S8_H

#include "../../kernel.h"
#include "../shared/requant.h"

#define MOTE_REQUANTIZE_S8_PARAMS(F)                                                                                   \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(in_zero, -128, 127, "input zero point")                                                                          \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(mult, 0, INT32_MAX, "multiplier: input scale / output scale")                                                    \
    F(shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift")

#define MOTE_REQUANTIZE_S8_ARGS(A)                                                                                     \
    A(in, S8, IN)                                                                                                      \
    A(out, S8, OUT)

#define MOTE_REQUANTIZE_S8_ROWS(R)                                                                                     \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(requantize_s8, MOTE_REQUANTIZE_S8_PARAMS)
MOTE_COST(requantize_s8, 3.0 * p->len)
MOTE_ROWS(requantize_s8, MOTE_REQUANTIZE_S8_ARGS, MOTE_REQUANTIZE_S8_ROWS)

void mote_requantize_s8(const struct mote_requantize_s8 *p, const int8_t *in, int8_t *out, int32_t first,
                        int32_t count);

#endif
