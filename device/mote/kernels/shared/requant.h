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

/* Four shifts side by side, as numbers from MOTE_SHIFT_MIN on: one in range is below 64, and with `room` added still.
 * A byte that carries into the next one is itself out of range. */
static inline uint32_t mote_shifts_of(const int8_t *shift)
{
    const uint8_t *b = (const uint8_t *)shift; /* one load where the core has unaligned ones */
    uint32_t four = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;

    return ((four & UINT32_C(0x7f7f7f7f)) + UINT32_C(0x01010101) * -MOTE_SHIFT_MIN) ^ (four & UINT32_C(0x80808080));
}

/* For a kernel's trust function: all shifts in range. Images may have it check many: two steps of the loop are 8
 * shifts. */
static inline bool mote_shifts_up_to(const int8_t *shift, int32_t n, int32_t max)
{
    const uint32_t room = UINT32_C(0x01010101) * (uint32_t)(63 - (max - MOTE_SHIFT_MIN));
    uint32_t seen = 0;

    for (; n >= 8; n -= 8, shift += 8) {
        uint32_t a = mote_shifts_of(shift), b = mote_shifts_of(shift + 4);

        seen |= a | (a + room) | b | (b + room);
    }
    for (; n > 0; n--, shift++)
        if (*shift < MOTE_SHIFT_MIN || *shift > max)
            return false;
    return (seen & UINT32_C(0xc0c0c0c0)) == 0;
}

static inline bool mote_shifts_in_range(const int8_t *shift, int32_t n)
{
    return mote_shifts_up_to(shift, n, MOTE_SHIFT_MAX);
}

#endif
