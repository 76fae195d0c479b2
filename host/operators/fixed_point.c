/* SPDX-License-Identifier: Apache-2.0 */
/* exp, and what is made of it. */
#include "host/operators/fixed_point.h"

#include "host/base/base.h"
#include "mote/kernels/shared/reciprocal.h"

static int32_t mul(int32_t a, int32_t b) { return mote_doubling_high_mul(a, b); }

/* The part of a below 1/4 goes through a Taylor polynomial around -1/8, each bit above through a factor. */
int32_t fixed_exp(int32_t a, int integer_bits)
{
    static const int32_t factor[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t exp_eighth = 1895147668, third = 715827883; /* exp(-1/8), 1/3 */
    int quarter_bit = 29 - integer_bits;
    int32_t part = (int32_t)((uint32_t)a & ((1u << quarter_bit) - 1)) - (1 << quarter_bit);
    int32_t x = part * (1 << integer_bits) + (1 << 28), x2 = mul(x, x), x3 = mul(x2, x), x4 = mul(x2, x2);
    int32_t tail = mote_rounding_divide(mul(mote_rounding_divide(x4, 2) + x3, third) + x2, 1);
    int32_t y = exp_eighth + mul(exp_eighth, x + tail);
    uint32_t rest = (uint32_t)part - (uint32_t)a;

    assert(a <= 0 && (integer_bits == 4 || integer_bits == 5));
    if (a == 0)
        return INT32_MAX;
    for (int i = 0; i < integer_bits + 2; i++)
        if (rest >> (quarter_bit + i) & 1)
            y = mul(y, factor[i]);
    return y;
}

/* (1 + x) / 2 of x with 31 fraction bits, 0 <= x. */
static int32_t half_of_one_plus(int32_t x) { return (int32_t)(((int64_t)x + ((int64_t)1 << 31)) / 2); }

static int32_t negative(int32_t a) { return a > 0 ? -a : a; }

/* 1 / (1 + exp(-|a|)), or what is missing to 1. */
int32_t fixed_logistic(int32_t a)
{
    int32_t y = mote_reciprocal(half_of_one_plus(fixed_exp(negative(a), 4)));

    if (a == 0)
        return 1 << 30;
    return a > 0 ? y : INT32_MAX - y;
}

/* (1 - e) / (1 + e) with e = exp(-2 |a|), the doubling by reading `a` with one more integer bit; it is 2 / (1 + e)
 * minus 1. */
int32_t fixed_tanh(int32_t a)
{
    int32_t z = mote_newton_reciprocal(half_of_one_plus(fixed_exp(negative(a), 5)));
    int32_t y = mote_shift_left_saturating(z - (1 << 29), 2);

    if (a == 0)
        return 0;
    return a > 0 ? y : -y;
}
