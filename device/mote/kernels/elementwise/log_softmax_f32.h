/* SPDX-License-Identifier: Apache-2.0 */
/* log_softmax_f32: out[i] = (in[i] - greatest) - log(sum_j exp(in[j] - greatest)), over groups of depth
 *
 *   in   [in_ring rows][groups][depth]   float
 *   out  [out_ring rows][groups][depth]  float; may be the memory of in
 *
 * The reference's LogSoftmax within the tolerance of docs/EXACT.md. No scratch, no libm. Cannot fail: the ranges and
 * need_log_softmax_f32() hold. Cost: one exponential (math_f32.h) an element, one logarithm a group. */
#ifndef MOTE_LOG_SOFTMAX_F32_H
#define MOTE_LOG_SOFTMAX_F32_H

#include "../../kernel.h"

#define MOTE_LOG_SOFTMAX_F32_PARAMS(F)                                                                                 \
    F(rows, 1, INT32_MAX, "output rows")                                                                               \
    F(groups, 1, INT32_MAX, "softmaxes in a row")                                                                      \
    F(depth, 1, MOTE_DIM_MAX, "elements of a softmax")                                                                 \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_LOG_SOFTMAX_F32_ARGS(A)                                                                                   \
    A(in, F32, IN)                                                                                                     \
    A(out, F32, OUT)

#define MOTE_LOG_SOFTMAX_F32_ROWS(R)                                                                                   \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(log_softmax_f32, MOTE_LOG_SOFTMAX_F32_PARAMS)
MOTE_COST(log_softmax_f32, (12.0 * p->depth + 13) * p->groups)
MOTE_ROWS(log_softmax_f32, MOTE_LOG_SOFTMAX_F32_ARGS, MOTE_LOG_SOFTMAX_F32_ROWS)

void mote_log_softmax_f32(const struct mote_log_softmax_f32 *p, const float *in, float *out, int32_t first,
                          int32_t count);

#endif
