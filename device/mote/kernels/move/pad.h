/* SPDX-License-Identifier: Apache-2.0 */
/* pad: a copy of `in` inside a larger tensor of `value`. Moves bytes: any element type.
 *
 *   in     [in_ring rows][in_len]    elements of `size` bytes
 *   value  [1]                       the element around
 *   outer  [rank][3]                 int32, the dimensions over the rows, outermost first: {size in the input, padding
 *                                    before, size in the output}
 *   out    [out_ring rows][out_len]  must not overlap in
 *
 * A row is the innermost dimension that has padding, with all dimensions below it: W * C elements for an image. Output
 * row r stands at the position in `outer` that has r as its number; outside the input it is all `value`.
 * Exact: the bytes of the reference's Pad. No scratch. Cannot fail: the ranges, need_pad() and trust_pad() hold. */
#ifndef MOTE_PAD_H
#define MOTE_PAD_H

#include "../../kernel.h"
#include "../shared/strides.h"

#define MOTE_PAD_PARAMS(F)                                                                                             \
    F(size, 1, 16, "bytes of an element")                                                                              \
    F(rows, 1, INT32_MAX, "output rows: the product of the output sizes in outer")                                     \
    F(rank, 1, MOTE_RANK_MAX, "dimensions over the rows: lines of outer")                                              \
    F(in_len, 1, INT32_MAX, "elements of an input row")                                                                \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(before, 0, INT32_MAX, "elements before the input's in a row")                                                    \
    F(out_len, 1, INT32_MAX, "elements of an output row")                                                              \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_PAD_ARGS(A)                                                                                               \
    A(in, ANY, IN)                                                                                                     \
    A(value, ANY, IN)                                                                                                  \
    A(outer, S32, CONST)                                                                                               \
    A(out, ANY, OUT)

#define MOTE_PAD_ROWS(R)                                                                                               \
    R(in, &p->in_ring, MOTE_ALL_ROWS)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(pad, MOTE_PAD_PARAMS)
MOTE_COST(pad, p->out_len)
MOTE_ROWS(pad, MOTE_PAD_ARGS, MOTE_PAD_ROWS)

void mote_pad(const struct mote_pad *p, const void *in, const void *value, const MOTE_FLASH int32_t *outer, void *out,
              int32_t first, int32_t count);

#endif
