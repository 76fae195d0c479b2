/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of pad may rely on: pad.h. */
#include "pad.h"

static bool need_pad(const struct mote_pad *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->in_len, p->size);
    bytes[1] = (uint32_t)p->size;
    bytes[2] = mote_bytes(p->rank, 3, 4);
    bytes[3] = mote_bytes(p->out_ring, p->out_len, p->size);
    bytes[4] = (uint32_t)p->rows;
    return (int64_t)p->before + p->in_len <= p->out_len;
}

static bool trust_pad(const struct mote_pad *p, const struct mote_block args[])
{
    const int32_t *o = args[2].data;

    if (mote_strides_product(o, p->rank, 3) < 0 || mote_strides_product(o + 2, p->rank, 3) != p->rows)
        return false;
    for (int32_t d = 0; d < p->rank; d++, o += 3)
        if (o[1] < 0 || (int64_t)o[1] + o[0] > o[2])
            return false;
    return true;
}

MOTE_KERNEL_TRUST(pad, MOTE_PAD_PARAMS, MOTE_PAD_ARGS);
