/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_rows_s8 with Advanced SIMD; four outputs share the inputs. */
#include "fully_connected_rows_s8_neon.h"

#include "../shared/sums_neon.h"

#if MOTE_NEON
#include "fully_connected_rows_s8_fold.h"

static void add(const struct mote_fully_connected_rows_s8 *p, const int8_t *in, int32_t n, const int8_t *weights,
                int32_t *sums)
{
    int32x4_t zero = vdupq_n_s32(0);
    int32_t step = p->in_h * p->in_len;

    if (p->weights_zero != 0)
        zero = vmulq_s32(vdupq_n_s32(mote_total(in, n)), vdupq_n_s32(p->weights_zero));
    for (int32_t o = 0; o < p->out_c; o += 4) {
        int32_t some = p->out_c - o < 4 ? p->out_c - o : 4;
        int32x4_t sum = mote_sums_4(in, n, weights + o * step, step, some, mote_dot_neon);

        vst1q_s32(sums + o, vaddq_s32(vld1q_s32(sums + o), vsubq_s32(sum, zero)));
    }
}

static void put(const struct mote_fully_connected_rows_s8 *p, const int32_t *sums, const int32_t *mult,
                const int8_t *shift, int8_t *out)
{
    for (int32_t o = 0; o < p->out_c; o += 4) {
        int32_t q = p->per_channel ? o : 0, n = p->out_c - o < 4 ? p->out_c - o : 4;
        struct mote_scale_4 scale = mote_scale_4(mult + q, shift + q, p->per_channel, n);
        int32x4_t sum = mote_requant_4(vld1q_s32(sums + o), &scale);

        mote_put_8(mote_narrow_8(sum, sum, p->out_zero, p->lo, p->hi), n, out + o);
    }
}

MOTE_WEAK void mote_fully_connected_rows_s8_neon(const struct mote_fully_connected_rows_s8 *p, const int8_t *in,
                                                 const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                                 const int8_t *shift, int32_t *sums, int8_t *out, int32_t first,
                                                 int32_t count)
{
    mote_dense_rows_fold(p, in, weights, bias, mult, shift, sums, out, first, count);
}

static void run_fully_connected_rows_s8_neon(const struct mote_call *c)
{
    mote_fully_connected_rows_s8_neon(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                      c->args[6], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_rows_s8, neon, .run = MOTE_IF_NEON(run_fully_connected_rows_s8_neon));
