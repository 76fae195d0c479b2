/* SPDX-License-Identifier: Apache-2.0 */
/* exp, log, tanh and the sigmoid in single precision, for cores without a C library's. Defined for every float,
 * infinities and NaN included (NaN gives NaN); no tables, no state. Greatest errors, measured over all floats (the unit
 * test walks a sample of them), where the compiler rounds each operation to float:
 *
 *   mote_exp_f32      0.75 * 2^-23 of the true value; of a subnormal result, 0.76 units of the last place
 *   mote_log_f32      0.70 * 2^-23 of the true value
 *   mote_tanh_f32     1.20 * 2^-23 of the true value
 *   mote_sigmoid_f32  1.20 * 2^-23 of the true value from -9 on; below, it is exp(x), as in the reference */
#ifndef MOTE_MATH_F32_H
#define MOTE_MATH_F32_H

#include "floats.h"

/* 2^k for a normal result: -126 <= k <= 127. */
static inline float mote_power_of_two(int32_t k) { return mote_float((k + 127) * (INT32_C(1) << 23)); }

/* exp(x) = 2^n * exp(r), |r| <= ln(2) / 2. ln(2) is taken off in two parts, of which the first has so few bits that its
 * product with n is exact. The polynomial has the least greatest error of its degree. The power of two is applied in
 * halves, since it may be beyond the normal floats where the result is not. */
static inline float mote_exp_f32(float x)
{
    float r, y;
    int32_t n;

    if (x != x)
        return x;
    if (x > 88.722839f)
        return mote_float(0x7f800000); /* infinity */
    if (x < -103.972084f)
        return 0.0f;
    n = (int32_t)(x * 1.44269504f + (x < 0.0f ? -0.5f : 0.5f));
    r = x - (float)n * 0.693359375f;
    r += (float)n * 2.12194440e-4f;
    y = 1.3941220e-3f;
    y = y * r + 8.3632351e-3f;
    y = y * r + 4.1666374e-2f;
    y = y * r + 1.6666577e-1f;
    y = y * r + 0.5f;
    y = y * (r * r) + r + 1.0f;
    return y * mote_power_of_two(n / 2) * mote_power_of_two(n - n / 2);
}

/* x = (1 + f) * 2^n with 1 + f between the square roots of 1/2 and 2, nearly; with s = f / (2 + f),
 * log(1 + f) = 2 s + 2/3 s^3 + 2/5 s^5 + …, of which f - f^2 / 2 is taken out so that little is left to round. ln(2) in
 * two parts as above. */
static inline float mote_log_f32(float x)
{
    float f, s, ss, half, rest;
    int32_t bits, e, n = 0;

    if (!(x > 0.0f) || x > MOTE_FLOAT_MAX) /* NaN and infinity give themselves */
        return x < 0.0f ? mote_float(0x7fc00000) : x == 0.0f ? mote_float((int32_t)0xff800000) : x;
    if (x < 1.17549435e-38f) { /* subnormal */
        x *= 8388608.0f;
        n = -23;
    }
    memcpy(&bits, &x, sizeof bits);
    e = (bits - 0x3f3504f3) >> 23; /* 0x3f3504f3: the square root of 1/2 */
    n += e;
    f = mote_float(bits - e * (INT32_C(1) << 23)) - 1.0f;
    s = f / (2.0f + f);
    ss = s * s;
    half = 0.5f * f * f;
    rest = ss * (0.666666667f + ss * (0.4f + ss * (0.285714286f + ss * 0.222222222f)));
    return f - (half - s * (half + rest) + (float)n * 2.12194440e-4f) + (float)n * 0.693359375f;
}

/* An odd polynomial near 0, where 1 - 2 / (exp(2 x) + 1) would cancel. From 9.02 on, the nearest float is 1. */
static inline float mote_tanh_f32(float x)
{
    float a = x < 0.0f ? -x : x, s = x * x, y;

    if (x != x)
        return x;
    if (a < 0.625f) {
        y = -5.7049856e-3f;
        y = y * s + 2.0639086e-2f;
        y = y * s - 5.3739715e-2f;
        y = y * s + 1.3331442e-1f;
        y = y * s - 3.3333282e-1f;
        return x + x * (s * y);
    }
    y = a < 9.02f ? 1.0f - 2.0f / (mote_exp_f32(2.0f * a) + 1.0f) : 1.0f;
    return x < 0.0f ? -y : y;
}

/* The reference's three cases. */
static inline float mote_sigmoid_f32(float x)
{
    if (x > 16.6190472f)
        return 1.0f;
    return x < -9.0f ? mote_exp_f32(x) : 1.0f / (1.0f + mote_exp_f32(-x));
}

#endif
