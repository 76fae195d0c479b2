/* SPDX-License-Identifier: Apache-2.0 */
/* Portable logarithm of softmax, int8 to int8: the definition of log_softmax_s8.h. */
#include "../shared/hot.h"

#include "log_softmax_s8.h"

#include "../shared/logarithm.h"
#include "../shared/rows.h"

/* With 19 fraction bits. The largest element alone gives 2^19; it may be gone where results overwrite elements that are
 * still to come. */
static int32_t sum_of_exponentials(const struct mote_log_softmax_s8 *p, const int8_t *in, int32_t largest,
                                   const MOTE_FLASH int32_t *table)
{
    int32_t sum = 0;

    for (int32_t i = 0; i < p->depth; i++) {
        int32_t d = largest - in[i];

        if (d < p->n_table)
            sum += mote_rounding_divide(table[d], 12);
    }
    return sum < INT32_C(1) << 19 ? INT32_C(1) << 19 : sum;
}

static void log_softmax(const struct mote_log_softmax_s8 *p, const int8_t *in, const MOTE_FLASH int32_t *table,
                        int8_t *out)
{
    int32_t largest = in[0], log_sum, least;

    for (int32_t i = 1; i < p->depth; i++)
        largest = in[i] > largest ? in[i] : largest;
    log_sum = mote_logarithm(sum_of_exponentials(p, in, largest, table));
    /* Below, the difference of logarithms would not fit. */
    least = mote_requant((int32_t)((uint32_t)log_sum + (UINT32_C(1) << 31)), p->back_mult, p->back_shift);
    if (least < -p->radius - 1)
        least = -p->radius - 1;
    for (int32_t i = 0; i < p->depth; i++) {
        int32_t d = in[i] - largest;
        uint32_t result = (uint32_t)mote_requant(d, p->mult, p->shift) - (uint32_t)log_sum;

        if (d <= least)
            out[i] = INT8_MIN;
        else
            out[i] = (int8_t)mote_clamp(mote_rounding_divide((int32_t)result, 22) + 127, INT8_MIN, INT8_MAX);
    }
}

MOTE_WEAK void mote_log_softmax_s8(const struct mote_log_softmax_s8 *p, const int8_t *in,
                                   const MOTE_FLASH int32_t *table, int8_t *out, int32_t first, int32_t count)
{
    int32_t len = p->groups * p->depth;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int8_t *from = in + mote_ring(r, p->in_ring) * len;
        int8_t *to = out + mote_ring(r, p->out_ring) * len;

        for (int32_t g = 0; g < p->groups; g++)
            log_softmax(p, from + g * p->depth, table, to + g * p->depth);
    }
}

static void run_log_softmax_s8(const struct mote_call *c)
{
    mote_log_softmax_s8(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(log_softmax_s8, portable);
