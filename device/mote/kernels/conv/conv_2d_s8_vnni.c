/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with AVX-512 VNNI: six pixels meet up to 64 filters, four inputs and 16 filters an instruction. It
 * multiplies unsigned with signed bytes: inputs are 128 more, and the biases 128 * sum of weights less, once a call. */
#include "conv_2d_s8_vnni.h"

#include "../shared/x86.h"
#include "conv_2d_s8_tiles.h"

enum { PIXELS = 6 };

static uint32_t folded_bytes(const struct mote_conv_2d_s8 *p) { return 4 * mote_packed_align((uint32_t)p->out_c, 16); }

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_conv_2d_s8 *p = params;

    bytes[1] = mote_conv_packed_bytes(p);
    return mote_conv_scratch(p, PIXELS) + folded_bytes(p);
}

#if MOTE_X86
/* Biases without what the 128 add to each input. */
MOTE_VNNI static void fold(const struct mote_conv_call *c, const int32_t *bias, int32_t *folded)
{
    const __m512i more = _mm512_set1_epi8(-128);
    const int8_t *w = c->weights;

    for (int32_t o = 0; o < c->p->out_c; o += 16) {
        __mmask16 lanes = mote_lanes_16(c->p->out_c - o);
        __m512i sum = _mm512_setzero_si512();

        for (int32_t k = 0; k < c->columns; k += 4, w += 64)
            sum = _mm512_dpbusd_epi32(sum, more, _mm512_loadu_si512(w));
        _mm512_storeu_si512(folded + o, _mm512_sub_epi32(_mm512_maskz_loadu_epi32(lanes, bias + o), sum));
    }
}

MOTE_VNNI MOTE_INLINE __m512i more_by_128(const int8_t *four)
{
    int32_t word;

    __builtin_memcpy(&word, four, 4);
    return _mm512_xor_si512(_mm512_set1_epi32(word), _mm512_set1_epi8(-128));
}

/* `blocks` times 16 filters, from filter o on, of a tile's pixels. */
MOTE_VNNI MOTE_INLINE void compute_blocks(const struct mote_conv_call *c, const struct mote_conv_tile *t, int32_t o,
                                          const int blocks)
{
    const struct mote_conv_2d_s8 *p = c->p;
    const int8_t *w = c->weights + (size_t)o * (size_t)c->columns;
    size_t block = (size_t)c->columns * 16;
    __m512i sum[PIXELS][4];

    MOTE_UNROLL for (int i = 0; i < PIXELS; i++) MOTE_UNROLL for (int b = 0; b < blocks; b++) sum[i][b] =
        _mm512_loadu_si512(c->bias + o + 16 * b);
    for (int32_t k = 0; k < c->columns; k += 4, w += 64) {
        __m512i filters[4];

        MOTE_UNROLL for (int b = 0; b < blocks; b++) filters[b] = _mm512_loadu_si512(w + (size_t)b * block);
        MOTE_UNROLL for (int i = 0; i < PIXELS; i++)
        {
            __m512i x = more_by_128(t->in[i] + k);

            MOTE_UNROLL for (int b = 0; b < blocks; b++) sum[i][b] = _mm512_dpbusd_epi32(sum[i][b], x, filters[b]);
        }
    }
    MOTE_UNROLL for (int b = 0; b < blocks; b++)
    {
        int32_t from = o + 16 * b, q = p->per_channel ? from : 0;
        __mmask16 lanes = mote_lanes_16(p->out_c - from);
        struct mote_scale_16 scale = mote_scale_16(c->mult + q, c->shift + q, p->per_channel, lanes);

        MOTE_UNROLL for (int i = 0; i < PIXELS; i++) if (i < t->n) _mm_mask_storeu_epi8(
            t->out[i] + from, lanes, mote_narrow_16(mote_requant_16(sum[i][b], &scale), p->out_zero, p->lo, p->hi));
    }
}

MOTE_VNNI static void compute_1(const struct mote_conv_call *c, const struct mote_conv_tile *t, int32_t o)
{
    compute_blocks(c, t, o, 1);
}

MOTE_VNNI static void compute_2(const struct mote_conv_call *c, const struct mote_conv_tile *t, int32_t o)
{
    compute_blocks(c, t, o, 2);
}

MOTE_VNNI static void compute_4(const struct mote_conv_call *c, const struct mote_conv_tile *t, int32_t o)
{
    compute_blocks(c, t, o, 4);
}

static void compute(const struct mote_conv_call *c, const struct mote_conv_tile *t)
{
    int32_t o = t->from & ~15;

    for (; t->to - o > 48; o += 64)
        compute_4(c, t, o);
    for (; t->to - o > 16; o += 32)
        compute_2(c, t, o);
    if (t->to > o)
        compute_1(c, t, o);
}

MOTE_WEAK void mote_conv_2d_s8_vnni(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                    const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                    int8_t *out, void *scratch, int32_t first, int32_t count)
{
    struct mote_conv_call c = {p, weights, bias, mult, shift, zeros, NULL, mote_conv_columns(p), PIXELS, compute};

    if (mote_conv_is_plain(p)) {
        fold(&c, bias, scratch);
        c.bias = scratch;
        c.patches = (int8_t *)scratch + folded_bytes(p);
    }
    mote_conv_rows(&c, in, out, first, count);
}

static void run_conv_2d_s8_vnni(const struct mote_call *c)
{
    mote_conv_2d_s8_vnni(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                         c->args[7], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, vnni, .run = MOTE_IF_X86(run_conv_2d_s8_vnni), .forms = mote_conv_forms, .fit = fit,
                 MOTE_SHAPE(mote_conv_shape));
