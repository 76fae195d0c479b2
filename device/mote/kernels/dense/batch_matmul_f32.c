/* SPDX-License-Identifier: Apache-2.0 */
/* Portable product of float matrices: the definition of batch_matmul_f32.h. */
#include "batch_matmul_f32.h"

static void multiply_row(const struct mote_batch_matmul_f32 *p, const float *a, const float *b, float *out)
{
    for (int32_t x = 0; x < p->out_w; x++) {
        const float *u = a, *v = b + x * p->b_column;
        float sum = 0.0f;

        for (int32_t k = 0; k < p->depth; k++)
            sum += u[k * p->a_k] * v[k * p->b_k];
        out[x] = sum;
    }
}

MOTE_WEAK void mote_batch_matmul_f32(const struct mote_batch_matmul_f32 *p, const float *a, const float *b,
                                     const MOTE_FLASH int32_t *batch, float *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        int32_t a_at, b_at;

        mote_matrix_at(batch, p->rank, r / p->out_h, &a_at, &b_at);
        multiply_row(p, a + a_at + r % p->out_h * p->a_row, b + b_at, out + r * p->out_w);
    }
}

static bool need_batch_matmul_f32(const struct mote_batch_matmul_f32 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->a_len, 4, 1);
    bytes[1] = mote_bytes(p->b_len, 4, 1);
    bytes[2] = mote_bytes(p->rank, 3, 4);
    bytes[3] = mote_bytes(p->rows, p->out_w, 4);
    bytes[4] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

static bool trust_batch_matmul_f32(const struct mote_batch_matmul_f32 *p, const void *const args[])
{
    int32_t matrices = mote_strides_product(args[2], p->rank, 3);

    return (int64_t)matrices * p->out_h == p->rows &&
           mote_matrices_reach(args[2], p->rank, 1, p->out_h, p->a_row, p->depth, p->a_k, p->a_len) &&
           mote_matrices_reach(args[2], p->rank, 2, p->out_w, p->b_column, p->depth, p->b_k, p->b_len);
}

static void run_batch_matmul_f32(const struct mote_call *c)
{
    mote_batch_matmul_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL(batch_matmul_f32, MOTE_BATCH_MATMUL_F32_PARAMS, MOTE_BATCH_MATMUL_F32_ARGS);
