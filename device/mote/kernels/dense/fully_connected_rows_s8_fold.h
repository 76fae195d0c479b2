/* SPDX-License-Identifier: Apache-2.0 */
/* What versions of fully_connected_rows_s8 with vectors do, but for the sums and how they become outputs. */
#ifndef MOTE_FULLY_CONNECTED_ROWS_S8_FOLD_H
#define MOTE_FULLY_CONNECTED_ROWS_S8_FOLD_H

#include "../shared/folds.h"
#include "fully_connected_rows_s8.h"

/* What includes this has: adds n inputs, from one with these weights of the first output on, to the outputs' sums,
 * modulo 2^32; and makes outputs of sums. */
static void add(const struct mote_fully_connected_rows_s8 *p, const int8_t *in, int32_t n, const int8_t *weights,
                int32_t *sums);
static void put(const struct mote_fully_connected_rows_s8 *p, const int32_t *sums, const int32_t *mult,
                const int8_t *shift, int8_t *out);

static inline void mote_dense_rows_fold(const struct mote_fully_connected_rows_s8 *p, const int8_t *in,
                                        const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                        const int8_t *shift, int32_t *sums, int8_t *out, int32_t first, int32_t count)
{
    struct mote_run run;

    mote_assert(first >= 0 && count >= 0 && first <= p->batch * p->in_h - count);
    for (; count > 0; count -= run.rows, first += run.rows) {
        run = mote_run_of(first, count, p->in_h, p->in_ring);
        for (int32_t o = 0; run.y == 0 && o < p->out_c; o++)
            sums[o] = bias[o];
        add(p, in + run.at * p->in_len, run.rows * p->in_len, weights + run.y * p->in_len, sums);
        if (run.ends)
            put(p, sums, mult, shift, out);
    }
}

#endif
