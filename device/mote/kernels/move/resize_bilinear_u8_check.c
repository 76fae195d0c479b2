/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of resize_bilinear_u8 may rely on: resize_bilinear_u8.h. */
#include "resize_bilinear_u8.h"

static bool need_resize_bilinear_u8(const struct mote_resize_bilinear_u8 *p, uint32_t bytes[])
{
    uint32_t in_row = mote_bytes(p->in_w, p->channels, 1), out_row = mote_bytes(p->out_w, p->channels, 1);

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

/* Floats from -1 to 1, so that no sum is beyond an int32. */
static bool distances_trust(const int32_t *places, int32_t n)
{
    for (int32_t i = 0; i < n; i++, places += 3)
        if (((uint32_t)places[2] & INT32_MAX) > 0x3f800000)
            return false;
    return true;
}

static bool trust_resize_bilinear_u8(const struct mote_resize_bilinear_u8 *p, const struct mote_block args[])
{
    return mote_bilinear_trust(args[1].data, p->out_h, p->in_h, INT32_MIN, INT32_MAX) &&
           mote_bilinear_trust(args[2].data, p->out_w, p->in_w, INT32_MIN, INT32_MAX) &&
           distances_trust(args[1].data, p->out_h) && distances_trust(args[2].data, p->out_w);
}

MOTE_KERNEL_TRUST(resize_bilinear_u8, MOTE_RESIZE_BILINEAR_U8_PARAMS, MOTE_RESIZE_BILINEAR_U8_ARGS);
