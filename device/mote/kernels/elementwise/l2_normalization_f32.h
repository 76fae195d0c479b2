/* SPDX-License-Identifier: Apache-2.0 */
/* l2_normalization_f32: out = in / max(root of the sum of the squares of in, 1e-6) in each row
 *
 *   in   [rows][depth]  float
 *   out  [rows][depth]  float; may be the memory of in
 *
 * The reference's L2Normalization, its operations in its order. No scratch. Cannot fail: the ranges and
 * need_l2_normalization_f32() hold. */
#ifndef MOTE_L2_NORMALIZATION_F32_H
#define MOTE_L2_NORMALIZATION_F32_H

#include "../../kernel.h"

#define MOTE_L2_NORMALIZATION_F32_PARAMS(F)                                                                            \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(depth, 1, INT32_MAX, "elements of a row")

#define MOTE_L2_NORMALIZATION_F32_ARGS(A)                                                                              \
    A(in, F32, IN)                                                                                                     \
    A(out, F32, OUT)

#define MOTE_L2_NORMALIZATION_F32_ROWS(R)                                                                              \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(l2_normalization_f32, MOTE_L2_NORMALIZATION_F32_PARAMS)
MOTE_COST(l2_normalization_f32, p->depth + 36.0)
MOTE_ROWS(l2_normalization_f32, MOTE_L2_NORMALIZATION_F32_ARGS, MOTE_L2_NORMALIZATION_F32_ROWS)

void mote_l2_normalization_f32(const struct mote_l2_normalization_f32 *p, const float *in, float *out, int32_t first,
                               int32_t count);

#endif
