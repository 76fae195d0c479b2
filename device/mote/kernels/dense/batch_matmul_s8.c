/* SPDX-License-Identifier: Apache-2.0 */
/* Portable product of int8 matrices: the definition of batch_matmul_s8.h. */
#include "../shared/hot.h"

#include "batch_matmul_s8.h"

static void multiply_row(const struct mote_batch_matmul_s8 *q, const int8_t *a, const int8_t *b, int8_t *out)
{
    /* A copy, so that storing bytes cannot change the parameters. */
    const struct mote_batch_matmul_s8 p = *q;

    for (int32_t x = 0; x < p.out_w; x++) {
        const int8_t *u = a, *v = b + x * p.b_column;
        uint32_t sum = 0;

        for (int32_t k = 0; k < p.depth; k++)
            sum += (uint32_t)((u[k * p.a_k] - p.a_zero) * (v[k * p.b_k] - p.b_zero));
        out[x] = mote_requant_s8((int32_t)sum, p.mult, p.shift, p.out_zero, INT8_MIN, INT8_MAX);
    }
}

MOTE_WEAK void mote_batch_matmul_s8(const struct mote_batch_matmul_s8 *p, const int8_t *a, const int8_t *b,
                                    const MOTE_FLASH int32_t *batch, int8_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        int32_t a_at, b_at;

        mote_matrix_at(batch, p->rank, r / p->out_h, &a_at, &b_at);
        multiply_row(p, a + a_at + r % p->out_h * p->a_row, b + b_at, out + r * p->out_w);
    }
}

static void run_batch_matmul_s8(const struct mote_call *c)
{
    mote_batch_matmul_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(batch_matmul_s8, portable);
