/* SPDX-License-Identifier: Apache-2.0 */
/* mul_s8 with Advanced SIMD: eight elements at once, of which an operand that repeats has one; other strides are
 * slow. */
#include "mul_s8_neon.h"

#include "../shared/broadcast.h"
#include "../shared/neon.h"

#if MOTE_NEON
struct job {
    const struct mote_mul_s8 *p;
    struct mote_scale_4 scale;
};

static void mul_slowly(const struct mote_mul_s8 *p, const int8_t *a, int32_t a_step, const int8_t *b, int32_t b_step,
                       int8_t *out, int32_t n)
{
    for (; n > 0; n--, a += a_step, b += b_step)
        *out++ = mote_requant_s8((*a - p->a_zero) * (*b - p->b_zero), p->mult, p->shift, p->out_zero, p->lo, p->hi);
}

/* Eight elements from i on, or one that repeats. */
MOTE_INLINE int16x8_t centered(const int8_t *at, int32_t i, int32_t step, int32_t zero)
{
    return vsubl_s8(step == 0 ? vdup_n_s8(*at) : vld1_s8(at + i), vdup_n_s8((int8_t)zero));
}

static void mul(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const struct job j = *(const struct job *)params; /* a copy: storing bytes cannot change it */
    const struct mote_mul_s8 p = *j.p;
    const int8_t *u = a, *v = b;
    int8_t *to = out;
    int32_t i = 0;

    for (; i + 8 <= n && ((a_step | b_step) & ~1) == 0; i += 8) {
        int16x8_t x = centered(u, i, a_step, p.a_zero), y = centered(v, i, b_step, p.b_zero);
        int32x4_t low = vmull_s16(vget_low_s16(x), vget_low_s16(y)), high = vmull_high_s16(x, y);

        low = mote_requant_4(low, &j.scale);
        high = mote_requant_4(high, &j.scale);
        vst1_s8(to + i, mote_narrow_8(low, high, p.out_zero, p.lo, p.hi));
    }
    mul_slowly(j.p, u + i * a_step, a_step, v + i * b_step, b_step, to + i, n - i);
}

MOTE_WEAK void mote_mul_s8_neon(const struct mote_mul_s8 *p, const int8_t *a, const int8_t *b, const int32_t *shape,
                                int8_t *out, int32_t first, int32_t count)
{
    const int8_t shift = (int8_t)p->shift;
    const struct job j = {p, mote_scale_4(&p->mult, &shift, false, 4)};

    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(mul, &j, shape, p->rank, 1, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_mul_s8_neon(const struct mote_call *c)
{
    mote_mul_s8_neon(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(mul_s8, neon, .run = MOTE_IF_NEON(run_mul_s8_neon));
