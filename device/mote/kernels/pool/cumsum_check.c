/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of cumsum may rely on: cumsum.h. */
#include "cumsum.h"

static bool need_cumsum(const struct mote_cumsum *p, uint32_t bytes[])
{
    uint32_t row = mote_bytes(p->len, p->inner, p->type == MOTE_ARG_S8 ? 1 : 4);

    bytes[0] = bytes[1] = row > INT32_MAX ? UINT32_MAX : mote_bytes(p->rows, (int32_t)row, 1);
    bytes[2] = (uint32_t)p->rows;
    return (p->type == MOTE_ARG_S8 || p->type == MOTE_ARG_F32) && bytes[0] <= INT32_MAX;
}

MOTE_KERNEL(cumsum, MOTE_CUMSUM_PARAMS, MOTE_CUMSUM_ARGS);
