/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 with Advanced SIMD: sixteen or eight channels of a row, pixel by pixel. With a depth multiplier
 * an instruction lays out the inputs of a vector's channels. */
#include "depthwise_conv_2d_s8_neon.h"

#include "../shared/neon.h"
#include "../shared/requant.h"
#include "../shared/rows.h"

#if MOTE_NEON
struct call {
    const struct mote_depthwise_conv_2d_s8 *p;
    const int8_t *weights;
    const int32_t *bias, *mult;
    const int8_t *shift, *zeros;
    const int8_t *const *rows;
};

/* Some channels, and what all their pixels have in common. */
struct channels {
    int32_t o, n;         /* from o on, at most what the vectors hold */
    int32_t from, inputs; /* input channels that they see */
    uint8x16_t which;     /* of them */
    int32x4_t bias[4];
    struct mote_scale_4 scale[4];
};

/* What a depth multiplier makes the channels see. */
MOTE_INLINE void choose_inputs(struct channels *s, int32_t multiplier)
{
    uint8_t which[16] = {0};

    for (int32_t i = 0, at = 0, rest = s->o % multiplier; i < s->n; i++) {
        which[i] = (uint8_t)at;
        s->inputs = at + 1;
        if (++rest == multiplier) {
            rest = 0;
            at++;
        }
    }
    s->from = s->o / multiplier;
    s->which = vld1q_u8(which);
}

/* `fours` is 4 or 2. */
MOTE_INLINE struct channels channels_of(const struct call *c, int32_t o, int fours)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    struct channels s = {.o = o, .n = p->out_c - o, .from = o};

    s.n = s.n > 4 * fours ? 4 * fours : s.n;
    s.inputs = s.n;
    if (p->depth_multiplier > 1)
        choose_inputs(&s, p->depth_multiplier);
    MOTE_UNROLL for (int i = 0; i < fours; i++)
    {
        int32_t at = o + 4 * i, n = p->out_c - at, q = p->per_channel ? at : 0;

        s.bias[i] = n > 0 ? mote_load_4(c->bias + at, n) : vdupq_n_s32(0);
        s.scale[i] = n > 0 ? mote_scale_4(c->mult + q, c->shift + q, p->per_channel, n) : s.scale[0];
    }
    return s;
}

/* n <= 16 bytes, of which `fours` says how many are wanted. */
MOTE_INLINE int8x16_t some_of(const int8_t *at, int32_t n, int fours)
{
    if (fours == 4 && n >= 16)
        return vld1q_s8(at);
    if (n <= 8)
        return vcombine_s8(mote_bytes_8(at, n), vdup_n_s8(0));
    return vcombine_s8(vld1_s8(at), mote_bytes_8(at + 8, n - 8));
}

/* One kernel element of all channels. */
MOTE_INLINE void add(int32x4_t sum[4], int8x16_t x, int8x16_t w, int fours)
{
    int16x8_t low = vmull_s8(vget_low_s8(x), vget_low_s8(w));

    sum[0] = vaddw_s16(sum[0], vget_low_s16(low));
    sum[1] = vaddw_high_s16(sum[1], low);
    if (fours == 4) {
        int16x8_t high = vmull_high_s8(x, w);

        sum[2] = vaddw_s16(sum[2], vget_low_s16(high));
        sum[3] = vaddw_high_s16(sum[3], high);
    }
}

/* How the channels are computed, known where it is compiled. */
struct way {
    int fours;   /* of channels */
    bool whole;  /* the vectors are full */
    bool each;   /* a channel sees its own input */
    bool inside; /* all columns are in the image */
};

MOTE_INLINE int8x16_t inputs_of(const struct channels *s, const int8_t *at, struct way way)
{
    if (way.each)
        return some_of(at + s->o, way.whole ? 4 * way.fours : s->n, way.fours);
    return vqtbl1q_s8(some_of(at + s->from, s->inputs, way.fours), s->which);
}

/* The pixel whose first column is x. */
MOTE_INLINE void compute(const struct call *c, const struct channels *s, int32_t x, struct way way, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    const int8_t *w = c->weights + s->o;
    int32x4_t sum[4];

    MOTE_UNROLL for (int i = 0; i < way.fours; i++) sum[i] = s->bias[i];
    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0, at = x; j < p->kernel_w; j++, at += p->dilation_w, w += p->out_c) {
            const int8_t *a = way.inside || (uint32_t)at < (uint32_t)p->in_w ? c->rows[k] + at * p->in_c : c->zeros;

            add(sum, inputs_of(s, a, way), some_of(w, way.whole ? 4 * way.fours : s->n, way.fours), way.fours);
        }
    MOTE_UNROLL for (int i = 0; i < way.fours; i += 2) if (way.whole || 4 * i < s->n)
    {
        int32x4_t low = mote_requant_4(sum[i], &s->scale[i]), high = mote_requant_4(sum[i + 1], &s->scale[i + 1]);

        mote_put_8(mote_narrow_8(low, high, p->out_zero, p->lo, p->hi), way.whole ? 8 : s->n - 4 * i,
                   out + s->o + 4 * i);
    }
}

/* Channels from o on of a row. */
MOTE_INLINE void compute_channels(const struct call *c, int32_t o, int fours, bool whole, bool each, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    struct channels s = channels_of(c, o, fours);
    int32_t last = p->in_w - (p->kernel_w - 1) * p->dilation_w;

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, out += p->out_c)
        if (x >= 0 && x < last)
            compute(c, &s, x, (struct way){fours, whole, each, true}, out);
        else
            compute(c, &s, x, (struct way){fours, whole, each, false}, out);
}

static void compute_16(const struct call *c, int32_t o, int8_t *out) { compute_channels(c, o, 4, true, true, out); }

static void compute_8(const struct call *c, int32_t o, int8_t *out) { compute_channels(c, o, 2, true, true, out); }

/* With a depth multiplier, or less than eight. */
static void compute_some(const struct call *c, int32_t o, int8_t *out)
{
    if (c->p->depth_multiplier == 1)
        compute_channels(c, o, 2, false, true, out);
    else if (o + 16 <= c->p->out_c)
        compute_channels(c, o, 4, true, false, out);
    else
        compute_channels(c, o, 4, false, false, out);
}

static void compute_row(const struct call *c, int8_t *out)
{
    int32_t o = 0, out_c = c->p->out_c;

    for (; c->p->depth_multiplier == 1 && o + 16 <= out_c; o += 16)
        compute_16(c, o, out);
    if (c->p->depth_multiplier == 1 && o + 8 <= out_c) {
        compute_8(c, o, out);
        o += 8;
    }
    for (; o < out_c; o += 16)
        compute_some(c, o, out);
}

MOTE_WEAK void mote_depthwise_conv_2d_s8_neon(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
                                              const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                              const int8_t *shift, const int8_t *zeros, int8_t *out, int32_t first,
                                              int32_t count)
{
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    const struct call c = {p, weights, bias, mult, shift, zeros, rows};

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        compute_row(&c, out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

static void run_depthwise_conv_2d_s8_neon(const struct mote_call *c)
{
    mote_depthwise_conv_2d_s8_neon(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                   c->args[6], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_s8, neon, .run = MOTE_IF_NEON(run_depthwise_conv_2d_s8_neon));
