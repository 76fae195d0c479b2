/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int16 arithmetic of two operands: the definition of binary_s16.h. */
#include "binary_s16.h"

#include "../shared/broadcast.h"

static int32_t squared_difference(const struct mote_binary_s16 *p, int32_t x, int32_t y)
{
    uint32_t a = (uint32_t)mote_requant(x, p->a_mult, p->a_shift);
    uint32_t b = (uint32_t)mote_requant(y, p->b_mult, p->b_shift);

    return mote_requant((int32_t)((a - b) * (a - b)), p->out_mult, p->out_shift);
}

static int32_t prelu(const struct mote_binary_s16 *p, int32_t x, int32_t y)
{
    return x >= 0 ? mote_requant(x, p->a_mult, p->a_shift)
                  : mote_requant((int32_t)((uint32_t)x * (uint32_t)y), p->out_mult, p->out_shift);
}

static void pair(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    /* A copy, so that storing results cannot change the parameters. */
    const struct mote_binary_s16 p = *(const struct mote_binary_s16 *)params;
    const int16_t *u = a, *v = b;
    int16_t *to = out;

    for (int32_t i = 0; i < n; i++) {
        int32_t x = u[i * a_step] - p.a_zero, y = v[i * b_step] - p.b_zero;
        int32_t z = p.function == MOTE_BINARY_S16_PRELU ? prelu(&p, x, y) : squared_difference(&p, x, y);

        to[i] = (int16_t)mote_clamp((int32_t)((uint32_t)z + (uint32_t)p.out_zero), p.lo, p.hi);
    }
}

MOTE_WEAK void mote_binary_s16(const struct mote_binary_s16 *p, const int16_t *a, const int16_t *b,
                               const MOTE_FLASH int32_t *shape, int16_t *out, int32_t first, int32_t count)
{
    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(pair, p, shape, p->rank, 2, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_binary_s16(const struct mote_call *c)
{
    mote_binary_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(binary_s16, portable);
