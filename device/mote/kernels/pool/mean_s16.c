/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int16 mean: the definition of mean_s16.h. */
#include "../shared/hot.h"

#include "mean_s16.h"

#include "../shared/requant.h"

static void mean_one(const void *params, const struct mote_reduce *r, const void *in, void *out)
{
    const struct mote_mean_s16 *p = params;
    const int16_t *from = in;
    uint32_t sum = 0;

    for (int32_t a = 0; a < r->reduce0; a++)
        for (int32_t b = 0; b < r->reduce1; b++)
            for (int32_t c = 0; c < r->reduce2; c++) {
                int32_t at = a * r->reduce_step0 + b * r->reduce_step1 + c * r->reduce_step2;

                for (int32_t d = 0; d < r->reduce3; d++) {
                    int32_t value = from[at + d * r->reduce_step3];

                    sum += (uint32_t)value;
                }
            }
    *(int16_t *)out = (int16_t)mote_clamp(mote_requant((int32_t)sum, p->mult, p->shift), INT16_MIN, INT16_MAX);
}

MOTE_WEAK void mote_mean_s16(const struct mote_mean_s16 *p, const int16_t *in, int16_t *out, int32_t first,
                             int32_t count)
{
    const struct mote_reduce r = MOTE_REDUCE_OF(p);

    mote_assert(first >= 0 && first + count <= 1);
    if (first == 0 && count == 1)
        mote_reduce_all(mean_one, p, &r, 2, in, out);
}

static void run_mean_s16(const struct mote_call *c)
{
    mote_mean_s16(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(mean_s16, portable);
