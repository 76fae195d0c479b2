/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 maximum over axes: the definition of reduce_max_s8.h. */
#include "reduce_max_s8.h"

static void max_one(const void *params, const struct mote_reduce *r, const void *in, void *out)
{
    const int8_t *from = in;
    int8_t greatest = INT8_MIN;

    (void)params;
    for (int32_t a = 0; a < r->reduce0; a++)
        for (int32_t b = 0; b < r->reduce1; b++)
            for (int32_t c = 0; c < r->reduce2; c++) {
                int32_t at = a * r->reduce_step0 + b * r->reduce_step1 + c * r->reduce_step2;

                for (int32_t d = 0; d < r->reduce3; d++)
                    if (from[at + d * r->reduce_step3] > greatest)
                        greatest = from[at + d * r->reduce_step3];
            }
    *(int8_t *)out = greatest;
}

MOTE_WEAK void mote_reduce_max_s8(const struct mote_reduce_max_s8 *p, const int8_t *in, int8_t *out, int32_t first,
                                  int32_t count)
{
    const struct mote_reduce r = MOTE_REDUCE_OF(p);

    mote_assert(first >= 0 && first + count <= 1);
    if (first == 0 && count == 1)
        mote_reduce_all(max_one, p, &r, 1, in, out);
}

static void run_reduce_max_s8(const struct mote_call *c)
{
    mote_reduce_max_s8(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(reduce_max_s8, portable);
