/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float softmax: the definition of softmax_f32.h. */
#include "softmax_f32.h"

#include "../shared/math_f32.h"
#include "../shared/rows.h"

static void softmax(const float *in, float *out, int32_t depth, float beta)
{
    float greatest = -MOTE_FLOAT_MAX, sum = 0.0f;

    for (int32_t i = 0; i < depth; i++)
        greatest = greatest < in[i] ? in[i] : greatest;
    for (int32_t i = 0; i < depth; i++) {
        out[i] = mote_exp_f32((in[i] - greatest) * beta);
        sum += out[i];
    }
    for (int32_t i = 0; i < depth; i++)
        out[i] /= sum;
}

MOTE_WEAK void mote_softmax_f32(const struct mote_softmax_f32 *p, const float *in, float *out, int32_t first,
                                int32_t count)
{
    const float beta = mote_float(p->beta);
    int32_t len = p->groups * p->depth;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const float *from = in + mote_ring(r, p->in_ring) * len;
        float *to = out + mote_ring(r, p->out_ring) * len;

        for (int32_t g = 0; g < p->groups; g++)
            softmax(from + g * p->depth, to + g * p->depth, p->depth, beta);
    }
}

static void run_softmax_f32(const struct mote_call *c)
{
    mote_softmax_f32(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(softmax_f32, portable);
