/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of gather may rely on: gather.h. */
#include "gather.h"

/* mote_bytes() says UINT32_MAX for what does not fit; no tensor is so large, but it may come in again as a factor. */
static uint32_t times(uint32_t a, int32_t b) { return a > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)a, b, 1); }

static bool need_gather(const struct mote_gather *p, uint32_t bytes[])
{
    uint32_t rows = mote_bytes(p->batches, p->outer, 1);

    bytes[0] = times(times(rows, p->length), p->chunk);
    bytes[1] = mote_bytes(p->batches, p->indices, 4);
    bytes[2] = times(times(rows, p->indices), p->chunk);
    bytes[3] = rows;
    return rows <= INT32_MAX && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX;
}

MOTE_KERNEL(gather, MOTE_GATHER_PARAMS, MOTE_GATHER_ARGS);
