/* SPDX-License-Identifier: Apache-2.0 */
/* Portable gathering: the definition of gather.h. */
#include "gather.h"

#include "../../memory.h"

static int32_t nearest(int32_t index, int32_t length) { return index < 0 ? 0 : index >= length ? length - 1 : index; }

MOTE_WEAK void mote_gather(const struct mote_gather *p, const void *in, const int32_t *indices, void *out,
                           int32_t first, int32_t count)
{
    size_t chunk = (size_t)p->chunk, in_row = (size_t)p->length * chunk;
    uint8_t *to = (uint8_t *)out + (size_t)first * (size_t)p->indices * chunk;

    mote_assert(first >= 0 && first + count <= p->batches * p->outer);
    for (int32_t r = first; r < first + count; r++) {
        const uint8_t *from = (const uint8_t *)in + (size_t)r * in_row;
        const int32_t *index = indices + r / p->outer * p->indices;

        for (int32_t i = 0; i < p->indices; i++, to += chunk)
            memmove(to, from + (size_t)nearest(index[i], p->length) * chunk, chunk);
    }
}

static void run_gather(const struct mote_call *c)
{
    mote_gather(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(gather, portable);
