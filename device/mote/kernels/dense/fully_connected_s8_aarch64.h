/* SPDX-License-Identifier: Apache-2.0 */
/* What the versions of fully_connected_s8 for AArch64 share: 16 inputs at a time meet four outputs' weights. How
 * products are added to four sums is a version's. */
#ifndef MOTE_FULLY_CONNECTED_S8_AARCH64_H
#define MOTE_FULLY_CONNECTED_S8_AARCH64_H

#include "../shared/neon.h"
#include "../shared/requant.h"
#include "fully_connected_s8.h"

#if MOTE_NEON
typedef int32x4_t mote_dot_16(int32x4_t sums, int8x16_t a, int8x16_t b);

/* The last n < 16, zeros behind them. */
MOTE_INLINE int8x16_t mote_rest_16(const int8_t *at, int32_t n)
{
    int8_t rest[16] = {0};

    mote_copy_some(rest, at, n & 15);
    return vld1q_s8(rest);
}

/* Sums of n rows of weights, 1 to 4; where there are fewer than four the last one is summed again, for nothing. */
MOTE_INLINE int32x4_t mote_sums_4(const int8_t *in, int32_t len, const int8_t *w, int32_t n, mote_dot_16 *dot)
{
    const int8_t *w0 = w, *w1 = w0 + (n > 1 ? len : 0), *w2 = w1 + (n > 2 ? len : 0), *w3 = w2 + (n > 3 ? len : 0);
    int32x4_t s0 = vdupq_n_s32(0), s1 = s0, s2 = s0, s3 = s0;
    int32_t i = 0;

    for (; i <= len - 16; i += 16) {
        int8x16_t x = vld1q_s8(in + i);

        s0 = dot(s0, x, vld1q_s8(w0 + i));
        s1 = dot(s1, x, vld1q_s8(w1 + i));
        s2 = dot(s2, x, vld1q_s8(w2 + i));
        s3 = dot(s3, x, vld1q_s8(w3 + i));
    }
    if (i < len) {
        int8x16_t x = mote_rest_16(in + i, len - i);

        s0 = dot(s0, x, mote_rest_16(w0 + i, len - i));
        s1 = dot(s1, x, mote_rest_16(w1 + i, len - i));
        s2 = dot(s2, x, mote_rest_16(w2 + i, len - i));
        s3 = dot(s3, x, mote_rest_16(w3 + i, len - i));
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

MOTE_INLINE void mote_dense_rows(const struct mote_fully_connected_s8 *p, const int8_t *in, const int8_t *weights,
                                 const int32_t *bias, const int32_t *mult, const int8_t *shift, int8_t *out,
                                 int32_t count, mote_dot_16 *dot)
{
    for (; count > 0; count--, in += p->in_len) {
        int32x4_t zero = vdupq_n_s32(0);

        if (p->weights_zero != 0)
            zero = vmulq_s32(vdupq_n_s32(mote_total(in, p->in_len)), vdupq_n_s32(p->weights_zero));
        for (int32_t o = 0, n; o < p->out_c; o += n, out += n) {
            int32_t q = p->per_channel ? o : 0;
            struct mote_scale_4 scale;
            int32x4_t sum;

            n = p->out_c - o < 4 ? p->out_c - o : 4;
            sum = mote_sums_4(in, p->in_len, weights + o * p->in_len, n, dot);
            scale = mote_scale_4(mult + q, shift + q, p->per_channel, n);
            sum = mote_requant_4(vaddq_s32(sum, vsubq_s32(mote_load_4(bias + o, n), zero)), &scale);
            mote_put_8(mote_narrow_8(sum, sum, p->out_zero, p->lo, p->hi), n, out);
        }
    }
}
#endif

#endif
