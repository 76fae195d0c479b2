/* SPDX-License-Identifier: Apache-2.0 */
/* strided_copy: out[out_at + sum i_d * out_stride_d] = in[in_at + sum i_d * in_stride_d], in chunks of bytes that stay
 * together. What it does not name in `out` keeps its bytes, so that several steps can fill one tensor.
 *
 *   in     [in_bytes]   any element type
 *   shape  [rank][3]    int32, outermost first: {dimension, stride in the input, stride in the output}, both in bytes
 *   out    [out_bytes]  must not overlap in
 *
 * Strides may be negative (backwards) and, in the input, zero (again). The outermost dimension counts the rows. Whole
 * tensors only: no ring.
 * Exact: bytes are moved. No scratch. Cannot fail: the ranges, need_strided_copy() and trust_strided_copy() hold; they
 * prove that both walks stay inside, and that no more bytes are moved than the output has. */
#ifndef MOTE_STRIDED_COPY_H
#define MOTE_STRIDED_COPY_H

#include "../../kernel.h"
#include "../shared/strides.h"

#define MOTE_STRIDED_COPY_PARAMS(F)                                                                                    \
    F(rows, 1, INT32_MAX, "the outermost dimension")                                                                   \
    F(rank, 1, MOTE_RANK_MAX, "dimensions: lines of shape")                                                            \
    F(chunk, 1, INT32_MAX, "bytes that move together: an element, or the dimensions that stay innermost")              \
    F(in_bytes, 1, INT32_MAX, "bytes of the input")                                                                    \
    F(in_at, 0, INT32_MAX, "where the first chunk is in the input, in bytes")                                          \
    F(out_bytes, 1, INT32_MAX, "bytes of the output")                                                                  \
    F(out_at, 0, INT32_MAX, "where the first chunk goes in the output, in bytes")

#define MOTE_STRIDED_COPY_ARGS(A)                                                                                      \
    A(in, ANY, IN)                                                                                                     \
    A(shape, S32, CONST)                                                                                               \
    A(out, ANY, OUT)

MOTE_PARAMS(strided_copy, MOTE_STRIDED_COPY_PARAMS)
MOTE_COST(strided_copy, (double)p->out_bytes / p->rows)
MOTE_ROWS(strided_copy, MOTE_STRIDED_COPY_ARGS, MOTE_NO_ROWS)

void mote_strided_copy(const struct mote_strided_copy *p, const void *in, const MOTE_FLASH int32_t *shape, void *out,
                       int32_t first, int32_t count);

#endif
