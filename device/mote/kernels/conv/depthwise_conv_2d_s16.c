/* SPDX-License-Identifier: Apache-2.0 */
/* Portable 16x8 depthwise convolution: the definition of depthwise_conv_2d_s16.h. What is outside the image is left
 * out. */
#include "../shared/hot.h"

#include "depthwise_conv_2d_s16.h"

#include "../shared/rows.h"
#include "../shared/wide.h"
#include "../shared/windows.h"

/* The sum of one channel; `w` is its weight of the first tap, `channel` its input channel. */
static int64_t sum_taps(const struct mote_depthwise_conv_2d_s16 *p, const int16_t *const rows[], struct mote_columns c,
                        int32_t channel, const MOTE_FLASH int8_t *w)
{
    int32_t step = p->dilation_w * p->in_c;
    int64_t sum = 0;

    for (int32_t k = 0; k < p->kernel_h; k++, w += p->kernel_w * p->out_c) {
        if (rows[k] == NULL)
            continue;

        const int16_t *a = rows[k] + c.at + channel;
        const MOTE_FLASH int8_t *b = w + c.from * p->out_c;

        for (int32_t n = c.to - c.from; n > 0; n--, a += step, b += p->out_c)
            sum += (int32_t)*a * *b;
    }
    return sum;
}

MOTE_WEAK void mote_depthwise_conv_2d_s16_row(const struct mote_depthwise_conv_2d_s16 *p, const int16_t *const rows[],
                                              const MOTE_FLASH int8_t *weights, const MOTE_FLASH int64_t *bias,
                                              const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                                              int16_t *out)
{
    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w) {
        struct mote_columns c = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);

        for (int32_t o = 0; o < p->out_c; o++) {
            int32_t m = o * p->per_channel;
            int64_t sum = sum_taps(p, rows, c, o / p->depth_multiplier, weights + o);

            *out++ = mote_requant_s16(sum, bias[o], 1, mult[m], shift[m], p->lo, p->hi);
        }
    }
}

MOTE_WEAK void mote_depthwise_conv_2d_s16(const struct mote_depthwise_conv_2d_s16 *p, const int16_t *in,
                                          const MOTE_FLASH int8_t *weights, const MOTE_FLASH int64_t *bias,
                                          const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int16_t *out,
                                          int32_t first, int32_t count)
{
    const int16_t *rows[MOTE_KERNEL_ROWS_MAX];

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_s16(rows, p->kernel_h, in, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c, p->in_ring);
        mote_depthwise_conv_2d_s16_row(p, rows, weights, bias, mult, shift,
                                       out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

static void run_depthwise_conv_2d_s16(const struct mote_call *c)
{
    mote_depthwise_conv_2d_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                               c->first, c->count);
}

MOTE_KERNEL_VERSION(depthwise_conv_2d_s16, portable);
