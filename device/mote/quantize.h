/* SPDX-License-Identifier: Apache-2.0 */
/* From float to integer: what the kernels of QUANTIZE and the inputs of models share. */
#ifndef MOTE_QUANTIZE_H
#define MOTE_QUANTIZE_H

#include <stdint.h>

/* x / scale rounded half away from zero, plus zero, clamped. NaN gives zero: the real number 0. The division is one f32
 * operation; twice the quotient is exact, and so is cutting it off and halving it. Beyond 2^18 every quotient
 * saturates, whatever an int16 zero point is: those and NaN are told by their bits, which cost less than comparing
 * floats. */
static inline int32_t mote_quantize(float x, float scale, int32_t zero, int32_t lo, int32_t hi)
{
    union {
        float real;
        uint32_t bits;
    } y = {x / scale};
    const float q = y.real;
    int32_t n;

    if (y.bits << 1 >= 0x48800000u << 1) { /* 2^18; a call of memcpy() for each would stay one in freestanding code */
        if (q != q)
            return zero;
        return q > 0 ? hi : lo;
    }
    n = (int32_t)(q + q);
    n = ((n + (n >= 0)) >> 1) + zero;
    return n < lo ? lo : n > hi ? hi : n;
}

#endif
