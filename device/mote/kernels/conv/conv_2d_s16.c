/* SPDX-License-Identifier: Apache-2.0 */
/* Portable 16x8 convolution: the definition of conv_2d_s16.h. What is outside the image is left out. Where dilation_w
 * is 1 and there are no groups, the inner loop runs over a whole kernel row. */
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

static bool need_conv_2d_s16(const struct mote_conv_2d_s16 *p, uint32_t bytes[])
{
    uint32_t kernel = mote_bytes(p->kernel_h, p->kernel_w, p->filter_c);
    uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1;
    uint32_t in_row = mote_bytes(p->in_w, p->in_c, 2), out_row = mote_bytes(p->out_w, p->out_c, 2);

    if (kernel > INT32_MAX || in_row > INT32_MAX || out_row > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(p->in_ring, (int32_t)in_row, 1);
    bytes[1] = mote_bytes((int32_t)kernel, p->out_c, 1);
    bytes[2] = (uint32_t)p->out_c * 8;
    bytes[3] = channels * 4;
    bytes[4] = channels;
    bytes[5] = mote_bytes(p->out_ring, (int32_t)out_row, 1);
    bytes[6] = mote_bytes(p->batch, p->out_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[5] <= INT32_MAX && p->lo <= p->hi &&
           mote_bytes(p->dilation_w, p->in_c, 1) <= INT32_MAX && p->in_c % p->filter_c == 0 &&
           p->out_c % (p->in_c / p->filter_c) == 0 &&
           mote_window_fits(p->batch, p->in_h, p->out_h, p->kernel_h, p->stride_h, p->dilation_h) &&
           mote_window_fits(1, p->in_w, p->out_w, p->kernel_w, p->stride_w, p->dilation_w);
}

static bool trust_conv_2d_s16(const struct mote_conv_2d_s16 *p, const void *const args[])
{
    return mote_wide_shifts(args[4], p->per_channel ? p->out_c : 1, p->wide);
}

static void run_conv_2d_s16(const struct mote_call *c)
{
    mote_conv_2d_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->first,
                     c->count);
}

MOTE_KERNEL(conv_2d_s16, MOTE_CONV_2D_S16_PARAMS, MOTE_CONV_2D_S16_ARGS);
