/* SPDX-License-Identifier: Apache-2.0 */
/* From float to integer: what the kernels of QUANTIZE and the inputs of models share. */
#ifndef MOTE_QUANTIZE_H
#define MOTE_QUANTIZE_H

#include <stdint.h>

/* x / scale rounded half away from zero, plus zero, clamped. NaN gives zero: the real number 0. The division is one f32
 * operation; cutting off and comparing the rest are exact, so there is no other rounding. Beyond 2^18 every quotient
 * saturates, whatever an int16 zero point is. */
static inline int32_t mote_quantize(float x, float scale, int32_t zero, int32_t lo, int32_t hi)
{
    float q = x / scale, rest;
    int32_t n;

    if (q >= 262144.0f)
        return hi;
    if (q <= -262144.0f)
        return lo;
    if (q != q)
        return zero;
    n = (int32_t)q;
    rest = q - (float)n;
    n += (rest >= 0.5f) - (rest <= -0.5f) + zero;
    return n < lo ? lo : n > hi ? hi : n;
}

#endif
