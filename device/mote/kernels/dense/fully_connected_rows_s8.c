/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 fully connected layer over rows: the definition of fully_connected_rows_s8.h. */
#include "../shared/hot.h"

#include "fully_connected_rows_s8.h"

#include "../shared/folds.h"
#include "../shared/requant.h"
#include "fully_connected_s8_sums.h"

/* n inputs, from one with these weights of the first output on. */
static void add(const struct mote_fully_connected_rows_s8 *p, const int8_t *in, int32_t n,
                const MOTE_FLASH int8_t *weights, int32_t *sums)
{
    uint32_t zero = p->weights_zero ? (uint32_t)p->weights_zero * mote_dense_total(in, n) : 0;
    int32_t step = p->in_h * p->in_len;

    for (int32_t o = 0, some; o < p->out_c; o += some) {
        uint32_t sum[4];

        some = p->out_c - o < 4 ? p->out_c - o : 4;
        mote_dense_sums(in, n, weights + o * step, step, some, sum);
        for (int32_t i = 0; i < some; i++)
            sums[o + i] = (int32_t)((uint32_t)sums[o + i] + sum[i] - zero);
    }
}

MOTE_WEAK void mote_fully_connected_rows_s8(const struct mote_fully_connected_rows_s8 *p, const int8_t *in,
                                            const MOTE_FLASH int8_t *weights, const MOTE_FLASH int32_t *bias,
                                            const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                                            int32_t *sums, int8_t *out, int32_t first, int32_t count)
{
    struct mote_run run;

    mote_assert(first >= 0 && count >= 0 && first <= p->batch * p->in_h - count);
    for (; count > 0; count -= run.rows, first += run.rows) {
        run = mote_run_of(first, count, p->in_h, p->in_ring);
        for (int32_t o = 0; run.y == 0 && o < p->out_c; o++)
            sums[o] = bias[o];
        add(p, in + run.at * p->in_len, run.rows * p->in_len, weights + run.y * p->in_len, sums);
        for (int32_t o = 0, q; run.ends && o < p->out_c; o++) {
            q = p->per_channel ? o : 0;
            out[o] = mote_requant_s8(sums[o], mult[q], shift[q], p->out_zero, p->lo, p->hi);
        }
    }
}

static void run_fully_connected_rows_s8(const struct mote_call *c)
{
    mote_fully_connected_rows_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                 c->args[6], c->first, c->count);
}

MOTE_KERNEL_VERSION(fully_connected_rows_s8, portable);
