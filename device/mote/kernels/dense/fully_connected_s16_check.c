/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of fully_connected_s16 may rely on: fully_connected_s16.h. */
#include "fully_connected_s16.h"

#include "../shared/wide.h"

static bool need_fully_connected_s16(const struct mote_fully_connected_s16 *p, uint32_t bytes[])
{
    uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1;

    bytes[0] = mote_bytes(p->rows, p->in_len, 2);
    bytes[1] = mote_bytes(p->out_c, p->in_len, 1);
    bytes[2] = mote_bytes(p->out_c, 8, 1);
    bytes[3] = mote_bytes((int32_t)channels, 4, 1);
    bytes[4] = channels;
    bytes[5] = mote_bytes(p->rows, p->out_c, 2);
    bytes[6] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX && bytes[5] <= INT32_MAX &&
           p->lo <= p->hi;
}

static bool trust_fully_connected_s16(const struct mote_fully_connected_s16 *p, const struct mote_block args[])
{
    return mote_wide_shifts(args[4].data, p->per_channel ? p->out_c : 1, p->wide);
}

MOTE_KERNEL_TRUST(fully_connected_s16, MOTE_FULLY_CONNECTED_S16_PARAMS, MOTE_FULLY_CONNECTED_S16_ARGS);
