/* SPDX-License-Identifier: Apache-2.0 */
/* Integers of 64 bits in arguments of any type, which are promised to be aligned as words are. */
#ifndef MOTE_S64_H
#define MOTE_S64_H

#include <stdint.h>

#include "../../memory.h"

static inline int64_t mote_s64(const void *values, int32_t i)
{
    int64_t value;

    memcpy(&value, (const uint8_t *)values + (int64_t)i * (int64_t)sizeof value, sizeof value);
    return value;
}

#endif
