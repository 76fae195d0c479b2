/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 average pooling: the definition of average_pool_2d_s8.h. Windows are cut to the image before the loops.
 */
#include "../shared/hot.h"

#include "average_pool_2d_s8.h"

#include "../shared/requant.h"
#include "../shared/rows.h"

struct span {
    int32_t from, count;
};

/* The part of start … start + size - 1 that lies in 0 … limit - 1. */
static struct span cut(int32_t start, int32_t size, int32_t limit)
{
    int32_t from = start < 0 ? 0 : start;
    int32_t to = start + size < limit ? start + size : limit;

    return (struct span){from, to - from};
}

/* The sum of channel 0 of a window, when `a` is its first column in row 0 of the ring. */
static int32_t sum_window(const struct mote_average_pool_2d_s8 *p, const int8_t *a, struct span y, int32_t columns)
{
    int32_t sum = 0;

    for (int32_t k = y.from, n = y.count; n > 0; n--) {
        const int8_t *b = a + k * p->in_w * p->channels;

        for (int32_t j = columns; j > 0; j--, b += p->channels)
            sum += *b;
        k = k + 1 < p->in_ring ? k + 1 : 0;
    }
    return sum;
}

static void pool_row(const struct mote_average_pool_2d_s8 *p, const int8_t *in, struct span y, int8_t *out)
{
    for (int32_t ox = 0; ox < p->out_w; ox++) {
        struct span x = cut(ox * p->stride_w - p->pad_left, p->kernel_w, p->in_w);
        int32_t n = y.count * x.count;

        for (int32_t c = 0; c < p->channels; c++) {
            int32_t sum = sum_window(p, in + x.from * p->channels + c, y, x.count);

            sum += sum > 0 ? n / 2 : -(n / 2);
            *out++ = (int8_t)mote_clamp(sum / n, p->lo, p->hi);
        }
    }
}

MOTE_WEAK void mote_average_pool_2d_s8(const struct mote_average_pool_2d_s8 *p, const int8_t *in, int8_t *out,
                                       int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        struct span y = cut(r % p->out_h * p->stride_h - p->pad_top, p->kernel_h, p->in_h);

        y.from = mote_ring(r / p->out_h * p->in_h + y.from, p->in_ring);
        pool_row(p, in, y, out + mote_ring(r, p->out_ring) * p->out_w * p->channels);
    }
}

static void run_average_pool_2d_s8(const struct mote_call *c)
{
    mote_average_pool_2d_s8(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(average_pool_2d_s8, portable);
