/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of select may rely on: select.h. */
#include "select.h"

static bool need_select(const struct mote_select *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->condition_ring, p->condition_len, 1);
    bytes[1] = mote_bytes(p->a_ring, p->a_len, p->size);
    bytes[2] = mote_bytes(p->b_ring, p->b_len, p->size);
    bytes[3] = mote_bytes(p->rank, 4, 4);
    bytes[4] = mote_bytes(p->out_ring, p->out_len, p->size);
    bytes[5] = (uint32_t)p->rows;
    return (p->size & (p->size - 1)) == 0 && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX &&
           bytes[4] <= INT32_MAX;
}

static bool trust_select(const struct mote_select *p, const struct mote_block args[])
{
    const int32_t *shape = args[3].data;

    return mote_strides_product(shape, p->rank, 4) == p->out_len &&
           mote_strides_reach(shape, p->rank, 4, 1, p->condition_len) &&
           mote_strides_reach(shape, p->rank, 4, 2, p->a_len) && mote_strides_reach(shape, p->rank, 4, 3, p->b_len);
}

MOTE_KERNEL_TRUST(select, MOTE_SELECT_PARAMS, MOTE_SELECT_ARGS);
