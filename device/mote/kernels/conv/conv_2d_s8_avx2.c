/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with AVX2: four pixels meet eight filters, widened to int16. A vector has four filters' products with four
 * inputs, summed in pairs; the two pairs are added at the end. */
#include "conv_2d_s8_avx2.h"

#include "conv_2d_s8_tiles.h"

enum { PIXELS = 4 };

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_conv_2d_s8 *p = params;

    bytes[1] = mote_conv_packed_bytes(p);
    return mote_conv_scratch(p, PIXELS);
}

#if MOTE_X86
/* Four inputs, four times. */
MOTE_AVX2 MOTE_INLINE __m256i inputs(const int8_t *four)
{
    int32_t word;

    __builtin_memcpy(&word, four, 4);
    return _mm256_cvtepi8_epi16(_mm_set1_epi32(word));
}

/* Four inputs of four filters. */
MOTE_AVX2 MOTE_INLINE __m256i filters(const int8_t *at)
{
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)at));
}

/* Filters o to o + 7, of which the half block at `w` has the weights. */
MOTE_AVX2 static void compute_8(const struct mote_conv_call *c, const struct mote_conv_tile *t, int32_t o,
                                const int8_t *w)
{
    const struct mote_conv_2d_s8 *p = c->p;
    int32_t q = p->per_channel ? o : 0, n = p->out_c - o;
    struct mote_scale_8 scale;
    __m256i sum[PIXELS][2], bias = mote_load_8(c->bias + o, n);

    MOTE_UNROLL for (int i = 0; i < PIXELS; i++) sum[i][0] = sum[i][1] = _mm256_setzero_si256();
    for (int32_t k = 0; k < c->columns; k += 4, w += 64) {
        __m256i a = filters(w), b = filters(w + 16);

        MOTE_UNROLL for (int i = 0; i < PIXELS; i++)
        {
            __m256i x = inputs(t->in[i] + k);

            sum[i][0] = _mm256_add_epi32(sum[i][0], _mm256_madd_epi16(x, a));
            sum[i][1] = _mm256_add_epi32(sum[i][1], _mm256_madd_epi16(x, b));
        }
    }
    scale = mote_scale_8(c->mult + q, c->shift + q, p->per_channel, n);
    MOTE_UNROLL for (int i = 0; i < PIXELS; i++) if (i < t->n)
    {
        __m256i eight = _mm256_permute4x64_epi64(_mm256_hadd_epi32(sum[i][0], sum[i][1]), 0xd8);

        eight = mote_requant_8(_mm256_add_epi32(eight, bias), &scale);
        mote_put_8(mote_narrow_8(eight, p->out_zero, p->lo, p->hi), n, t->out[i] + o);
    }
}

static void compute(const struct mote_conv_call *c, const struct mote_conv_tile *t)
{
    for (int32_t o = t->from & ~7; o < t->to; o += 8)
        compute_8(c, t, o, c->weights + (size_t)(o / 16) * 16 * (size_t)c->columns + o % 16 * 4);
}

MOTE_WEAK void mote_conv_2d_s8_avx2(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                    const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                    int8_t *out, void *scratch, int32_t first, int32_t count)
{
    struct mote_conv_call c = {
        p,      weights, bias, mult, shift, zeros, mote_conv_is_plain(p) ? scratch : NULL, mote_conv_columns(p),
        PIXELS, compute};

    mote_conv_rows(&c, in, out, first, count);
}

static void run_conv_2d_s8_avx2(const struct mote_call *c)
{
    mote_conv_2d_s8_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                         c->args[7], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, avx2, .run = MOTE_IF_X86(run_conv_2d_s8_avx2), .forms = mote_conv_forms, .fit = fit,
                 MOTE_SHAPE(mote_conv_shape));
