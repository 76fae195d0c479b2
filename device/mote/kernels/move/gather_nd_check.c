/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of gather_nd may rely on: gather_nd.h. */
#include "gather_nd.h"

static bool need_gather_nd(const struct mote_gather_nd *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->length, p->chunk, 1);
    bytes[1] = mote_bytes(p->rows, p->depth, 4);
    bytes[2] = mote_bytes(p->depth, 4, 1);
    bytes[3] = mote_bytes(p->rows, p->chunk, 1);
    bytes[4] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

MOTE_KERNEL(gather_nd, MOTE_GATHER_ND_PARAMS, MOTE_GATHER_ND_ARGS);
