/* SPDX-License-Identifier: Apache-2.0 */
/* Portable sum of many: the definition of add_n_s8.h. */
#include "add_n_s8.h"

static int8_t add_one(const struct mote_add_n_s8 *p, const int8_t *in)
{
    uint32_t sum = (uint32_t)p->zero;
    int32_t y;

    for (int32_t k = 0; k < p->n; k++) {
        int32_t x = in[k * p->len];

        sum += (uint32_t)x;
    }
    y = mote_requant((int32_t)(sum << MOTE_ADD_N_S8_LEFT_SHIFT), p->out_mult, p->out_shift);
    return (int8_t)mote_clamp((int32_t)((uint32_t)y + (uint32_t)p->out_zero), INT8_MIN, INT8_MAX);
}

MOTE_WEAK void mote_add_n_s8(const struct mote_add_n_s8 *p, const int8_t *in, int8_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->len);
    for (int32_t i = first; i < first + count; i++)
        out[i] = add_one(p, in + i);
}

static void run_add_n_s8(const struct mote_call *c)
{
    mote_add_n_s8(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(add_n_s8, portable);
