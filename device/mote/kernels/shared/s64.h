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

static inline uint64_t mote_u64(const void *values, int32_t i) { return (uint64_t)mote_s64(values, i); }

static inline void mote_put_u64(void *values, int32_t i, uint64_t value)
{
    memcpy((uint8_t *)values + (int64_t)i * (int64_t)sizeof value, &value, sizeof value);
}

#endif
