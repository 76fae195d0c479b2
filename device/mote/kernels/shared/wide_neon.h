/* SPDX-License-Identifier: Apache-2.0 */
/* wide_fours.h with Advanced SIMD: eight inputs at a time. */
#ifndef MOTE_WIDE_NEON_H
#define MOTE_WIDE_NEON_H

#include "neon.h"
#include "wide_fours.h"

#if MOTE_NEON
/* The last n of eight, zeros before them. */
MOTE_INLINE int16x8_t mote_last_of_8(int16x8_t x, int32_t n)
{
    static const int16_t places[8] = {0, 1, 2, 3, 4, 5, 6, 7};

    return vandq_s16(x, vreinterpretq_s16_u16(vcgeq_s16(vld1q_s16(places), vdupq_n_s16((int16_t)(8 - n)))));
}

MOTE_INLINE void mote_wide_add_8(int32x4_t s[4], int16x8_t x, const int8_t *const w[4], int32_t i)
{
    MOTE_UNROLL for (int k = 0; k < 4; k++)
    {
        int16x8_t y = vmovl_s8(vld1_s8(w[k] + i));

        s[k] = vmlal_high_s16(vmlal_s16(s[k], vget_low_s16(x), vget_low_s16(y)), x, y);
    }
}

static inline void mote_wide_four_neon(const int16_t *a, const int8_t *const w[4], int32_t n, int32_t sum[4])
{
    int32x4_t s[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
    int32_t i = 0;

    for (; i + 8 <= n; i += 8)
        mote_wide_add_8(s, vld1q_s16(a + i), w, i);
    if (n > 8 && i < n) {
        mote_wide_add_8(s, mote_last_of_8(vld1q_s16(a + n - 8), n - i), w, n - 8);
        i = n;
    }
    vst1q_s32(sum, vpaddq_s32(vpaddq_s32(s[0], s[1]), vpaddq_s32(s[2], s[3])));
    for (; i < n; i++)
        MOTE_UNROLL for (int k = 0; k < 4; k++) sum[k] += a[i] * w[k][i];
}
#endif

#endif
