/* SPDX-License-Identifier: Apache-2.0 */
/* average_pool_2d_s8 with Advanced SIMD: eight channels of a window at once; their divisions are one by one. */
#include "average_pool_2d_s8_neon.h"

#include "../shared/requant.h"
#include "../shared/rows.h"
#include "../shared/windows.h"
#include "../shared/neon.h"

#if MOTE_NEON
/* To sum[], n channels from `a` on, the window's first column in row 0 of the ring. */
MOTE_INLINE void sum_window(const struct mote_average_pool_2d_s8 *p, const int8_t *a, struct mote_span y,
                            int32_t columns, int32_t n, int32_t sum[8])
{
    int32x4_t low = vdupq_n_s32(0), high = low;

    for (int32_t k = y.from, rows = y.count; rows > 0; rows--) {
        const int8_t *b = a + k * p->in_w * p->channels;

        for (int32_t j = columns; j > 0; j--, b += p->channels) {
            int16x8_t x = vmovl_s8(mote_bytes_8(b, n));

            low = vaddw_s16(low, vget_low_s16(x));
            high = vaddw_high_s16(high, x);
        }
        k = k + 1 < p->in_ring ? k + 1 : 0;
    }
    vst1q_s32(sum, low);
    vst1q_s32(sum + 4, high);
}

static void pool_row(const struct mote_average_pool_2d_s8 *p, const int8_t *in, struct mote_span y, int8_t *out)
{
    for (int32_t ox = 0; ox < p->out_w; ox++) {
        struct mote_span x = mote_window_cut(ox * p->stride_w - p->pad_left, p->kernel_w, p->in_w);
        const int8_t *a = in + x.from * p->channels;
        int32_t n = y.count * x.count;

        for (int32_t c = 0; c < p->channels; c += 8) {
            int32_t sum[8], some = p->channels - c < 8 ? p->channels - c : 8;

            if (some == 8)
                sum_window(p, a + c, y, x.count, 8, sum);
            else
                sum_window(p, a + c, y, x.count, some, sum);
            for (int32_t i = 0; i < some; i++) {
                sum[i] += sum[i] > 0 ? n / 2 : -(n / 2);
                *out++ = (int8_t)mote_clamp(sum[i] / n, p->lo, p->hi);
            }
        }
    }
}

MOTE_WEAK void mote_average_pool_2d_s8_neon(const struct mote_average_pool_2d_s8 *p, const int8_t *in, int8_t *out,
                                            int32_t first, int32_t count)
{
    for (int32_t r = first; r < first + count; r++) {
        struct mote_span y = mote_window_cut(r % p->out_h * p->stride_h - p->pad_top, p->kernel_h, p->in_h);

        y.from = mote_ring(r / p->out_h * p->in_h + y.from, p->in_ring);
        pool_row(p, in, y, out + mote_ring(r, p->out_ring) * p->out_w * p->channels);
    }
}

static void run_average_pool_2d_s8_neon(const struct mote_call *c)
{
    mote_average_pool_2d_s8_neon(c->params, c->args[0], c->args[1], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(average_pool_2d_s8, neon, .run = MOTE_IF_NEON(run_average_pool_2d_s8_neon));
