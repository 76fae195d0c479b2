/* SPDX-License-Identifier: Apache-2.0 */
/* Where the highest bit of a number is. */
#ifndef MOTE_BITS_H
#define MOTE_BITS_H

#include <stdint.h>

/* Bits that x has without leading zeros, 0 for 0. */
static inline int32_t mote_bit_length(uint32_t x)
{
#if defined(__GNUC__) && defined(__SIZEOF_LONG__) && __SIZEOF_LONG__ == 4
    return x == 0 ? 0 : 32 - (int32_t)__builtin_clzl(x);
#elif defined(__GNUC__)
    return x == 0 ? 0 : 32 - (int32_t)__builtin_clz(x);
#else
    int32_t n = 0;

    while (x != 0) {
        x >>= 1;
        n++;
    }
    return n;
#endif
}

#endif
