/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel window over an image, cut to it: what convolutions and pools share. */
#ifndef MOTE_WINDOWS_H
#define MOTE_WINDOWS_H

#include <stdbool.h>
#include <stdint.h>

struct mote_span {
    int32_t from, count;
};

/* The part of start … start + size - 1 that lies in 0 … limit - 1. */
static inline struct mote_span mote_window_cut(int32_t start, int32_t size, int32_t limit)
{
    int32_t from = start < 0 ? 0 : start;
    int32_t to = start + size < limit ? start + size : limit;

    return (struct mote_span){from, to - from};
}

/* For need functions: no window is empty, neither the first nor the last. */
static inline bool mote_window_covers(int32_t in, int32_t out, int32_t kernel, int32_t stride, int32_t pad)
{
    return pad < kernel && (int64_t)(out - 1) * stride - pad < in;
}

/* The kernel columns from <= k < to that are inside the image, and the first one's offset in a row. */
struct mote_columns {
    int32_t from, to, at;
};

/* A kernel of n columns, `step` apart, whose first is at x. */
static inline struct mote_columns mote_clip_columns(int32_t x, int32_t n, int32_t step, int32_t in_w, int32_t in_c)
{
    struct mote_columns c = {0, n, 0};

    if (x < 0)
        c.from = (-x + step - 1) / step;
    if (x + (n - 1) * step >= in_w)
        c.to = x < in_w ? (in_w - x + step - 1) / step : 0;
    if (c.from >= c.to)
        c.from = c.to = 0;
    else
        c.at = (x + c.from * step) * in_c;
    return c;
}

/* How many kernels, `stride` apart and `most` at most, see the same columns as the one whose first is at x, which
 * counts. */
static inline int32_t mote_alike_columns(int32_t x, int32_t stride, int32_t n, int32_t step, int32_t in_w, int32_t in_c,
                                         int32_t most)
{
    const struct mote_columns c = mote_clip_columns(x, n, step, in_w, in_c);
    int32_t alike = 1;

    for (; alike < most; alike++) {
        struct mote_columns next = mote_clip_columns(x + alike * stride, n, step, in_w, in_c);

        if (next.from != c.from || next.to != c.to || next.at <= c.at)
            break;
    }
    return alike;
}

#endif
