/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of statistics_f32 may rely on: statistics_f32.h. */
#include "statistics_f32.h"

static bool need_statistics_f32(const struct mote_statistics_f32 *p, uint32_t bytes[])
{
    uint32_t row = mote_bytes(p->len, p->channels, 4);

    bytes[0] = row > INT32_MAX ? UINT32_MAX : mote_bytes(p->rows, (int32_t)row, 1);
    row = mote_bytes(p->channels, MOTE_STATISTICS, 4);
    bytes[1] = row > INT32_MAX ? UINT32_MAX : mote_bytes(p->rows, (int32_t)row, 1);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(statistics_f32, MOTE_STATISTICS_F32_PARAMS, MOTE_STATISTICS_F32_ARGS);
