/* SPDX-License-Identifier: Apache-2.0 */
/* int16 activations with int8 weights ("16x8"): what their convolutions share. Sums are 64 bits; where the reference's
 * have 32 bits (`wide` is 0), the 64-bit sum modulo 2^32 is the same number. */
#ifndef MOTE_WIDE_H
#define MOTE_WIDE_H

#include "../../config.h"
#include "requant.h"

/* The products of one chunk fit in 32 bits: 256 * 2^15 * 2^7 = 2^30. */
#define MOTE_WIDE_CHUNK 256

static inline int64_t mote_dot_s16(const int16_t *a, const MOTE_FLASH int8_t *w, int32_t n)
{
    int64_t sum = 0;

    while (n > 0) {
        int32_t part = 0;

        for (int32_t i = n < MOTE_WIDE_CHUNK ? n : MOTE_WIDE_CHUNK; i > 0; i--)
            part += (int32_t)*a++ * *w++;
        sum += part;
        n -= MOTE_WIDE_CHUNK;
    }
    return sum;
}

/* clamp(requant(sum + bias)); the sums are modulo 2^64 or 2^32. Zero points are 0. */
static inline int16_t mote_requant_s16(int64_t sum, int64_t bias, int32_t wide, int32_t mult, int32_t shift, int32_t lo,
                                       int32_t hi)
{
    uint64_t total = (uint64_t)sum + (uint64_t)bias;

    return (int16_t)mote_clamp(wide ? mote_requant64((int64_t)total, mult, shift)
                                    : mote_requant((int32_t)(uint32_t)total, mult, shift),
                               lo, hi);
}

/* For trust functions. */
static inline bool mote_wide_shifts(const int8_t *shift, int32_t n, int32_t wide)
{
    return mote_shifts_up_to(shift, n, wide ? MOTE_SHIFT64_MAX : MOTE_SHIFT_MAX);
}

#endif
