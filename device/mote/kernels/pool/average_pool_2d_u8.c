/* SPDX-License-Identifier: Apache-2.0 */
/* Portable average pooling of bytes that stand for uint8: the definition of average_pool_2d_u8.h. */
#include "../shared/hot.h"

#include "average_pool_2d_u8.h"

#include "pool_2d_s8_windows.h"

/* All channels of a window: sums as of uint8, so that a division rounds down. */
static void pool_one(const struct mote_pool_window *w, int8_t *out)
{
    int32_t n = w->rows * w->columns;

    for (int32_t c = 0; c < w->p->channels; c++) {
        int32_t sum = n * 128;

        for (int32_t k = w->row, rows = w->rows; rows > 0; rows--, k = mote_pool_next(w, k)) {
            const int8_t *at = mote_pool_row(w, k, c);

            for (int32_t j = w->columns; j > 0; j--, at += w->p->channels)
                sum += *at;
        }
        out[c] = (int8_t)mote_clamp((sum + n / 2) / n - 128, w->p->lo, w->p->hi);
    }
}

MOTE_WEAK void mote_average_pool_2d_u8(const struct mote_average_pool_2d_u8 *p, const int8_t *in, int8_t *out,
                                       int32_t first, int32_t count)
{
    const struct mote_pool_2d pool = MOTE_POOL_2D_OF(p);

    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    mote_pool_windows(pool_one, &pool, in, out, first, count);
}

static void run_average_pool_2d_u8(const struct mote_call *c)
{
    mote_average_pool_2d_u8(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(average_pool_2d_u8, portable);
