/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of pool_2d_s16 may rely on: pool_2d_s16.h. */
#include "pool_2d_s16.h"

#include "../shared/rows.h"
#include "../shared/windows.h"

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static bool need_pool_2d_s16(const struct mote_pool_2d_s16 *p, uint32_t bytes[])
{
    uint32_t in_row = mote_bytes(p->in_w, p->channels, 2), out_row = mote_bytes(p->out_w, p->channels, 2);

    if (in_row > INT32_MAX || out_row > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(p->in_ring, (int32_t)in_row, 1);
    bytes[1] = mote_bytes(p->out_ring, (int32_t)out_row, 1);
    bytes[2] = mote_bytes(p->batch, p->out_h, 1);
    if (p->average && smaller(p->kernel_h, p->in_h) * smaller(p->kernel_w, p->in_w) > MOTE_POOL_2D_S16_WINDOW_MAX)
        return false;
    return p->lo <= p->hi && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX &&
           mote_window_covers(p->in_h, p->out_h, p->kernel_h, p->stride_h, p->pad_top) &&
           mote_window_covers(p->in_w, p->out_w, p->kernel_w, p->stride_w, p->pad_left) &&
           mote_window_fits(p->batch, p->in_h, p->out_h, p->kernel_h, p->stride_h, 1) &&
           mote_window_fits(1, p->in_w, p->out_w, p->kernel_w, p->stride_w, 1);
}

MOTE_KERNEL(pool_2d_s16, MOTE_POOL_2D_S16_PARAMS, MOTE_POOL_2D_S16_ARGS);
