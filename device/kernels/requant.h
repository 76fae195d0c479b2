/* SPDX-License-Identifier: Apache-2.0 */
/* From a 32-bit sum to an 8-bit result, as the reference does it: double rounding (docs/EXACT.md, "Requantization").
 *
 *   real_out = real_sum * (mult / 2^31) * 2^shift
 *
 * mult   any int32; made on the host from a scale: 0, or 2^30 <= mult < 2^31
 * shift  -31 .. 30; above 0 it shifts the sum left first, modulo 2^32, below 0 it divides the product, rounding half
 *        away from zero */
#ifndef MOTE_REQUANT_H
#define MOTE_REQUANT_H

#include <stdbool.h>
#include <stdint.h>

#define MOTE_SHIFT_MIN (-31)
#define MOTE_SHIFT_MAX 30

/* floor((a * b + 2^30) / 2^31), and 2^31 - 1 for the one pair that overflows. */
static inline int32_t mote_doubling_high_mul(int32_t a, int32_t b)
{
    int64_t ab = (int64_t)a * b;

    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
    return (int32_t)((ab + (INT64_C(1) << 30)) >> 31);
}

/* x / 2^n rounded half away from zero, 0 <= n <= 31. */
static inline int32_t mote_rounding_divide(int32_t x, int32_t n)
{
    int32_t mask = (int32_t)((UINT32_C(1) << n) - 1);
    int32_t rest = x & mask;

    return (x >> n) + (rest > (mask >> 1) + (x < 0));
}

static inline int32_t mote_requant(int32_t sum, int32_t mult, int32_t shift)
{
    int32_t left = shift > 0 ? shift : 0;
    int32_t right = shift > 0 ? 0 : -shift;

    return mote_rounding_divide(mote_doubling_high_mul((int32_t)((uint32_t)sum << left), mult), right);
}

/* A 64-bit sum, as int16 activations have: the multiplier cut to 16 bits, the product modulo 2^64 and rounded once,
 * ties upwards. shift is -31 .. MOTE_SHIFT64_MAX. */
#define MOTE_SHIFT64_MAX 7

static inline int32_t mote_requant64(int64_t sum, int32_t mult, int32_t shift)
{
    int32_t cut = mult < 0x7fff0000 ? (mult + (INT32_C(1) << 15)) >> 16 : 0x7fff, right = 15 - shift;
    uint64_t product = (uint64_t)sum * (uint64_t)cut + (UINT64_C(1) << (right - 1));

    return (int32_t)(uint32_t)(uint64_t)((int64_t)product >> right);
}

static inline int32_t mote_clamp(int32_t x, int32_t lo, int32_t hi) { return x < lo ? lo : x > hi ? hi : x; }

/* clamp(requant(sum) + zero), the sum modulo 2^32 as everywhere. */
static inline int8_t mote_requant_s8(int32_t sum, int32_t mult, int32_t shift, int32_t zero, int32_t lo, int32_t hi)
{
    return (int8_t)mote_clamp((int32_t)((uint32_t)mote_requant(sum, mult, shift) + (uint32_t)zero), lo, hi);
}

/* For a kernel's trust function: all shifts in range. */
static inline bool mote_shifts_up_to(const int8_t *shift, int32_t n, int32_t max)
{
    for (int32_t i = 0; i < n; i++)
        if (shift[i] < MOTE_SHIFT_MIN || shift[i] > max)
            return false;
    return true;
}

static inline bool mote_shifts_in_range(const int8_t *shift, int32_t n)
{
    return mote_shifts_up_to(shift, n, MOTE_SHIFT_MAX);
}

#endif
