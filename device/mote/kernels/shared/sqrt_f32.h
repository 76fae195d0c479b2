/* SPDX-License-Identifier: Apache-2.0 */
/* The square root in single precision, correctly rounded as IEEE 754 wants it, in integers: for cores whose C library
 * is not linked, with or without an FPU. */
#ifndef MOTE_SQRT_F32_H
#define MOTE_SQRT_F32_H

#include "floats.h"

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
