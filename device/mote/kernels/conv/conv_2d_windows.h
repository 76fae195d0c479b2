/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of output rows for convolutions of coded weights: their input rows are copied with what is outside the image,
 * so that offsets in a window are the same for all pixels. Who includes it has struct mote_conv_call, with at least the
 * members p, in, zeros, out, window, columns and inside (conv_2d_huffman_s8_filters.h), and calls the type of *p
 * MOTE_CONV_PARAMS. */
#ifndef MOTE_CONV_2D_WINDOWS_H
#define MOTE_CONV_2D_WINDOWS_H

#include "../../memory.h"
#include "../shared/rows.h"

/* Rows of pixels: `step` is from one pixel's inputs to the next one's, whose output is out_c further; `down` and
 * `out_down` from row to row. */
struct mote_pixels {
    const int8_t *in;
    int8_t *out;
    int32_t n, step, rows, down, out_down;
};

/* Row y of an image of the input, or zeros. */
static inline const int8_t *mote_conv_row(const struct mote_conv_call *c, int32_t image, int32_t y)
{
    const MOTE_CONV_PARAMS *p = c->p;

    return y < 0 || y >= p->in_h ? c->zeros : c->in + mote_ring(image * p->in_h + y, p->in_ring) * p->in_w * p->in_c;
}

/* The window of n output rows from `first` on, all of one image. */
static inline void mote_conv_fill(const struct mote_conv_call *c, int32_t first, int32_t n)
{
    const MOTE_CONV_PARAMS *p = c->p;
    const int32_t rows = (n - 1) * p->stride_h + (p->kernel_h - 1) * p->dilation_h + 1;
    const int32_t top = first % p->out_h * p->stride_h - p->pad_top;
    const int32_t before = p->pad_left < c->columns ? p->pad_left : c->columns;
    const int32_t rest = c->columns - before, inside = p->in_w < rest ? p->in_w : rest;
    int8_t *to = c->window;

    for (int32_t k = 0; k < rows; k++, to += c->columns * p->in_c) {
        const int8_t *row = mote_conv_row(c, first / p->out_h, top + k);

        memset(to, *c->zeros, (uint32_t)(before * p->in_c));
        memmove(to + before * p->in_c, row, (uint32_t)(inside * p->in_c));
        memset(to + (before + inside) * p->in_c, *c->zeros, (uint32_t)((rest - inside) * p->in_c));
    }
}

/* Row r of a block that begins with row `first`. */
static inline struct mote_pixels mote_conv_pixels(const struct mote_conv_call *c, int32_t first, int32_t r)
{
    const MOTE_CONV_PARAMS *p = c->p;
    /* Of one row, and `step` of one pixel, it may be anything. */
    const int32_t down = c->inside ? 0 : (int32_t)((uint32_t)p->stride_h * (uint32_t)(c->columns * p->in_c));

    return (struct mote_pixels){
        .in = c->inside ? mote_conv_row(c, r / p->out_h, r % p->out_h * p->stride_h - p->pad_top)
                        : c->window + (r - first) * down,
        .out = c->out + mote_ring(r, p->out_ring) * p->out_w * p->out_c,
        .n = p->out_w,
        .step = (int32_t)((uint32_t)p->stride_w * (uint32_t)p->in_c),
        .rows = 1,
        .down = down,
        .out_down = p->out_w * p->out_c,
    };
}

/* A block's n rows, where all are equally far apart; else no rows. What can be one long row is one. */
static inline struct mote_pixels mote_conv_join(const struct mote_conv_call *c, int32_t first, int32_t n)
{
    const MOTE_CONV_PARAMS *p = c->p;
    const bool flat = p->stride_h == 1 && p->stride_w == 1 && p->in_w == p->out_w && p->in_h == p->out_h &&
                      p->pad_top == 0 && mote_ring(first, p->in_ring) <= p->in_ring - n;
    struct mote_pixels x = mote_conv_pixels(c, first, first);

    if (mote_ring(first, p->out_ring) > p->out_ring - n || (c->inside && !flat)) {
        x.rows = 0;
    } else if (c->inside) {
        x.n *= n;
    } else if (x.n == 1) {
        x.n = n;
        x.step = x.down;
    } else {
        x.rows = n;
    }
    return x;
}

#endif
