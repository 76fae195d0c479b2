/* SPDX-License-Identifier: Apache-2.0 */
/* Portable comparison: the definition of compare.h. */
#include "compare.h"

#include "../shared/broadcast.h"
#include "../shared/s64.h"

static uint8_t holds(int32_t function, bool less, bool equal)
{
    switch (function) {
    case MOTE_COMPARE_EQUAL:
        return equal;
    case MOTE_COMPARE_NOT_EQUAL:
        return !equal;
    case MOTE_COMPARE_LESS:
        return less;
    default:
        return less || equal;
    }
}

static uint8_t holds_of_bools(int32_t function, bool a, bool b)
{
    if (function == MOTE_COMPARE_AND)
        return a && b;
    return function == MOTE_COMPARE_OR ? a || b : holds(function, !a && b, a == b);
}

#define LOOP(type, x, y)                                                                                               \
    do {                                                                                                               \
        const type *u = a, *v = b;                                                                                     \
                                                                                                                       \
        for (int32_t i = 0; i < n; i++, u += a_step, v += b_step)                                                      \
            to[i] = holds(p.function, (x) < (y), (x) == (y));                                                          \
    } while (0)

static void pair(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    /* A copy, so that storing bytes cannot change the parameters. */
    const struct mote_compare p = *(const struct mote_compare *)params;
    uint8_t *to = out;

    switch (p.type) {
    case MOTE_ARG_S8:
        LOOP(int8_t, mote_requant((*u - p.a_zero) * (1 << MOTE_COMPARE_LEFT_SHIFT), p.a_mult, p.a_shift),
             mote_requant((*v - p.b_zero) * (1 << MOTE_COMPARE_LEFT_SHIFT), p.b_mult, p.b_shift));
        break;
    case MOTE_ARG_S32:
        LOOP(int32_t, *u, *v);
        break;
    case MOTE_ARG_S64:
        for (int32_t i = 0; i < n; i++) {
            const int64_t x = mote_s64(a, i * a_step), y = mote_s64(b, i * b_step);

            to[i] = holds(p.function, x < y, x == y);
        }
        break;
    case MOTE_ARG_F32:
        LOOP(float, *u, *v);
        break;
    default:
        for (int32_t i = 0; i < n; i++)
            to[i] = holds_of_bools(p.function, ((const uint8_t *)a)[i * a_step] != 0,
                                   ((const uint8_t *)b)[i * b_step] != 0);
        break;
    }
}

MOTE_WEAK void mote_compare(const struct mote_compare *p, const void *a, const void *b, const MOTE_FLASH int32_t *shape,
                            uint8_t *out, int32_t first, int32_t count)
{
    int32_t size = mote_compare_size(p->type);

    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row_to(pair, p, shape, p->rank, size, 1,
                              (const uint8_t *)a + mote_ring(r, p->a_ring) * p->a_len * size,
                              (const uint8_t *)b + mote_ring(r, p->b_ring) * p->b_len * size,
                              out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_compare(const struct mote_call *c)
{
    mote_compare(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(compare, portable);
