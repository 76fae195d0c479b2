/* SPDX-License-Identifier: Apache-2.0 */
/* Portable requantization and clamp of int16: the definition of rescale_s16.h. */
#include "../shared/hot.h"

#include "rescale_s16.h"

#include "../shared/rows.h"

MOTE_WEAK void mote_rescale_s16(const struct mote_rescale_s16 *p, const int16_t *in, int16_t *out, int32_t first,
                                int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int16_t *from = in + mote_ring(r, p->in_ring) * p->len;
        int16_t *to = out + mote_ring(r, p->out_ring) * p->len;

        for (int32_t i = 0; i < p->len; i++)
            to[i] = (int16_t)mote_clamp(mote_requant(from[i], p->mult, p->shift), p->lo, p->hi);
    }
}

static void run_rescale_s16(const struct mote_call *c)
{
    mote_rescale_s16(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(rescale_s16, portable);
