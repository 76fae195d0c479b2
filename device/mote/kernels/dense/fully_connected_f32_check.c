/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of fully_connected_f32 may rely on: fully_connected_f32.h. */
#include "fully_connected_f32.h"

static bool need_fully_connected_f32(const struct mote_fully_connected_f32 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->rows, p->in_len, 4);
    bytes[1] = mote_bytes(p->out_c, p->in_len, 4);
    bytes[2] = mote_bytes(p->out_c, 4, 1);
    bytes[3] = mote_bytes(p->rows, p->out_c, 4);
    bytes[4] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

MOTE_KERNEL(fully_connected_f32, MOTE_FULLY_CONNECTED_F32_PARAMS, MOTE_FULLY_CONNECTED_F32_ARGS);
