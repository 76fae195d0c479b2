/* SPDX-License-Identifier: Apache-2.0 */
/* Sparse coding: of a matrix of int8 weights those that are not 0, as pairs of bytes (docs/SPEC.md, "Codings").
 * Lossless, and the same bytes from every machine. */
#ifndef MOTE_CODING_SPARSE_H
#define MOTE_CODING_SPARSE_H

#include "host/base/base.h"

struct sparse {
    int32_t bytes;
    const uint8_t *data;
};

/* Weights [rows][columns]. False: they would take too many bytes, or a row too many pairs. */
bool sparse_encode(struct pool *pool, const int8_t *weights, int32_t rows, int32_t columns, struct sparse *out);

#endif
