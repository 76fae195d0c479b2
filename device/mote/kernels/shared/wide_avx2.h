/* SPDX-License-Identifier: Apache-2.0 */
/* wide_fours.h with AVX2: sixteen inputs at a time. */
#ifndef MOTE_WIDE_AVX2_H
#define MOTE_WIDE_AVX2_H

#include "wide_fours.h"
#include "x86.h"

#if MOTE_X86
MOTE_AVX2 static void mote_wide_four_avx2(const int16_t *a, const int8_t *const w[4], int32_t n, int32_t sum[4])
{
    __m256i s[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    __m256i four;
    int32_t i = 0;

    for (; i + 16 <= n; i += 16) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(a + i));

        MOTE_UNROLL for (int k = 0; k < 4; k++)
        {
            __m256i y = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(w[k] + i)));

            s[k] = _mm256_add_epi32(s[k], _mm256_madd_epi16(x, y));
        }
    }
    four = _mm256_hadd_epi32(_mm256_hadd_epi32(s[0], s[1]), _mm256_hadd_epi32(s[2], s[3]));
    _mm_storeu_si128((__m128i *)(void *)sum,
                     _mm_add_epi32(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1)));
    for (; i < n; i++)
        MOTE_UNROLL for (int k = 0; k < 4; k++) sum[k] += a[i] * w[k][i];
}
#endif

#endif
