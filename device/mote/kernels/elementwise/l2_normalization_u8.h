/* SPDX-License-Identifier: Apache-2.0 */
/* l2_normalization_u8: out[i] = clamp(requant((in[i] - in_zero) * 2^7)) in each group, the multiplier being 1 over the
 * root of the sum of the squares of in - in_zero: l2_normalization_s8, but rounded as the reference does it of uint8,
 * whose bytes, 128 less, these are
 *
 *   in   [rows][depth]  int8
 *   out  [rows][depth]  int8, of scale 1/128 and zero point 0; may be the memory of in
 *
 * Exact: the reference's L2Normalization of uint8. The sum is modulo 2^32, and one that is not above 0 counts as 1. No
 * scratch. Cannot fail: the ranges and need_l2_normalization_u8() hold. */
#ifndef MOTE_L2_NORMALIZATION_U8_H
#define MOTE_L2_NORMALIZATION_U8_H

#include "../../kernel.h"

#define MOTE_L2_NORMALIZATION_U8_PARAMS(F)                                                                             \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(depth, 1, INT32_MAX, "elements of a row")                                                                        \
    F(in_zero, -128, 127, "input zero point")

#define MOTE_L2_NORMALIZATION_U8_ARGS(A)                                                                               \
    A(in, S8, IN)                                                                                                      \
    A(out, S8, OUT)

#define MOTE_L2_NORMALIZATION_U8_ROWS(R)                                                                               \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(l2_normalization_u8, MOTE_L2_NORMALIZATION_U8_PARAMS)
MOTE_COST(l2_normalization_u8, 3.0 * p->depth + 32)
MOTE_ROWS(l2_normalization_u8, MOTE_L2_NORMALIZATION_U8_ARGS, MOTE_L2_NORMALIZATION_U8_ROWS)

void mote_l2_normalization_u8(const struct mote_l2_normalization_u8 *p, const int8_t *in, int8_t *out, int32_t first,
                              int32_t count);

#endif
