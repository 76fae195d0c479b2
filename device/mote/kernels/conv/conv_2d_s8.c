/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 convolution: the definition of conv_2d_s8.h. Four filters share each input element. The kernel columns
 * inside the image are known once for each output column, and lie side by side in memory when dilation_w is 1 and there
 * are no groups: then the inner loop runs over a whole kernel row. */
#include "../shared/hot.h"

#include "conv_2d_s8.h"

#include "../shared/requant.h"
#include "../shared/rows.h"

/* The kernel columns from <= k < to that are inside the image, and the first one's offset in a row. */
struct columns {
    int32_t from, to, at;
};

static struct columns clip_columns(const struct mote_conv_2d_s8 *p, int32_t x)
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

/* Sums of n filters, 1 to 4, over the group of channels that begins at `group`. Where there are fewer than four the
 * last one is summed again, for nothing. */
static void sum_filters(const struct mote_conv_2d_s8 *p, const int8_t *const rows[], const int8_t *zeros,
                        struct columns c, int32_t group, const MOTE_FLASH int8_t *w, int32_t n, uint32_t sum[4])
{
    int32_t filter = p->kernel_h * p->kernel_w * p->filter_c;
    bool dense = p->dilation_w == 1 && p->filter_c == p->in_c;
    const MOTE_FLASH int8_t *w0 = w, *w1 = w0 + (n > 1 ? filter : 0), *w2 = w1 + (n > 2 ? filter : 0);
    const MOTE_FLASH int8_t *w3 = w2 + (n > 3 ? filter : 0);
    uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0, next; j < p->kernel_w; j = next) {
            bool inside = j >= c.from && j < c.to;
            const int8_t *a = inside ? rows[k] + group + c.at + (j - c.from) * p->dilation_w * p->in_c : zeros;

            next = inside && dense ? c.to : j + 1;
            for (int32_t i = (next - j) * p->filter_c; i > 0; i--) {
                int32_t value = *a++;

                s0 += (uint32_t)(value * *w0++);
                s1 += (uint32_t)(value * *w1++);
                s2 += (uint32_t)(value * *w2++);
                s3 += (uint32_t)(value * *w3++);
            }
        }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

static void put(const struct mote_conv_2d_s8 *p, const uint32_t *sum, int32_t n, const MOTE_FLASH int32_t *bias,
                const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int8_t *out)
{
    int32_t per_channel = p->per_channel, zero = p->out_zero, lo = p->lo, hi = p->hi;

    for (; n > 0; n--, mult += per_channel, shift += per_channel)
        *out++ = mote_requant_s8((int32_t)((uint32_t)*bias++ + *sum++), *mult, *shift, zero, lo, hi);
}

MOTE_WEAK void mote_conv_2d_s8_row(const struct mote_conv_2d_s8 *p, const int8_t *const rows[],
                                   const MOTE_FLASH int8_t *weights, const MOTE_FLASH int32_t *bias,
                                   const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, const int8_t *zeros,
                                   int8_t *out)
{
    int32_t filter = p->kernel_h * p->kernel_w * p->filter_c, per_group = p->out_c / (p->in_c / p->filter_c);

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w) {
        struct columns c = clip_columns(p, x);

        for (int32_t o = 0, group = 0, left = per_group, n; o < p->out_c; o += n) {
            uint32_t sum[4];

            n = left < 4 ? left : 4;
            sum_filters(p, rows, zeros, c, group, weights + o * filter, n, sum);
            put(p, sum, n, bias + o, mult + o * p->per_channel, shift + o * p->per_channel, out);
            out += n;
            left -= n;
            if (left == 0) {
                left = per_group;
                group += p->filter_c;
            }
        }
    }
}

MOTE_WEAK void mote_conv_2d_s8(const struct mote_conv_2d_s8 *p, const int8_t *in, const MOTE_FLASH int8_t *weights,
                               const MOTE_FLASH int32_t *bias, const MOTE_FLASH int32_t *mult,
                               const MOTE_FLASH int8_t *shift, const int8_t *zeros, int8_t *out, int32_t first,
                               int32_t count)
{
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        mote_conv_2d_s8_row(p, rows, weights, bias, mult, shift, zeros,
                            out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

static void run_conv_2d_s8(const struct mote_call *c)
{
    mote_conv_2d_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                    c->first, c->count);
}

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_s8 *p = params;
    double taps = (double)p->kernel_h * p->kernel_w * p->filter_c;

    return 150 + (double)rows * (150 + (double)p->out_w * p->out_c * (60 + 4 * p->kernel_h + 5 * taps));
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, portable, .run = run_conv_2d_s8, MOTE_INSTRUCTIONS(instructions));
