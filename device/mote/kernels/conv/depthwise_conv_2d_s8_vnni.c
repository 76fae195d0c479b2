/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 with AVX-512 VNNI: four kernel rows of 16 channels an instruction. It multiplies unsigned with
 * signed bytes: inputs are 128 more, and a sum begins with its bias less 128 * sum of weights. */
#include "depthwise_conv_2d_s8_vnni.h"

#include "depthwise_conv_2d_s8_x86.h"

enum { SIDE = 4 };

static uint32_t fit(const void *params, uint32_t *bytes)
{
    (void)bytes;
    return mote_depthwise_fit(params, SIDE);
}

#if MOTE_X86
/* Of what is not there, zeros. */
MOTE_VNNI MOTE_INLINE __m128i sixteen_of(const int8_t *row, int32_t at, __mmask16 which)
{
    return row != NULL ? _mm_maskz_loadu_epi8(which, row + at) : _mm_setzero_si128();
}

MOTE_VNNI static void lay(const int8_t *const rows[], int32_t n, bool weights, int8_t *to)
{
    const __m128i more = _mm_set1_epi8(weights ? 0 : -128);

    for (int32_t i = 0; i < n; i += 16, to += 64) {
        __mmask16 which = mote_lanes_16(n - i);
        __m128i a = _mm_xor_si128(sixteen_of(rows[0], i, which), more);
        __m128i b = _mm_xor_si128(sixteen_of(rows[1], i, which), more);
        __m128i c = _mm_xor_si128(sixteen_of(rows[2], i, which), more);
        __m128i d = _mm_xor_si128(sixteen_of(rows[3], i, which), more);
        __m128i ab = _mm_unpacklo_epi8(a, b), cd = _mm_unpacklo_epi8(c, d);
        __m128i *at = (__m128i *)(void *)to;

        _mm_storeu_si128(at, _mm_unpacklo_epi16(ab, cd));
        _mm_storeu_si128(at + 1, _mm_unpackhi_epi16(ab, cd));
        ab = _mm_unpackhi_epi8(a, b);
        cd = _mm_unpackhi_epi8(c, d);
        _mm_storeu_si128(at + 2, _mm_unpacklo_epi16(ab, cd));
        _mm_storeu_si128(at + 3, _mm_unpackhi_epi16(ab, cd));
    }
}

/* Biases without what the 128 add to each input. */
MOTE_VNNI static void fold(const struct mote_depthwise_call *c)
{
    const __m512i more = _mm512_set1_epi8(-128);
    size_t pixel = 4 * (size_t)c->p->out_c;

    for (int32_t o = 0; o < c->p->out_c; o += 16) {
        __m512i sum = _mm512_setzero_si512();
        const int8_t *w = c->w + 4 * (size_t)o;

        for (int32_t n = c->groups * c->p->kernel_w; n > 0; n--, w += pixel)
            sum = _mm512_dpbusd_epi32(sum, more, _mm512_loadu_si512(w));
        sum = _mm512_sub_epi32(_mm512_maskz_loadu_epi32(mote_lanes_16(c->p->out_c - o), c->bias + o), sum);
        _mm512_storeu_si512(c->biases + 4 * (size_t)o, sum);
    }
}

/* Channels o to o + 15 of the columns that begin at x. */
MOTE_VNNI MOTE_INLINE __m512i sum_of(const struct mote_depthwise_call *c, int32_t o, int32_t x, __m512i sum)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    size_t pixel = 4 * (size_t)p->out_c;
    const int8_t *w = c->w + 4 * (size_t)o, *row = c->rows + 4 * (size_t)o;

    for (int32_t g = 0; g < c->groups; g++, row += (size_t)p->in_w * pixel)
        for (int32_t j = 0, at = x; j < p->kernel_w; j++, at += p->dilation_w, w += pixel) {
            const int8_t *in = (uint32_t)at < (uint32_t)p->in_w ? row + (size_t)at * pixel : c->outside + 4 * (size_t)o;

            sum = _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(in), _mm512_loadu_si512(w));
        }
    return sum;
}

MOTE_VNNI static void compute(const struct mote_depthwise_call *c, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;

    for (int32_t o = 0; o < p->out_c; o += 16) {
        __mmask16 which = mote_lanes_16(p->out_c - o);
        int32_t q = p->per_channel ? o : 0;
        struct mote_scale_16 scale = mote_scale_16(c->mult + q, c->shift + q, p->per_channel, which);
        __m512i bias = _mm512_loadu_si512(c->biases + 4 * (size_t)o);
        int8_t *to = out + o;

        for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c)
            _mm_mask_storeu_epi8(
                to, which, mote_narrow_16(mote_requant_16(sum_of(c, o, x, bias), &scale), p->out_zero, p->lo, p->hi));
    }
}

MOTE_WEAK void mote_depthwise_conv_2d_s8_vnni(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
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

    if (mote_depthwise_scratch(p, SIDE) > 0) {
        mote_depthwise_start(&c, scratch);
        fold(&c);
    }
    mote_depthwise_rows(&c, in, out, first, count);
}

static void run_depthwise_conv_2d_s8_vnni(const struct mote_call *c)
{
    mote_depthwise_conv_2d_s8_vnni(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                   c->args[6], c->args[7], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_s8, vnni, .run = MOTE_IF_X86(run_depthwise_conv_2d_s8_vnni), .fit = fit);
