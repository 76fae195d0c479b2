/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of resize_bilinear_s16 may rely on: resize_bilinear_s16.h. */
#include "resize_bilinear_s16.h"

static bool need_resize_bilinear_s16(const struct mote_resize_bilinear_s16 *p, uint32_t bytes[])
{
    uint32_t in_row = mote_bytes(p->in_w, p->channels, 2), out_row = mote_bytes(p->out_w, p->channels, 2);

    if (in_row > INT32_MAX || out_row > INT32_MAX || (int64_t)p->batch * p->in_h > INT32_MAX ||
        (int64_t)p->batch * p->out_h > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(p->in_ring, (int32_t)in_row, 1);
    bytes[1] = mote_bytes(p->out_h, 3, 4);
    bytes[2] = mote_bytes(p->out_w, 3, 4);
    bytes[3] = mote_bytes(p->out_ring, (int32_t)out_row, 1);
    bytes[4] = (uint32_t)(p->batch * p->out_h);
    return bytes[0] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

static bool trust_resize_bilinear_s16(const struct mote_resize_bilinear_s16 *p, const struct mote_block args[])
{
    return mote_bilinear_trust(args[1].data, p->out_h, p->in_h, 0, 1024) &&
           mote_bilinear_trust(args[2].data, p->out_w, p->in_w, 0, 1024);
}

MOTE_KERNEL_TRUST(resize_bilinear_s16, MOTE_RESIZE_BILINEAR_S16_PARAMS, MOTE_RESIZE_BILINEAR_S16_ARGS);
