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

static void run_batch_matmul_f32(const struct mote_call *c)
{
    mote_batch_matmul_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(batch_matmul_f32, portable);
