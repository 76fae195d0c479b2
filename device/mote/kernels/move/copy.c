/* SPDX-License-Identifier: Apache-2.0 */
/* Portable copy: the definition of copy.h. */
#include "copy.h"

#include "../../memory.h"
#include "../shared/rows.h"

MOTE_WEAK void mote_copy(const struct mote_copy *p, const void *in, void *out, int32_t first, int32_t count)
{
    size_t bytes = (size_t)p->row_bytes;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        memmove((uint8_t *)out + (size_t)mote_ring(r, p->out_ring) * bytes,
                (const uint8_t *)in + (size_t)mote_ring(r, p->in_ring) * bytes, bytes);
}

static void run_copy(const struct mote_call *c) { mote_copy(c->params, c->args[0], c->args[1], c->first, c->count); }

MOTE_KERNEL_VERSION(copy, portable);
