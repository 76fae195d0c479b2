/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of add_sub may rely on: add_sub.h. */
#include "add_sub.h"

#include "../shared/broadcast.h"

static bool need_add_sub(const struct mote_add_sub *p, uint32_t bytes[])
{
    int32_t size = mote_add_sub_size(p);

    bytes[0] = mote_bytes(p->a_ring, p->a_len, size);
    bytes[1] = mote_bytes(p->b_ring, p->b_len, size);
    bytes[2] = mote_bytes(p->rank, 3, 4);
    bytes[3] = mote_bytes(p->out_ring, p->out_len, size);
    bytes[4] = (uint32_t)p->rows;
    return size > 0 && p->lo <= p->hi && (size > 1 || (p->lo >= INT8_MIN && p->hi <= INT8_MAX)) &&
           bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

static bool trust_add_sub(const struct mote_add_sub *p, const struct mote_block args[])
{
    return mote_broadcast_trust(args[2].data, p->rank, p->a_len, p->b_len, p->out_len);
}

MOTE_KERNEL_TRUST(add_sub, MOTE_ADD_SUB_PARAMS, MOTE_ADD_SUB_ARGS);
