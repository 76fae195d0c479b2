/* SPDX-License-Identifier: Apache-2.0 */
/* max_pool_2d_s8 with vectors of sixteen channels, or of eight. */
#include "max_pool_2d_s8_avx2.h"

#include "../shared/x86.h"
#include "pool_2d_s8_windows.h"

#if MOTE_X86
MOTE_AVX2 MOTE_INLINE __m128i load(const int8_t *at, int32_t n)
{
    return n == 16 ? _mm_loadu_si128((const __m128i *)(const void *)at)
                   : _mm_loadl_epi64((const __m128i *)(const void *)at);
}

/* n channels from c on, 16 or 8. */
MOTE_AVX2 MOTE_INLINE void pool_some(const struct mote_pool_window *w, int32_t c, int32_t n, int8_t *out)
{
    __m128i best = _mm_set1_epi8((char)w->p->lo);

    for (int32_t k = w->row, rows = w->rows; rows > 0; rows--, k = mote_pool_next(w, k)) {
        const int8_t *at = mote_pool_row(w, k, c);

        for (int32_t j = w->columns; j > 0; j--, at += w->p->channels)
            best = _mm_max_epi8(best, load(at, n));
    }
    best = _mm_min_epi8(best, _mm_set1_epi8((char)w->p->hi));
    if (n == 16)
        _mm_storeu_si128((__m128i *)(void *)(out + c), best);
    else
        _mm_storel_epi64((__m128i *)(void *)(out + c), best);
}

/* The last ones may be made twice in part. */
MOTE_AVX2 static void pool(const struct mote_pool_window *w, int8_t *out)
{
    int32_t c = 0, channels = w->p->channels;

    for (; c + 16 <= channels; c += 16)
        pool_some(w, c, 16, out);
    for (; channels >= 8 && c < channels; c += 8)
        pool_some(w, c + 8 <= channels ? c : channels - 8, 8, out);
    for (; c < channels; c++)
        out[c] = mote_pool_greatest(w, c);
}

MOTE_WEAK void mote_max_pool_2d_s8_avx2(const struct mote_max_pool_2d_s8 *p, const int8_t *in, int8_t *out,
                                        int32_t first, int32_t count)
{
    const struct mote_pool_2d windows = MOTE_POOL_2D_OF(p);

    mote_pool_windows(pool, &windows, in, out, first, count);
}

static void run_max_pool_2d_s8_avx2(const struct mote_call *c)
{
    mote_max_pool_2d_s8_avx2(c->params, c->args[0], c->args[1], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(max_pool_2d_s8, avx2, .run = MOTE_IF_X86(run_max_pool_2d_s8_avx2));
