/* SPDX-License-Identifier: Apache-2.0 */
/* What the versions of fully_connected_s8 for AArch64 share. */
#ifndef MOTE_FULLY_CONNECTED_S8_AARCH64_H
#define MOTE_FULLY_CONNECTED_S8_AARCH64_H

#include "../shared/requant.h"
#include "../shared/sums_neon.h"
#include "fully_connected_s8.h"

#if MOTE_NEON
MOTE_INLINE void mote_dense_rows(const struct mote_fully_connected_s8 *p, const int8_t *in, const int8_t *weights,
                                 const int32_t *bias, const int32_t *mult, const int8_t *shift, int8_t *out,
                                 int32_t count, mote_dot_16 *dot)
{
    for (; count > 0; count--, in += p->in_len) {
        int32x4_t zero = vdupq_n_s32(0);

        if (p->weights_zero != 0)
            zero = vmulq_s32(vdupq_n_s32(mote_total(in, p->in_len)), vdupq_n_s32(p->weights_zero));
        for (int32_t o = 0, n; o < p->out_c; o += n, out += n) {
            int32_t q = p->per_channel ? o : 0;
            struct mote_scale_4 scale;
            int32x4_t sum;

            n = p->out_c - o < 4 ? p->out_c - o : 4;
            sum = mote_sums_4(in, p->in_len, weights + o * p->in_len, p->in_len, n, dot);
            scale = mote_scale_4(mult + q, shift + q, p->per_channel, n);
            sum = mote_requant_4(vaddq_s32(sum, vsubq_s32(mote_load_4(bias + o, n), zero)), &scale);
            mote_put_8(mote_narrow_8(sum, sum, p->out_zero, p->lo, p->hi), n, out);
        }
    }
}
#endif

#endif
