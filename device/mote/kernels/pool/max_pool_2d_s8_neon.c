/* SPDX-License-Identifier: Apache-2.0 */
/* max_pool_2d_s8 with vectors of sixteen channels, or of eight. */
#include "max_pool_2d_s8_neon.h"

#include "../shared/neon.h"
#include "pool_2d_s8_windows.h"

#if MOTE_NEON
/* n channels from c on, 16 or 8. */
MOTE_INLINE void pool_some(const struct mote_pool_window *w, int32_t c, int32_t n, int8_t *out)
{
    int8x16_t best = vdupq_n_s8((int8_t)w->p->lo);

    for (int32_t k = w->row, rows = w->rows; rows > 0; rows--, k = mote_pool_next(w, k)) {
        const int8_t *at = mote_pool_row(w, k, c);

        for (int32_t j = w->columns; j > 0; j--, at += w->p->channels)
            best = vmaxq_s8(best, n == 16 ? vld1q_s8(at) : vcombine_s8(vld1_s8(at), vld1_s8(at)));
    }
    best = vminq_s8(best, vdupq_n_s8((int8_t)w->p->hi));
    if (n == 16)
        vst1q_s8(out + c, best);
    else
        vst1_s8(out + c, vget_low_s8(best));
}

/* The last ones may be made twice in part. */
static void pool(const struct mote_pool_window *w, int8_t *out)
{
    int32_t c = 0, channels = w->p->channels;

    for (; c + 16 <= channels; c += 16)
        pool_some(w, c, 16, out);
    for (; channels >= 8 && c < channels; c += 8)
        pool_some(w, c + 8 <= channels ? c : channels - 8, 8, out);
    for (; c < channels; c++)
        out[c] = mote_pool_greatest(w, c);
}

MOTE_WEAK void mote_max_pool_2d_s8_neon(const struct mote_max_pool_2d_s8 *p, const int8_t *in, int8_t *out,
                                        int32_t first, int32_t count)
{
    const struct mote_pool_2d windows = MOTE_POOL_2D_OF(p);

    mote_pool_windows(pool, &windows, in, out, first, count);
}

static void run_max_pool_2d_s8_neon(const struct mote_call *c)
{
    mote_max_pool_2d_s8_neon(c->params, c->args[0], c->args[1], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(max_pool_2d_s8, neon, .run = MOTE_IF_NEON(run_max_pool_2d_s8_neon));
