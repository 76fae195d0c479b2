/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of AArch64. MOTE_NEON says whether the compiler knows them, MOTE_DOTPROD whether it knows those of four
 * products; a function that uses these says MOTE_WITH_DOTPROD, and who calls it has asked the CPU. Then requantization
 * (requant.h) of four sums at once. */
#ifndef MOTE_NEON_H
#define MOTE_NEON_H

#if defined(__aarch64__) && defined(__ARM_NEON)
#define MOTE_NEON          1
#define MOTE_IF_NEON(code) code
#define MOTE_INLINE        static inline __attribute__((always_inline))

/* Loops over registers, unrolled so that they are registers. */
#define MOTE_UNROLL _Pragma("GCC unroll 16")

#include <arm_neon.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__ARM_FEATURE_DOTPROD)
#define MOTE_DOTPROD 1
#define MOTE_WITH_DOTPROD
#elif !defined(__clang__) /* whose header has them only where all code may use them */
#define MOTE_DOTPROD      1
#define MOTE_WITH_DOTPROD __attribute__((target("arch=armv8.2-a+dotprod")))
#endif

/* ---- requantization ----
 *
 * SQRDMULH is the doubling high multiplication, with its saturation; SRSHL rounds halves upwards, so that below zero
 * 1 is subtracted first where there is a shift. */
struct mote_scale_4 {
    int32x4_t mult, left, down; /* down: 0 or negative */
};

/* n <= 4 numbers, zeros behind them. */
MOTE_INLINE int32x4_t mote_load_4(const int32_t *at, int32_t n)
{
    int32_t four[4] = {0};

    if (n >= 4)
        return vld1q_s32(at);
    for (int32_t i = 0; i < n; i++)
        four[i] = at[i];
    return vld1q_s32(four);
}

/* One channel's multiplier and shift, or those of n <= 4 channels, one a lane. */
MOTE_INLINE struct mote_scale_4 mote_scale_4(const int32_t *mult, const int8_t *shift, bool each, int32_t n)
{
    struct mote_scale_4 s = {.mult = vdupq_n_s32(*mult)};
    int32_t by[4] = {*shift, *shift, *shift, *shift};
    int32x4_t shifts;

    if (each) {
        s.mult = mote_load_4(mult, n);
        for (int32_t i = 1; i < n && i < 4; i++)
            by[i] = shift[i];
    }
    shifts = vld1q_s32(by);
    s.left = vmaxq_s32(shifts, vdupq_n_s32(0));
    s.down = vminq_s32(shifts, vdupq_n_s32(0));
    return s;
}

MOTE_INLINE int32x4_t mote_requant_4(int32x4_t sum, const struct mote_scale_4 *s)
{
    int32x4_t x = vqrdmulhq_s32(vshlq_s32(sum, s->left), s->mult);

    return vrshlq_s32(vqaddq_s32(x, vshrq_n_s32(vandq_s32(x, s->down), 31)), s->down);
}

/* ---- to bytes ---- */
/* clamp(x + zero) of eight, modulo 2^32 in between; saturation comes before the clamp, whose limits are int8. */
MOTE_INLINE int8x8_t mote_narrow_8(int32x4_t a, int32x4_t b, int32_t zero, int32_t lo, int32_t hi)
{
    int32x4_t more = vdupq_n_s32(zero);
    int16x8_t words = vqmovn_high_s32(vqmovn_s32(vaddq_s32(a, more)), vaddq_s32(b, more));

    return vmin_s8(vmax_s8(vqmovn_s16(words), vdup_n_s8((int8_t)lo)), vdup_n_s8((int8_t)hi));
}

/* The first n <= 8. */
MOTE_INLINE void mote_put_8(int8x8_t bytes, int32_t n, int8_t *to)
{
    int8_t some[8];

    if (n >= 8) {
        vst1_s8(to, bytes);
        return;
    }
    vst1_s8(some, bytes);
    for (int32_t i = 0; i < n; i++)
        to[i] = some[i];
}

/* ---- moving bytes ---- */
/* n bytes, in pieces that may overlap; returns where they end. */
static inline int8_t *mote_copy_some(int8_t *to, const int8_t *from, int32_t n)
{
    int8_t *end = to + n;

    if (n >= 16) {
        for (; n > 16; n -= 16, to += 16, from += 16)
            vst1q_s8(to, vld1q_s8(from));
        vst1q_s8(to + n - 16, vld1q_s8(from + n - 16));
    } else if (n >= 8) {
        int8x8_t last = vld1_s8(from + n - 8);

        vst1_s8(to, vld1_s8(from));
        vst1_s8(end - 8, last);
    } else if (n >= 4) {
        __builtin_memcpy(to, from, 4);
        __builtin_memcpy(end - 4, from + n - 4, 4);
    } else {
        for (; n > 0; n--)
            *to++ = *from++;
    }
    return end;
}

/* n <= 8 bytes, zeros behind them. */
MOTE_INLINE int8x8_t mote_bytes_8(const int8_t *at, int32_t n)
{
    int8_t eight[8] = {0};

    if (n >= 8)
        return vld1_s8(at);
    mote_copy_some(eight, at, n);
    return vld1_s8(eight);
}

#else
#define MOTE_NEON          0
#define MOTE_IF_NEON(code) NULL
#endif

#ifndef MOTE_DOTPROD
#define MOTE_DOTPROD          0
#define MOTE_IF_DOTPROD(code) NULL
#else
#define MOTE_IF_DOTPROD(code) code
#endif

#endif
