/* SPDX-License-Identifier: Apache-2.0 */
/* average_pool_2d_s8 with AVX2: eight channels of a window at once. */
#include "average_pool_2d_s8_avx2.h"

#include "../shared/x86.h"
#include "pool_2d_s8_windows.h"

#if MOTE_X86
/* Rounded half away from zero. */
MOTE_AVX2 MOTE_INLINE __m256i mean_of(__m256i sum, int32_t n)
{
    __m256i half = _mm256_sign_epi32(_mm256_set1_epi32(n / 2), sum);

    sum = _mm256_add_epi32(sum, half);
    return _mm256_cvttps_epi32(_mm256_div_ps(_mm256_cvtepi32_ps(sum), _mm256_set1_ps((float)n)));
}

/* Eight channels from c on. */
MOTE_AVX2 MOTE_INLINE void pool_8(const struct mote_pool_window *w, int32_t c, int8_t *out)
{
    __m256i sum = _mm256_setzero_si256();

    for (int32_t k = w->row, rows = w->rows; rows > 0; rows--, k = mote_pool_next(w, k)) {
        const int8_t *at = mote_pool_row(w, k, c);

        for (int32_t j = w->columns; j > 0; j--, at += w->p->channels)
            sum = _mm256_add_epi32(sum, mote_widen_8(at, 8));
    }
    sum = mean_of(sum, w->rows * w->columns);
    mote_put_8(mote_narrow_8(sum, 0, w->p->lo, w->p->hi), 8, out + c);
}

/* The last ones may be made twice in part. */
MOTE_AVX2 static void pool(const struct mote_pool_window *w, int8_t *out)
{
    int32_t c = 0, channels = w->p->channels;

    if (mote_pool_divides_as_float(w))
        for (; channels >= 8 && c < channels; c += 8)
            pool_8(w, c + 8 <= channels ? c : channels - 8, out);
    for (; c < channels; c++)
        out[c] = mote_pool_mean_of(w, c);
}

MOTE_WEAK void mote_average_pool_2d_s8_avx2(const struct mote_average_pool_2d_s8 *p, const int8_t *in, int8_t *out,
                                            int32_t first, int32_t count)
{
    const struct mote_pool_2d windows = MOTE_POOL_2D_OF(p);

    mote_pool_windows(pool, &windows, in, out, first, count);
}

static void run_average_pool_2d_s8_avx2(const struct mote_call *c)
{
    mote_average_pool_2d_s8_avx2(c->params, c->args[0], c->args[1], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(average_pool_2d_s8, avx2, .run = MOTE_IF_X86(run_average_pool_2d_s8_avx2));
