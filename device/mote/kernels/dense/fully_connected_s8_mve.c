/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 with vectors of 16 products; four outputs share the inputs. */
#include "fully_connected_s8_mve.h"

#include "../shared/mve.h"

#if MOTE_MVE
MOTE_WEAK void mote_fully_connected_s8_mve(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                           const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                           const int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    const struct mote_clamp c = {p->out_zero, p->lo, p->hi, p->per_channel};
    int32_t len = p->in_len, out_c = p->out_c;

    in += first * len;
    out += first * out_c;
    for (; count > 0; count--, in += len, out += out_c) {
        uint32_t zero = p->weights_zero ? (uint32_t)p->weights_zero * mote_total(in, len) : 0;

        for (int32_t o = 0; o < out_c; o += 4) {
            int32_t q = c.per_channel ? o : 0, n = out_c - o < 4 ? out_c - o : 4;
            mve_pred16_t lanes = vctp32q((uint32_t)n);
            struct mote_scale s = mote_scale_of_some(bias + o, mult + q, shift + q, c.per_channel, lanes);
            int32x4_t sum = vsubq_n_s32(mote_dot_four(in, weights + o * len, len, n - 1, len), (int32_t)zero);

            vstrbq_p_s32(out + o, mote_requant_four(sum, &s, &c), lanes);
        }
    }
}

static void run_fully_connected_s8_mve(const struct mote_call *c)
{
    mote_fully_connected_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_s8, mve, .run = MOTE_IF_MVE(run_fully_connected_s8_mve));
