/* SPDX-License-Identifier: Apache-2.0 */
/* mul_s8 with AVX2: eight elements at once, of which an operand that repeats has one; other strides are slow. */
#include "mul_s8_avx2.h"

#include "../shared/broadcast.h"
#include "../shared/x86.h"

#if MOTE_X86
static void mul_slowly(const struct mote_mul_s8 *p, const int8_t *a, int32_t a_step, const int8_t *b, int32_t b_step,
                       int8_t *out, int32_t n)
{
    for (; n > 0; n--, a += a_step, b += b_step)
        *out++ = mote_requant_s8((*a - p->a_zero) * (*b - p->b_zero), p->mult, p->shift, p->out_zero, p->lo, p->hi);
}

/* Eight elements from i on, or one that repeats. */
MOTE_AVX2 MOTE_INLINE __m256i centered(const int8_t *at, int32_t i, int32_t step, int32_t zero)
{
    return _mm256_sub_epi32(step == 0 ? _mm256_set1_epi32(*at) : mote_widen_8(at + i, 8), _mm256_set1_epi32(zero));
}

MOTE_AVX2 static void mul(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out,
                          int32_t n)
{
    const struct mote_mul_s8 p = *(const struct mote_mul_s8 *)params; /* a copy: storing bytes cannot change it */
    const int8_t shift = (int8_t)p.shift, *u = a, *v = b;
    const struct mote_scale_8 scale = mote_scale_8(&p.mult, &shift, false, 8);
    int8_t *to = out;
    int32_t i = 0;

    for (; i + 8 <= n && ((a_step | b_step) & ~1) == 0; i += 8) {
        __m256i x = _mm256_mullo_epi32(centered(u, i, a_step, p.a_zero), centered(v, i, b_step, p.b_zero));

        mote_put_8(mote_narrow_8(mote_requant_8(x, &scale), p.out_zero, p.lo, p.hi), 8, to + i);
    }
    mul_slowly(&p, u + i * a_step, a_step, v + i * b_step, b_step, to + i, n - i);
}

MOTE_WEAK void mote_mul_s8_avx2(const struct mote_mul_s8 *p, const int8_t *a, const int8_t *b, const int32_t *shape,
                                int8_t *out, int32_t first, int32_t count)
{
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(mul, p, shape, p->rank, 1, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_mul_s8_avx2(const struct mote_call *c)
{
    mote_mul_s8_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(mul_s8, avx2, .run = MOTE_IF_X86(run_mul_s8_avx2));
