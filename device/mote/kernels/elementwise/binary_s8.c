/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 arithmetic of two operands: the definition of binary_s8.h. */
#include "binary_s8.h"

#include "../shared/broadcast.h"
#include "../shared/reciprocal.h"

static int8_t finish(const struct mote_binary_s8 *p, int32_t y)
{
    return (int8_t)mote_clamp((int32_t)((uint32_t)y + (uint32_t)p->out_zero), p->lo, p->hi);
}

static int8_t squared_difference(const struct mote_binary_s8 *p, int32_t x, int32_t y)
{
    uint32_t a = (uint32_t)mote_requant(x * (1 << MOTE_BINARY_S8_LEFT_SHIFT), p->a_mult, p->a_shift);
    uint32_t b = (uint32_t)mote_requant(y * (1 << MOTE_BINARY_S8_LEFT_SHIFT), p->b_mult, p->b_shift);

    return finish(p, mote_requant((int32_t)((a - b) * (a - b)), p->out_mult, p->out_shift));
}

/* x moved left until it has no bit to spare, |x| <= 2^30; *n is by how much. */
static int32_t normalize(int32_t x, int32_t *n)
{
    uint32_t bits = (uint32_t)(x < 0 ? ~x : x);

    for (*n = 0; *n < 31 && (bits << *n & 0x40000000) == 0;)
        ++*n;
    return (int32_t)((uint32_t)x << *n);
}

/* x / y as x * (1 / y): both are moved to the left end of 32 bits, and the shift at the end moves the quotient back. */
static int8_t divide(const struct mote_binary_s8 *p, int32_t x, int32_t y)
{
    int32_t x_bits, y_bits, quotient, shift;

    if (y == 0)
        return (int8_t)(x < 0 ? p->lo : x > 0 ? p->hi : mote_clamp(p->out_zero, p->lo, p->hi));
    if (y < 0) {
        x = -x;
        y = -y;
    }
    x = normalize(x, &x_bits);
    y = normalize(y, &y_bits);
    quotient = mote_doubling_high_mul(x, mote_reciprocal(y));
    shift = x_bits + 30 - y_bits - p->out_shift;
    quotient = mote_doubling_high_mul(quotient, p->out_mult);
    /* Beyond 31 bits to the right nothing is left. */
    return finish(p, shift > 31 ? 0 : mote_rounding_divide(quotient, shift < 0 ? 0 : shift));
}

static int8_t prelu(const struct mote_binary_s8 *p, int32_t x, int32_t y)
{
    return finish(p, x >= 0 ? mote_requant(x, p->a_mult, p->a_shift) : mote_requant(x * y, p->out_mult, p->out_shift));
}

static int8_t apply(const struct mote_binary_s8 *p, int8_t a, int8_t b)
{
    int32_t x = a - p->a_zero, y = b - p->b_zero;

    switch (p->function) {
    case MOTE_BINARY_S8_SQUARED_DIFFERENCE:
        return squared_difference(p, x, y);
    case MOTE_BINARY_S8_DIV:
        return divide(p, x, y);
    case MOTE_BINARY_S8_PRELU:
        return prelu(p, x, y);
    case MOTE_BINARY_S8_MAXIMUM:
        return a > b ? a : b;
    default:
        return a < b ? a : b;
    }
}

static void pair(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    /* A copy, so that storing bytes cannot change the parameters. */
    const struct mote_binary_s8 p = *(const struct mote_binary_s8 *)params;
    const int8_t *u = a, *v = b;
    int8_t *to = out;

    for (int32_t i = 0; i < n; i++)
        to[i] = apply(&p, u[i * a_step], v[i * b_step]);
}

MOTE_WEAK void mote_binary_s8(const struct mote_binary_s8 *p, const int8_t *a, const int8_t *b,
                              const MOTE_FLASH int32_t *shape, int8_t *out, int32_t first, int32_t count)
{
    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(pair, p, shape, p->rank, 1, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_binary_s8(const struct mote_call *c)
{
    mote_binary_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(binary_s8, portable);
