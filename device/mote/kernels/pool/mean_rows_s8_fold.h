/* SPDX-License-Identifier: Apache-2.0 */
/* What all versions of mean_rows_s8 do, but for the additions. */
#ifndef MOTE_MEAN_ROWS_S8_FOLD_H
#define MOTE_MEAN_ROWS_S8_FOLD_H

#include "../shared/folds.h"
#include "../shared/requant.h"
#include "mean_rows_s8.h"

static inline int32_t mote_sum(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

/* Adds n >= 1 pixels to their channels' sums, modulo 2^32. */
typedef void mote_mean_rows_add(const int8_t *in, int32_t n, int32_t channels, int32_t *sums);

static inline int8_t mote_mean_rows_result(const struct mote_mean_rows_s8 *p, int32_t sum)
{
    int32_t half = sum > 0 ? p->divisor / 2 : -(p->divisor / 2);

    if (p->divisor == 0)
        return mote_requant_s8(sum, p->mult, p->shift, p->out_zero, p->lo, p->hi);
    sum = (int32_t)((uint32_t)sum + (uint32_t)half);
    return (int8_t)mote_clamp(sum / p->divisor, p->lo, p->hi);
}

static inline void mote_mean_rows_fold(mote_mean_rows_add *add, const struct mote_mean_rows_s8 *p, const int8_t *in,
                                       int32_t *sums, int8_t *out, int32_t first, int32_t count)
{
    struct mote_run run;

    mote_assert(first >= 0 && count >= 0 && first <= p->batch * p->in_h - count);
    for (; count > 0; count -= run.rows, first += run.rows) {
        int8_t *to = out + mote_ring(first / p->in_h, p->out_ring) * p->channels;

        run = mote_run_of(first, count, p->in_h, p->in_ring);
        for (int32_t c = 0; run.y == 0 && c < p->channels; c++)
            sums[c] = p->sum_zero;
        add(in + run.at * p->in_w * p->channels, run.rows * p->in_w, p->channels, sums);
        for (int32_t c = 0; run.ends && c < p->channels; c++)
            to[c] = mote_mean_rows_result(p, sums[c]);
    }
}

#endif
