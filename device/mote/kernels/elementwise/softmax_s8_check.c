/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of softmax_s8 may rely on: softmax_s8.h. */
#include "softmax_s8.h"

static bool need_softmax_s8(const struct mote_softmax_s8 *p, uint32_t bytes[])
{
    uint32_t len = mote_bytes(p->groups, p->depth, 1);

    if (len > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(p->in_ring, p->groups, p->depth);
    bytes[1] = (uint32_t)p->n_table * 4;
    bytes[2] = mote_bytes(p->out_ring, (int32_t)len, 1);
    bytes[3] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[2] <= INT32_MAX;
}

static bool trust_softmax_s8(const struct mote_softmax_s8 *p, const struct mote_block args[])
{
    return mote_softmax_trust(args[1].data, p->n_table);
}

MOTE_KERNEL_TRUST(softmax_s8, MOTE_SOFTMAX_S8_PARAMS, MOTE_SOFTMAX_S8_ARGS);
