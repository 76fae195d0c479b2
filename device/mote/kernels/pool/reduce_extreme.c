/* SPDX-License-Identifier: Apache-2.0 */
/* Portable extremes of int16 and int32 over axes: the definition of reduce_extreme.h. */
#include "reduce_extreme.h"

static int32_t load(int32_t type, const void *in, int32_t i)
{
    return type == MOTE_ARG_S16 ? ((const int16_t *)in)[i] : ((const int32_t *)in)[i];
}

static void extreme_one(const void *params, const struct mote_reduce *r, const void *in, void *out)
{
    const struct mote_reduce_extreme *p = params;
    int32_t best = load(p->type, in, 0);

    for (int32_t a = 0; a < r->reduce0; a++)
        for (int32_t b = 0; b < r->reduce1; b++)
            for (int32_t c = 0; c < r->reduce2; c++) {
                int32_t at = a * r->reduce_step0 + b * r->reduce_step1 + c * r->reduce_step2;

                for (int32_t d = 0; d < r->reduce3; d++) {
                    int32_t x = load(p->type, in, at + d * r->reduce_step3);

                    if (p->smallest ? x < best : x > best)
                        best = x;
                }
            }
    if (p->type == MOTE_ARG_S16)
        *(int16_t *)out = (int16_t)best;
    else
        *(int32_t *)out = best;
}

MOTE_WEAK void mote_reduce_extreme(const struct mote_reduce_extreme *p, const void *in, void *out, int32_t first,
                                   int32_t count)
{
    const struct mote_reduce r = MOTE_REDUCE_OF(p);

    mote_assert(first >= 0 && first + count <= 1);
    if (first == 0 && count == 1)
        mote_reduce_all(extreme_one, p, &r, p->type == MOTE_ARG_S16 ? 2 : 4, in, out);
}

static void run_reduce_extreme(const struct mote_call *c)
{
    mote_reduce_extreme(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(reduce_extreme, portable);
