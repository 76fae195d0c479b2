/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 addition: the definition of add_s8.h. */
#include "../shared/hot.h"

#include "add_s8.h"

#include "../shared/broadcast.h"

_Static_assert(MOTE_ADD_S8_LEFT_SHIFT == 20, "operand() has it");

/* requant(value * 2^20), value of 9 bits: (value * mult + 2^10) / 2^11 in products of 32 bits. */
static int32_t operand(int32_t value, int32_t mult, int32_t shift)
{
    int32_t high = mult >> 16, low = mult & 0xffff;

    return mote_rounding_divide(value * high * (1 << 5) + ((value * low + (1 << 10)) >> 11), -shift);
}

static void add(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const int8_t *u = a, *v = b;
    int8_t *to = out;
    /* A copy, so that storing bytes cannot change the parameters. */
    const struct mote_add_s8 p = *(const struct mote_add_s8 *)params;

    for (int32_t i = 0; i < n; i++) {
        int32_t x = operand(u[i * a_step] - p.a_zero, p.a_mult, p.a_shift);
        int32_t y = operand(v[i * b_step] - p.b_zero, p.b_mult, p.b_shift);
        int32_t sum = mote_rounding_divide(mote_doubling_high_mul(x + y, p.out_mult), -p.out_shift);

        to[i] = (int8_t)mote_clamp(sum + p.out_zero, p.lo, p.hi);
    }
}

MOTE_WEAK void mote_add_s8(const struct mote_add_s8 *p, const int8_t *a, const int8_t *b,
                           const MOTE_FLASH int32_t *shape, int8_t *out, int32_t first, int32_t count)
{
    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(add, p, shape, p->rank, 1, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_add_s8(const struct mote_call *c)
{
    mote_add_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(add_s8, portable);
