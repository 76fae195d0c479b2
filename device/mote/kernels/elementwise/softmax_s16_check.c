/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of softmax_s16 may rely on: softmax_s16.h. */
#include "softmax_s16.h"

static bool need_softmax_s16(const struct mote_softmax_s16 *p, uint32_t bytes[])
{
    uint32_t len = mote_bytes(p->groups, p->depth, 2);

    if (len > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(p->in_ring, (int32_t)len, 1);
    bytes[1] = bytes[2] = MOTE_LOOKUP_S16 * 2;
    bytes[3] = mote_bytes(p->out_ring, (int32_t)len, 1);
    bytes[4] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

MOTE_KERNEL(softmax_s16, MOTE_SOFTMAX_S16_PARAMS, MOTE_SOFTMAX_S16_ARGS);
