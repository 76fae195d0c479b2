/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of rescale_s16 may rely on: rescale_s16.h. */
#include "rescale_s16.h"

static bool need_rescale_s16(const struct mote_rescale_s16 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 2);
    bytes[1] = mote_bytes(p->out_ring, p->len, 2);
    bytes[2] = (uint32_t)p->rows;
    return p->lo <= p->hi && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(rescale_s16, MOTE_RESCALE_S16_PARAMS, MOTE_RESCALE_S16_ARGS);
