/* SPDX-License-Identifier: Apache-2.0 */
/* Portable cumulative sums: the definition of cumsum.h. */
#include "cumsum.h"

#define SUM_SHIFT 19 /* what the reference has left of its shift by 20 after halving */

/* Along the axis from element i on, `step` apart. */
static void sum_s8(const struct mote_cumsum *p, const int8_t *in, int8_t *out, int32_t i, int32_t step)
{
    uint32_t sum = (uint32_t)-p->in_zero;

    for (int32_t k = 0; k < p->len; k++, i += step) {
        uint32_t with = sum + (uint32_t)(in[i] - p->in_zero);

        out[i] = mote_requant_s8((int32_t)((p->exclusive ? sum : with) << SUM_SHIFT), p->mult, p->shift, p->out_zero,
                                 INT8_MIN, INT8_MAX);
        sum = with;
    }
}

static void sum_f32(const struct mote_cumsum *p, const float *in, float *out, int32_t i, int32_t step)
{
    float sum = 0.0f;

    for (int32_t k = 0; k < p->len; k++, i += step) {
        float with = sum + in[i];

        out[i] = p->exclusive ? sum : with;
        sum = with;
    }
}

MOTE_WEAK void mote_cumsum(const struct mote_cumsum *p, const void *in, void *out, int32_t first, int32_t count)
{
    int32_t row = p->len * p->inner, start = p->reverse ? row - p->inner : 0, step = p->reverse ? -p->inner : p->inner;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        for (int32_t i = 0; i < p->inner; i++)
            if (p->type == MOTE_ARG_S8)
                sum_s8(p, in, out, r * row + start + i, step);
            else
                sum_f32(p, in, out, r * row + start + i, step);
}

static void run_cumsum(const struct mote_call *c)
{
    mote_cumsum(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(cumsum, portable);
