/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of average_pool_2d_u8 may rely on: average_pool_2d_u8.h. */
#include "average_pool_2d_u8.h"

#include "../shared/rows.h"
#include "../shared/windows.h"

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

static bool need_average_pool_2d_u8(const struct mote_average_pool_2d_u8 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->in_w, p->channels);
    bytes[1] = mote_bytes(p->out_ring, p->out_w, p->channels);
    bytes[2] = mote_bytes(p->batch, p->out_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && p->lo <= p->hi &&
           mote_window_covers(p->in_h, p->out_h, p->kernel_h, p->stride_h, p->pad_top) &&
           mote_window_covers(p->in_w, p->out_w, p->kernel_w, p->stride_w, p->pad_left) &&
           mote_bytes(smaller(p->kernel_h, p->in_h), smaller(p->kernel_w, p->in_w), 1) <=
               MOTE_AVERAGE_POOL_2D_U8_WINDOW_MAX &&
           mote_window_fits(p->batch, p->in_h, p->out_h, p->kernel_h, p->stride_h, 1) &&
           mote_window_fits(1, p->in_w, p->out_w, p->kernel_w, p->stride_w, 1);
}

MOTE_KERNEL(average_pool_2d_u8, MOTE_AVERAGE_POOL_2D_U8_PARAMS, MOTE_AVERAGE_POOL_2D_U8_ARGS);
