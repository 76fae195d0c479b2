/* SPDX-License-Identifier: Apache-2.0 */
/* gather: out[b][o][i] = in[b][o][indices[b][i]], in chunks of bytes.
 *
 *   in       [batches][outer][length][chunk]     any element type
 *   indices  [batches][indices]                  int32
 *   out      [batches][outer][indices][chunk]    must not overlap in or indices
 *
 * An index outside 0 to length - 1 counts as the nearest of them: indices may be computed at run time. A row is all
 * that one o of one batch gives. Whole tensors only: no ring.
 * Exact: bytes are moved. No scratch. Cannot fail: the ranges and need_gather() hold. */
#ifndef MOTE_GATHER_H
#define MOTE_GATHER_H

#include "../../kernel.h"

#define MOTE_GATHER_PARAMS(F)                                                                                          \
    F(batches, 1, INT32_MAX, "dimensions that have indices of their own")                                              \
    F(outer, 1, INT32_MAX, "dimensions before the axis that share indices")                                            \
    F(length, 1, INT32_MAX, "steps of the input's axis")                                                               \
    F(indices, 1, INT32_MAX, "indices of a batch")                                                                     \
    F(chunk, 1, INT32_MAX, "bytes of a step: an element and the dimensions after the axis")

#define MOTE_GATHER_ARGS(A)                                                                                            \
    A(in, ANY, IN)                                                                                                     \
    A(indices, S32, IN)                                                                                                \
    A(out, ANY, OUT)

MOTE_PARAMS(gather, MOTE_GATHER_PARAMS)
MOTE_COST(gather, (double)p->indices * p->chunk)
MOTE_ROWS(gather, MOTE_GATHER_ARGS, MOTE_NO_ROWS)

void mote_gather(const struct mote_gather *p, const void *in, const int32_t *indices, void *out, int32_t first,
                 int32_t count);

#endif
