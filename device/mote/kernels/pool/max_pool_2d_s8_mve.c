/* SPDX-License-Identifier: Apache-2.0 */
/* max_pool_2d_s8 with vectors of sixteen channels. */
#include "../shared/hot.h"

#include "max_pool_2d_s8_mve.h"

#include "../shared/mve.h"
#include "pool_2d_s8_windows.h"

#if MOTE_MVE
static void pool(const struct mote_pool_window *w, int8_t *out)
{
    for (int32_t c = 0; c < w->p->channels; c += 16) {
        mve_pred16_t lanes = vctp8q((uint32_t)(w->p->channels - c));
        int8x16_t best = vdupq_n_s8((int8_t)w->p->lo);

        for (int32_t k = w->row, n = w->rows; n > 0; n--, k = mote_pool_next(w, k)) {
            const int8_t *at = mote_pool_row(w, k, c);

            for (int32_t j = w->columns; j > 0; j--, at += w->p->channels)
                best = vmaxq_s8(best, vldrbq_z_s8(at, lanes));
        }
        vstrbq_p_s8(out + c, vminq_s8(best, vdupq_n_s8((int8_t)w->p->hi)), lanes);
    }
}

MOTE_WEAK void mote_max_pool_2d_s8_mve(const struct mote_max_pool_2d_s8 *p, const int8_t *in, int8_t *out,
                                       int32_t first, int32_t count)
{
    const struct mote_pool_2d windows = MOTE_POOL_2D_OF(p);

    mote_pool_windows(pool, &windows, in, out, first, count);
}

static void run_max_pool_2d_s8_mve(const struct mote_call *c)
{
    mote_max_pool_2d_s8_mve(c->params, c->args[0], c->args[1], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(max_pool_2d_s8, mve, .run = MOTE_IF_MVE(run_max_pool_2d_s8_mve));
