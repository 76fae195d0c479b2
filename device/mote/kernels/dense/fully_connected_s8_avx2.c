/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 with AVX2: 16 inputs at a time, widened to int16, whose products with an output's weights become
 * sums of pairs in 8 lanes of 32 bits. Four outputs share the inputs. */
#include "fully_connected_s8_avx2.h"

#include "../shared/requant.h"
#include "../shared/x86.h"

#if MOTE_X86
#define LANES 16

MOTE_AVX2 static __m256i widened(const int8_t *at)
{
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)at));
}

/* The sums of the lanes of a, b, c and d. */
MOTE_AVX2 static __m128i sums_of(__m256i a, __m256i b, __m256i c, __m256i d)
{
    __m256i four = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));

    return _mm_add_epi32(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
}

/* Sums of n rows of weights, 1 to 4; where there are fewer than four the last one is summed again, for nothing. */
MOTE_AVX2 static void sum_rows(const int8_t *in, int32_t len, const int8_t *w, int32_t n, uint32_t sum[4])
{
    const int8_t *w0 = w, *w1 = w0 + (n > 1 ? len : 0), *w2 = w1 + (n > 2 ? len : 0), *w3 = w2 + (n > 3 ? len : 0);
    __m256i s0 = _mm256_setzero_si256(), s1 = s0, s2 = s0, s3 = s0;
    int32_t i = 0;

    for (; i <= len - LANES; i += LANES) {
        __m256i x = widened(in + i);

        s0 = _mm256_add_epi32(s0, _mm256_madd_epi16(x, widened(w0 + i)));
        s1 = _mm256_add_epi32(s1, _mm256_madd_epi16(x, widened(w1 + i)));
        s2 = _mm256_add_epi32(s2, _mm256_madd_epi16(x, widened(w2 + i)));
        s3 = _mm256_add_epi32(s3, _mm256_madd_epi16(x, widened(w3 + i)));
    }
    _mm_storeu_si128((__m128i *)(void *)sum, sums_of(s0, s1, s2, s3));
    for (; i < len; i++) {
        sum[0] += (uint32_t)(in[i] * w0[i]);
        sum[1] += (uint32_t)(in[i] * w1[i]);
        sum[2] += (uint32_t)(in[i] * w2[i]);
        sum[3] += (uint32_t)(in[i] * w3[i]);
    }
}

static uint32_t total(const int8_t *in, int32_t n)
{
    uint32_t sum = 0;

    for (int32_t i = 0; i < n; i++) {
        int32_t value = in[i];

        sum += (uint32_t)value;
    }
    return sum;
}

MOTE_WEAK MOTE_AVX2 void mote_fully_connected_s8_avx2(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                                      const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                                      const int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len) {
        uint32_t zero = p->weights_zero ? (uint32_t)p->weights_zero * total(in, p->in_len) : 0;

        for (int32_t o = 0, n; o < p->out_c; o += n) {
            uint32_t sum[4];

            n = p->out_c - o < 4 ? p->out_c - o : 4;
            sum_rows(in, p->in_len, weights + o * p->in_len, n, sum);
            for (int32_t j = 0; j < n; j++) {
                int32_t q = p->per_channel ? o + j : 0;

                sum[j] += (uint32_t)bias[o + j] - zero;
                *out++ = mote_requant_s8((int32_t)sum[j], mult[q], shift[q], p->out_zero, p->lo, p->hi);
            }
        }
    }
}

static void run_fully_connected_s8_avx2(const struct mote_call *c)
{
    mote_fully_connected_s8_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                 c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_s8, avx2, .run = MOTE_IF_X86(run_fully_connected_s8_avx2));
