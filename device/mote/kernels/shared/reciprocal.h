/* SPDX-License-Identifier: Apache-2.0 */
/* 1 / x in fixed point, as the reference does it: Newton's method, whose rounding in each step is part of the result
 * (docs/EXACT.md, "SOFTMAX"). */
#ifndef MOTE_RECIPROCAL_H
#define MOTE_RECIPROCAL_H

#include "requant.h"

/* x * 2^n, held at the ends of the range; 0 <= n <= 30. */
static inline int32_t mote_shift_left_saturating(int32_t x, int32_t n)
{
    int32_t limit = (int32_t)((UINT32_C(1) << (31 - n)) - 1);

    if (x > limit)
        return INT32_MAX;
    return x < -limit ? INT32_MIN : (int32_t)((uint32_t)x << n);
}

/* How often x, which is above 0, can be doubled below 2^31. */
static inline int32_t mote_headroom(int32_t x)
{
    int32_t n = 0;

    for (; x < INT32_C(1) << 30; x *= 2)
        n++;
    return n;
}

/* 1 / half with 29 fraction bits, for half from 1/2 to 1 with 31 (2^30 <= half): three steps from the best straight
 * line. */
static inline int32_t mote_newton_reciprocal(int32_t half)
{
    int32_t z = 1515870810 + mote_doubling_high_mul(half, -1010580540); /* 48/17 - 32/17 * half */

    for (int i = 0; i < 3; i++) {
        int32_t rest = (INT32_C(1) << 29) - mote_doubling_high_mul(half, z);

        z += mote_shift_left_saturating(mote_doubling_high_mul(z, rest), 2);
    }
    return z;
}

/* 1 / (2 * half) with 31 fraction bits: 2^62 / (half * 2) nearly, for 2^30 <= half. */
static inline int32_t mote_reciprocal(int32_t half)
{
    return mote_shift_left_saturating(mote_newton_reciprocal(half), 1);
}

#endif
