/* SPDX-License-Identifier: Apache-2.0 */
/* 1 / sqrt(x) of an integer as a multiplier and a shift for mote_requant(), as the reference does it: five steps of
 * Newton's method from 1, whose rounding is part of the result (docs/EXACT.md, "RSQRT"). */
#ifndef MOTE_INVERSE_SQRT_H
#define MOTE_INVERSE_SQRT_H

#include "reciprocal.h"

/* 0 and less count as 1. The shift is from -21 to 0. */
static inline void mote_inverse_sqrt(int32_t x, int32_t *mult, int32_t *shift)
{
    int32_t right = 11, y = INT32_C(1) << 28, half;

    *mult = INT32_MAX;
    *shift = 0;
    if (x <= 1)
        return;
    for (; x >= INT32_C(1) << 29; right++)
        x /= 4;
    for (; x < INT32_C(1) << 27; right--)
        x *= 4;
    half = mote_rounding_divide(x >> 1, 1);
    for (int i = 0; i < 5; i++) { /* 28 fraction bits: y (3 - x y^2) / 2 */
        int32_t cube = mote_doubling_high_mul(mote_doubling_high_mul(y, y), y);
        int32_t step = mote_doubling_high_mul((INT32_C(1) << 28) + (INT32_C(1) << 27), y) -
                       mote_doubling_high_mul(half, mote_shift_left_saturating(cube, 6));

        y = mote_shift_left_saturating(step, 3);
    }
    y = mote_doubling_high_mul(y, 1518500250); /* sqrt(1/2) */
    *mult = right < 0 ? y * (INT32_C(1) << -right) : y;
    *shift = right < 0 ? 0 : -right;
}

#endif
