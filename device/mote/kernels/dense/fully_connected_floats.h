/* SPDX-License-Identifier: Apache-2.0 */
/* A fully connected layer of floats whose weights are mote_weight; FULLY_CONNECTED is its name,
 * FULLY_CONNECTED_PARAMS that of its parameters. Four outputs share each input. */
#ifndef MOTE_FULLY_CONNECTED_FLOATS_H
#define MOTE_FULLY_CONNECTED_FLOATS_H

MOTE_WEAK void FULLY_CONNECTED(const struct FULLY_CONNECTED_PARAMS *p, const float *in,
                               MOTE_WEIGHTS(const MOTE_FLASH mote_weight *weights, const MOTE_FLASH float *scales),
                               const MOTE_FLASH float *bias, float *out, int32_t first, int32_t count)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);

    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len)
        for (int32_t o = 0, n; o < p->out_c; o += n) {
            const MOTE_FLASH mote_weight *w = weights + o * p->in_len;
            float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};

            n = p->out_c - o < 4 ? 1 : 4;
            if (n == 4)
                mote_dot_four(in, MOTE_WEIGHTS(w, scales + o), p->in_len, p->in_len, sum);
            else
                sum[0] = mote_dot(in, MOTE_WEIGHTS(w, scales + o), p->in_len, 0.0f);
            for (int32_t i = 0; i < n; i++)
                *out++ = mote_clamp_f32(sum[i] + bias[o + i], lo, hi);
        }
}

#endif
