/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float arithmetic of two operands: the definition of binary_f32.h. */
#include "binary_f32.h"

#include "../shared/broadcast.h"
#include "../shared/floats.h"

static float apply(int32_t function, float a, float b)
{
    switch (function) {
    case MOTE_BINARY_MUL:
        return a * b;
    case MOTE_BINARY_SUB:
        return a - b;
    case MOTE_BINARY_DIV:
        return a / b;
    case MOTE_BINARY_MINIMUM:
        return b < a ? b : a;
    case MOTE_BINARY_MAXIMUM:
        return b > a ? b : a;
    case MOTE_BINARY_SQUARED_DIFFERENCE:
        return (a - b) * (a - b);
    case MOTE_BINARY_PRELU:
        return a >= 0.0f ? a : a * b;
    default:
        return a + b;
    }
}

/* Inlined with a function that is known, so that the loop asks nothing. */
static inline __attribute__((always_inline)) void each(const struct mote_binary_f32 *p, int32_t function,
                                                       const float *a, int32_t a_step, const float *b, int32_t b_step,
                                                       float *out, int32_t n)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);

    for (; n > 0; n--, a += a_step, b += b_step)
        *out++ = mote_clamp_f32(apply(function, *a, *b), lo, hi);
}

/* The frequent ones have loops of their own. */
static void pair(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const struct mote_binary_f32 *p = params;

    if (p->function == MOTE_BINARY_ADD)
        each(p, MOTE_BINARY_ADD, a, a_step, b, b_step, out, n);
    else if (p->function == MOTE_BINARY_MUL)
        each(p, MOTE_BINARY_MUL, a, a_step, b, b_step, out, n);
    else
        each(p, p->function, a, a_step, b, b_step, out, n);
}

MOTE_WEAK void mote_binary_f32(const struct mote_binary_f32 *p, const float *a, const float *b,
                               const MOTE_FLASH int32_t *shape, float *out, int32_t first, int32_t count)
{
    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(pair, p, shape, p->rank, sizeof *out, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_binary_f32(const struct mote_call *c)
{
    mote_binary_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(binary_f32, portable);
