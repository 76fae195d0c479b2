/* SPDX-License-Identifier: Apache-2.0 */
/* Portable index of the largest element: the definition of arg_max.h. */
#include "arg_max.h"

static int32_t arg_max_s8(const int8_t *in, int32_t len, int32_t step)
{
    int32_t best = 0;

    for (int32_t k = 1; k < len; k++)
        if (in[k * step] > in[best * step])
            best = k;
    return best;
}

static int32_t arg_max_f32(const float *in, int32_t len, int32_t step)
{
    int32_t best = 0;

    for (int32_t k = 1; k < len; k++)
        if (in[k * step] > in[best * step])
            best = k;
    return best;
}

MOTE_WEAK void mote_arg_max(const struct mote_arg_max *p, const void *in, int32_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        for (int32_t i = 0; i < p->inner; i++) {
            int32_t at = r * p->len * p->inner + i;

            out[r * p->inner + i] = p->type == MOTE_ARG_S8 ? arg_max_s8((const int8_t *)in + at, p->len, p->inner)
                                                           : arg_max_f32((const float *)in + at, p->len, p->inner);
        }
}

static void run_arg_max(const struct mote_call *c)
{
    mote_arg_max(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(arg_max, portable);
