/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of update_slice may rely on: update_slice.h. */
#include "update_slice.h"

static bool need_update_slice(const struct mote_update_slice *p, uint32_t bytes[])
{
    bytes[0] = (uint32_t)p->update_bytes;
    bytes[1] = mote_bytes(p->rank, p->type == MOTE_ARG_S64 ? 8 : 4, 1);
    bytes[2] = mote_bytes(p->rank, 3, 4);
    bytes[3] = (uint32_t)p->out_bytes;
    bytes[4] = 1;
    return (p->type == MOTE_ARG_S32 || p->type == MOTE_ARG_S64) && p->chunk <= p->update_bytes &&
           p->chunk <= p->out_bytes;
}

/* The last chunk of the box that begins at the last place is inside. */
static bool trust_update_slice(const struct mote_update_slice *p, const struct mote_block args[])
{
    const int32_t *line = args[2].data;
    int32_t chunks = mote_strides_product(line, p->rank, 3);
    int64_t last = 0;

    for (int32_t d = 0; d < p->rank; d++, line += 3) {
        if (line[1] < 0 || line[2] < 0)
            return false;
        last += ((int64_t)line[0] - 1 + line[1]) * line[2];
        if (last > p->out_bytes - p->chunk)
            return false;
    }
    return chunks > 0 && (int64_t)chunks * p->chunk <= p->update_bytes;
}

MOTE_KERNEL_TRUST(update_slice, MOTE_UPDATE_SLICE_PARAMS, MOTE_UPDATE_SLICE_ARGS);
