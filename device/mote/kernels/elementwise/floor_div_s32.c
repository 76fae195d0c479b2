/* SPDX-License-Identifier: Apache-2.0 */
/* Portable floored quotients and remainders of integers: the definition of floor_div_s32.h. */
#include "floor_div_s32.h"

#include "../shared/broadcast.h"

/* Cut off toward 0 the quotient is one too many where something is left whose sign is not b's. */
static int32_t floored(int32_t a, int32_t b, bool rest)
{
    int32_t q, left;
    bool over;

    if (b == 0)
        return 0;
    if (b == -1)
        return rest ? 0 : (int32_t)(0u - (uint32_t)a);
    q = a / b;
    left = a % b;
    over = left != 0 && (left < 0) != (b < 0);
    if (rest)
        return over ? left + b : left;
    return over ? q - 1 : q;
}

static void pair(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const struct mote_floor_div_s32 *p = params;
    const int32_t *u = a, *v = b;
    int32_t *to = out;

    for (int32_t i = 0; i < n; i++)
        to[i] = floored(u[i * a_step], v[i * b_step], p->function == MOTE_FLOOR_MOD);
}

MOTE_WEAK void mote_floor_div_s32(const struct mote_floor_div_s32 *p, const int32_t *a, const int32_t *b,
                                  const MOTE_FLASH int32_t *shape, int32_t *out, int32_t first, int32_t count)
{
    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(pair, p, shape, p->rank, sizeof *out, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_floor_div_s32(const struct mote_call *c)
{
    mote_floor_div_s32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(floor_div_s32, portable);
