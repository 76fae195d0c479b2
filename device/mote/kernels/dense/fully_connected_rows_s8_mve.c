/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_rows_s8 with vectors of 16 products; four outputs share the inputs. */
#include "fully_connected_rows_s8_mve.h"

#include "../shared/mve.h"

#if MOTE_MVE
#include "fully_connected_rows_s8_fold.h"

static void add(const struct mote_fully_connected_rows_s8 *p, const int8_t *in, int32_t n, const int8_t *weights,
                int32_t *sums)
{
    uint32_t zero = p->weights_zero ? (uint32_t)p->weights_zero * mote_total(in, n) : 0;
    int32_t step = p->in_h * p->in_len;

    for (int32_t o = 0; o < p->out_c; o += 4) {
        int32_t last = p->out_c - o < 4 ? p->out_c - o - 1 : 3;
        int32x4_t sum = vsubq_n_s32(mote_dot_four(in, weights + o * step, step, last, n), (int32_t)zero);

        vstrwq_s32(sums + o, vaddq_s32(vldrwq_s32(sums + o), sum));
    }
}

static void put(const struct mote_fully_connected_rows_s8 *p, const int32_t *sums, const int32_t *mult,
                const int8_t *shift, int8_t *out)
{
    const struct mote_clamp c = {p->out_zero, p->lo, p->hi, p->per_channel};

    for (int32_t o = 0; o < p->out_c; o += 4) {
        int32_t q = c.per_channel ? o : 0;
        mve_pred16_t lanes = vctp32q((uint32_t)(p->out_c - o));
        struct mote_scale s = mote_scale_of_some(sums + o, mult + q, shift + q, c.per_channel, lanes);

        vstrbq_p_s32(out + o, mote_requant_four(vdupq_n_s32(0), &s, &c), lanes);
    }
}

MOTE_WEAK void mote_fully_connected_rows_s8_mve(const struct mote_fully_connected_rows_s8 *p, const int8_t *in,
                                                const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                                const int8_t *shift, int32_t *sums, int8_t *out, int32_t first,
                                                int32_t count)
{
    mote_dense_rows_fold(p, in, weights, bias, mult, shift, sums, out, first, count);
}

static void run_fully_connected_rows_s8_mve(const struct mote_call *c)
{
    mote_fully_connected_rows_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                     c->args[6], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_rows_s8, mve, .run = MOTE_IF_MVE(run_fully_connected_rows_s8_mve));
