/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float convolution: the definition of conv_2d_f32.h. Four filters share each input element. Where dilation_w
 * is 1 and there are no groups, the inner loop runs over a whole kernel row. */
#include "conv_2d_f32.h"

#include "../shared/floats.h"
#include "../shared/rows.h"
#include "../shared/windows.h"

/* Sums of n filters, 1 or 4, over the group of channels that begins at `group`. */
static void sum_filters(const struct mote_conv_2d_f32 *p, const float *const rows[], struct mote_columns c,
                        int32_t group, const MOTE_FLASH float *w, int32_t n, float sum[4])
{
    int32_t kernel_row = p->kernel_w * p->filter_c, filter = p->kernel_h * kernel_row;
    bool dense = p->dilation_w == 1 && p->filter_c == p->in_c;
    int32_t together = dense ? c.to - c.from : 1, len = together * p->filter_c;

    sum[0] = sum[1] = sum[2] = sum[3] = 0.0f;
    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = c.from; j < c.to && rows[k] != NULL; j += together) {
            const float *a = rows[k] + group + c.at + (j - c.from) * p->dilation_w * p->in_c;
            const MOTE_FLASH float *v = w + k * kernel_row + j * p->filter_c;

            if (n == 4)
                mote_dot_four_f32(a, v, filter, len, sum);
            else
                sum[0] = mote_dot_f32(a, v, len, sum[0]);
        }
}

MOTE_WEAK void mote_conv_2d_f32_row(const struct mote_conv_2d_f32 *p, const float *const rows[],
                                    const MOTE_FLASH float *weights, const MOTE_FLASH float *bias, float *out)
{
    int32_t filter = p->kernel_h * p->kernel_w * p->filter_c, per_group = p->out_c / (p->in_c / p->filter_c);
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w) {
        struct mote_columns c = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);

        for (int32_t o = 0, group = 0, left = per_group, n; o < p->out_c; o += n) {
            float sum[4];

            n = left < 4 ? 1 : 4;
            sum_filters(p, rows, c, group, weights + o * filter, n, sum);
            for (int32_t i = 0; i < n; i++)
                *out++ = mote_clamp_f32(sum[i] + bias[o + i], lo, hi);
            left -= n;
            if (left == 0) {
                left = per_group;
                group += p->filter_c;
            }
        }
    }
}

MOTE_WEAK void mote_conv_2d_f32(const struct mote_conv_2d_f32 *p, const float *in, const MOTE_FLASH float *weights,
                                const MOTE_FLASH float *bias, float *out, int32_t first, int32_t count)
{
    const float *rows[MOTE_KERNEL_ROWS_MAX];

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_f32(rows, p->kernel_h, in, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c, p->in_ring);
        mote_conv_2d_f32_row(p, rows, weights, bias, out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

static void run_conv_2d_f32(const struct mote_call *c)
{
    mote_conv_2d_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(conv_2d_f32, portable);
