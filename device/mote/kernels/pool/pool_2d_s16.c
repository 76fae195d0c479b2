/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int16 pooling: the definition of pool_2d_s16.h. Windows are cut to the image before the loops. */
#include "../shared/hot.h"

#include "pool_2d_s16.h"

#include "../shared/requant.h"
#include "../shared/rows.h"
#include "../shared/windows.h"

/* The sum or the greatest of channel 0 of a window, when `a` is its first column in row 0 of the ring. */
static int32_t gather(const struct mote_pool_2d_s16 *p, const int16_t *a, struct mote_span y, int32_t columns)
{
    int32_t sum = 0, greatest = INT16_MIN;

    for (int32_t k = y.from, n = y.count; n > 0; n--) {
        const int16_t *b = a + k * p->in_w * p->channels;

        for (int32_t j = 0; j < columns; j++) {
            int32_t value = b[j * p->channels];

            if (p->average)
                sum += value;
            else
                greatest = greatest < value ? value : greatest;
        }
        k = k + 1 < p->in_ring ? k + 1 : 0;
    }
    return p->average ? sum : greatest;
}

static void pool_row(const struct mote_pool_2d_s16 *p, const int16_t *in, struct mote_span y, int16_t *out)
{
    for (int32_t ox = 0; ox < p->out_w; ox++) {
        struct mote_span x = mote_window_cut(ox * p->stride_w - p->pad_left, p->kernel_w, p->in_w);
        int32_t n = p->average ? y.count * x.count : 1;

        for (int32_t c = 0; c < p->channels; c++) {
            int32_t value = gather(p, in + x.from * p->channels + c, y, x.count);

            value += value > 0 ? n / 2 : -(n / 2);
            *out++ = (int16_t)mote_clamp(value / n, p->lo, p->hi);
        }
    }
}

MOTE_WEAK void mote_pool_2d_s16(const struct mote_pool_2d_s16 *p, const int16_t *in, int16_t *out, int32_t first,
                                int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        struct mote_span y = mote_window_cut(r % p->out_h * p->stride_h - p->pad_top, p->kernel_h, p->in_h);

        y.from = mote_ring(r / p->out_h * p->in_h + y.from, p->in_ring);
        pool_row(p, in, y, out + mote_ring(r, p->out_ring) * p->out_w * p->channels);
    }
}

static void run_pool_2d_s16(const struct mote_call *c)
{
    mote_pool_2d_s16(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(pool_2d_s16, portable);
