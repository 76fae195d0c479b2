/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of mean_rows_f32 may rely on: mean_rows_f32.h. */
#include "mean_rows_f32.h"

static bool need_mean_rows_f32(const struct mote_mean_rows_f32 *p, uint32_t bytes[])
{
    uint32_t row = mote_bytes(p->in_w, p->channels, 4);

    bytes[0] = row <= INT32_MAX ? mote_bytes(p->in_ring, (int32_t)row, 1) : UINT32_MAX;
    bytes[1] = mote_bytes(p->channels, 4, 1);
    bytes[2] = mote_bytes(p->out_ring, p->channels, 4);
    bytes[3] = mote_bytes(p->batch, p->in_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

MOTE_KERNEL(mean_rows_f32, MOTE_MEAN_ROWS_F32_PARAMS, MOTE_MEAN_ROWS_F32_ARGS);
