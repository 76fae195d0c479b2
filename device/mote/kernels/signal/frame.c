/* SPDX-License-Identifier: Apache-2.0 */
/* Portable frames: the definition of frame.h. */
#include "frame.h"

#include "../../memory.h"
#include "../shared/rows.h"

MOTE_WEAK void mote_frame(const struct mote_frame *p, const void *in, void *out, int32_t first, int32_t count)
{
    size_t unit = (size_t)p->unit;

    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int32_t from = r / p->out_h * p->in_h + r % p->out_h * p->stride + p->skip;
        uint8_t *to = (uint8_t *)out + (size_t)mote_ring(r, p->out_ring) * (size_t)p->window * unit;

        /* No memcpy: in a strange image they may overlap. */
        for (int32_t i = from; i < from + p->window; i++, to += unit)
            memmove(to, (const uint8_t *)in + (size_t)mote_ring(i, p->in_ring) * unit, unit);
    }
}

static void run_frame(const struct mote_call *c) { mote_frame(c->params, c->args[0], c->args[1], c->first, c->count); }

MOTE_KERNEL_VERSION(frame, portable);
