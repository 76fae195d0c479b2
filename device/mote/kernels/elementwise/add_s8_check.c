/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of add_s8 may rely on: add_s8.h. */
#include "add_s8.h"

#include "../shared/broadcast.h"

static bool need_add_s8(const struct mote_add_s8 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->a_ring, p->a_len, 1);
    bytes[1] = mote_bytes(p->b_ring, p->b_len, 1);
    bytes[2] = mote_bytes(p->rank, 3, 4);
    bytes[3] = mote_bytes(p->out_ring, p->out_len, 1);
    bytes[4] = (uint32_t)p->rows;
    return p->lo <= p->hi && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

static bool trust_add_s8(const struct mote_add_s8 *p, const struct mote_block args[])
{
    return mote_broadcast_trust(args[2].data, p->rank, p->a_len, p->b_len, p->out_len);
}

MOTE_KERNEL_TRUST(add_s8, MOTE_ADD_S8_PARAMS, MOTE_ADD_S8_ARGS);
