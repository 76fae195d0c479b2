/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 mean: the definition of mean_s8.h. */
#include "mean_s8.h"

#include "requant.h"

static uint32_t sum_reduced(const struct mote_mean_s8 *p, const int8_t *in)
{
    uint32_t sum = 0;

    for (int32_t a = 0; a < p->reduce0; a++)
        for (int32_t b = 0; b < p->reduce1; b++)
            for (int32_t c = 0; c < p->reduce2; c++) {
                int32_t at = a * p->reduce_step0 + b * p->reduce_step1 + c * p->reduce_step2;

                for (int32_t d = 0; d < p->reduce3; d++) {
                    int32_t value = in[at + d * p->reduce_step3];

                    sum += (uint32_t)value;
                }
            }
    return sum;
}

void mote_mean_s8(const struct mote_mean_s8 *p, const int8_t *in, int8_t *out, int32_t first, int32_t count)
{
    mote_assert(first == 0 && count <= 1);
    if (first != 0 || count < 1)
        return;
    for (int32_t a = 0; a < p->keep0; a++)
        for (int32_t b = 0; b < p->keep1; b++)
            for (int32_t c = 0; c < p->keep2; c++)
                for (int32_t d = 0; d < p->keep3; d++) {
                    int32_t at = a * p->keep_step0 + b * p->keep_step1 + c * p->keep_step2 + d * p->keep_step3;
                    uint32_t sum = sum_reduced(p, in + at) + (uint32_t)p->sum_zero;

                    *out++ = mote_requant_s8((int32_t)sum, p->mult, p->shift, p->out_zero, INT8_MIN, INT8_MAX);
                }
}

/* Takes one dimension into the number of elements and the index of the last one; false if they grow too large. */
static bool extend(int32_t size, int32_t step, int64_t *elements, int64_t *last)
{
    *elements *= size;
    *last += (int64_t)(size - 1) * step;
    return *elements <= INT32_MAX && *last <= INT32_MAX;
}

static bool need_mean_s8(const struct mote_mean_s8 *p, uint32_t bytes[])
{
    int64_t elements = 1, last = 0;
    bool ok = extend(p->keep0, p->keep_step0, &elements, &last) && extend(p->keep1, p->keep_step1, &elements, &last) &&
              extend(p->keep2, p->keep_step2, &elements, &last) && extend(p->keep3, p->keep_step3, &elements, &last);

    bytes[1] = ok ? (uint32_t)elements : UINT32_MAX;
    ok = ok && extend(p->reduce0, p->reduce_step0, &elements, &last) &&
         extend(p->reduce1, p->reduce_step1, &elements, &last) &&
         extend(p->reduce2, p->reduce_step2, &elements, &last) && extend(p->reduce3, p->reduce_step3, &elements, &last);
    bytes[0] = ok ? (uint32_t)elements : UINT32_MAX;
    bytes[2] = 1;
    return ok && last < elements;
}

static bool trust_mean_s8(const struct mote_mean_s8 *p, const void *const args[])
{
    (void)p;
    (void)args;
    return true;
}

static void run_mean_s8(const struct mote_call *c)
{
    mote_mean_s8(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL(mean_s8, MOTE_MEAN_S8_PARAMS, MOTE_MEAN_S8_ARGS);
