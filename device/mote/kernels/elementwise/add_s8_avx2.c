/* SPDX-License-Identifier: Apache-2.0 */
/* add_s8 with AVX2: eight elements at once, of which an operand that repeats has one; other strides are portable. */
#include "add_s8_avx2.h"

#include "../shared/broadcast.h"
#include "../shared/requant.h"
#include "../shared/x86.h"

#if MOTE_X86
struct operand {
    const int8_t *at;
    int32_t step; /* 0 or 1 */
    int32_t zero;
    struct mote_scale_8 scale;
};

struct sum {
    struct operand a, b;
    struct mote_scale_8 scale;
    int32_t zero, lo, hi;
};

MOTE_AVX2 MOTE_INLINE struct mote_scale_8 scale_of(int32_t mult, int32_t shift)
{
    const int8_t by = (int8_t)shift;

    return mote_scale_8(&mult, &by, false, 8);
}

/* n <= 8 elements from i on. */
MOTE_AVX2 MOTE_INLINE __m256i scaled(const struct operand *o, int32_t i, int32_t n)
{
    __m256i x = o->step == 0 ? _mm256_set1_epi32(*o->at) : mote_widen_8(o->at + i, n);

    x = _mm256_slli_epi32(_mm256_sub_epi32(x, _mm256_set1_epi32(o->zero)), MOTE_ADD_S8_LEFT_SHIFT);
    return mote_requant_8(x, &o->scale);
}

MOTE_AVX2 MOTE_INLINE void put(const struct sum *s, int32_t i, int32_t n, int8_t *out)
{
    __m256i sum = _mm256_add_epi32(scaled(&s->a, i, n), scaled(&s->b, i, n));

    mote_put_8(mote_narrow_8(mote_requant_8(sum, &s->scale), s->zero, s->lo, s->hi), n, out + i);
}

static void add_one(const struct mote_add_s8 *p, int32_t a, int32_t b, int8_t *out)
{
    int32_t x = mote_requant((a - p->a_zero) * (INT32_C(1) << MOTE_ADD_S8_LEFT_SHIFT), p->a_mult, p->a_shift);
    int32_t y = mote_requant((b - p->b_zero) * (INT32_C(1) << MOTE_ADD_S8_LEFT_SHIFT), p->b_mult, p->b_shift);

    *out = mote_requant_s8(x + y, p->out_mult, p->out_shift, p->out_zero, p->lo, p->hi);
}

MOTE_AVX2 static void add(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out,
                          int32_t n)
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

MOTE_WEAK void mote_add_s8_avx2(const struct mote_add_s8 *p, const int8_t *a, const int8_t *b, const int32_t *shape,
                                int8_t *out, int32_t first, int32_t count)
{
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(add, p, shape, p->rank, 1, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_add_s8_avx2(const struct mote_call *c)
{
    mote_add_s8_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(add_s8, avx2, .run = MOTE_IF_X86(run_add_s8_avx2));
