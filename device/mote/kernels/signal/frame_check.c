/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of frame may rely on: frame.h. */
#include "frame.h"

static bool need_frame(const struct mote_frame *p, uint32_t bytes[])
{
    uint32_t frame = mote_bytes(p->window, p->unit, 1);

    if (frame > INT32_MAX || (int64_t)p->batch * p->in_h > INT32_MAX || (int64_t)p->batch * p->out_h > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(p->in_ring, p->unit, 1);
    bytes[1] = mote_bytes(p->out_ring, (int32_t)frame, 1);
    bytes[2] = (uint32_t)(p->batch * p->out_h);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX &&
           (int64_t)p->skip + (int64_t)(p->out_h - 1) * p->stride + p->window <= p->in_h;
}

MOTE_KERNEL(frame, MOTE_FRAME_PARAMS, MOTE_FRAME_ARGS);
