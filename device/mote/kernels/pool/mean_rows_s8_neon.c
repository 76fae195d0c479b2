/* SPDX-License-Identifier: Apache-2.0 */
/* mean_rows_s8 with Advanced SIMD: vectors of four sums, two at a time. */
#include "mean_rows_s8_neon.h"

#include "../shared/neon.h"
#include "mean_rows_s8_fold.h"

#if MOTE_NEON
/* Of some channels side by side. */
MOTE_INLINE void add_some(const int8_t *in, int32_t n, int32_t step, int32_t channels, int32_t *sums)
{
    int32x4_t low = vdupq_n_s32(0), high = low;
    int32_t some[8];

    for (; n > 0; n--, in += step) {
        int16x8_t x = vmovl_s8(mote_bytes_8(in, channels));

        low = vaddw_s16(low, vget_low_s16(x));
        high = vaddw_high_s16(high, x);
    }
    vst1q_s32(some, low);
    vst1q_s32(some + 4, high);
    for (int32_t i = 0; i < channels; i++)
        sums[i] = mote_sum(sums[i], some[i]);
}

static void add(const int8_t *in, int32_t n, int32_t channels, int32_t *sums)
{
    int32_t c = 0;

    for (; c + 8 <= channels; c += 8)
        add_some(in + c, n, channels, 8, sums + c);
    if (c < channels)
        add_some(in + c, n, channels, channels - c, sums + c);
}

MOTE_WEAK void mote_mean_rows_s8_neon(const struct mote_mean_rows_s8 *p, const int8_t *in, int32_t *sums, int8_t *out,
                                      int32_t first, int32_t count)
{
    mote_mean_rows_fold(add, p, in, sums, out, first, count);
}

static void run_mean_rows_s8_neon(const struct mote_call *c)
{
    mote_mean_rows_s8_neon(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(mean_rows_s8, neon, .run = MOTE_IF_NEON(run_mean_rows_s8_neon));
