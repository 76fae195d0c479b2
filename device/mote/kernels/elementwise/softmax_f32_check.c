/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of softmax_f32 may rely on: softmax_f32.h. */
#include "softmax_f32.h"

static bool need_softmax_f32(const struct mote_softmax_f32 *p, uint32_t bytes[])
{
    uint32_t len = mote_bytes(p->groups, p->depth, 4);

    if (len > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(p->in_ring, (int32_t)len, 1);
    bytes[1] = mote_bytes(p->out_ring, (int32_t)len, 1);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(softmax_f32, MOTE_SOFTMAX_F32_PARAMS, MOTE_SOFTMAX_F32_ARGS);
