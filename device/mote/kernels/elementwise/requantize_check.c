/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of requantize may rely on: requantize.h. */
#include "requantize.h"

#include "../shared/integers.h"

static bool need_requantize(const struct mote_requantize *p, uint32_t bytes[])
{
    int32_t in_size = mote_integer_size(p->in_type), out_size = mote_integer_size(p->out_type);

    bytes[0] = mote_bytes(p->in_ring, p->len, in_size);
    bytes[1] = mote_bytes(p->out_ring, p->len, out_size);
    bytes[2] = (uint32_t)p->rows;
    return in_size > 0 && out_size > 0 && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(requantize, MOTE_REQUANTIZE_PARAMS, MOTE_REQUANTIZE_ARGS);
