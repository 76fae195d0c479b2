/* SPDX-License-Identifier: Apache-2.0 */
/* A function of int16 as a table of 513 values with straight lines between them: the upper 9 bits of the argument
 * choose a line, the lower 7 a place on it. */
#ifndef MOTE_LOOKUP_H
#define MOTE_LOOKUP_H

#include <stdint.h>

#include "../../config.h"

#define MOTE_LOOKUP_S16 513

/* Any table and any x of an int16 are safe. */
static inline int32_t mote_lookup_s16(const MOTE_FLASH int16_t *table, int32_t x)
{
    int32_t k = 256 + (x >> 7), base = table[k], slope = table[k + 1] - base;

    return base + ((slope * (x & 0x7f) + 64) >> 7);
}

#endif
