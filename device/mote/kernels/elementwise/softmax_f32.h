/* SPDX-License-Identifier: Apache-2.0 */
/* softmax_f32: out[i] = exp((in[i] - greatest) * beta) / sum_j exp((in[j] - greatest) * beta), over groups of depth
 *
 *   in   [in_ring rows][groups][depth]   float
 *   out  [out_ring rows][groups][depth]  float; may be the memory of in
 *
 * The reference's Softmax within the tolerance of docs/EXACT.md. No scratch, no libm. Cannot fail: the ranges and
 * need_softmax_f32() hold. Cost: one exponential (math_f32.h) and one division an element. */
#ifndef MOTE_SOFTMAX_F32_H
#define MOTE_SOFTMAX_F32_H

#include "../../kernel.h"

#define MOTE_SOFTMAX_F32_PARAMS(F)                                                                                     \
    F(rows, 1, INT32_MAX, "output rows")                                                                               \
    F(groups, 1, INT32_MAX, "softmaxes in a row")                                                                      \
    F(depth, 1, MOTE_DIM_MAX, "elements of a softmax")                                                                 \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(beta, INT32_MIN, INT32_MAX, "factor of the exponents, as the bits of a float")

#define MOTE_SOFTMAX_F32_ARGS(A)                                                                                       \
    A(in, F32, IN)                                                                                                     \
    A(out, F32, OUT)

#define MOTE_SOFTMAX_F32_ROWS(R)                                                                                       \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(softmax_f32, MOTE_SOFTMAX_F32_PARAMS)
MOTE_COST(softmax_f32, (12.0 * p->depth + 4) * p->groups)
MOTE_ROWS(softmax_f32, MOTE_SOFTMAX_F32_ARGS, MOTE_SOFTMAX_F32_ROWS)

void mote_softmax_f32(const struct mote_softmax_f32 *p, const float *in, float *out, int32_t first, int32_t count);

#endif
