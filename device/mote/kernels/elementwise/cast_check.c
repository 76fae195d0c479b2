/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of cast may rely on: cast.h. */
#include "cast.h"

static bool need_cast(const struct mote_cast *p, uint32_t bytes[])
{
    int32_t in_size = mote_cast_size(p->in_type), out_size = mote_cast_size(p->out_type);

    bytes[0] = mote_bytes(p->in_ring, p->len, in_size);
    bytes[1] = mote_bytes(p->out_ring, p->len, out_size);
    bytes[2] = (uint32_t)p->rows;
    return in_size > 0 && out_size > 0 && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(cast, MOTE_CAST_PARAMS, MOTE_CAST_ARGS);
