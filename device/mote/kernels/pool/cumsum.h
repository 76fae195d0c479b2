/* SPDX-License-Identifier: Apache-2.0 */
/* cumsum: out[r][k][i] = the sum of in[r][0][i] to in[r][k][i]; `exclusive` leaves in[r][k][i] out, `reverse` sums from
 * the last k on
 *
 *   in   [rows][len][inner]  int8, or float as `type` says
 *   out  [rows][len][inner]  the same; may be the memory of in
 *
 * Exact: the reference's CumSum. Floats are added one after the other, from 0. An int8 sum is of in - in_zero and
 * starts at -in_zero, 2^19 units of the multiplier each, modulo 2^32. No scratch. Cannot fail: the ranges and
 * need_cumsum() hold. */
#ifndef MOTE_CUMSUM_H
#define MOTE_CUMSUM_H

#include "../../kernel.h"
#include "../shared/requant.h"

#define MOTE_CUMSUM_PARAMS(F)                                                                                          \
    F(rows, 1, INT32_MAX, "rows: the product of the dimensions before the axis")                                       \
    F(len, 1, INT32_MAX, "elements along the axis")                                                                    \
    F(inner, 1, INT32_MAX, "the product of the dimensions after the axis")                                             \
    F(type, MOTE_ARG_S8, MOTE_ARG_F32, "type of the elements: s8 or f32")                                              \
    F(exclusive, 0, 1, "whether an output is the sum of what comes before it alone")                                   \
    F(reverse, 0, 1, "whether the last element along the axis comes first")                                            \
    F(in_zero, -128, 127, "s8: input zero point")                                                                      \
    F(mult, 0, INT32_MAX, "s8: sum / 2^19 to output, mantissa")                                                        \
    F(shift, MOTE_SHIFT_MIN, 0, "s8: sum / 2^19 to output, exponent")                                                  \
    F(out_zero, -128, 127, "s8: output zero point")

#define MOTE_CUMSUM_ARGS(A)                                                                                            \
    A(in, ANY, IN)                                                                                                     \
    A(out, ANY, OUT)

#define MOTE_CUMSUM_ROWS(R)                                                                                            \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(cumsum, MOTE_CUMSUM_PARAMS)
MOTE_COST(cumsum, (p->type == MOTE_ARG_S8 ? 3.0 : 1.0) * p->len * p->inner)
MOTE_ROWS(cumsum, MOTE_CUMSUM_ARGS, MOTE_CUMSUM_ROWS)

void mote_cumsum(const struct mote_cumsum *p, const void *in, void *out, int32_t first, int32_t count);

#endif
