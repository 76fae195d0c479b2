/* SPDX-License-Identifier: Apache-2.0 */
/* A convolution of floats whose weights are mote_weight; CONV_2D is its name, CONV_2D_ROW that of its rows,
 * CONV_2D_PARAMS that of its parameters. Four filters share each input element, and MOTE_DOT_PIXELS pixels that
 * see the same columns share each weight. Where dilation_w is 1 and there are no groups, the inner loop runs over
 * a whole kernel row. */
#ifndef MOTE_CONV_2D_FLOATS_H
#define MOTE_CONV_2D_FLOATS_H

#include "../shared/rows.h"
#include "../shared/windows.h"

/* Sums of four filters, for each pixel. */
struct block {
    float sum[4 * MOTE_DOT_PIXELS];
};

/* Sums of n filters, 1 or 4, of the pixel that sees these columns from c->at on, and of those that see them a stride
 * later each. Not inlined, so that the sums and what is summed stay in registers. */
static __attribute__((noinline)) struct block
sum_block(const struct CONV_2D_PARAMS *p, const float *const rows[], const struct mote_columns *c, int32_t pixels,
          MOTE_WEIGHTS(const MOTE_FLASH mote_weight *w, const MOTE_FLASH float *scales), int32_t n)
{
    int32_t kernel_row = p->kernel_w * p->filter_c, filter = p->kernel_h * kernel_row;
    int32_t next = (int32_t)((uint32_t)p->stride_w * (uint32_t)p->in_c); /* of one pixel it may be anything */
    bool dense = p->dilation_w == 1 && p->filter_c == p->in_c;
    int32_t together = dense ? c->to - c->from : 1, len = together * p->filter_c;
    struct block b = {{0.0f}};

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = c->from; j < c->to && rows[k] != NULL; j += together) {
            const float *a = rows[k] + c->at + (j - c->from) * p->dilation_w * p->in_c;
            const MOTE_FLASH mote_weight *v = w + k * kernel_row + j * p->filter_c;

            if (n == 4)
                mote_dot_block(a, next, pixels, MOTE_WEIGHTS(v, scales), filter, len, b.sum);
            else
                for (int32_t i = 0; i < pixels; i++)
                    b.sum[4 * i] = mote_dot(a + i * next, MOTE_WEIGHTS(v, scales), len, b.sum[4 * i]);
        }
    return b;
}

/* All filters of pixels that see the same columns. */
static void filter_pixels(const struct CONV_2D_PARAMS *p, const float *const rows[], struct mote_columns c,
                          int32_t pixels, MOTE_WEIGHTS(const MOTE_FLASH mote_weight *w, const MOTE_FLASH float *scales),
                          const MOTE_FLASH float *bias, float *out)
{
    int32_t filter = p->kernel_h * p->kernel_w * p->filter_c, per_group = p->out_c / (p->in_c / p->filter_c);
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);

    for (int32_t o = 0, left = per_group, n; o < p->out_c; o += n, w += n * filter) {
        struct block b = sum_block(p, rows, &c, pixels, MOTE_WEIGHTS(w, scales + o), n = left < 4 ? 1 : 4);

        for (int32_t i = 0; i < n; i++, out++)
            for (int32_t k = 0; k < pixels; k++)
                out[k * p->out_c] = mote_clamp_f32(b.sum[4 * k + i] + bias[o + i], lo, hi);
        left -= n;
        if (left == 0) {
            left = per_group;
            c.at += p->filter_c;
        }
    }
}

MOTE_WEAK void CONV_2D_ROW(const struct CONV_2D_PARAMS *p, const float *const rows[],
                           MOTE_WEIGHTS(const MOTE_FLASH mote_weight *weights, const MOTE_FLASH float *scales),
                           const MOTE_FLASH float *bias, float *out)
{
    for (int32_t ox = 0, x = -p->pad_left, n; ox < p->out_w; ox += n, x += n * p->stride_w, out += n * p->out_c) {
        struct mote_columns c = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);
        int32_t most = p->out_w - ox < MOTE_DOT_PIXELS ? p->out_w - ox : MOTE_DOT_PIXELS;

        n = mote_alike_columns(x, p->stride_w, p->kernel_w, p->dilation_w, p->in_w, p->in_c, most);
        filter_pixels(p, rows, c, n, MOTE_WEIGHTS(weights, scales), bias, out);
    }
}

MOTE_WEAK void CONV_2D(const struct CONV_2D_PARAMS *p, const float *in,
                       MOTE_WEIGHTS(const MOTE_FLASH mote_weight *weights, const MOTE_FLASH float *scales),
                       const MOTE_FLASH float *bias, float *out, int32_t first, int32_t count)
{
    const float *rows[MOTE_KERNEL_ROWS_MAX];

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_f32(rows, p->kernel_h, in, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c, p->in_ring);
        CONV_2D_ROW(p, rows, MOTE_WEIGHTS(weights, scales), bias,
                    out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

#endif
