/* SPDX-License-Identifier: Apache-2.0 */
/* average_pool_2d_s8 with Advanced SIMD: eight channels of a window at once. */
#include "average_pool_2d_s8_neon.h"

#include "../shared/neon.h"
#include "pool_2d_s8_windows.h"

#if MOTE_NEON
/* Rounded half away from zero. */
MOTE_INLINE int32x4_t mean_of(int32x4_t sum, int32_t n)
{
    int32x4_t sign = vshrq_n_s32(sum, 31), half = veorq_s32(vdupq_n_s32(n / 2), sign);

    sum = vaddq_s32(sum, vsubq_s32(half, sign));
    return vcvtq_s32_f32(vdivq_f32(vcvtq_f32_s32(sum), vdupq_n_f32((float)n)));
}

/* Eight channels from c on. */
MOTE_INLINE void pool_8(const struct mote_pool_window *w, int32_t c, int8_t *out)
{
    int32x4_t low = vdupq_n_s32(0), high = low;
    int32_t n = w->rows * w->columns;

    for (int32_t k = w->row, rows = w->rows; rows > 0; rows--, k = mote_pool_next(w, k)) {
        const int8_t *at = mote_pool_row(w, k, c);

        for (int32_t j = w->columns; j > 0; j--, at += w->p->channels) {
            int16x8_t x = vmovl_s8(vld1_s8(at));

            low = vaddw_s16(low, vget_low_s16(x));
            high = vaddw_high_s16(high, x);
        }
    }
    vst1_s8(out + c, mote_narrow_8(mean_of(low, n), mean_of(high, n), 0, w->p->lo, w->p->hi));
}

/* The last ones may be made twice in part. */
static void pool(const struct mote_pool_window *w, int8_t *out)
{
    int32_t c = 0, channels = w->p->channels;

    if (mote_pool_divides_as_float(w))
        for (; channels >= 8 && c < channels; c += 8)
            pool_8(w, c + 8 <= channels ? c : channels - 8, out);
    for (; c < channels; c++)
        out[c] = mote_pool_mean_of(w, c);
}

MOTE_WEAK void mote_average_pool_2d_s8_neon(const struct mote_average_pool_2d_s8 *p, const int8_t *in, int8_t *out,
                                            int32_t first, int32_t count)
{
    const struct mote_pool_2d windows = MOTE_POOL_2D_OF(p);

    mote_pool_windows(pool, &windows, in, out, first, count);
}

static void run_average_pool_2d_s8_neon(const struct mote_call *c)
{
    mote_average_pool_2d_s8_neon(c->params, c->args[0], c->args[1], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(average_pool_2d_s8, neon, .run = MOTE_IF_NEON(run_average_pool_2d_s8_neon));
