/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 maximum pooling: the definition of max_pool_2d_s8.h. Windows are cut to the image before the loops. */
#include "../shared/hot.h"

#include "max_pool_2d_s8.h"

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

/* The greatest of channel 0 of a window, when `a` is its first column in row 0 of the ring. */
static int32_t greatest(const struct mote_max_pool_2d_s8 *p, const int8_t *a, struct span y, int32_t columns)
{
    int32_t best = INT8_MIN;

    for (int32_t k = y.from, n = y.count; n > 0; n--) {
        const int8_t *b = a + k * p->in_w * p->channels;

        for (int32_t j = columns; j > 0; j--, b += p->channels)
            best = *b > best ? *b : best;
        k = k + 1 < p->in_ring ? k + 1 : 0;
    }
    return best;
}

static void pool_row(const struct mote_max_pool_2d_s8 *p, const int8_t *in, struct span y, int8_t *out)
{
    for (int32_t ox = 0; ox < p->out_w; ox++) {
        struct span x = cut(ox * p->stride_w - p->pad_left, p->kernel_w, p->in_w);

        for (int32_t c = 0; c < p->channels; c++) {
            int32_t best = greatest(p, in + x.from * p->channels + c, y, x.count);

            *out++ = (int8_t)mote_clamp(best, p->lo, p->hi);
        }
    }
}

MOTE_WEAK void mote_max_pool_2d_s8(const struct mote_max_pool_2d_s8 *p, const int8_t *in, int8_t *out, int32_t first,
                                   int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        struct span y = cut(r % p->out_h * p->stride_h - p->pad_top, p->kernel_h, p->in_h);

        y.from = mote_ring(r / p->out_h * p->in_h + y.from, p->in_ring);
        pool_row(p, in, y, out + mote_ring(r, p->out_ring) * p->out_w * p->channels);
    }
}

static void run_max_pool_2d_s8(const struct mote_call *c)
{
    mote_max_pool_2d_s8(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(max_pool_2d_s8, portable);
