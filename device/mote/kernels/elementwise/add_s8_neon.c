/* SPDX-License-Identifier: Apache-2.0 */
/* add_s8 with Advanced SIMD: eight elements at once, of which an operand that repeats has one; other strides are
 * portable. */
#include "add_s8_neon.h"

#include "../shared/broadcast.h"
#include "../shared/requant.h"
#include "../shared/neon.h"

#if MOTE_NEON
struct operand {
    const int8_t *at;
    int32_t step; /* 0 or 1 */
    int32_t zero;
    struct mote_scale_4 scale;
};

struct sum {
    struct operand a, b;
    struct mote_scale_4 scale;
    int32_t zero, lo, hi;
};

MOTE_INLINE struct mote_scale_4 scale_of(int32_t mult, int32_t shift)
{
    const int8_t by = (int8_t)shift;

    return mote_scale_4(&mult, &by, false, 4);
}

/* n <= 8 elements from i on. */
MOTE_INLINE int16x8_t centered(const struct operand *o, int32_t i, int32_t n)
{
    int8x8_t x = o->step == 0 ? vdup_n_s8(*o->at) : mote_bytes_8(o->at + i, n);

    return vsubq_s16(vmovl_s8(x), vdupq_n_s16((int16_t)o->zero));
}

MOTE_INLINE int32x4_t sum_of(const struct sum *s, int16x4_t a, int16x4_t b)
{
    int32x4_t x = mote_requant_4(vshlq_n_s32(vmovl_s16(a), MOTE_ADD_S8_LEFT_SHIFT), &s->a.scale);
    int32x4_t y = mote_requant_4(vshlq_n_s32(vmovl_s16(b), MOTE_ADD_S8_LEFT_SHIFT), &s->b.scale);

    return mote_requant_4(vaddq_s32(x, y), &s->scale);
}

MOTE_INLINE void put(const struct sum *s, int32_t i, int32_t n, int8_t *out)
{
    int16x8_t a = centered(&s->a, i, n), b = centered(&s->b, i, n);
    int32x4_t low = sum_of(s, vget_low_s16(a), vget_low_s16(b)), high = sum_of(s, vget_high_s16(a), vget_high_s16(b));

    mote_put_8(mote_narrow_8(low, high, s->zero, s->lo, s->hi), n, out + i);
}

static void add_one(const struct mote_add_s8 *p, int32_t a, int32_t b, int8_t *out)
{
    int32_t x = mote_requant((a - p->a_zero) * (INT32_C(1) << MOTE_ADD_S8_LEFT_SHIFT), p->a_mult, p->a_shift);
    int32_t y = mote_requant((b - p->b_zero) * (INT32_C(1) << MOTE_ADD_S8_LEFT_SHIFT), p->b_mult, p->b_shift);

    *out = mote_requant_s8(x + y, p->out_mult, p->out_shift, p->out_zero, p->lo, p->hi);
}

static void add(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const struct mote_add_s8 *p = params;
    const int8_t *u = a, *v = b;
    int8_t *to = out;
    int32_t i = 0;

    if ((a_step | b_step) & ~1) {
        for (; i < n; i++)
            add_one(p, u[i * a_step], v[i * b_step], to + i);
        return;
    }

    const struct sum s = {{a, a_step, p->a_zero, scale_of(p->a_mult, p->a_shift)},
                          {b, b_step, p->b_zero, scale_of(p->b_mult, p->b_shift)},
                          scale_of(p->out_mult, p->out_shift),
                          p->out_zero,
                          p->lo,
                          p->hi};

    for (; i <= n - 8; i += 8)
        put(&s, i, 8, to);
    if (i < n)
        put(&s, i, n - i, to);
}

MOTE_WEAK void mote_add_s8_neon(const struct mote_add_s8 *p, const int8_t *a, const int8_t *b, const int32_t *shape,
                                int8_t *out, int32_t first, int32_t count)
{
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(add, p, shape, p->rank, 1, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_add_s8_neon(const struct mote_call *c)
{
    mote_add_s8_neon(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(add_s8, neon, .run = MOTE_IF_NEON(run_add_s8_neon));
