/* SPDX-License-Identifier: Apache-2.0 */
/* Portable integer arithmetic of two operands: the definition of binary_s32.h. */
#include "binary_s32.h"

#include "../shared/broadcast.h"

static int32_t quotient(int32_t a, int32_t b)
{
    if (b == 0)
        return 0;
    return b == -1 ? (int32_t)(0u - (uint32_t)a) : a / b;
}

static int32_t apply(int32_t function, int32_t a, int32_t b)
{
    switch (function) {
    case MOTE_BINARY_S32_MUL:
        return (int32_t)((uint32_t)a * (uint32_t)b);
    case MOTE_BINARY_S32_SUB:
        return (int32_t)((uint32_t)a - (uint32_t)b);
    case MOTE_BINARY_S32_DIV:
        return quotient(a, b);
    case MOTE_BINARY_S32_MINIMUM:
        return b < a ? b : a;
    case MOTE_BINARY_S32_MAXIMUM:
        return b > a ? b : a;
    default:
        return (int32_t)((uint32_t)a + (uint32_t)b);
    }
}

static void pair(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const struct mote_binary_s32 *p = params;
    const int32_t *u = a, *v = b;
    int32_t *to = out;

    for (int32_t i = 0; i < n; i++) {
        int32_t x = apply(p->function, u[i * a_step], v[i * b_step]);

        to[i] = x < p->lo ? p->lo : x > p->hi ? p->hi : x;
    }
}

MOTE_WEAK void mote_binary_s32(const struct mote_binary_s32 *p, const int32_t *a, const int32_t *b,
                               const MOTE_FLASH int32_t *shape, int32_t *out, int32_t first, int32_t count)
{
    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(pair, p, shape, p->rank, sizeof *out, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_binary_s32(const struct mote_call *c)
{
    mote_binary_s32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(binary_s32, portable);
