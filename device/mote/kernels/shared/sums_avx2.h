/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of products of int8 with AVX2: 16 inputs at a time, widened to int16, whose products with an output's weights
 * become sums of pairs in 8 lanes of 32 bits. Four outputs share the inputs. */
#ifndef MOTE_SUMS_AVX2_H
#define MOTE_SUMS_AVX2_H

#include "x86.h"

#if MOTE_X86
MOTE_AVX2 MOTE_INLINE __m256i mote_sixteen_of(const int8_t *at)
{
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)at));
}

/* The sums of the lanes of a, b, c and d. */
MOTE_AVX2 MOTE_INLINE __m128i mote_lanes_of_4(__m256i a, __m256i b, __m256i c, __m256i d)
{
    __m256i four = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));

    return _mm_add_epi32(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
}

/* Sums of n rows of weights, 1 to 4, that are `step` apart; where there are fewer than four the last one is summed
 * again, for nothing. */
MOTE_AVX2 MOTE_INLINE void mote_sums_4(const int8_t *in, int32_t len, const int8_t *w, int32_t step, int32_t n,
                                       uint32_t sum[4])
{
    const int8_t *w0 = w, *w1 = w0 + (n > 1 ? step : 0), *w2 = w1 + (n > 2 ? step : 0), *w3 = w2 + (n > 3 ? step : 0);
    __m256i s0 = _mm256_setzero_si256(), s1 = s0, s2 = s0, s3 = s0;
    int32_t i = 0;

    for (; i <= len - 16; i += 16) {
        __m256i x = mote_sixteen_of(in + i);

        s0 = _mm256_add_epi32(s0, _mm256_madd_epi16(x, mote_sixteen_of(w0 + i)));
        s1 = _mm256_add_epi32(s1, _mm256_madd_epi16(x, mote_sixteen_of(w1 + i)));
        s2 = _mm256_add_epi32(s2, _mm256_madd_epi16(x, mote_sixteen_of(w2 + i)));
        s3 = _mm256_add_epi32(s3, _mm256_madd_epi16(x, mote_sixteen_of(w3 + i)));
    }
    _mm_storeu_si128((__m128i *)(void *)sum, mote_lanes_of_4(s0, s1, s2, s3));
    for (; i < len; i++) {
        sum[0] += (uint32_t)(in[i] * w0[i]);
        sum[1] += (uint32_t)(in[i] * w1[i]);
        sum[2] += (uint32_t)(in[i] * w2[i]);
        sum[3] += (uint32_t)(in[i] * w3[i]);
    }
}

static inline uint32_t mote_total(const int8_t *in, int32_t n)
{
    uint32_t sum = 0;

    for (int32_t i = 0; i < n; i++) {
        int32_t value = in[i];

        sum += (uint32_t)value;
    }
    return sum;
}
#endif

#endif
