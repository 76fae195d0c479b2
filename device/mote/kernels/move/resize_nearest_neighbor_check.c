/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of resize_nearest_neighbor may rely on: resize_nearest_neighbor.h. */
#include "resize_nearest_neighbor.h"

#include "../shared/rows.h"

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

static bool trust_resize_nearest_neighbor(const struct mote_resize_nearest_neighbor *p, const struct mote_block args[])
{
    return all_below(args[1].data, p->out_h, p->in_h) && all_below(args[2].data, p->out_w, p->in_w);
}

MOTE_KERNEL_TRUST(resize_nearest_neighbor, MOTE_RESIZE_NEAREST_NEIGHBOR_PARAMS, MOTE_RESIZE_NEAREST_NEIGHBOR_ARGS);
