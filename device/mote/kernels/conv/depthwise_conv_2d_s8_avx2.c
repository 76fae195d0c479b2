/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 with AVX2: two kernel rows of 8 channels an instruction, widened to int16. */
#include "depthwise_conv_2d_s8_avx2.h"

#include "depthwise_conv_2d_s8_x86.h"

enum { SIDE = 2 };

static uint32_t fit(const void *params, uint32_t *bytes)
{
    (void)bytes;
    return mote_depthwise_fit(params, SIDE);
}

#if MOTE_X86
/* Of what is not there, zeros. */
MOTE_AVX2 MOTE_INLINE __m256i sixteen_of(const int8_t *row, int32_t at, int32_t n)
{
    int8_t last[16] = {0};

    if (row == NULL)
        return _mm256_setzero_si256();
    if (n >= 16)
        return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(row + at)));
    mote_copy_some(last, row + at, n);
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)last));
}

MOTE_AVX2 static void lay(const int8_t *const rows[], int32_t n, bool weights, int8_t *to)
{
    (void)weights;
    for (int32_t i = 0; i < n; i += 16, to += 64) {
        __m256i a = sixteen_of(rows[0], i, n - i), b = sixteen_of(rows[1], i, n - i);
        __m256i low = _mm256_unpacklo_epi16(a, b), high = _mm256_unpackhi_epi16(a, b);
        __m256i *at = (__m256i *)(void *)to;

        _mm256_storeu_si256(at, _mm256_permute2x128_si256(low, high, 0x20));
        _mm256_storeu_si256(at + 1, _mm256_permute2x128_si256(low, high, 0x31));
    }
}

MOTE_AVX2 MOTE_INLINE __m256i eight_of(const int8_t *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

/* Channels o to o + 7 of the columns that begin at x. */
MOTE_AVX2 MOTE_INLINE __m256i sum_of(const struct mote_depthwise_call *c, int32_t o, int32_t x, __m256i sum)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    size_t pixel = 4 * (size_t)p->out_c;
    const int8_t *w = c->w + 4 * (size_t)o, *row = c->rows + 4 * (size_t)o;

    for (int32_t g = 0; g < c->groups; g++, row += (size_t)p->in_w * pixel)
        for (int32_t j = 0, at = x; j < p->kernel_w; j++, at += p->dilation_w, w += pixel) {
            const int8_t *in = (uint32_t)at < (uint32_t)p->in_w ? row + (size_t)at * pixel : c->outside + 4 * (size_t)o;

            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(eight_of(in), eight_of(w)));
        }
    return sum;
}

MOTE_AVX2 static void compute(const struct mote_depthwise_call *c, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;

    for (int32_t o = 0; o < p->out_c; o += 8) {
        int32_t q = p->per_channel ? o : 0, n = p->out_c - o;
        struct mote_scale_8 scale = mote_scale_8(c->mult + q, c->shift + q, p->per_channel, n);
        __m256i bias = mote_load_8(c->bias + o, n);
        int8_t *to = out + o;

        for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c)
            mote_put_8(mote_narrow_8(mote_requant_8(sum_of(c, o, x, bias), &scale), p->out_zero, p->lo, p->hi), n, to);
    }
}

MOTE_WEAK void mote_depthwise_conv_2d_s8_avx2(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
                                              const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                              const int8_t *shift, const int8_t *zeros, int8_t *out, void *scratch,
                                              int32_t first, int32_t count)
{
    struct mote_depthwise_call c = {.p = p,
                                    .weights = weights,
                                    .bias = bias,
                                    .mult = mult,
                                    .shift = shift,
                                    .zeros = zeros,
                                    .side = SIDE,
                                    .groups = mote_depthwise_groups(p, SIDE),
                                    .lay = lay,
                                    .compute = compute};

    if (mote_depthwise_scratch(p, SIDE) > 0)
        mote_depthwise_start(&c, scratch);
    mote_depthwise_rows(&c, in, out, first, count);
}

static void run_depthwise_conv_2d_s8_avx2(const struct mote_call *c)
{
    mote_depthwise_conv_2d_s8_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                   c->args[6], c->args[7], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_s8, avx2, .run = MOTE_IF_X86(run_depthwise_conv_2d_s8_avx2), .fit = fit);
