/* SPDX-License-Identifier: Apache-2.0 */
/* unary_s16: out = clamp(function(in)), symmetric: zero points are 0
 *
 *   in   [in_ring rows][len]   int16
 *   out  [out_ring rows][len]  int16; may be the memory of in
 *
 *   abs    requant(|in|)
 *   rsqrt  requant(2^20 / sqrt(in)), whose multiplier has 2^-20 in it; 32767 of what is not above 0
 *
 * Exact: the bytes of the reference's AbsEvalQuantized and RsqrtEvalQuantized (docs/EXACT.md, "ABS", "RSQRT"), which
 * refuses roots of negative numbers as it meets them; mult 2^30 with shift 1 leaves |in| as it is. No scratch. Cannot
 * fail: the ranges and need_unary_s16() hold. */
#ifndef MOTE_UNARY_S16_H
#define MOTE_UNARY_S16_H

#include "../../kernel.h"
#include "../shared/requant.h"

/* The numbers are image format. */
enum { MOTE_UNARY_S16_ABS = 0, MOTE_UNARY_S16_RSQRT = 1, MOTE_UNARY_S16_FUNCTIONS };

#define MOTE_RSQRT_FRACTION 20 /* bits of the root of an integer before the scales come in */

#define MOTE_UNARY_S16_PARAMS(F)                                                                                       \
    F(function, 0, MOTE_UNARY_S16_FUNCTIONS - 1, "0 absolute value, 1 reciprocal square root")                         \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(mult, 0, INT32_MAX, "multiplier of the result")                                                                  \
    F(shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift of the result")

#define MOTE_UNARY_S16_ARGS(A)                                                                                         \
    A(in, S16, IN)                                                                                                     \
    A(out, S16, OUT)

#define MOTE_UNARY_S16_ROWS(R)                                                                                         \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(unary_s16, MOTE_UNARY_S16_PARAMS)
MOTE_COST(unary_s16, (p->function == MOTE_UNARY_S16_RSQRT ? 30.0 : 4.0) * p->len)
MOTE_ROWS(unary_s16, MOTE_UNARY_S16_ARGS, MOTE_UNARY_S16_ROWS)

void mote_unary_s16(const struct mote_unary_s16 *p, const int16_t *in, int16_t *out, int32_t first, int32_t count);

#endif
