/* SPDX-License-Identifier: Apache-2.0 */
/* mean_rows_s8 with AVX2: vectors of eight sums. */
#include "mean_rows_s8_avx2.h"

#include "../shared/x86.h"
#include "mean_rows_s8_fold.h"

#if MOTE_X86
/* Of some channels side by side. */
MOTE_AVX2 MOTE_INLINE void add_some(const int8_t *in, int32_t n, int32_t step, int32_t channels, int32_t *sums)
{
    __m256i all = _mm256_setzero_si256();
    int32_t some[8];

    for (; n > 0; n--, in += step)
        all = _mm256_add_epi32(all, mote_widen_8(in, channels));
    _mm256_storeu_si256((__m256i *)(void *)some, all);
    for (int32_t i = 0; i < channels; i++)
        sums[i] = mote_sum(sums[i], some[i]);
}

MOTE_AVX2 static void add(const int8_t *in, int32_t n, int32_t channels, int32_t *sums)
{
    int32_t c = 0;

    for (; c + 8 <= channels; c += 8)
        add_some(in + c, n, channels, 8, sums + c);
    if (c < channels)
        add_some(in + c, n, channels, channels - c, sums + c);
}

MOTE_WEAK void mote_mean_rows_s8_avx2(const struct mote_mean_rows_s8 *p, const int8_t *in, int32_t *sums, int8_t *out,
                                      int32_t first, int32_t count)
{
    mote_mean_rows_fold(add, p, in, sums, out, first, count);
}

static void run_mean_rows_s8_avx2(const struct mote_call *c)
{
    mote_mean_rows_s8_avx2(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(mean_rows_s8, avx2, .run = MOTE_IF_X86(run_mean_rows_s8_avx2));
