/* SPDX-License-Identifier: Apache-2.0 */
/* The error function and the arc tangent in single precision, for cores without a C library's. Defined for every float
 * (NaN gives NaN); no state. Greatest errors, measured over all floats (the unit test walks a sample of them), where
 * the compiler rounds each operation to float: 2.0 * 2^-23 of the true value for both. */
#ifndef MOTE_ERROR_FUNCTION_H
#define MOTE_ERROR_FUNCTION_H

#include "math_f32.h"

/* Taylor's polynomial up to 1; from there on 1 - exp(-x^2) q(t), t = 1 / (1 + x / 2), where q is near x -> erfc(x)
 * exp(x^2) up to 4. There the nearest float is 1. */
static inline float mote_erf_f32(float x)
{
    float a = x < 0.0f ? -x : x, s = x * x, t, y;

    if (x != x)
        return x;
    if (a < 1.0f) {
        y = -1.63658447e-7f;
        y = y * s + 1.64621144e-6f;
        y = y * s - 1.49256504e-5f;
        y = y * s + 1.20553330e-4f;
        y = y * s - 8.54832702e-4f;
        y = y * s + 5.22397763e-3f;
        y = y * s - 2.68661706e-2f;
        y = y * s + 1.12837917e-1f;
        y = y * s - 3.76126389e-1f;
        return x * (y * s + 1.12837917f);
    }
    if (a >= 4.0f)
        return x < 0.0f ? -1.0f : 1.0f;
    t = 1.0f / (1.0f + 0.5f * a);
    y = -0.0535406172f;
    y = y * t - 0.0573387332f;
    y = y * t + 0.403838366f;
    y = y * t + 0.101268247f;
    y = y * t + 0.330840677f;
    y = y * t + 0.273618162f;
    y = y * t + 0.00060640875f;
    y = 1.0f - mote_exp_f32(-s) * y;
    return x < 0.0f ? -y : y;
}

/* |x| is brought to tan(pi / 8) at most: above 1 the angle is pi / 2 less that of 1 / x, and that of x is pi / 4 more
 * than that of (x - 1) / (x + 1); there Taylor's polynomial. */
static inline float mote_atan_f32(float x)
{
    float a = x < 0.0f ? -x : x, turn = 0.0f, s, y;
    bool inverse = a > 1.0f;

    if (x != x || a < 2e-4f) /* -0 is its own arc tangent */
        return x;
    if (inverse)
        a = 1.0f / a;
    if (a > 0.414213562f) {
        turn = 0.785398163f;
        a = (a - 1.0f) / (a + 1.0f);
    }
    s = a * a;
    y = 0.0588235294f;
    y = y * s - 0.0666666667f;
    y = y * s + 0.0769230769f;
    y = y * s - 0.0909090909f;
    y = y * s + 0.111111111f;
    y = y * s - 0.142857143f;
    y = y * s + 0.2f;
    y = y * s - 0.333333333f;
    y = turn + (a + a * (s * y));
    y = inverse ? 1.57079633f - y : y;
    return x < 0.0f ? -y : y;
}

#endif
