/* SPDX-License-Identifier: Apache-2.0 */
/* wide_fours.h with the DSP extension: products of pairs. */
#ifndef MOTE_WIDE_DSP_H
#define MOTE_WIDE_DSP_H

#include "dsp.h"
#include "wide_fours.h"

#if MOTE_DSP
static inline int32_t mote_wide_pair(const int16_t *at)
{
    int32_t pair;

    __builtin_memcpy(&pair, at, 4);
    return pair;
}

/* Four inputs and the weights of one row. */
static inline int32_t mote_wide_row(int32_t even, int32_t odd, const int8_t *w, int32_t sum)
{
    uint32_t four = mote_four_of(w);

    return mote_add_products(odd, mote_odd_bytes(four), mote_add_products(even, mote_even_bytes(four), sum));
}

static void mote_wide_four_dsp(const int16_t *a, const int8_t *const w[4], int32_t n, int32_t sum[4])
{
    const int8_t *w0 = w[0], *w1 = w[1], *w2 = w[2], *w3 = w[3];
    const int16_t *end = a + (n & ~3);
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;

    for (; a != end; w0 += 4, w1 += 4, w2 += 4, w3 += 4) {
        int32_t x = mote_wide_pair(a), y = mote_wide_pair(a + 2);
        int32_t even = mote_lower_halves(x, y), odd = mote_upper_halves(x, y);

        a += 4;
        s0 = mote_wide_row(even, odd, w0, s0);
        MOTE_IN_ORDER();
        s1 = mote_wide_row(even, odd, w1, s1);
        MOTE_IN_ORDER();
        s2 = mote_wide_row(even, odd, w2, s2);
        MOTE_IN_ORDER();
        s3 = mote_wide_row(even, odd, w3, s3);
    }
    for (end += n & 3; a != end; a++) {
        s0 += *a * *w0++;
        s1 += *a * *w1++;
        s2 += *a * *w2++;
        s3 += *a * *w3++;
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}
#endif

#endif
