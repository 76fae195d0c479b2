/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float normalization: the definition of l2_normalization_f32.h. */
#include "l2_normalization_f32.h"

#include "../shared/sqrt_f32.h"

static void normalize(const float *in, float *out, int32_t depth)
{
    float sum = 0.0f, norm;

    for (int32_t i = 0; i < depth; i++)
        sum += in[i] * in[i];
    norm = mote_sqrt_f32(sum);
    norm = norm < 1e-6f ? 1e-6f : norm;
    for (int32_t i = 0; i < depth; i++)
        out[i] = in[i] / norm;
}

MOTE_WEAK void mote_l2_normalization_f32(const struct mote_l2_normalization_f32 *p, const float *in, float *out,
                                         int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        normalize(in + r * p->depth, out + r * p->depth, p->depth);
}

static void run_l2_normalization_f32(const struct mote_call *c)
{
    mote_l2_normalization_f32(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(l2_normalization_f32, portable);
