/* SPDX-License-Identifier: Apache-2.0 */
/* transpose: out[i0][i1]… = in[i0 * stride0 + i1 * stride1 + …], in chunks of bytes that stay together.
 *
 *   in     [in_bytes]   any element type
 *   shape  [rank][2]    int32, the output's dimensions, outermost first: {dimension, stride in the input in bytes}
 *   out    [out_bytes]  dense: the product of the dimensions, times chunk; must not overlap in
 *
 * A row is one step of the outermost dimension. Whole tensors only: no ring.
 * Exact: bytes are moved. No scratch. Cannot fail: the ranges, need_transpose() and trust_transpose() hold. */
#ifndef MOTE_TRANSPOSE_H
#define MOTE_TRANSPOSE_H

#include "../../kernel.h"
#include "../shared/strides.h"

#define MOTE_TRANSPOSE_PARAMS(F)                                                                                       \
    F(rows, 1, INT32_MAX, "the outermost dimension")                                                                   \
    F(rank, 1, MOTE_RANK_MAX, "dimensions: lines of shape")                                                            \
    F(chunk, 1, INT32_MAX, "bytes that move together: an element, or the dimensions that stay innermost")              \
    F(in_bytes, 1, INT32_MAX, "bytes of the input")                                                                    \
    F(out_bytes, 1, INT32_MAX, "bytes of the output")

#define MOTE_TRANSPOSE_ARGS(A)                                                                                         \
    A(in, ANY, IN)                                                                                                     \
    A(shape, S32, CONST)                                                                                               \
    A(out, ANY, OUT)

MOTE_PARAMS(transpose, MOTE_TRANSPOSE_PARAMS)
MOTE_COST(transpose, (double)p->out_bytes / p->rows)
MOTE_ROWS(transpose, MOTE_TRANSPOSE_ARGS, MOTE_NO_ROWS)

void mote_transpose(const struct mote_transpose *p, const void *in, const MOTE_FLASH int32_t *shape, void *out,
                    int32_t first, int32_t count);

#endif
