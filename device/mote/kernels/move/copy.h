/* SPDX-License-Identifier: Apache-2.0 */
/* copy: out row = in row, for a tensor whose bytes are needed a second time or in a ring of another size.
 *
 *   in   [in_ring rows][row_bytes]   any element type
 *   out  [out_ring rows][row_bytes]  must not overlap in
 *
 * No scratch. Cannot fail: the ranges and need_copy() hold. */
#ifndef MOTE_COPY_H
#define MOTE_COPY_H

#include "../../kernel.h"

#define MOTE_COPY_PARAMS(F)                                                                                            \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(row_bytes, 1, INT32_MAX, "bytes of a row")                                                                       \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_COPY_ARGS(A)                                                                                              \
    A(in, ANY, IN)                                                                                                     \
    A(out, ANY, OUT)

#define MOTE_COPY_ROWS(R)                                                                                              \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(copy, MOTE_COPY_PARAMS)
MOTE_COST(copy, p->row_bytes)
MOTE_ROWS(copy, MOTE_COPY_ARGS, MOTE_COPY_ROWS)

void mote_copy(const struct mote_copy *p, const void *in, void *out, int32_t first, int32_t count);

#endif
