/* SPDX-License-Identifier: Apache-2.0 */
/* The natural logarithm in fixed point, as the reference does it: the rounding of each step is part of the result
 * (docs/EXACT.md, "LOG_SOFTMAX"). */
#ifndef MOTE_LOGARITHM_H
#define MOTE_LOGARITHM_H

#include "reciprocal.h"

/* log(x) with 26 fraction bits, of x from 2^19 on with 19: x is r * 2^n with r between the square roots of 1/2 and of
 * 2; log(r) is a quotient of polynomials in r minus sqrt(sqrt(1/2)). n is a number of quarters: the power of two of one
 * of two ways to split, of which the smaller r counts. */
static inline int32_t mote_logarithm(int32_t x)
{
    const int32_t sqrt_half = 1518500250, fourth_root_half = 1805811301, log_2 = 1488522236;
    const int32_t quarter = INT32_C(1) << 23; /* with 25 fraction bits, as n */
    int32_t room_a = mote_headroom(x), room_b = mote_headroom(mote_doubling_high_mul(x, sqrt_half));
    int32_t a = mote_shift_left_saturating(mote_doubling_high_mul((int32_t)((uint32_t)x << room_a), sqrt_half), 1);
    int32_t b = mote_shift_left_saturating(x, room_b);
    int32_t n_a = (11 - room_a) * (INT32_C(1) << 25) + quarter, n_b = (12 - room_b) * (INT32_C(1) << 25) - quarter;
    int32_t r = a < b ? a : b, n = n_a > n_b ? n_a : n_b;
    int32_t p = (int32_t)(((int64_t)r + fourth_root_half + 1) / 2), q = 2 * (r - fourth_root_half);
    int32_t qq = mote_doubling_high_mul(q, q);
    int32_t above = mote_doubling_high_mul(q, r) +
                    mote_doubling_high_mul(mote_doubling_high_mul(q, qq), 117049297); /* 11/240 * sqrt(sqrt(2)) */
    /* 2 / sqrt(sqrt(2)) - sqrt(sqrt(2)), and 1/20 and 1/4 of sqrt(sqrt(2)) */
    int32_t below = mote_doubling_high_mul(p, 1057819769 + q + mote_doubling_high_mul(127690142, qq)) +
                    mote_doubling_high_mul(638450708, q);
    int32_t inverse = mote_reciprocal((int32_t)(((int64_t)below + (INT64_C(1) << 31)) / 2));

    return mote_shift_left_saturating(
        mote_doubling_high_mul(n, log_2) + mote_doubling_high_mul(mote_rounding_divide(above, 6), inverse), 1);
}

#endif
