/* SPDX-License-Identifier: Apache-2.0 */
/* average_pool_2d_s8 with vectors of eight sums of halfwords; their divisions are one by one. */
#include "../shared/hot.h"

#include "average_pool_2d_s8_mve.h"

#include "../shared/mve.h"
#include "pool_2d_s8_windows.h"

#if MOTE_MVE
static void mean_eight(const struct mote_pool_window *w, int32_t c, int32_t some, int8_t *out)
{
    mve_pred16_t lanes = vctp16q((uint32_t)some);
    int16x8_t sum = vdupq_n_s16(0);
    int16_t sums[8];

    for (int32_t k = w->row, n = w->rows; n > 0; n--, k = mote_pool_next(w, k)) {
        const int8_t *at = mote_pool_row(w, k, c);

        for (int32_t j = w->columns; j > 0; j--, at += w->p->channels)
            sum = vaddq_s16(sum, vldrbq_z_s16(at, lanes));
    }
    vstrhq_s16(sums, sum);
    for (int32_t i = 0; i < some; i++)
        out[i] = mote_pool_mean(w, sums[i]);
}

static void pool(const struct mote_pool_window *w, int8_t *out)
{
    int32_t channels = w->p->channels;
    bool is_short = mote_pool_is_short(w);

    for (int32_t c = 0; !is_short && c < channels; c++)
        out[c] = mote_pool_mean_of(w, c);
    for (int32_t c = 0; is_short && c < channels; c += 8)
        mean_eight(w, c, channels - c < 8 ? channels - c : 8, out + c);
}

MOTE_WEAK void mote_average_pool_2d_s8_mve(const struct mote_average_pool_2d_s8 *p, const int8_t *in, int8_t *out,
                                           int32_t first, int32_t count)
{
    const struct mote_pool_2d windows = MOTE_POOL_2D_OF(p);

    mote_pool_windows(pool, &windows, in, out, first, count);
}

static void run_average_pool_2d_s8_mve(const struct mote_call *c)
{
    mote_average_pool_2d_s8_mve(c->params, c->args[0], c->args[1], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(average_pool_2d_s8, mve, .run = MOTE_IF_MVE(run_average_pool_2d_s8_mve));
