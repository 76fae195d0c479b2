/* SPDX-License-Identifier: Apache-2.0 */
/* The windows of a pool over int8, cut to the image, one after the other: for versions, each of which has a function
 * that makes one window's outputs. */
#ifndef MOTE_POOL_2D_S8_WINDOWS_H
#define MOTE_POOL_2D_S8_WINDOWS_H

#include "../shared/requant.h"
#include "../shared/rows.h"
#include "../shared/windows.h"

struct mote_pool_2d {
    int32_t in_h, in_w, channels, in_ring, out_h, out_w, out_ring, kernel_h, kernel_w, stride_h, stride_w, pad_top,
        pad_left, lo, hi;
};

/* The same fields of a kernel's parameters. */
#define MOTE_POOL_2D_OF(p)                                                                                             \
    {                                                                                                                  \
        (p)->in_h, (p)->in_w, (p)->channels, (p)->in_ring, (p)->out_h, (p)->out_w, (p)->out_ring, (p)->kernel_h,       \
            (p)->kernel_w, (p)->stride_h, (p)->stride_w, (p)->pad_top, (p)->pad_left, (p)->lo, (p)->hi                 \
    }

struct mote_pool_window {
    const struct mote_pool_2d *p;
    const int8_t *in;  /* its first column, in row 0 of the ring */
    int32_t row, rows; /* from this position in the ring on */
    int32_t columns;
};

/* Of its channels from c on, in the row at position `row`. */
static inline const int8_t *mote_pool_row(const struct mote_pool_window *w, int32_t row, int32_t c)
{
    return w->in + row * w->p->in_w * w->p->channels + c;
}

static inline int32_t mote_pool_next(const struct mote_pool_window *w, int32_t row)
{
    return row + 1 < w->p->in_ring ? row + 1 : 0;
}

/* Makes one output of each channel. */
typedef void mote_pool_one(const struct mote_pool_window *w, int8_t *out);

static inline void mote_pool_windows(mote_pool_one *one, const struct mote_pool_2d *p, const int8_t *in, int8_t *out,
                                     int32_t first, int32_t count)
{
    for (int32_t r = first; r < first + count; r++) {
        struct mote_span y = mote_window_cut(r % p->out_h * p->stride_h - p->pad_top, p->kernel_h, p->in_h);
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->channels;

        for (int32_t ox = 0; ox < p->out_w; ox++, to += p->channels) {
            struct mote_span x = mote_window_cut(ox * p->stride_w - p->pad_left, p->kernel_w, p->in_w);
            struct mote_pool_window w = {.p = p,
                                         .in = in + x.from * p->channels,
                                         .row = mote_ring(r / p->out_h * p->in_h + y.from, p->in_ring),
                                         .rows = y.count,
                                         .columns = x.count};

            one(&w, to);
        }
    }
}

/* Of one channel. */
static inline int8_t mote_pool_greatest(const struct mote_pool_window *w, int32_t c)
{
    int32_t best = INT8_MIN;

    for (int32_t k = w->row, n = w->rows; n > 0; n--, k = mote_pool_next(w, k)) {
        const int8_t *at = mote_pool_row(w, k, c);

        for (int32_t j = w->columns; j > 0; j--, at += w->p->channels)
            best = *at > best ? *at : best;
    }
    return (int8_t)mote_clamp(best, w->p->lo, w->p->hi);
}

static inline int8_t mote_pool_mean(const struct mote_pool_window *w, int32_t sum)
{
    int32_t n = w->rows * w->columns;

    sum += sum > 0 ? n / 2 : -(n / 2);
    return (int8_t)mote_clamp(sum / n, w->p->lo, w->p->hi);
}

/* A quotient of floats, cut, is a mean's: a number below an integer is so by 2^-15 or more. */
static inline bool mote_pool_divides_as_float(const struct mote_pool_window *w)
{
    return (int64_t)w->rows * w->columns <= INT32_C(1) << 15;
}

/* Sums of 16 bits have room. */
static inline bool mote_pool_is_short(const struct mote_pool_window *w) { return w->rows * w->columns <= 256; }

/* Of one channel, whatever the window. */
static inline int8_t mote_pool_mean_of(const struct mote_pool_window *w, int32_t c)
{
    int32_t sum = 0;

    for (int32_t k = w->row, n = w->rows; n > 0; n--, k = mote_pool_next(w, k)) {
        const int8_t *at = mote_pool_row(w, k, c);

        for (int32_t j = w->columns; j > 0; j--, at += w->p->channels)
            sum += *at;
    }
    return mote_pool_mean(w, sum);
}

#endif
