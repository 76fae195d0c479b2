/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of batch_matmul_s16 may rely on: batch_matmul_s16.h. */
#include "batch_matmul_s16.h"

static bool need_batch_matmul_s16(const struct mote_batch_matmul_s16 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->a_len, 1, 2);
    bytes[1] = mote_bytes(p->b_len, 1, 2);
    bytes[2] = mote_bytes(p->rank, 3, 4);
    bytes[3] = mote_bytes(p->rows, p->out_w, 2);
    bytes[4] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

static bool trust_batch_matmul_s16(const struct mote_batch_matmul_s16 *p, const struct mote_block args[])
{
    int32_t matrices = mote_strides_product(args[2].data, p->rank, 3);

    return (int64_t)matrices * p->out_h == p->rows &&
           mote_matrices_reach(args[2].data, p->rank, 1, p->out_h, p->a_row, p->depth, p->a_k, p->a_len) &&
           mote_matrices_reach(args[2].data, p->rank, 2, p->out_w, p->b_column, p->depth, p->b_k, p->b_len);
}

MOTE_KERNEL_TRUST(batch_matmul_s16, MOTE_BATCH_MATMUL_S16_PARAMS, MOTE_BATCH_MATMUL_S16_ARGS);
