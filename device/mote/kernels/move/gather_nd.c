/* SPDX-License-Identifier: Apache-2.0 */
/* Portable gathering by several indices: the definition of gather_nd.h. */
#include "gather_nd.h"

#include "../../memory.h"

static int32_t place(const int32_t *index, const MOTE_FLASH int32_t *steps, int32_t depth, int32_t length)
{
    uint32_t sum = 0;
    int32_t at;

    for (int32_t d = 0; d < depth; d++)
        sum += (uint32_t)index[d] * (uint32_t)steps[d];
    at = (int32_t)sum;
    return at < 0 ? 0 : at >= length ? length - 1 : at;
}

MOTE_WEAK void mote_gather_nd(const struct mote_gather_nd *p, const void *in, const int32_t *indices,
                              const MOTE_FLASH int32_t *steps, void *out, int32_t first, int32_t count)
{
    size_t chunk = (size_t)p->chunk;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        memmove((uint8_t *)out + (size_t)r * chunk,
                (const uint8_t *)in + (size_t)place(indices + r * p->depth, steps, p->depth, p->length) * chunk, chunk);
}

static void run_gather_nd(const struct mote_call *c)
{
    mote_gather_nd(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(gather_nd, portable);
