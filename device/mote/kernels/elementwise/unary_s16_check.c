/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of unary_s16 may rely on: unary_s16.h. */
#include "unary_s16.h"

static bool need_unary_s16(const struct mote_unary_s16 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 2);
    bytes[1] = mote_bytes(p->out_ring, p->len, 2);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(unary_s16, MOTE_UNARY_S16_PARAMS, MOTE_UNARY_S16_ARGS);
