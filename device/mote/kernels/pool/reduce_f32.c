/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float reduction: the definition of reduce_f32.h. */
#include "reduce_f32.h"

#include "../shared/floats.h"

static void reduce_one(const void *params, const struct mote_reduce *r, const void *in, void *out)
{
    int32_t function = ((const struct mote_reduce_f32 *)params)->function;
    float sum = 0.0f, greatest = -MOTE_FLOAT_MAX;
    const float *from = in;

    for (int32_t a = 0; a < r->reduce0; a++)
        for (int32_t b = 0; b < r->reduce1; b++)
            for (int32_t c = 0; c < r->reduce2; c++) {
                int32_t at = a * r->reduce_step0 + b * r->reduce_step1 + c * r->reduce_step2;

                for (int32_t d = 0; d < r->reduce3; d++) {
                    float value = from[at + d * r->reduce_step3];

                    if (function == MOTE_REDUCE_MAX)
                        greatest = greatest >= value ? greatest : value;
                    else
                        sum += value;
                }
            }
    if (function == MOTE_REDUCE_MEAN)
        sum /= (float)(r->reduce0 * r->reduce1 * r->reduce2 * r->reduce3);
    *(float *)out = function == MOTE_REDUCE_MAX ? greatest : sum;
}

MOTE_WEAK void mote_reduce_f32(const struct mote_reduce_f32 *p, const float *in, float *out, int32_t first,
                               int32_t count)
{
    const struct mote_reduce r = MOTE_REDUCE_OF(p);

    mote_assert(first >= 0 && first + count <= 1);
    if (first == 0 && count == 1)
        mote_reduce_all(reduce_one, p, &r, sizeof *out, in, out);
}

static void run_reduce_f32(const struct mote_call *c)
{
    mote_reduce_f32(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(reduce_f32, portable);
