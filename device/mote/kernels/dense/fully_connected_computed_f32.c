/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float layer with computed weights: the definition of fully_connected_computed_f32.h. */
#include "fully_connected_computed_f32.h"

#include "../shared/floats.h"

static float sum_of(const float *a, const float *b, int32_t n)
{
    float sum = 0.0f;

    for (int32_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

MOTE_WEAK void mote_fully_connected_computed_f32(const struct mote_fully_connected_computed_f32 *p, const float *in,
                                                 const float *weights, const MOTE_FLASH float *bias, float *out,
                                                 int32_t first, int32_t count)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);

    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len)
        for (int32_t o = 0; o < p->out_c; o++)
            *out++ = mote_clamp_f32(sum_of(in, weights + o * p->in_len, p->in_len) + bias[o], lo, hi);
}

static void run_fully_connected_computed_f32(const struct mote_call *c)
{
    mote_fully_connected_computed_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(fully_connected_computed_f32, portable);
