/* SPDX-License-Identifier: Apache-2.0 */
/* Portable windows: the definition of window_s16.h. */
#include "../shared/hot.h"

#include "window_s16.h"

#include "../shared/rows.h"

static inline int16_t saturated(int32_t x)
{
    return x < INT16_MIN ? INT16_MIN : x > INT16_MAX ? INT16_MAX : (int16_t)x;
}

MOTE_WEAK void mote_window_s16(const struct mote_window_s16 *p, const int16_t *in, const MOTE_FLASH int16_t *window,
                               int16_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int16_t *from = in + mote_ring(r, p->in_ring) * p->len;
        int16_t *to = out + mote_ring(r, p->out_ring) * p->len;

        for (int32_t i = 0; i < p->len; i++)
            to[i] = saturated((int32_t)from[i] * window[i] >> p->down);
    }
}

static void run_window_s16(const struct mote_call *c)
{
    mote_window_s16(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(window_s16, portable);
