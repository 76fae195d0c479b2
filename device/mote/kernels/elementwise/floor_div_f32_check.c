/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of floor_div_f32 may rely on: floor_div_f32.h. */
#include "floor_div_f32.h"

#include "../shared/broadcast.h"

static bool need_floor_div_f32(const struct mote_floor_div_f32 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->a_ring, p->a_len, 4);
    bytes[1] = mote_bytes(p->b_ring, p->b_len, 4);
    bytes[2] = mote_bytes(p->rank, 3, 4);
    bytes[3] = mote_bytes(p->out_ring, p->out_len, 4);
    bytes[4] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

static bool trust_floor_div_f32(const struct mote_floor_div_f32 *p, const struct mote_block args[])
{
    return mote_broadcast_trust(args[2].data, p->rank, p->a_len, p->b_len, p->out_len);
}

MOTE_KERNEL_TRUST(floor_div_f32, MOTE_FLOOR_DIV_F32_PARAMS, MOTE_FLOOR_DIV_F32_ARGS);
