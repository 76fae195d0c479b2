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

static bool need_resize_nearest_neighbor(const struct mote_resize_nearest_neighbor *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->in_w, p->pixel);
    bytes[1] = (uint32_t)p->out_h * 2;
    bytes[2] = (uint32_t)p->out_w * 2;
    bytes[3] = mote_bytes(p->out_ring, p->out_w, p->pixel);
    bytes[4] = (uint32_t)p->batch * (uint32_t)p->out_h;
    return mote_window_fits(p->batch, p->in_h, p->out_h, 1, 1, 1);
}

static bool all_below(const uint16_t *index, int32_t n, int32_t limit)
{
    for (int32_t i = 0; i < n; i++)
        if (index[i] >= limit)
            return false;
    return true;
}

static bool trust_resize_nearest_neighbor(const struct mote_resize_nearest_neighbor *p, const void *const args[])
{
    return all_below(args[1], p->out_h, p->in_h) && all_below(args[2], p->out_w, p->in_w);
}

static void run_resize_nearest_neighbor(const struct mote_call *c)
{
    mote_resize_nearest_neighbor(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL(resize_nearest_neighbor, MOTE_RESIZE_NEAREST_NEIGHBOR_PARAMS, MOTE_RESIZE_NEAREST_NEIGHBOR_ARGS);
