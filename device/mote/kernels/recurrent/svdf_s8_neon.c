/* SPDX-License-Identifier: Apache-2.0 */
/* svdf_s8 with eight products an instruction or two, of which four filters share the inputs; the state moves
 * while it is multiplied. */
#include "svdf_s8_neon.h"

#include "../shared/neon.h"
#include "svdf_s8_fours.h"

#if MOTE_NEON
MOTE_INLINE int32x4_t add_products(int32x4_t sum, int16x8_t x, int16x8_t y)
{
    return vmlal_high_s16(vmlal_s16(sum, vget_low_s16(x), vget_low_s16(y)), x, y);
}

static void features(const struct mote_svdf_s8 *p, const int8_t *in, const int8_t *w, int32_t last, int32_t values[4])
{
    const int8_t *row[4] = {w, w + (last > 0 ? 1 : 0) * p->inputs, w + (last > 1 ? 2 : 0) * p->inputs,
                            w + last * p->inputs};
    const int8x8_t zero = vdup_n_s8((int8_t)p->in_zero);
    const int8_t shift = (int8_t)p->state_shift;
    const struct mote_scale_4 scale = mote_scale_4(&p->state_mult, &shift, false, 4);
    const int32_t most = p->wide ? INT16_MAX : INT8_MAX;
    int32x4_t sums[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};

    for (int32_t i = 0, n = p->inputs; n > 0; i += 8, n -= 8) {
        int16x8_t x = vsubl_s8(mote_bytes_8(in + i, n), zero);

        MOTE_UNROLL for (int k = 0; k < 4; k++) sums[k] =
            add_products(sums[k], x, vmovl_s8(mote_bytes_8(row[k] + i, n))); /* zeros beyond the end */
    }
    sums[0] = mote_requant_4(vpaddq_s32(vpaddq_s32(sums[0], sums[1]), vpaddq_s32(sums[2], sums[3])), &scale);
    vst1q_s32(values, vmaxq_s32(vminq_s32(sums[0], vdupq_n_s32(most)), vdupq_n_s32(-most - 1)));
}

/* Eight of the state, one further on: the last ones get the newest from the right. */
MOTE_INLINE int16x8_t shifted(int16x8_t x, int32_t newest) { return vextq_s16(x, vdupq_n_s16((int16_t)newest), 1); }

static uint32_t times_s16(int16_t *state, const int16_t *w, int32_t n, int32_t newest)
{
    int32x4_t sum = vdupq_n_s32(0);
    int32_t m = 0;
    uint32_t total;

    for (; m + 8 <= n; m += 8) {
        int16x8_t x = m + 8 < n ? vld1q_s16(state + m + 1) : shifted(vld1q_s16(state + m), newest);

        vst1q_s16(state + m, x);
        sum = add_products(sum, x, vld1q_s16(w + m));
    }
    total = (uint32_t)vaddvq_s32(sum);
    for (; m < n; m++) {
        state[m] = m + 1 < n ? state[m + 1] : (int16_t)newest;
        total += (uint32_t)(state[m] * w[m]);
    }
    return total;
}

static uint32_t times_s8(int8_t *state, const int8_t *w, int32_t n, int32_t zero, int32_t newest)
{
    int32x4_t sum = vdupq_n_s32(0);
    int32_t m = 0;
    uint32_t total;

    for (; m + 8 <= n; m += 8) {
        int16x8_t x = m + 8 < n ? vmovl_s8(vld1_s8(state + m + 1)) : shifted(vmovl_s8(vld1_s8(state + m)), newest);

        vst1_s8(state + m, vmovn_s16(x));
        sum = add_products(sum, vsubq_s16(x, vdupq_n_s16((int16_t)zero)), vmovl_s8(vld1_s8(w + m)));
    }
    total = (uint32_t)vaddvq_s32(sum);
    for (; m < n; m++) {
        state[m] = m + 1 < n ? state[m + 1] : (int8_t)newest;
        total += (uint32_t)((state[m] - zero) * w[m]);
    }
    return total;
}

static uint32_t times(const struct mote_svdf_s8 *p, void *state, const void *w, int32_t newest)
{
    return p->wide ? times_s16(state, w, p->memory, newest) : times_s8(state, w, p->memory, p->state_zero, newest);
}

MOTE_WEAK void mote_svdf_s8_neon(const struct mote_svdf_s8 *p, const int8_t *in, const int8_t *features_weights,
                                 const void *times_weights, const int32_t *bias, void *state, int8_t *out,
                                 int32_t first, int32_t count)
{
    const struct mote_svdf_loops loops = {features, times};

    mote_svdf_rows(p, &loops, in, features_weights, times_weights, bias, state, out, first, count);
}

static void run_svdf_s8_neon(const struct mote_call *c)
{
    mote_svdf_s8_neon(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->first,
                      c->count);
}
#endif

MOTE_KERNEL_CODE(svdf_s8, neon, .run = MOTE_IF_NEON(run_svdf_s8_neon));
