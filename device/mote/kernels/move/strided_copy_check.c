/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of strided_copy may rely on: strided_copy.h. */
#include "strided_copy.h"

static bool need_strided_copy(const struct mote_strided_copy *p, uint32_t bytes[])
{
    bytes[0] = (uint32_t)p->in_bytes;
    bytes[1] = mote_bytes(p->rank, 3, 4);
    bytes[2] = (uint32_t)p->out_bytes;
    bytes[3] = (uint32_t)p->rows;
    return p->chunk <= p->in_bytes && p->chunk <= p->out_bytes;
}

static bool trust_strided_copy(const struct mote_strided_copy *p, const struct mote_block args[])
{
    const int32_t *shape = args[1].data;
    int32_t chunks = mote_strides_product(shape, p->rank, 3);

    return shape[0] == p->rows && chunks > 0 && (int64_t)chunks * p->chunk <= p->out_bytes &&
           mote_strides_inside(shape, p->rank, 3, 1, p->in_at, p->in_bytes - p->chunk) &&
           mote_strides_inside(shape, p->rank, 3, 2, p->out_at, p->out_bytes - p->chunk);
}

MOTE_KERNEL_TRUST(strided_copy, MOTE_STRIDED_COPY_PARAMS, MOTE_STRIDED_COPY_ARGS);
