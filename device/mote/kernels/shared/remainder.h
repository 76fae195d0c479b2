/* SPDX-License-Identifier: Apache-2.0 */
/* Remainders and floored quotients of floats, for cores without a C library's. Defined for all floats, NaN and
 * infinities included. */
#ifndef MOTE_REMAINDER_H
#define MOTE_REMAINDER_H

#include "rounding.h"

/* |x| = m * 2^(e - 150), m of 24 bits but for 0; subnormals, too. */
static inline uint32_t mote_split_f32(uint32_t magnitude, int32_t *e)
{
    uint32_t m = magnitude & 0x7fffff;

    *e = (int32_t)(magnitude >> 23);
    if (*e > 0)
        return m | 0x800000;
    *e = 1;
    for (; m > 0 && m < 0x800000; m <<= 1)
        --*e;
    return m;
}

/* The remainder of x / y rounded toward 0, which is a float: exact. It has x's sign. */
static inline float mote_remainder_f32(float x, float y)
{
    uint32_t a, b, m, n, sign;
    int32_t e, f;

    memcpy(&a, &x, sizeof a);
    memcpy(&b, &y, sizeof b);
    sign = a & 0x80000000;
    a &= 0x7fffffff;
    b &= 0x7fffffff;
    if (b == 0 || a >= 0x7f800000 || b > 0x7f800000)
        return mote_float(0x7fc00000);
    if (a < b)
        return x;
    m = mote_split_f32(a, &e);
    n = mote_split_f32(b, &f);
    for (; e > f; e--)
        m = (m >= n ? m - n : m) << 1;
    m = m >= n ? m - n : m;
    for (; m > 0 && m < 0x800000; m <<= 1)
        e--;
    if (e > 0 && m > 0)
        m = (m & 0x7fffff) | (uint32_t)e << 23;
    else if (m > 0)
        m >>= 1 - e;
    return mote_float((int32_t)(m | sign));
}

/* The same rounded down: it has y's sign. One addition is rounded. */
static inline float mote_floored_remainder(float x, float y)
{
    float r = mote_remainder_f32(x, y);

    return r != 0.0f && (y < 0.0f) != (r < 0.0f) ? r + y : r;
}

/* x / y rounded down. A quotient that is whole after the rounding to float may have been below: the remainder tells (no
 * quotient is in the middle between two floats). From 2^24 on all floats are whole, and the rounding stays; nothing is
 * below the 0 of an infinite y. */
static inline float mote_floored_quotient(float x, float y)
{
    float q = x / y, whole = mote_floor_f32(q), r, rest;

    if (whole != q || !(q > -16777216.0f && q < 16777216.0f))
        return whole;
    r = mote_remainder_f32(x, y);
    if (r == 0.0f)
        return whole;
    r = r < 0.0f ? -r : r;
    rest = (y < 0.0f ? -y : y) - r;
    return ((x < 0.0f) == (y < 0.0f) ? rest < r : r < rest && rest <= MOTE_FLOAT_MAX) ? whole - 1.0f : whole;
}

#endif
