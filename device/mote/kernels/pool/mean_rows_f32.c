/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float mean over rows and columns: the definition of mean_rows_f32.h. */
#include "../shared/hot.h"

#include "mean_rows_f32.h"

#include "../shared/floats.h"
#include "../shared/folds.h"

/* Adds n pixels to their channels' sums. */
static void add(const float *in, int32_t n, int32_t channels, float *sums)
{
    for (int32_t c = 0; c < channels; c++) {
        const float *at = in + c;
        float sum = sums[c];

        for (int32_t i = 0; i < n; i++)
            sum += at[i * channels];
        sums[c] = sum;
    }
}

static void put(const struct mote_mean_rows_f32 *p, const float *sums, float *out)
{
    const float number = mote_float(p->number), lo = mote_float(p->lo), hi = mote_float(p->hi);

    for (int32_t c = 0; c < p->channels; c++)
        out[c] = mote_clamp_f32(sums[c] / number, lo, hi);
}

MOTE_WEAK void mote_mean_rows_f32(const struct mote_mean_rows_f32 *p, const float *in, float *sums, float *out,
                                  int32_t first, int32_t count)
{
    struct mote_run run;

    mote_assert(first >= 0 && count >= 0 && first <= p->batch * p->in_h - count);
    for (; count > 0; count -= run.rows, first += run.rows) {
        run = mote_run_of(first, count, p->in_h, p->in_ring);
        for (int32_t c = 0; run.y == 0 && c < p->channels; c++)
            sums[c] = 0.0f;
        add(in + run.at * p->in_w * p->channels, run.rows * p->in_w, p->channels, sums);
        if (run.ends)
            put(p, sums, out + mote_ring(first / p->in_h, p->out_ring) * p->channels);
    }
}

static void run_mean_rows_f32(const struct mote_call *c)
{
    mote_mean_rows_f32(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(mean_rows_f32, portable);
