/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 layer with computed weights: the definition of fully_connected_computed_s8.h. */
#include "../shared/hot.h"

#include "fully_connected_computed_s8.h"

#include "../shared/requant.h"

static uint32_t sum_of(const int8_t *a, int32_t a_zero, const int8_t *b, int32_t b_zero, int32_t n)
{
    uint32_t sum = 0;

    for (int32_t i = 0; i < n; i++)
        sum += (uint32_t)((a[i] - a_zero) * (b[i] - b_zero));
    return sum;
}

MOTE_WEAK void mote_fully_connected_computed_s8(const struct mote_fully_connected_computed_s8 *p, const int8_t *in,
                                                const int8_t *weights, const MOTE_FLASH int32_t *bias,
                                                const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                                                int8_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len)
        for (int32_t o = 0; o < p->out_c; o++) {
            int32_t q = p->per_channel ? o : 0;
            uint32_t sum = (uint32_t)bias[o];

            sum += sum_of(in, p->in_zero, weights + o * p->in_len, p->weights_zero, p->in_len);
            *out++ = mote_requant_s8((int32_t)sum, mult[q], shift[q], p->out_zero, p->lo, p->hi);
        }
}

static void run_fully_connected_computed_s8(const struct mote_call *c)
{
    mote_fully_connected_computed_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                     c->first, c->count);
}

MOTE_KERNEL_VERSION(fully_connected_computed_s8, portable);
