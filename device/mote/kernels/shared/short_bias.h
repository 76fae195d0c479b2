/* SPDX-License-Identifier: Apache-2.0 */
/* Biases of coded weights (docs/SPEC.md, "Codings"). */
#ifndef MOTE_SHORT_BIAS_H
#define MOTE_SHORT_BIAS_H

#include <stdint.h>

#include "../../config.h"

/* A bias of so many bytes, the most significant first, times 2^shift. */
static inline uint32_t mote_short_bias(const MOTE_FLASH uint8_t *at, int32_t bytes, int32_t shift)
{
    uint32_t bias = (uint32_t)(int32_t)(int8_t)*at++;

    for (; bytes > 1; bytes--)
        bias = bias << 8 | *at++;
    return bias << shift;
}

#endif
