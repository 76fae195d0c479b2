/* SPDX-License-Identifier: Apache-2.0 */
/* rescale_s16: out = clamp(requant(in)), symmetric: zero points are 0
 *
 *   in   [in_ring rows][len]   int16
 *   out  [out_ring rows][len]  int16; may be the memory of in
 *
 * Exact: the bytes of the reference's ReluQuantized; mult 2^30 with shift 1 leaves values as they are. No scratch.
 * Cannot fail: the ranges and need_rescale_s16() hold. Cost: one requantization an element. */
#ifndef MOTE_RESCALE_S16_H
#define MOTE_RESCALE_S16_H

#include "../../kernel.h"
#include "../shared/requant.h"

#define MOTE_RESCALE_S16_PARAMS(F)                                                                                     \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(mult, 0, INT32_MAX, "multiplier: input scale / output scale")                                                    \
    F(shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift")                                                                  \
    F(lo, -32768, 32767, "smallest output")                                                                            \
    F(hi, -32768, 32767, "largest output")

#define MOTE_RESCALE_S16_ARGS(A)                                                                                       \
    A(in, S16, IN)                                                                                                     \
    A(out, S16, OUT)

#define MOTE_RESCALE_S16_ROWS(R)                                                                                       \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(rescale_s16, MOTE_RESCALE_S16_PARAMS)
MOTE_COST(rescale_s16, 4.0 * p->len)
MOTE_ROWS(rescale_s16, MOTE_RESCALE_S16_ARGS, MOTE_RESCALE_S16_ROWS)

void mote_rescale_s16(const struct mote_rescale_s16 *p, const int16_t *in, int16_t *out, int32_t first, int32_t count);

#endif
