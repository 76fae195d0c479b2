/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of gru_f32 may rely on: gru_f32.h. */
#include "gru_f32.h"

static bool need_gru_f32(const struct mote_gru_f32 *p, uint32_t bytes[])
{
    uint32_t rows = mote_bytes(p->batch, p->time, 1);

    bytes[0] = mote_bytes(p->in_ring, p->in_len, 4);
    bytes[1] = mote_bytes(p->units, p->in_len, 3 * 4);
    bytes[2] = mote_bytes(p->units, p->units, 3 * 4);
    bytes[3] = mote_bytes(p->units, 4 * 4, 1);
    bytes[4] = mote_bytes(p->batch, p->units, 4);
    bytes[5] = mote_bytes(p->units, 4, 1);
    bytes[6] = mote_bytes(p->out_ring, p->units, 4);
    bytes[7] = rows;
    return rows <= INT32_MAX && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX &&
           bytes[4] <= INT32_MAX && bytes[6] <= INT32_MAX;
}

MOTE_KERNEL(gru_f32, MOTE_GRU_F32_PARAMS, MOTE_GRU_F32_ARGS);
