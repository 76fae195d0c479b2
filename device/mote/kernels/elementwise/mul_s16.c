/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int16 multiplication: the definition of mul_s16.h. */
#include "../shared/hot.h"

#include "mul_s16.h"

#include "../shared/broadcast.h"

static void mul(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const int16_t *u = a, *v = b;
    int16_t *to = out;
    /* A copy, so that storing results cannot change the parameters. */
    const struct mote_mul_s16 p = *(const struct mote_mul_s16 *)params;

    for (int32_t i = 0; i < n; i++)
        to[i] = (int16_t)mote_clamp(mote_requant((int32_t)u[i * a_step] * v[i * b_step], p.mult, p.shift), p.lo, p.hi);
}

MOTE_WEAK void mote_mul_s16(const struct mote_mul_s16 *p, const int16_t *a, const int16_t *b,
                            const MOTE_FLASH int32_t *shape, int16_t *out, int32_t first, int32_t count)
{
    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(mul, p, shape, p->rank, 2, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_mul_s16(const struct mote_call *c)
{
    mote_mul_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(mul_s16, portable);
