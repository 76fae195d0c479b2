/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 mean over rows and columns: the definition of mean_rows_s8.h. */
#include "../shared/hot.h"

#include "mean_rows_s8.h"

#include "mean_rows_s8_fold.h"

static void add(const int8_t *in, int32_t n, int32_t channels, int32_t *sums)
{
    for (int32_t c = 0; c < channels; c++) {
        const int8_t *at = in + c;
        int32_t sum = sums[c];

        for (int32_t i = n; i > 0; i--, at += channels)
            sum = mote_sum(sum, *at);
        sums[c] = sum;
    }
}

MOTE_WEAK void mote_mean_rows_s8(const struct mote_mean_rows_s8 *p, const int8_t *in, int32_t *sums, int8_t *out,
                                 int32_t first, int32_t count)
{
    mote_mean_rows_fold(add, p, in, sums, out, first, count);
}

static void run_mean_rows_s8(const struct mote_call *c)
{
    mote_mean_rows_s8(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(mean_rows_s8, portable);
