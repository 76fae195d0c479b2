/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of fully_connected_rows_s8 may rely on: fully_connected_rows_s8.h. */
#include "fully_connected_rows_s8.h"

#include "../shared/requant.h"

static bool need_fully_connected_rows_s8(const struct mote_fully_connected_rows_s8 *p, uint32_t bytes[])
{
    uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1, len = mote_bytes(p->in_h, p->in_len, 1);

    bytes[0] = mote_bytes(p->in_ring, p->in_len, 1);
    bytes[1] = len <= INT32_MAX ? mote_bytes(p->out_c, (int32_t)len, 1) : UINT32_MAX;
    bytes[2] = mote_bytes(p->out_c, 4, 1);
    bytes[3] = mote_bytes((int32_t)channels, 4, 1);
    bytes[4] = channels;
    bytes[5] = mote_bytes(p->out_c / 4 + (p->out_c % 4 != 0), 16, 1);
    bytes[6] = (uint32_t)p->out_c;
    bytes[7] = mote_bytes(p->batch, p->in_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[5] <= INT32_MAX && bytes[7] <= INT32_MAX &&
           p->lo <= p->hi;
}

static bool trust_fully_connected_rows_s8(const struct mote_fully_connected_rows_s8 *p, const struct mote_block args[])
{
    return mote_shifts_in_range(args[4].data, p->per_channel ? p->out_c : 1);
}

MOTE_KERNEL_TRUST(fully_connected_rows_s8, MOTE_FULLY_CONNECTED_ROWS_S8_PARAMS, MOTE_FULLY_CONNECTED_ROWS_S8_ARGS);
