/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float fully connected layer: the definition of fully_connected_f32.h. Four outputs share each input. */
#include "fully_connected_f32.h"

#include "../shared/floats.h"

MOTE_WEAK void mote_fully_connected_f32(const struct mote_fully_connected_f32 *p, const float *in,
                                        const MOTE_FLASH float *weights, const MOTE_FLASH float *bias, float *out,
                                        int32_t first, int32_t count)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);

    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len)
        for (int32_t o = 0, n; o < p->out_c; o += n) {
            const MOTE_FLASH float *w = weights + o * p->in_len;
            float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};

            n = p->out_c - o < 4 ? 1 : 4;
            if (n == 4)
                mote_dot_four_f32(in, w, p->in_len, p->in_len, sum);
            else
                sum[0] = mote_dot_f32(in, w, p->in_len, 0.0f);
            for (int32_t i = 0; i < n; i++)
                *out++ = mote_clamp_f32(sum[i] + bias[o + i], lo, hi);
        }
}

static void run_fully_connected_f32(const struct mote_call *c)
{
    mote_fully_connected_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(fully_connected_f32, portable);
