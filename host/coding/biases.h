/* SPDX-License-Identifier: Apache-2.0 */
/* Biases in fewer bytes (docs/SPEC.md, "Codings"). Lossless. */
#ifndef MOTE_CODING_BIASES_H
#define MOTE_CODING_BIASES_H

#include "host/base/base.h"

struct biases {
    int32_t bytes, shift; /* of each; all are multiples of 2^shift */
    const uint8_t *data;  /* [n * bytes] */
};

void biases_pack(struct pool *pool, const int32_t *bias, int32_t n, struct biases *out);

#endif
