/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of products of int8 on AArch64: 16 inputs at a time meet four rows of weights. How products are added to four
 * sums is a version's. */
#ifndef MOTE_SUMS_NEON_H
#define MOTE_SUMS_NEON_H

#include "neon.h"

#if MOTE_NEON
typedef int32x4_t mote_dot_16(int32x4_t sums, int8x16_t a, int8x16_t b);

/* The last n < 16, zeros behind them. */
MOTE_INLINE int8x16_t mote_rest_16(const int8_t *at, int32_t n)
{
    int8_t rest[16] = {0};

    mote_copy_some(rest, at, n & 15);
    return vld1q_s8(rest);
}

/* The last n of sixteen, zeros before them. */
MOTE_INLINE int8x16_t mote_last_of_16(const int8_t *at, int32_t n)
{
    static const int8_t places[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    return vandq_s8(vld1q_s8(at), vreinterpretq_s8_u8(vcgeq_s8(vld1q_s8(places), vdupq_n_s8((int8_t)(16 - n)))));
}

/* Sums of n rows of weights, 1 to 4, that are `step` apart; where there are fewer than four the last one is summed
 * again, for nothing. */
MOTE_INLINE int32x4_t mote_sums_4(const int8_t *in, int32_t len, const int8_t *w, int32_t step, int32_t n,
                                  mote_dot_16 *dot)
{
    const int8_t *w0 = w, *w1 = w0 + (n > 1 ? step : 0), *w2 = w1 + (n > 2 ? step : 0), *w3 = w2 + (n > 3 ? step : 0);
    int32x4_t s0 = vdupq_n_s32(0), s1 = s0, s2 = s0, s3 = s0;
    int32_t i = 0;

    for (; i <= len - 16; i += 16) {
        int8x16_t x = vld1q_s8(in + i);

        s0 = dot(s0, x, vld1q_s8(w0 + i));
        s1 = dot(s1, x, vld1q_s8(w1 + i));
        s2 = dot(s2, x, vld1q_s8(w2 + i));
        s3 = dot(s3, x, vld1q_s8(w3 + i));
    }
    if (i < len && i > 0) {
        int8x16_t x = mote_last_of_16(in + len - 16, len - i);

        s0 = dot(s0, x, vld1q_s8(w0 + len - 16));
        s1 = dot(s1, x, vld1q_s8(w1 + len - 16));
        s2 = dot(s2, x, vld1q_s8(w2 + len - 16));
        s3 = dot(s3, x, vld1q_s8(w3 + len - 16));
    } else if (i < len) {
        int8x16_t x = mote_rest_16(in, len);

        s0 = dot(s0, x, mote_rest_16(w0, len));
        s1 = dot(s1, x, mote_rest_16(w1, len));
        s2 = dot(s2, x, mote_rest_16(w2, len));
        s3 = dot(s3, x, mote_rest_16(w3, len));
    }
    return vpaddq_s32(vpaddq_s32(s0, s1), vpaddq_s32(s2, s3));
}

/* The sum of the inputs, for weights that have a zero point. */
MOTE_INLINE int32_t mote_total(const int8_t *in, int32_t n)
{
    int32x4_t sums = vdupq_n_s32(0);

    for (; n >= 16; n -= 16, in += 16)
        sums = vpadalq_s16(sums, vpaddlq_s8(vld1q_s8(in)));
    if (n > 0)
        sums = vpadalq_s16(sums, vpaddlq_s8(mote_rest_16(in, n)));
    return vaddvq_s32(sums);
}

/* A version's where there is nothing better. */
MOTE_INLINE int32x4_t mote_dot_neon(int32x4_t sums, int8x16_t a, int8x16_t b)
{
    sums = vpadalq_s16(sums, vmull_s8(vget_low_s8(a), vget_low_s8(b)));
    return vpadalq_s16(sums, vmull_high_s8(a, b));
}
#endif

#endif
