/* SPDX-License-Identifier: Apache-2.0 */
/* Portable nearest-neighbor resize: the definition of resize_nearest_neighbor.h. */
#include "resize_nearest_neighbor.h"

#include "../../memory.h"
#include "../shared/rows.h"

MOTE_WEAK void mote_resize_nearest_neighbor(const struct mote_resize_nearest_neighbor *p, const void *in,
                                            const MOTE_FLASH uint16_t *ys, const MOTE_FLASH uint16_t *xs, void *out,
                                            int32_t first, int32_t count)
{
    size_t pixel = (size_t)p->pixel, in_row = (size_t)p->in_w * pixel, out_row = (size_t)p->out_w * pixel;

    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int32_t image = r / p->out_h;
        int32_t row = mote_ring(image * p->in_h + ys[r % p->out_h], p->in_ring);
        const uint8_t *from = (const uint8_t *)in + (size_t)row * in_row;
        uint8_t *to = (uint8_t *)out + (size_t)mote_ring(r, p->out_ring) * out_row;

        for (int32_t x = 0; x < p->out_w; x++, to += pixel)
            memmove(to, from + xs[x] * pixel, pixel);
    }
}

static void run_resize_nearest_neighbor(const struct mote_call *c)
{
    mote_resize_nearest_neighbor(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(resize_nearest_neighbor, portable);
