/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of compare may rely on: compare.h. */
#include "compare.h"

#include "../shared/broadcast.h"

static bool need_compare(const struct mote_compare *p, uint32_t bytes[])
{
    int32_t size = mote_compare_size(p->type);

    bytes[0] = mote_bytes(p->a_ring, p->a_len, size);
    bytes[1] = mote_bytes(p->b_ring, p->b_len, size);
    bytes[2] = mote_bytes(p->rank, 3, 4);
    bytes[3] = mote_bytes(p->out_ring, p->out_len, 1);
    bytes[4] = (uint32_t)p->rows;
    return size > 0 && (p->function < MOTE_COMPARE_AND || p->type == MOTE_ARG_BOOL) && bytes[0] <= INT32_MAX &&
           bytes[1] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

static bool trust_compare(const struct mote_compare *p, const struct mote_block args[])
{
    return mote_broadcast_trust(args[2].data, p->rank, p->a_len, p->b_len, p->out_len);
}

MOTE_KERNEL_TRUST(compare, MOTE_COMPARE_PARAMS, MOTE_COMPARE_ARGS);
