/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of fully_connected_packed_s8 may rely on: fully_connected_packed_s8.h. */
#include "fully_connected_packed_s8.h"

#include "../shared/requant.h"

static bool need_fully_connected_packed_s8(const struct mote_fully_connected_packed_s8 *p, uint32_t bytes[])
{
    const int32_t channels = p->per_channel ? p->out_c : 1;

    if (!mote_packed_is_width(p->bits) || p->lo > p->hi)
        return false;
    bytes[0] = mote_bytes(p->rows, p->in_len, 1);
    bytes[1] = mote_bytes(p->out_c, mote_packed_bytes(p->in_len, p->bits), 1);
    bytes[2] = UINT32_C(1) << p->bits;
    bytes[3] = mote_bytes(p->out_c, p->bias_bytes, 1);
    bytes[4] = mote_bytes(channels, 4, 1);
    bytes[5] = (uint32_t)channels;
    bytes[6] = mote_bytes(p->rows, p->out_c, 1);
    bytes[7] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[3] <= INT32_MAX && bytes[4] <= INT32_MAX &&
           bytes[6] <= INT32_MAX;
}

static bool trust_fully_connected_packed_s8(const struct mote_fully_connected_packed_s8 *p,
                                            const struct mote_block args[])
{
    return mote_shifts_in_range(args[5].data, p->per_channel ? p->out_c : 1);
}

MOTE_KERNEL_TRUST(fully_connected_packed_s8, MOTE_FULLY_CONNECTED_PACKED_S8_PARAMS,
                  MOTE_FULLY_CONNECTED_PACKED_S8_ARGS);
