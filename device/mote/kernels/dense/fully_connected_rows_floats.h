/* SPDX-License-Identifier: Apache-2.0 */
/* A fully connected layer of floats over rows whose weights are mote_weight; FULLY_CONNECTED_ROWS is its name,
 * FULLY_CONNECTED_ROWS_PARAMS that of its parameters. Four outputs share each input. */
#ifndef MOTE_FULLY_CONNECTED_ROWS_FLOATS_H
#define MOTE_FULLY_CONNECTED_ROWS_FLOATS_H

#include "../shared/folds.h"

/* n inputs, from one with these weights of the first output on. */
static void add(const struct FULLY_CONNECTED_ROWS_PARAMS *p, const float *in, int32_t n,
                MOTE_WEIGHTS(const MOTE_FLASH mote_weight *weights, const MOTE_FLASH float *scales), float *sums)
{
    int32_t step = p->in_h * p->in_len, o = 0;

    for (; o + 4 <= p->out_c; o += 4)
        mote_dot_four(in, MOTE_WEIGHTS(weights + o * step, scales + o), step, n, sums + o);
    for (; o < p->out_c; o++)
        sums[o] = mote_dot(in, MOTE_WEIGHTS(weights + o * step, scales + o), n, sums[o]);
}

MOTE_WEAK void FULLY_CONNECTED_ROWS(const struct FULLY_CONNECTED_ROWS_PARAMS *p, const float *in,
                                    MOTE_WEIGHTS(const MOTE_FLASH mote_weight *weights, const MOTE_FLASH float *scales),
                                    const MOTE_FLASH float *bias, float *sums, float *out, int32_t first, int32_t count)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);
    struct mote_run run;

    mote_assert(first >= 0 && count >= 0 && first <= p->batch * p->in_h - count);
    for (; count > 0; count -= run.rows, first += run.rows) {
        run = mote_run_of(first, count, p->in_h, p->in_ring);
        for (int32_t o = 0; run.y == 0 && o < p->out_c; o++)
            sums[o] = 0.0f;
        add(p, in + run.at * p->in_len, run.rows * p->in_len, MOTE_WEIGHTS(weights + run.y * p->in_len, scales), sums);
        for (int32_t o = 0; run.ends && o < p->out_c; o++)
            out[o] = mote_clamp_f32(sums[o] + bias[o], lo, hi);
    }
}

#endif
