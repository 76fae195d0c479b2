/* SPDX-License-Identifier: Apache-2.0 */
/* A convolution of floats whose weights are mote_weight, a few filters and pixels at a time; CONV_2D_PARAMS is the name
 * of its parameters. Four filters share each input element, and MOTE_DOT_PIXELS pixels that see the same columns share
 * each weight. Where dilation_w is 1 and there are no groups, the inner loop runs over a whole kernel row. */
#ifndef MOTE_CONV_2D_FILTERS_H
#define MOTE_CONV_2D_FILTERS_H

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

/* n filters, 1 or 4, from number o on, of pixels that see the same columns. */
static void filters_of_pixels(const struct CONV_2D_PARAMS *p, const float *const rows[], const struct mote_columns *c,
                              int32_t pixels,
                              MOTE_WEIGHTS(const MOTE_FLASH mote_weight *w, const MOTE_FLASH float *scales),
                              const MOTE_FLASH float *bias, float *out, int32_t o, int32_t n)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);
    struct block b = sum_block(p, rows, c, pixels, MOTE_WEIGHTS(w, scales), n);

    out += o;
    for (int32_t i = 0; i < n; i++, out++)
        for (int32_t k = 0; k < pixels; k++)
            out[k * p->out_c] = mote_clamp_f32(b.sum[4 * k + i] + bias[o + i], lo, hi);
}

/* Pixels that see the same columns as the one whose window begins at x, which they are, MOTE_DOT_PIXELS at most. */
static int32_t count_pixels(const struct CONV_2D_PARAMS *p, int32_t x, struct mote_columns c, int32_t left)
{
    int32_t n = 1;

    for (; n < MOTE_DOT_PIXELS && n < left; n++) {
        struct mote_columns next = mote_clip_columns(x + n * p->stride_w, p->kernel_w, p->dilation_w, p->in_w, p->in_c);

        if (next.from != c.from || next.to != c.to || next.at <= c.at)
            break;
    }
    return n;
}

#endif
