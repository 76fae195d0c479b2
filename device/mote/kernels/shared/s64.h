/* SPDX-License-Identifier: Apache-2.0 */
/* Integers of 64 bits in arguments of any type, which are promised to be aligned as words are. */
#ifndef MOTE_S64_H
#define MOTE_S64_H

#include <stdint.h>

/* The i-th, by loads of words. */
static inline int64_t mote_s64(const void *values, int32_t i)
{
    int64_t value;

    __builtin_memcpy(&value, __builtin_assume_aligned((const uint8_t *)values + (int64_t)i * 8, 4), sizeof value);
    return value;
}

static inline uint64_t mote_u64(const void *values, int32_t i) { return (uint64_t)mote_s64(values, i); }

static inline void mote_put_u64(void *values, int32_t i, uint64_t value)
{
    __builtin_memcpy(__builtin_assume_aligned((uint8_t *)values + (int64_t)i * 8, 4), &value, sizeof value);
}

#endif
