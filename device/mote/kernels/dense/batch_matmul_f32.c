/* SPDX-License-Identifier: Apache-2.0 */
/* Portable product of float matrices: the definition of batch_matmul_f32.h. */
#include "batch_matmul_f32.h"

static float multiply(const struct mote_batch_matmul_f32 *p, const float *a, const float *b)
{
    float sum = 0.0f;

    for (int32_t k = 0; k < p->depth; k++)
        sum += a[k * p->a_k] * b[k * p->b_k];
    return sum;
}

/* Four columns of b share each element of a. */
static void multiply_four(const struct mote_batch_matmul_f32 *p, const float *a, const float *b, float *out)
{
    const int32_t step = p->b_column, a_k = p->a_k, b_k = p->b_k;
    float s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;

    for (int32_t k = 0; k < p->depth; k++) {
        const float value = a[k * a_k], *at = b + k * b_k;

        s0 += value * at[0];
        s1 += value * at[step];
        s2 += value * at[2 * step];
        s3 += value * at[3 * step];
    }
    out[0] = s0;
    out[1] = s1;
    out[2] = s2;
    out[3] = s3;
}

static void multiply_row(const struct mote_batch_matmul_f32 *p, const float *a, const float *b, float *out)
{
    int32_t x = 0;

    for (; x + 4 <= p->out_w; x += 4)
        multiply_four(p, a, b + x * p->b_column, out + x);
    for (; x < p->out_w; x++)
        out[x] = multiply(p, a, b + x * p->b_column);
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
