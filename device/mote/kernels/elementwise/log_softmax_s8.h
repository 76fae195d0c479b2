/* SPDX-License-Identifier: Apache-2.0 */
/* log_softmax_s8: x - log(sum of exp x) over the last dimension, int8 to int8, in fixed point; real zero of the result
 * is 127, its scale 1/16.
 *
 *   in     [in_ring rows][groups][depth]   int8
 *   table  [n_table]                       int32, made by the host from the input's scale (softmax.h)
 *   out    [out_ring rows][groups][depth]  int8; may be the memory of in
 *
 * mult and shift (requant.h) bring a distance to the largest element to 26 fraction bits, back_mult and back_shift such
 * a number to a distance. Elements farther than `radius` give the smallest result.
 * Exact: the bytes of the reference's LogSoftmax (docs/EXACT.md, "LOG_SOFTMAX"). No scratch. Cannot fail: the ranges,
 * need_log_softmax_s8() and trust_log_softmax_s8() hold. */
#ifndef MOTE_LOG_SOFTMAX_S8_H
#define MOTE_LOG_SOFTMAX_S8_H

#include "../../kernel.h"
#include "../shared/requant.h"
#include "../shared/softmax.h"

#define MOTE_LOG_SOFTMAX_DEPTH_MAX 4095 /* of which the sum fits 31 bits, 12 before the point */

#define MOTE_LOG_SOFTMAX_S8_PARAMS(F)                                                                                  \
    F(rows, 1, INT32_MAX, "output rows")                                                                               \
    F(groups, 1, INT32_MAX, "softmaxes in a row")                                                                      \
    F(depth, 1, MOTE_LOG_SOFTMAX_DEPTH_MAX, "elements of a softmax")                                                   \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(n_table, 1, MOTE_SOFTMAX_TABLE_MAX, "elements of table")                                                         \
    F(radius, 0, 255, "largest distance that is not taken for infinite")                                               \
    F(mult, 0, INT32_MAX, "multiplier of a distance")                                                                  \
    F(shift, 0, MOTE_SHIFT_MAX, "shift of a distance")                                                                 \
    F(back_mult, 0, INT32_MAX, "multiplier to a distance")                                                             \
    F(back_shift, MOTE_SHIFT_MIN, 0, "shift to a distance")

#define MOTE_LOG_SOFTMAX_S8_ARGS(A)                                                                                    \
    A(in, S8, IN)                                                                                                      \
    A(table, S32, CONST)                                                                                               \
    A(out, S8, OUT)

#define MOTE_LOG_SOFTMAX_S8_ROWS(R)                                                                                    \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(log_softmax_s8, MOTE_LOG_SOFTMAX_S8_PARAMS)
MOTE_COST(log_softmax_s8, (8.0 * p->depth + 38) * p->groups)
MOTE_ROWS(log_softmax_s8, MOTE_LOG_SOFTMAX_S8_ARGS, MOTE_LOG_SOFTMAX_S8_ROWS)

void mote_log_softmax_s8(const struct mote_log_softmax_s8 *p, const int8_t *in, const MOTE_FLASH int32_t *table,
                         int8_t *out, int32_t first, int32_t count);

#endif
