/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 depthwise convolution: the definition of depthwise_conv_2d_s8.h. The kernel's columns are clipped to
 * the image once for each output column, so that the loops over taps check nothing. What the clipped columns would have
 * given, in_zero times their weights, is added where there are any: in the image's border only. */
#include "../shared/hot.h"

#include "depthwise_conv_2d_s8.h"

#include "../shared/requant.h"
#include "../shared/rows.h"

/* The kernel columns from <= k < to that are inside the image, and the first one's offset in a row. */
struct columns {
    int32_t from, to, at;
};

static struct columns clip_columns(const struct mote_depthwise_conv_2d_s8 *p, int32_t x)
{
    int32_t n = p->kernel_w, step = p->dilation_w;
    struct columns c = {0, n, 0};

    if (x < 0)
        c.from = (-x + step - 1) / step;
    if (x + (n - 1) * step >= p->in_w)
        c.to = x < p->in_w ? (p->in_w - x + step - 1) / step : 0;
    if (c.from >= c.to)
        c.from = c.to = 0;
    else
        c.at = (x + c.from * step) * p->in_c;
    return c;
}

/* Sums over the taps inside the image. `w` is the first channel's weight of the first tap. */
static uint32_t sum_one(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *const rows[],
                        const MOTE_FLASH int8_t *w, int32_t at, int32_t taps)
{
    int32_t step = p->dilation_w * p->in_c;
    uint32_t sum = 0;

    for (int32_t k = 0; k < p->kernel_h; k++, w += p->kernel_w * p->out_c) {
        const int8_t *a = rows[k] + at;
        const MOTE_FLASH int8_t *b = w;

        for (int32_t n = taps; n > 0; n--, a += step, b += p->out_c)
            sum += (uint32_t)(*a * *b);
    }
    return sum;
}

/* Four output channels; their input channels are `next` (0 or 1) apart. */
static void sum_four(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *const rows[], const MOTE_FLASH int8_t *w,
                     int32_t at, int32_t taps, int32_t next, uint32_t sum[4])
{
    int32_t step = p->dilation_w * p->in_c, out_c = p->out_c, skip = (p->kernel_w - taps) * out_c;
    uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;

    for (int32_t k = 0; k < p->kernel_h; k++, w += skip) {
        const int8_t *a = rows[k] + at;

        for (int32_t n = taps; n > 0; n--, a += step, w += out_c) {
            s0 += (uint32_t)(a[0] * w[0]);
            s1 += (uint32_t)(a[next] * w[1]);
            s2 += (uint32_t)(a[2 * next] * w[2]);
            s3 += (uint32_t)(a[3 * next] * w[3]);
        }
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

static void put(const struct mote_depthwise_conv_2d_s8 *p, const uint32_t *sum, int32_t n,
                const MOTE_FLASH int32_t *bias, const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                int8_t *out)
{
    int32_t per_channel = p->per_channel, zero = p->out_zero, lo = p->lo, hi = p->hi;

    for (; n > 0; n--, mult += per_channel, shift += per_channel)
        *out++ = mote_requant_s8((int32_t)((uint32_t)*bias++ + *sum++), *mult, *shift, zero, lo, hi);
}

/* The sum of one channel's weights in the columns outside the image. */
static uint32_t clipped_weights(const struct mote_depthwise_conv_2d_s8 *p, const MOTE_FLASH int8_t *w, struct columns c)
{
    uint32_t sum = 0;

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0; j < p->kernel_w; j++, w += p->out_c) {
            int32_t weight = *w;

            if (j < c.from || j >= c.to)
                sum += (uint32_t)weight;
        }
    return sum;
}

MOTE_WEAK void mote_depthwise_conv_2d_s8_row(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *const rows[],
                                             const MOTE_FLASH int8_t *weights, const MOTE_FLASH int32_t *bias,
                                             const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                                             const int8_t *zeros, int8_t *out)
{
    int32_t depth = p->depth_multiplier, out_c = p->out_c;
    int32_t wide = depth == 1 || depth % 4 == 0 ? out_c / 4 * 4 : 0;

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w) {
        struct columns c = clip_columns(p, x);
        const MOTE_FLASH int8_t *w = weights + c.from * out_c;
        int32_t taps = c.to - c.from;

        for (int32_t o = 0, n; o < out_c; o += n) {
            uint32_t sum[4];

            n = o < wide ? 4 : 1;
            if (n == 4)
                sum_four(p, rows, w + o, c.at + o / depth, taps, depth == 1, sum);
            else
                sum[0] = sum_one(p, rows, w + o, c.at + o / depth, taps);
            for (int32_t j = 0; j < n && taps < p->kernel_w; j++)
                sum[j] += (uint32_t)zeros[0] * clipped_weights(p, weights + o + j, c);
            put(p, sum, n, bias + o, mult + o * p->per_channel, shift + o * p->per_channel, out);
            out += n;
        }
    }
}

MOTE_WEAK void mote_depthwise_conv_2d_s8(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
                                         const MOTE_FLASH int8_t *weights, const MOTE_FLASH int32_t *bias,
                                         const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                                         const int8_t *zeros, int8_t *out, int32_t first, int32_t count)
{
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        mote_depthwise_conv_2d_s8_row(p, rows, weights, bias, mult, shift, zeros,
                                      out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

static void run_depthwise_conv_2d_s8(const struct mote_call *c)
{
    mote_depthwise_conv_2d_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                              c->args[6], c->first, c->count);
}

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_depthwise_conv_2d_s8 *p = params;
    double taps = (double)p->kernel_h * p->kernel_w;

    return 150 + (double)rows * (150 + (double)p->out_w * p->out_c * (60 + 10 * taps));
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_s8, portable, .run = run_depthwise_conv_2d_s8, MOTE_INSTRUCTIONS(instructions));
