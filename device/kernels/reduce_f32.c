/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float reduction: the definition of reduce_f32.h. */
#include "reduce_f32.h"

#include "floats.h"

static float reduce_one(const struct mote_reduce_f32 *p, const float *in)
{
    float sum = 0.0f, greatest = -MOTE_FLOAT_MAX;

    for (int32_t a = 0; a < p->reduce0; a++)
        for (int32_t b = 0; b < p->reduce1; b++)
            for (int32_t c = 0; c < p->reduce2; c++) {
                int32_t at = a * p->reduce_step0 + b * p->reduce_step1 + c * p->reduce_step2;

                for (int32_t d = 0; d < p->reduce3; d++) {
                    float value = in[at + d * p->reduce_step3];

                    if (p->function == MOTE_REDUCE_MAX)
                        greatest = greatest >= value ? greatest : value;
                    else
                        sum += value;
                }
            }
    if (p->function == MOTE_REDUCE_MEAN)
        sum /= (float)(p->reduce0 * p->reduce1 * p->reduce2 * p->reduce3);
    return p->function == MOTE_REDUCE_MAX ? greatest : sum;
}

void mote_reduce_f32(const struct mote_reduce_f32 *p, const float *in, float *out, int32_t first, int32_t count)
{
    mote_assert(first == 0 && count <= 1);
    if (first != 0 || count < 1)
        return;
    for (int32_t a = 0; a < p->keep0; a++)
        for (int32_t b = 0; b < p->keep1; b++)
            for (int32_t c = 0; c < p->keep2; c++)
                for (int32_t d = 0; d < p->keep3; d++)
                    *out++ = reduce_one(p, in + a * p->keep_step0 + b * p->keep_step1 + c * p->keep_step2 +
                                               d * p->keep_step3);
}

/* Takes one dimension into the number of elements and the index of the last one; false if they grow too large. */
static bool extend(int32_t size, int32_t step, int64_t *elements, int64_t *last)
{
    *elements *= size;
    *last += (int64_t)(size - 1) * step;
    return *elements <= INT32_MAX && *last <= INT32_MAX;
}

static bool need_reduce_f32(const struct mote_reduce_f32 *p, uint32_t bytes[])
{
    int64_t elements = 1, last = 0;
    bool ok = extend(p->keep0, p->keep_step0, &elements, &last) && extend(p->keep1, p->keep_step1, &elements, &last) &&
              extend(p->keep2, p->keep_step2, &elements, &last) && extend(p->keep3, p->keep_step3, &elements, &last);

    bytes[1] = ok ? mote_bytes((int32_t)elements, 4, 1) : UINT32_MAX;
    ok = ok && extend(p->reduce0, p->reduce_step0, &elements, &last) &&
         extend(p->reduce1, p->reduce_step1, &elements, &last) &&
         extend(p->reduce2, p->reduce_step2, &elements, &last) && extend(p->reduce3, p->reduce_step3, &elements, &last);
    bytes[0] = ok ? mote_bytes((int32_t)elements, 4, 1) : UINT32_MAX;
    bytes[2] = 1;
    return ok && bytes[0] <= INT32_MAX && last < elements;
}

static bool trust_reduce_f32(const struct mote_reduce_f32 *p, const void *const args[])
{
    (void)p;
    (void)args;
    return true;
}

static void run_reduce_f32(const struct mote_call *c)
{
    mote_reduce_f32(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL(reduce_f32, MOTE_REDUCE_F32_PARAMS, MOTE_REDUCE_F32_ARGS);
