/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float fully connected layer over rows: the definition of fully_connected_rows_f32.h. Four outputs share each
 * input. */
#include "fully_connected_rows_f32.h"

#include "../shared/floats.h"
#include "../shared/folds.h"

/* n inputs, from one with these weights of the first output on. */
static void add(const struct mote_fully_connected_rows_f32 *p, const float *in, int32_t n,
                const MOTE_FLASH float *weights, float *sums)
{
    int32_t step = p->in_h * p->in_len, o = 0;

    for (; o + 4 <= p->out_c; o += 4)
        mote_dot_four_f32(in, weights + o * step, step, n, sums + o);
    for (; o < p->out_c; o++)
        sums[o] = mote_dot_f32(in, weights + o * step, n, sums[o]);
}

MOTE_WEAK void mote_fully_connected_rows_f32(const struct mote_fully_connected_rows_f32 *p, const float *in,
                                             const MOTE_FLASH float *weights, const MOTE_FLASH float *bias, float *sums,
                                             float *out, int32_t first, int32_t count)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);
    struct mote_run run;

    mote_assert(first >= 0 && count >= 0 && first <= p->batch * p->in_h - count);
    for (; count > 0; count -= run.rows, first += run.rows) {
        run = mote_run_of(first, count, p->in_h, p->in_ring);
        for (int32_t o = 0; run.y == 0 && o < p->out_c; o++)
            sums[o] = 0.0f;
        add(p, in + run.at * p->in_len, run.rows * p->in_len, weights + run.y * p->in_len, sums);
        for (int32_t o = 0; run.ends && o < p->out_c; o++)
            out[o] = mote_clamp_f32(sums[o] + bias[o], lo, hi);
    }
}

static void run_fully_connected_rows_f32(const struct mote_call *c)
{
    mote_fully_connected_rows_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->first,
                                  c->count);
}

MOTE_KERNEL_VERSION(fully_connected_rows_f32, portable);
