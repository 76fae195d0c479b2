/* SPDX-License-Identifier: Apache-2.0 */
/* The square root in single precision, correctly rounded as IEEE 754 wants it: by the core's instruction where it has
 * one, else in integers, since no C library is linked. */
#ifndef MOTE_SQRT_F32_H
#define MOTE_SQRT_F32_H

#include "floats.h"

#if defined(__aarch64__)
#define MOTE_SQRT(y, x) __asm__("fsqrt %s0, %s1" : "=w"(y) : "w"(x))
#elif defined(__ARM_FP) && (__ARM_FP & 4)
#define MOTE_SQRT(y, x) __asm__("vsqrt.f32 %0, %1" : "=t"(y) : "t"(x))
#elif defined(__SSE__)
#define MOTE_SQRT(y, x) __asm__("sqrtss %1, %0" : "=x"(y) : "x"(x))
#endif

#ifdef MOTE_SQRT
static inline float mote_sqrt_f32(float x)
{
    float y;

    if (!(x > 0.0f)) /* 0, -0 and NaN give themselves, below 0 is NaN */
        return x < 0.0f ? mote_float(0x7fc00000) : x;
    MOTE_SQRT(y, x);
    return y;
}
#else
/* x = m * 2^e with e even and 2^46 <= m < 2^48, so that the whole part of the root of m has 24 bits: all that a float
 * holds. It is found bit by bit; what is left says whether the next bit is 1 (a root is never halfway). */
static inline float mote_sqrt_f32(float x)
{
    uint32_t bits, root = 0;
    uint64_t m, rest;
    int32_t e;

    memcpy(&bits, &x, sizeof bits);
    if (!(x > 0.0f) || bits >= 0x7f800000) /* 0, -0, NaN and infinity give themselves, below 0 is NaN */
        return x < 0.0f ? mote_float(0x7fc00000) : x;
    e = bits < 0x800000 ? 1 : (int32_t)(bits >> 23);
    m = bits < 0x800000 ? bits : (bits & 0x7fffff) | 0x800000;
    for (; m < 0x800000; e--)
        m <<= 1;
    m <<= e % 2 == 0 ? 24 : 23;
    e -= 150 + (e % 2 == 0 ? 24 : 23);
    rest = m;
    for (uint32_t bit = UINT32_C(1) << 23; bit != 0; bit >>= 1) {
        uint64_t taken = (uint64_t)(2 * root + bit) * bit;

        if (taken <= rest) {
            rest -= taken;
            root += bit;
        }
    }
    root += rest > root;
    return mote_float((e / 2 + 149) * (INT32_C(1) << 23) +
                      (int32_t)root); /* the leading bit of root adds 1 to the exponent */
}
#endif

#endif
