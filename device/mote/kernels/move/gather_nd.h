/* SPDX-License-Identifier: Apache-2.0 */
/* gather_nd: out[i] = in[indices[i][0] * steps[0] + indices[i][1] * steps[1] + …], in chunks of bytes.
 *
 *   in       [length][chunk]  any element type
 *   indices  [rows][depth]    int32
 *   steps    [depth]          int32: how many chunks an index is worth
 *   out      [rows][chunk]    must not overlap in or indices
 *
 * The sum is modulo 2^32; one outside 0 to length - 1 counts as the nearest of them: indices may be computed at run
 * time. Whole tensors only: no ring.
 * Exact: bytes are moved. No scratch. Cannot fail: the ranges and need_gather_nd() hold. */
#ifndef MOTE_GATHER_ND_H
#define MOTE_GATHER_ND_H

#include "../../kernel.h"

#define MOTE_GATHER_ND_PARAMS(F)                                                                                       \
    F(rows, 1, INT32_MAX, "chunks of the output")                                                                      \
    F(depth, 1, 8, "indices of a chunk")                                                                               \
    F(length, 1, INT32_MAX, "chunks of the input")                                                                     \
    F(chunk, 1, INT32_MAX, "bytes of a chunk: an element and the dimensions that no index names")

#define MOTE_GATHER_ND_ARGS(A)                                                                                         \
    A(in, ANY, IN)                                                                                                     \
    A(indices, S32, IN)                                                                                                \
    A(steps, S32, WEIGHTS)                                                                                             \
    A(out, ANY, OUT)

MOTE_PARAMS(gather_nd, MOTE_GATHER_ND_PARAMS)
MOTE_COST(gather_nd, (double)p->chunk + p->depth + 2)
MOTE_ROWS(gather_nd, MOTE_GATHER_ND_ARGS, MOTE_NO_ROWS)

void mote_gather_nd(const struct mote_gather_nd *p, const void *in, const int32_t *indices,
                    const MOTE_FLASH int32_t *steps, void *out, int32_t first, int32_t count);

#endif
