/* SPDX-License-Identifier: Apache-2.0 */
/* Portable sum and difference of int8 or int16: the definition of add_sub.h. */
#include "add_sub.h"

#include "../shared/broadcast.h"

static int32_t combine(const struct mote_add_sub *p, int32_t a, int32_t b, int32_t left)
{
    uint32_t x = ((uint32_t)a - (uint32_t)p->a_zero) << left, y = ((uint32_t)b - (uint32_t)p->b_zero) << left, sum;

    x = (uint32_t)mote_rounding_divide(mote_doubling_high_mul((int32_t)x, p->a_mult), -p->a_shift);
    y = (uint32_t)mote_rounding_divide(mote_doubling_high_mul((int32_t)y, p->b_mult), -p->b_shift);
    sum = p->minus ? x - y : x + y;
    sum = (uint32_t)mote_rounding_divide(mote_doubling_high_mul((int32_t)sum, p->out_mult), -p->out_shift);
    return mote_clamp((int32_t)(sum + (uint32_t)p->out_zero), p->lo, p->hi);
}

static void pair_s8(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out,
                    int32_t n)
{
    /* A copy, so that storing bytes cannot change the parameters. */
    const struct mote_add_sub p = *(const struct mote_add_sub *)params;
    const int8_t *x = a, *y = b;
    int8_t *z = out;

    for (int32_t i = 0; i < n; i++)
        z[i] = (int8_t)combine(&p, x[i * a_step], y[i * b_step], MOTE_ADD_SUB_LEFT_SHIFT_S8);
}

static void pair_s16(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out,
                     int32_t n)
{
    const struct mote_add_sub *p = params;
    const int16_t *x = a, *y = b;
    int16_t *z = out;

    for (int32_t i = 0; i < n; i++)
        z[i] = (int16_t)combine(p, x[i * a_step], y[i * b_step], MOTE_ADD_SUB_LEFT_SHIFT_S16);
}

MOTE_WEAK void mote_add_sub(const struct mote_add_sub *p, const void *a, const void *b, const MOTE_FLASH int32_t *shape,
                            void *out, int32_t first, int32_t count)
{
    int32_t size = mote_add_sub_size(p);

    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(size == 1 ? pair_s8 : pair_s16, p, shape, p->rank, size,
                           (const uint8_t *)a + mote_ring(r, p->a_ring) * p->a_len * size,
                           (const uint8_t *)b + mote_ring(r, p->b_ring) * p->b_len * size,
                           (uint8_t *)out + mote_ring(r, p->out_ring) * p->out_len * size);
}

static void run_add_sub(const struct mote_call *c)
{
    mote_add_sub(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(add_sub, portable);
