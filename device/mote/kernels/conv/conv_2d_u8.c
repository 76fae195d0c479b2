/* SPDX-License-Identifier: Apache-2.0 */
/* Portable convolution with weights that have a zero point: the definition of conv_2d_u8.h. Four filters, and the sum
 * of what they see, share each input element. */
#include "../shared/hot.h"

#include "conv_2d_u8.h"

#include "../shared/requant.h"
#include "../shared/rows.h"

struct sums {
    uint32_t filter[4], seen;
};

/* What n filters, 1 to 4, see of one kernel position: the channels at `a`. Where there are fewer than four the last one
 * is summed again, for nothing. */
static void add_channels(struct sums *s, const int8_t *a, int32_t channels, const MOTE_FLASH int8_t *w, int32_t filter,
                         int32_t n)
{
    const MOTE_FLASH int8_t *w1 = w + (n > 1 ? filter : 0), *w2 = w1 + (n > 2 ? filter : 0);
    const MOTE_FLASH int8_t *w3 = w2 + (n > 3 ? filter : 0);
    uint32_t s0 = s->filter[0], s1 = s->filter[1], s2 = s->filter[2], s3 = s->filter[3], seen = s->seen;

    for (; channels > 0; channels--) {
        int32_t value = *a++;

        s0 += (uint32_t)(value * *w++);
        s1 += (uint32_t)(value * *w1++);
        s2 += (uint32_t)(value * *w2++);
        s3 += (uint32_t)(value * *w3++);
        seen += (uint32_t)value;
    }
    *s = (struct sums){{s0, s1, s2, s3}, seen};
}

/* Of n filters of the group of channels that begins at `group`, of the window that begins at column x. */
static struct sums sum_filters(const struct mote_conv_2d_u8 *p, const int8_t *const rows[], const int8_t *zeros,
                               int32_t x, int32_t group, const MOTE_FLASH int8_t *w, int32_t n)
{
    int32_t filter = p->kernel_h * p->kernel_w * p->filter_c;
    struct sums s = {{0, 0, 0, 0}, 0};

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0, column = x; j < p->kernel_w; j++, column += p->dilation_w, w += p->filter_c) {
            bool inside = column >= 0 && column < p->in_w;

            add_channels(&s, inside ? rows[k] + column * p->in_c + group : zeros, p->filter_c, w, filter, n);
        }
    return s;
}

static void put(const struct mote_conv_2d_u8 *p, const struct sums *s, int32_t n, const MOTE_FLASH int32_t *bias,
                const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int8_t *out)
{
    uint32_t zero = (uint32_t)p->weights_zero * s->seen;

    for (int32_t i = 0; i < n; i++, mult += p->per_channel, shift += p->per_channel)
        out[i] = mote_requant_s8((int32_t)((uint32_t)bias[i] + s->filter[i] - zero), *mult, *shift, p->out_zero, p->lo,
                                 p->hi);
}

static void conv_row(const struct mote_conv_2d_u8 *p, const int8_t *const rows[], const MOTE_FLASH int8_t *weights,
                     const MOTE_FLASH int32_t *bias, const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                     const int8_t *zeros, int8_t *out)
{
    int32_t filter = p->kernel_h * p->kernel_w * p->filter_c, per_group = p->out_c / (p->in_c / p->filter_c);

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, out += p->out_c)
        for (int32_t o = 0, n; o < p->out_c; o += n) {
            int32_t left = per_group - o % per_group;
            struct sums s;

            n = left < 4 ? left : 4;
            s = sum_filters(p, rows, zeros, x, o / per_group * p->filter_c, weights + o * filter, n);
            put(p, &s, n, bias + o, mult + o * p->per_channel, shift + o * p->per_channel, out + o);
        }
}

MOTE_WEAK void mote_conv_2d_u8(const struct mote_conv_2d_u8 *p, const int8_t *in, const MOTE_FLASH int8_t *weights,
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
        conv_row(p, rows, weights, bias, mult, shift, zeros, out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

static void run_conv_2d_u8(const struct mote_call *c)
{
    mote_conv_2d_u8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                    c->first, c->count);
}

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_u8 *p = params;
    double taps = (double)p->kernel_h * p->kernel_w * p->filter_c;

    return 150 + (double)rows * (150 + (double)p->out_w * p->out_c * (60 + 8 * p->kernel_h * p->kernel_w + 6 * taps));
}
#endif

MOTE_KERNEL_CODE(conv_2d_u8, portable, .run = run_conv_2d_u8, MOTE_INSTRUCTIONS(instructions));
