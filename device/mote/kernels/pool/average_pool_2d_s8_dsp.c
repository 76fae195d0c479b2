/* SPDX-License-Identifier: Apache-2.0 */
/* average_pool_2d_s8 with sums of halfwords, two in a word: four channels of a pixel are a load and two additions that
 * widen. */
#include "../shared/hot.h"

#include "average_pool_2d_s8_dsp.h"

#include "../shared/dsp.h"
#include "pool_2d_s8_windows.h"

#if MOTE_DSP
static void mean_four(const struct mote_pool_window *w, int32_t c, int8_t *out)
{
    int32_t even = 0, odd = 0;

    for (int32_t k = w->row, n = w->rows; n > 0; n--, k = mote_pool_next(w, k)) {
        const int8_t *at = mote_pool_row(w, k, c);

        for (int32_t j = w->columns; j > 0; j--, at += w->p->channels) {
            uint32_t four = mote_four_of(at);

            even = mote_add_even_bytes(even, four);
            odd = mote_add_odd_bytes(odd, four);
        }
    }
    out[0] = mote_pool_mean(w, (int16_t)even);
    out[1] = mote_pool_mean(w, (int16_t)odd);
    out[2] = mote_pool_mean(w, even >> 16);
    out[3] = mote_pool_mean(w, odd >> 16);
}

/* The last four may be made twice in part. */
static void pool(const struct mote_pool_window *w, int8_t *out)
{
    int32_t channels = w->p->channels;
    bool by_four = channels >= 4 && mote_pool_is_short(w);

    for (int32_t c = 0; !by_four && c < channels; c++)
        out[c] = mote_pool_mean_of(w, c);
    for (int32_t c = 0; by_four && c < channels; c += 4) {
        int32_t from = c + 4 <= channels ? c : channels - 4;

        mean_four(w, from, out + from);
    }
}

MOTE_WEAK void mote_average_pool_2d_s8_dsp(const struct mote_average_pool_2d_s8 *p, const int8_t *in, int8_t *out,
                                           int32_t first, int32_t count)
{
    const struct mote_pool_2d windows = MOTE_POOL_2D_OF(p);

    mote_pool_windows(pool, &windows, in, out, first, count);
}

static void run_average_pool_2d_s8_dsp(const struct mote_call *c)
{
    mote_average_pool_2d_s8_dsp(c->params, c->args[0], c->args[1], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(average_pool_2d_s8, dsp, .run = MOTE_IF_DSP(run_average_pool_2d_s8_dsp));
