/* SPDX-License-Identifier: Apache-2.0 */
/* Portable product of int16 matrices: the definition of batch_matmul_s16.h. */
#include "../shared/hot.h"

#include "batch_matmul_s16.h"

static void multiply_row(const struct mote_batch_matmul_s16 *q, const int16_t *a, const int16_t *b, int16_t *out)
{
    /* A copy, so that storing results cannot change the parameters. */
    const struct mote_batch_matmul_s16 p = *q;

    for (int32_t x = 0; x < p.out_w; x++) {
        const int16_t *u = a, *v = b + x * p.b_column;
        int64_t sum = 0;

        for (int32_t k = 0; k < p.depth; k++)
            sum += (int32_t)u[k * p.a_k] * v[k * p.b_k];
        out[x] = (int16_t)mote_clamp(mote_requant64(sum, p.mult, p.shift), INT16_MIN, INT16_MAX);
    }
}

MOTE_WEAK void mote_batch_matmul_s16(const struct mote_batch_matmul_s16 *p, const int16_t *a, const int16_t *b,
                                     const MOTE_FLASH int32_t *batch, int16_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        int32_t a_at, b_at;

        mote_matrix_at(batch, p->rank, r / p->out_h, &a_at, &b_at);
        multiply_row(p, a + a_at + r % p->out_h * p->a_row, b + b_at, out + r * p->out_w);
    }
}

static void run_batch_matmul_s16(const struct mote_call *c)
{
    mote_batch_matmul_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(batch_matmul_s16, portable);
