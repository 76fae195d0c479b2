/* SPDX-License-Identifier: Apache-2.0 */
/* Portable 16x8 convolution: the definition of conv_2d_s16.h. What is outside the image is left out. Where dilation_w
 * is 1 and there are no groups, the inner loop runs over a whole kernel row. */
#include "../shared/hot.h"

#include "conv_2d_s16.h"

#include "../shared/rows.h"
#include "../shared/wide.h"
#include "../shared/windows.h"

/* The sum of one filter over the group of channels that begins at `group`. */
static int64_t sum_filter(const struct mote_conv_2d_s16 *p, const int16_t *const rows[], struct mote_columns c,
                          int32_t group, const MOTE_FLASH int8_t *w)
{
    bool dense = p->dilation_w == 1 && p->filter_c == p->in_c;
    int32_t together = dense ? c.to - c.from : 1;
    int64_t sum = 0;

    for (int32_t k = 0; k < p->kernel_h; k++, w += p->kernel_w * p->filter_c)
        for (int32_t j = c.from; j < c.to && rows[k] != NULL; j += together)
            sum += mote_dot_s16(rows[k] + group + c.at + (j - c.from) * p->dilation_w * p->in_c, w + j * p->filter_c,
                                together * p->filter_c);
    return sum;
}

MOTE_WEAK void mote_conv_2d_s16_row(const struct mote_conv_2d_s16 *p, const int16_t *const rows[],
                                    const MOTE_FLASH int8_t *weights, const MOTE_FLASH int64_t *bias,
                                    const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int16_t *out)
{
    int32_t filter = p->kernel_h * p->kernel_w * p->filter_c, per_group = p->out_c / (p->in_c / p->filter_c);

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w) {
        struct mote_columns c = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);

        for (int32_t o = 0, group = 0, left = per_group; o < p->out_c; o++) {
            int32_t m = o * p->per_channel;
            int64_t sum = sum_filter(p, rows, c, group, weights + o * filter);

            *out++ = mote_requant_s16(sum, bias[o], p->wide, mult[m], shift[m], p->lo, p->hi);
            if (--left == 0) {
                left = per_group;
                group += p->filter_c;
            }
        }
    }
}

MOTE_WEAK void mote_conv_2d_s16(const struct mote_conv_2d_s16 *p, const int16_t *in, const MOTE_FLASH int8_t *weights,
                                const MOTE_FLASH int64_t *bias, const MOTE_FLASH int32_t *mult,
                                const MOTE_FLASH int8_t *shift, int16_t *out, int32_t first, int32_t count)
{
    const int16_t *rows[MOTE_KERNEL_ROWS_MAX];

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_s16(rows, p->kernel_h, in, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c, p->in_ring);
        mote_conv_2d_s16_row(p, rows, weights, bias, mult, shift,
                             out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

static void run_conv_2d_s16(const struct mote_call *c)
{
    mote_conv_2d_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->first,
                     c->count);
}

MOTE_KERNEL_VERSION(conv_2d_s16, portable);
