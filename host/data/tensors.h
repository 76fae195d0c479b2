/* SPDX-License-Identifier: Apache-2.0 */
/* Tensor files: raw little-endian bytes, or NumPy's .npy (by the file's name). */
#ifndef MOTE_TENSORS_H
#define MOTE_TENSORS_H

#include "host/graph/graph.h"
#include "mote/mote.h"

bool is_tensor_name(const char *path); /* .bin: it holds a tensor's own bytes */
bool is_npy_name(const char *path);

/* The elements of a tensor file that is to hold one or more of the input `io`. A .npy file must be little-endian, in C
 * order, of that type, and of that shape (dimensions of 1 apart), which may follow a number of tensors; or it has one
 * dimension. *n says how many tensors it holds. */
MUST_CHECK enum mote_status tensors_read(struct pool *pool, const char *path, const struct mote_io *io,
                                         struct bytes *out, size_t *n, const struct frame *at);
/* n tensors as `io`; a .npy gets the shape [n, dims…] if n is not 1. */
MUST_CHECK enum mote_status tensors_write(struct pool *pool, const char *path, const struct mote_io *io, size_t n,
                                          struct bytes data, const struct frame *at);

#endif
