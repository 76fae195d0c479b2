/* SPDX-License-Identifier: Apache-2.0 */
/* Tensor files: raw little-endian bytes, or NumPy's .npy (by the file's name). */
#ifndef MOTE_TENSORS_H
#define MOTE_TENSORS_H

#include "host/graph/graph.h"

/* The elements of a tensor file that is to hold one or more tensors of `bytes` bytes and of `type`. A .npy file must be
 * little-endian, in C order, and of that type. *n says how many tensors it holds. */
MUST_CHECK enum mote_status tensors_read(struct pool *pool, const char *path, enum mote_type type, size_t bytes,
                                         struct bytes *out, size_t *n, const struct frame *at);
/* n tensors of dims[rank]; a .npy gets the shape [n, dims…] if n is not 1. */
MUST_CHECK enum mote_status tensors_write(struct pool *pool, const char *path, enum mote_type type,
                                          const uint32_t *dims, int rank, size_t n, struct bytes data,
                                          const struct frame *at);

#endif
