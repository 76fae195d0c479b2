/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of transpose may rely on: transpose.h. */
#include "transpose.h"

static bool need_transpose(const struct mote_transpose *p, uint32_t bytes[])
{
    bytes[0] = (uint32_t)p->in_bytes;
    bytes[1] = mote_bytes(p->rank, 2, 4);
    bytes[2] = (uint32_t)p->out_bytes;
    bytes[3] = (uint32_t)p->rows;
    return p->chunk <= p->in_bytes;
}

static bool trust_transpose(const struct mote_transpose *p, const struct mote_block args[])
{
    const int32_t *shape = args[1].data;

    return shape[0] == p->rows && (int64_t)mote_strides_product(shape, p->rank, 2) * p->chunk == p->out_bytes &&
           mote_strides_reach(shape, p->rank, 2, 1, (int64_t)p->in_bytes - p->chunk + 1);
}

MOTE_KERNEL_TRUST(transpose, MOTE_TRANSPOSE_PARAMS, MOTE_TRANSPOSE_ARGS);
