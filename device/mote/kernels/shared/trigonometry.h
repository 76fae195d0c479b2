/* SPDX-License-Identifier: Apache-2.0 */
/* Sine and cosine in single precision, for cores without a C library's. Defined for every float, however large (NaN and
 * infinities give NaN); no state. Greatest errors, measured over all floats (the unit test walks a sample of them),
 * where the compiler rounds each operation to float: 1.6 * 2^-23 of the true value for both. */
#ifndef MOTE_TRIGONOMETRY_H
#define MOTE_TRIGONOMETRY_H

#include "floats.h"

/* 64 bits of x * 2/pi behind the multiples of 4, of a finite x of at least 2^-7. x is a number of 24 bits times 2^e: of
 * the bits of 2/pi those before a place that e gives make multiples of 4 and are left out, and the 96 after it are all
 * that 64 bits of the product need. */
static inline uint64_t mote_quarter_turns(uint32_t bits)
{
    /* 2/pi, with 32 zeros before it. */
    static const uint32_t two_over_pi[] = {0,          0xa2f9836e, 0x4e441529, 0xfc2757d1,
                                           0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab};
    uint32_t m = (bits & 0x7fffff) | 0x800000, place = (bits >> 23 & 255) - 150 + 30, shift = place & 31;
    const uint32_t *from = two_over_pi + place / 32;
    uint32_t word[3];
    uint64_t product;

    for (int i = 0; i < 3; i++)
        word[i] = (uint32_t)(((uint64_t)from[i] << 32 | from[i + 1]) << shift >> 32);
    product = (uint64_t)m * word[1] + ((uint64_t)m * word[2] >> 32);
    return product + ((uint64_t)(m * word[0]) << 32);
}

/* |r| <= pi/4, and a little more: Taylor's polynomials. */
static inline float mote_sin_near_0(float r)
{
    float s = r * r;

    if (s < 1e-8f) /* -0 is its own sine */
        return r;
    return r + r * s * (-0.166666667f + s * (8.33333333e-3f + s * (-1.98412698e-4f + s * 2.75573192e-6f)));
}

static inline float mote_cos_near_0(float r)
{
    float s = r * r;

    return 1.0f - (0.5f * s - s * s * (4.16666667e-2f + s * (-1.38888889e-3f + s * 2.48015873e-5f)));
}

/* The sine of x + `turns` quarters of a turn. */
static inline float mote_sine_f32(float x, uint32_t turns)
{
    uint32_t bits;
    uint64_t t;
    float r;

    memcpy(&bits, &x, sizeof bits);
    if ((bits & 0x7fffffff) >= 0x7f800000)
        return mote_float(0x7fc00000);
    r = x;
    if ((bits & 0x7fffffff) > 0x3f490fda) { /* pi/4 */
        t = mote_quarter_turns(bits & 0x7fffffff);
        if (bits >> 31)
            t = 0 - t;
        turns += (uint32_t)((t + (UINT64_C(1) << 61)) >> 62);
        r = (float)(int64_t)(t << 2) * 8.51530395e-20f; /* to the nearest quarter; pi/2 * 2^-64 */
    }
    x = turns & 1 ? mote_cos_near_0(r) : mote_sin_near_0(r);
    return turns & 2 ? -x : x;
}

static inline float mote_sin_f32(float x) { return mote_sine_f32(x, 0); }
static inline float mote_cos_f32(float x) { return mote_sine_f32(x, 1); }

#endif
