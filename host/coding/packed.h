/* SPDX-License-Identifier: Apache-2.0 */
/* Packed coding: a matrix of int8 weights of at most 16 values as indices of 1, 2 or 4 bits into these (docs/SPEC.md,
 * "Codings"). Lossless, and the same bytes from every machine. */
#ifndef MOTE_CODING_PACKED_H
#define MOTE_CODING_PACKED_H

#include "host/base/base.h"

#define PACKED_LEVELS_MAX 16

struct packed {
    int32_t bits;
    int32_t bytes; /* of data */
    const uint8_t *data;
    int8_t levels[PACKED_LEVELS_MAX]; /* [2^bits], the smallest first; 0 behind those that occur */
};

/* Weights [rows][columns]. False: they have more values, or are too many. */
bool packed_encode(struct pool *pool, const int8_t *weights, int32_t rows, int32_t columns, struct packed *out);

/* Whether that is worth it, of so many dense bytes: a weight costs not twice what a dense one does (on a Cortex-M4),
 * and about as much on cores that multiply one by one. */
bool packed_pays(int64_t packed_bytes, int64_t dense_bytes);

#endif
