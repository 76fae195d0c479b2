/* SPDX-License-Identifier: Apache-2.0 */
/* mul_s8 with the DSP extension: four elements at a time; other strides, and multipliers that are not plain, are
 * slow. */
#include "mul_s8_dsp.h"

#include "../shared/broadcast.h"
#include "../shared/requant_dsp.h"

#if MOTE_DSP
static void mul_slowly(const struct mote_mul_s8 *p, const int8_t *a, int32_t a_step, const int8_t *b, int32_t b_step,
                       int8_t *out, int32_t n)
{
    for (; n > 0; n--, a += a_step, b += b_step)
        *out++ = mote_requant_s8((*a - p->a_zero) * (*b - p->b_zero), p->mult, p->shift, p->out_zero, p->lo, p->hi);
}

/* Four elements, less the zero point, as two pairs: the first and the third; the second and the fourth. */
struct four {
    int32_t even, odd;
};

static struct four centered(const int8_t *at, int32_t less)
{
    uint32_t word = mote_four_of(at);

    return (struct four){mote_add_even_bytes(less, word), mote_add_odd_bytes(less, word)};
}

static int32_t lower(int32_t a, int32_t b) { return (int16_t)a * (int16_t)b; }

static int32_t upper(int32_t a, int32_t b) { return (a >> 16) * (b >> 16); }

/* n fours that lie side by side; the results' multiplier is plain. */
static void mul_fours(const struct mote_mul_s8 *p, const int8_t *a, const int8_t *b, int8_t *out, int32_t n)
{
    const int32_t mult = p->mult, right = -p->shift, middle = 2 * p->out_zero + 1;
    const int32_t less_a = (int32_t)mote_twice(-p->a_zero), less_b = (int32_t)mote_twice(-p->b_zero);

    for (; n > 0; n--, a += 4, b += 4, out += 4) {
        struct four x = centered(a, less_a), y = centered(b, less_b);

        out[0] = mote_requant_plain(lower(x.even, y.even), mult, right, middle);
        out[1] = mote_requant_plain(lower(x.odd, y.odd), mult, right, middle);
        out[2] = mote_requant_plain(upper(x.even, y.even), mult, right, middle);
        out[3] = mote_requant_plain(upper(x.odd, y.odd), mult, right, middle);
    }
}

static void mul(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const struct mote_mul_s8 *p = params;
    int32_t fast = a_step == 1 && b_step == 1 && mote_is_plain(0, p->mult, p->shift) ? n & ~3 : 0;
    const int8_t *u = a, *v = b;
    int8_t *to = out;

    mul_fours(p, u, v, to, fast / 4);
    for (int32_t i = 0; i < fast && (p->lo > INT8_MIN || p->hi < INT8_MAX); i++)
        to[i] = (int8_t)mote_clamp(to[i], p->lo, p->hi);
    mul_slowly(p, u + fast * a_step, a_step, v + fast * b_step, b_step, to + fast, n - fast);
}

MOTE_WEAK void mote_mul_s8_dsp(const struct mote_mul_s8 *p, const int8_t *a, const int8_t *b, const int32_t *shape,
                               int8_t *out, int32_t first, int32_t count)
{
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(mul, p, shape, p->rank, 1, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_mul_s8_dsp(const struct mote_call *c)
{
    mote_mul_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(mul_s8, dsp, .run = MOTE_IF_DSP(run_mul_s8_dsp));
