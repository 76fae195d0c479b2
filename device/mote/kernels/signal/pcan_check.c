/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of pcan may rely on: pcan.h. */
#include "pcan.h"

static bool need_pcan(const struct mote_pcan *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 4);
    bytes[1] = mote_bytes(p->noise_ring, p->len, 4);
    bytes[2] = MOTE_PCAN_GAINS * 2;
    bytes[3] = mote_bytes(p->out_ring, p->len, 4);
    bytes[4] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

MOTE_KERNEL(pcan, MOTE_PCAN_PARAMS, MOTE_PCAN_ARGS);
