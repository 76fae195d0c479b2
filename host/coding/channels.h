/* SPDX-License-Identifier: Apache-2.0 */
/* A layer's biases and multipliers in few bits, as the kernel unpack_channels takes them (docs/SPEC.md, "Codings").
 * Lossless. */
#ifndef MOTE_CODING_CHANNELS_H
#define MOTE_CODING_CHANNELS_H

#include "host/base/base.h"

struct channels {
    int32_t bias_bits;
    int32_t bytes; /* of data */
    const uint8_t *data;
};

/* False: the multipliers are not all products of their channels' scales and one factor. */
bool channels_pack(struct pool *pool, const int32_t *bias, const int32_t *mult, const float *scale, int32_t n,
                   struct channels *out);

#endif
