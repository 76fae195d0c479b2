/* SPDX-License-Identifier: Apache-2.0 */
/* svdf_s8 with sixteen products an instruction; the state moves while it is multiplied. */
#include "svdf_s8_avx2.h"

#include "../shared/x86.h"
#include "svdf_s8_fours.h"

#if MOTE_X86
MOTE_AVX2 MOTE_INLINE __m128i eight(const int16_t *at) { return _mm_loadu_si128((const __m128i *)(const void *)at); }

MOTE_AVX2 MOTE_INLINE __m128i widened(const int8_t *at)
{
    return _mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i *)(const void *)at));
}

MOTE_AVX2 MOTE_INLINE __m128i add_products(__m128i sum, __m128i x, __m128i y)
{
    return _mm_add_epi32(sum, _mm_madd_epi16(x, y));
}

MOTE_AVX2 MOTE_INLINE uint32_t total_of(__m128i sum)
{
    sum = _mm_hadd_epi32(sum, sum);
    return (uint32_t)_mm_cvtsi128_si32(_mm_hadd_epi32(sum, sum));
}

/* Sixteen inputs at a time, then one by one. */
MOTE_AVX2 static uint32_t feature(const struct mote_svdf_s8 *p, const int8_t *in, const int8_t *w)
{
    const __m256i zero = _mm256_set1_epi16((int16_t)p->in_zero);
    __m256i sum = _mm256_setzero_si256();
    int32_t i = 0;
    uint32_t total;

    for (; i + 16 <= p->inputs; i += 16) {
        __m256i x = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(in + i)));
        __m256i y = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(w + i)));

        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_sub_epi16(x, zero), y));
    }
    total = total_of(_mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1)));
    for (; i < p->inputs; i++)
        total += (uint32_t)((in[i] - p->in_zero) * w[i]);
    return total;
}

MOTE_AVX2 static void features(const struct mote_svdf_s8 *p, const int8_t *in, const int8_t *w, int32_t last,
                               int32_t values[4])
{
    for (int32_t i = 0; i <= last; i++)
        values[i] = mote_svdf_value(p, feature(p, in, w + i * p->inputs));
}

/* Eight of the state, one further on: the last ones get the newest from the right. */
MOTE_AVX2 MOTE_INLINE __m128i shifted(__m128i x, int32_t newest)
{
    return _mm_alignr_epi8(_mm_set1_epi16((int16_t)newest), x, 2);
}

MOTE_AVX2 static uint32_t times_s16(int16_t *state, const int16_t *w, int32_t n, int32_t newest)
{
    __m128i sum = _mm_setzero_si128();
    int32_t m = 0;
    uint32_t total;

    for (; m + 8 <= n; m += 8) {
        __m128i x = m + 8 < n ? eight(state + m + 1) : shifted(eight(state + m), newest);

        _mm_storeu_si128((__m128i *)(void *)(state + m), x);
        sum = add_products(sum, x, eight(w + m));
    }
    total = total_of(sum);
    for (; m < n; m++) {
        state[m] = m + 1 < n ? state[m + 1] : (int16_t)newest;
        total += (uint32_t)(state[m] * w[m]);
    }
    return total;
}

MOTE_AVX2 static uint32_t times_s8(int8_t *state, const int8_t *w, int32_t n, int32_t zero, int32_t newest)
{
    __m128i sum = _mm_setzero_si128();
    int32_t m = 0;
    uint32_t total;

    for (; m + 8 <= n; m += 8) {
        __m128i x = m + 8 < n ? widened(state + m + 1) : shifted(widened(state + m), newest);

        _mm_storel_epi64((__m128i *)(void *)(state + m), _mm_packs_epi16(x, x));
        sum = add_products(sum, _mm_sub_epi16(x, _mm_set1_epi16((int16_t)zero)), widened(w + m));
    }
    total = total_of(sum);
    for (; m < n; m++) {
        state[m] = m + 1 < n ? state[m + 1] : (int8_t)newest;
        total += (uint32_t)((state[m] - zero) * w[m]);
    }
    return total;
}

MOTE_AVX2 static uint32_t times(const struct mote_svdf_s8 *p, void *state, const void *w, int32_t newest)
{
    return p->wide ? times_s16(state, w, p->memory, newest) : times_s8(state, w, p->memory, p->state_zero, newest);
}

MOTE_WEAK void mote_svdf_s8_avx2(const struct mote_svdf_s8 *p, const int8_t *in, const int8_t *features_weights,
                                 const void *times_weights, const int32_t *bias, void *state, int8_t *out,
                                 int32_t first, int32_t count)
{
    const struct mote_svdf_loops loops = {features, times};

    mote_svdf_rows(p, &loops, in, features_weights, times_weights, bias, state, out, first, count);
}

static void run_svdf_s8_avx2(const struct mote_call *c)
{
    mote_svdf_s8_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->first,
                      c->count);
}
#endif

MOTE_KERNEL_CODE(svdf_s8, avx2, .run = MOTE_IF_X86(run_svdf_s8_avx2));
