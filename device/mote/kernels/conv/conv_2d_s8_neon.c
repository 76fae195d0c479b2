/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with Advanced SIMD: four pixels meet eight filters. A vector has two filters' products with four inputs,
 * of 16 bits, whose pairs are added to sums of 32; the two sums of a filter are added at the end. */
#include "conv_2d_s8_neon.h"

#include "conv_2d_s8_tiles.h"

enum { PIXELS = 4 };

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_conv_2d_s8 *p = params;

    bytes[1] = mote_conv_packed_bytes(p);
    return mote_conv_scratch(p, PIXELS);
}

#if MOTE_NEON
/* Four inputs, four times. */
MOTE_INLINE int8x16_t inputs(const int8_t *four)
{
    int32_t word;

    __builtin_memcpy(&word, four, 4);
    return vreinterpretq_s8_s32(vdupq_n_s32(word));
}

/* Of four filters, to two filters' sums each. */
MOTE_INLINE void multiply(int32x4_t *a, int32x4_t *b, int8x16_t x, int8x16_t filters)
{
    *a = vpadalq_s16(*a, vmull_s8(vget_low_s8(x), vget_low_s8(filters)));
    *b = vpadalq_s16(*b, vmull_high_s8(x, filters));
}

/* Filters o to o + 7, of which the half block at `w` has the weights. */
static void compute_8(const struct mote_conv_call *c, const struct mote_conv_tile *t, int32_t o, const int8_t *w)
{
    const struct mote_conv_2d_s8 *p = c->p;
    int32_t q = p->per_channel ? o : 0, more = p->per_channel ? 4 : 0, n = p->out_c - o;
    int32x4_t bias[2] = {mote_load_4(c->bias + o, n), n > 4 ? mote_load_4(c->bias + o + 4, n - 4) : vdupq_n_s32(0)};
    struct mote_scale_4 scale[2];
    int32x4_t sum[PIXELS][4];

    MOTE_UNROLL for (int i = 0; i < PIXELS; i++) MOTE_UNROLL for (int j = 0; j < 4; j++) sum[i][j] = vdupq_n_s32(0);
    for (int32_t k = 0; k < c->columns; k += 4, w += 64) {
        int8x16_t a = vld1q_s8(w), b = vld1q_s8(w + 16);

        MOTE_UNROLL for (int i = 0; i < PIXELS; i++)
        {
            int8x16_t x = inputs(t->in[i] + k);

            multiply(&sum[i][0], &sum[i][1], x, a);
            multiply(&sum[i][2], &sum[i][3], x, b);
        }
    }
    scale[0] = mote_scale_4(c->mult + q, c->shift + q, p->per_channel, n);
    scale[1] = n > 4 ? mote_scale_4(c->mult + q + more, c->shift + q + more, p->per_channel, n - 4) : scale[0];
    MOTE_UNROLL for (int i = 0; i < PIXELS; i++) if (i < t->n)
    {
        int32x4_t low = vaddq_s32(vpaddq_s32(sum[i][0], sum[i][1]), bias[0]);
        int32x4_t high = vaddq_s32(vpaddq_s32(sum[i][2], sum[i][3]), bias[1]);

        mote_put_8(
            mote_narrow_8(mote_requant_4(low, &scale[0]), mote_requant_4(high, &scale[1]), p->out_zero, p->lo, p->hi),
            n, t->out[i] + o);
    }
}

static void compute(const struct mote_conv_call *c, const struct mote_conv_tile *t)
{
    for (int32_t o = t->from & ~7; o < t->to; o += 8)
        compute_8(c, t, o, c->weights + (size_t)(o / 16) * 16 * (size_t)c->columns + o % 16 * 4);
}

MOTE_WEAK void mote_conv_2d_s8_neon(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                    const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                    int8_t *out, void *scratch, int32_t first, int32_t count)
{
    struct mote_conv_call c = {
        p,      weights, bias, mult, shift, zeros, mote_conv_is_plain(p) ? scratch : NULL, mote_conv_columns(p),
        PIXELS, compute};

    mote_conv_rows(&c, in, out, first, count);
}

static void run_conv_2d_s8_neon(const struct mote_call *c)
{
    mote_conv_2d_s8_neon(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                         c->args[7], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, neon, .run = MOTE_IF_NEON(run_conv_2d_s8_neon), .forms = mote_conv_forms, .fit = fit,
                 MOTE_SHAPE(mote_conv_shape));
