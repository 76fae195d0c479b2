/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of svdf_s8 may rely on: svdf_s8.h. */
#include "svdf_s8.h"

static bool need_svdf_s8(const struct mote_svdf_s8 *p, uint32_t bytes[])
{
    uint32_t filters = mote_bytes(p->units, p->rank, 1);
    int32_t size = p->wide ? 2 : 1;

    if (filters > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(p->batch, p->inputs, 1);
    bytes[1] = mote_bytes((int32_t)filters, p->inputs, 1);
    bytes[2] = mote_bytes((int32_t)filters, p->memory, size);
    bytes[3] = (uint32_t)p->units * 4;
    bytes[4] = bytes[2] > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)bytes[2], p->batch, 1);
    bytes[5] = mote_bytes(p->batch, p->units, 1);
    bytes[6] = (uint32_t)p->batch;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[4] <= INT32_MAX && bytes[5] <= INT32_MAX &&
           (p->wide || (p->state_zero >= INT8_MIN && p->state_zero <= INT8_MAX));
}

MOTE_KERNEL(svdf_s8, MOTE_SVDF_S8_PARAMS, MOTE_SVDF_S8_ARGS);
