/* SPDX-License-Identifier: Apache-2.0 */
/* softmax_s16: softmax over the last dimension, int16 to int16; the result's scale is 2^-15, zero points are 0.
 *
 *   in           [in_ring rows][groups][depth]   int16
 *   exponentials [MOTE_LOOKUP_S16]               int16: exp(10 * (k / 512 - 1)) with 15 fraction bits
 *   inverses     [MOTE_LOOKUP_S16]               int16: 1 / (1 + k / 512), likewise
 *   out          [out_ring rows][groups][depth]  int16; may be the memory of in
 *
 * mult and shift (requant.h) make the distance to the largest element one in units of 10 / 65535. Both tables are read
 * with linear interpolation (lookup.h). Exact: the bytes of the reference's SoftmaxInt16 (docs/EXACT.md). No scratch.
 * Cannot fail: the ranges and need_softmax_s16() hold. */
#ifndef MOTE_SOFTMAX_S16_H
#define MOTE_SOFTMAX_S16_H

#include "../shared/lookup.h"
#include "../../kernel.h"
#include "../shared/requant.h"

#define MOTE_SOFTMAX_S16_SHIFT_MAX 14 /* a distance has 16 bits */

#define MOTE_SOFTMAX_S16_PARAMS(F)                                                                                     \
    F(rows, 1, INT32_MAX, "output rows")                                                                               \
    F(groups, 1, INT32_MAX, "softmaxes in a row")                                                                      \
    F(depth, 1, MOTE_DIM_MAX, "elements of a softmax")                                                                 \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(mult, 0, INT32_MAX, "multiplier of a distance")                                                                  \
    F(shift, MOTE_SHIFT_MIN, MOTE_SOFTMAX_S16_SHIFT_MAX, "shift of a distance")

#define MOTE_SOFTMAX_S16_ARGS(A)                                                                                       \
    A(in, S16, IN)                                                                                                     \
    A(exponentials, S16, WEIGHTS)                                                                                      \
    A(inverses, S16, WEIGHTS)                                                                                          \
    A(out, S16, OUT)

#define MOTE_SOFTMAX_S16_ROWS(R)                                                                                       \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(softmax_s16, MOTE_SOFTMAX_S16_PARAMS)
MOTE_COST(softmax_s16, (6.0 * p->depth + 15) * p->groups)
MOTE_ROWS(softmax_s16, MOTE_SOFTMAX_S16_ARGS, MOTE_SOFTMAX_S16_ROWS)

void mote_softmax_s16(const struct mote_softmax_s16 *p, const int16_t *in, const MOTE_FLASH int16_t *exponentials,
                      const MOTE_FLASH int16_t *inverses, int16_t *out, int32_t first, int32_t count);

#endif
