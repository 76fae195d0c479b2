/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of recurrent_f32 may rely on: recurrent_f32.h. */
#include "recurrent_f32.h"

static bool need_recurrent_f32(const struct mote_recurrent_f32 *p, uint32_t bytes[])
{
    const int32_t gates = p->lstm ? 4 : 1;
    uint32_t rows = mote_bytes(p->batch, p->time, 1);

    bytes[0] = mote_bytes(p->in_ring, p->in_len, 4);
    bytes[1] = mote_bytes(p->units, p->in_len, gates * 4);
    bytes[2] = mote_bytes(p->units, p->units, gates * 4);
    bytes[3] = mote_bytes(p->units, gates * 4, 1);
    bytes[4] = p->peephole ? mote_bytes(p->units, 3 * 4, 1) : bytes[3];
    bytes[5] = mote_bytes(p->batch, p->units, 4);
    bytes[6] = bytes[5];
    bytes[7] = mote_bytes(p->out_ring, p->units, 4);
    bytes[8] = rows;
    return rows <= INT32_MAX && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX &&
           bytes[5] <= INT32_MAX && bytes[7] <= INT32_MAX;
}

MOTE_KERNEL(recurrent_f32, MOTE_RECURRENT_F32_PARAMS, MOTE_RECURRENT_F32_ARGS);
