/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 in plain C: where a pixel's taps lie is known once for all channels, outside the picture in the
 * row of zero points. Four channels at a time. */
#include "../shared/hot.h"

#include "depthwise_conv_2d_s8_rv32.h"

#include "../shared/registers.h"
#include "../shared/rows.h"
#include "depthwise_conv_2d_s8_taps.h"

#if MOTE_REGISTERS
enum { CHANNELS = 4 };

/* Of n taps; the channels read the `at`th of each, and the next ones, or all the same. */
static void sum_channels(const int8_t *const taps[], int32_t n, int32_t at, bool same, const int8_t *w, int32_t out_c,
                         const int32_t *bias, uint32_t sum[CHANNELS])
{
    uint32_t s0 = (uint32_t)bias[0], s1 = (uint32_t)bias[1], s2 = (uint32_t)bias[2], s3 = (uint32_t)bias[3];
    const int8_t *const *end = taps + n;

    for (; taps != end && !same; w += out_c) {
        const int8_t *a = *taps++ + at;

        s0 += (uint32_t)(a[0] * w[0]);
        s1 += (uint32_t)(a[1] * w[1]);
        s2 += (uint32_t)(a[2] * w[2]);
        s3 += (uint32_t)(a[3] * w[3]);
    }
    for (; taps != end; w += out_c) {
        int32_t a = (*taps++)[at];

        s0 += (uint32_t)(a * w[0]);
        s1 += (uint32_t)(a * w[1]);
        s2 += (uint32_t)(a * w[2]);
        s3 += (uint32_t)(a * w[3]);
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

static void put_channels(const struct mote_depthwise_layer *l, const uint32_t sum[CHANNELS], int32_t o, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = l->p;
    const int32_t *mult = l->mult + (p->per_channel ? o : 0);
    const int8_t *shift = l->shift + (p->per_channel ? o : 0);
    int32_t zero = p->out_zero, lo = p->lo, hi = p->hi, step = p->per_channel;

    for (int32_t j = 0; j < CHANNELS; j++, mult += step, shift += step) {
        const struct mote_plain q = mote_plain_of(*mult, *shift, zero);

        out[o + j] = (int8_t)mote_clamp(mote_requant_short((int32_t)sum[j], &q), lo, hi);
    }
}

static void put_channel(const struct mote_depthwise_layer *l, const int8_t *const taps[], int32_t n, int32_t o,
                        int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = l->p;
    int32_t at = o / p->depth_multiplier, q = p->per_channel ? o : 0;
    uint32_t sum = (uint32_t)l->bias[o];
    const int8_t *w = l->weights + o;

    for (; n > 0; n--, w += p->out_c)
        sum += (uint32_t)((*taps++)[at] * *w);
    out[o] = mote_requant_s8((int32_t)sum, l->mult[q], l->shift[q], p->out_zero, p->lo, p->hi);
}

static void put_pixel(const struct mote_depthwise_layer *l, const int8_t *const rows[], int32_t x, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = l->p;
    const int8_t *taps[MOTE_TAPS];
    int32_t depth = p->depth_multiplier, n = (int32_t)(mote_set_taps(l, rows, x, taps) - taps), o = 0;

    for (; o <= p->out_c - CHANNELS && l->swift && (depth == 1 || depth % CHANNELS == 0); o += CHANNELS) {
        uint32_t sum[CHANNELS];

        sum_channels(taps, n, o / depth, depth > 1, l->weights + o, p->out_c, l->bias + o, sum);
        put_channels(l, sum, o, out);
    }
    for (; o < p->out_c; o++)
        put_channel(l, taps, n, o, out);
}

MOTE_WEAK void mote_depthwise_conv_2d_s8_rv32(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
                                              const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                              const int8_t *shift, const int8_t *zeros, int8_t *out, int32_t first,
                                              int32_t count)
{
    const struct mote_depthwise_layer l = {
        p, weights, zeros, shift, bias, mult, mote_all_plain(bias, mult, shift, p->out_c, p->per_channel)};
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c)
            if (p->kernel_h * p->kernel_w <= MOTE_TAPS)
                put_pixel(&l, rows, x, to);
            else
                mote_put_many_taps(&l, rows, x, to);
    }
}

static void run_depthwise_conv_2d_s8_rv32(const struct mote_call *c)
{
    mote_depthwise_conv_2d_s8_rv32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                   c->args[6], c->first, c->count);
}
#endif

#if MOTE_DESCRIBE
/* Each call looks at the channels' numbers first. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_depthwise_conv_2d_s8 *p = params;
    double pixel = 40 + p->out_c * (20 + 4.0 * p->kernel_h * p->kernel_w);

    return 200 + 13.0 * p->out_c + rows * (60 + p->out_w * pixel);
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_s8, rv32, .run = MOTE_IF_REGISTERS(run_depthwise_conv_2d_s8_rv32),
                 MOTE_INSTRUCTIONS(instructions));
