/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of copy may rely on: copy.h. */
#include "copy.h"

static bool need_copy(const struct mote_copy *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->row_bytes, 1);
    bytes[1] = mote_bytes(p->out_ring, p->row_bytes, 1);
    bytes[2] = (uint32_t)p->rows;
    return true;
}

MOTE_KERNEL(copy, MOTE_COPY_PARAMS, MOTE_COPY_ARGS);
