/* SPDX-License-Identifier: Apache-2.0 */
/* max_pool_2d_s8 with four channels in a word: what is greater is selected. */
#include "../shared/hot.h"

#include "max_pool_2d_s8_dsp.h"

#include "../shared/dsp.h"
#include "pool_2d_s8_windows.h"

#if MOTE_DSP
static uint32_t greatest_four(const struct mote_pool_window *w, int32_t c)
{
    uint32_t best = mote_four_times(INT8_MIN);

    for (int32_t k = w->row, n = w->rows; n > 0; n--, k = mote_pool_next(w, k)) {
        const int8_t *at = mote_pool_row(w, k, c);

        for (int32_t j = w->columns; j > 0; j--, at += w->p->channels)
            best = mote_greater_bytes(best, mote_four_of(at));
    }
    return mote_smaller_bytes(mote_greater_bytes(best, mote_four_times(w->p->lo)), mote_four_times(w->p->hi));
}

/* The last four may be made twice in part. */
static void pool(const struct mote_pool_window *w, int8_t *out)
{
    int32_t channels = w->p->channels;

    for (int32_t c = 0; channels < 4 && c < channels; c++)
        out[c] = mote_pool_greatest(w, c);
    for (int32_t c = 0; channels >= 4 && c < channels; c += 4) {
        int32_t from = c + 4 <= channels ? c : channels - 4;

        mote_put_four(greatest_four(w, from), out + from);
    }
}

MOTE_WEAK void mote_max_pool_2d_s8_dsp(const struct mote_max_pool_2d_s8 *p, const int8_t *in, int8_t *out,
                                       int32_t first, int32_t count)
{
    const struct mote_pool_2d windows = MOTE_POOL_2D_OF(p);

    mote_pool_windows(pool, &windows, in, out, first, count);
}

static void run_max_pool_2d_s8_dsp(const struct mote_call *c)
{
    mote_max_pool_2d_s8_dsp(c->params, c->args[0], c->args[1], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(max_pool_2d_s8, dsp, .run = MOTE_IF_DSP(run_max_pool_2d_s8_dsp));
