/* SPDX-License-Identifier: Apache-2.0 */
/* Weights that are indices of 1, 2 or 4 bits into a few values (docs/SPEC.md, "Codings"): the least significant bits of
 * a byte come first. Each pattern of bits is an index, so that there is nothing to prove of them. */
#ifndef MOTE_PACKED_H
#define MOTE_PACKED_H

#include "../../kernel.h"

#define MOTE_PACKED_BITS_MAX   4
#define MOTE_PACKED_LEVELS_MAX (1 << MOTE_PACKED_BITS_MAX)

static inline bool mote_packed_is_width(int32_t bits) { return bits == 1 || bits == 2 || bits == 4; }

/* Bytes of n indices. */
static inline int32_t mote_packed_bytes(int32_t n, int32_t bits)
{
    const int32_t each = 8 / bits;

    return n / each + (n % each != 0);
}

/* A copy in memory, where each weight is looked up. */
static inline void mote_packed_levels(int8_t to[MOTE_PACKED_LEVELS_MAX], const MOTE_FLASH int8_t *levels, int32_t bits)
{
    for (int32_t i = 0; i < 1 << bits; i++)
        to[i] = levels[i];
}

#endif
