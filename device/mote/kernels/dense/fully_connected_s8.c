/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 fully connected layer: the definition of fully_connected_s8.h. */
#include "fully_connected_s8.h"

#include "../shared/requant.h"

/* Sums of n rows of weights, 1 to 4, that share each input. Where there are fewer than four the last one is summed
 * again, for nothing. */
static void sum_rows(const int8_t *in, int32_t len, const MOTE_FLASH int8_t *w, int32_t n, uint32_t sum[4])
{
    const MOTE_FLASH int8_t *w0 = w, *w1 = w0 + (n > 1 ? len : 0);
    const MOTE_FLASH int8_t *w2 = w1 + (n > 2 ? len : 0), *w3 = w2 + (n > 3 ? len : 0);
    uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;

    for (; len > 0; len--) {
        int32_t value = *in++;

        s0 += (uint32_t)(value * *w0++);
        s1 += (uint32_t)(value * *w1++);
        s2 += (uint32_t)(value * *w2++);
        s3 += (uint32_t)(value * *w3++);
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

static uint32_t total(const int8_t *a, int32_t n)
{
    uint32_t sum = 0;

    for (int32_t i = 0; i < n; i++) {
        int32_t value = a[i];

        sum += (uint32_t)value;
    }
    return sum;
}

MOTE_WEAK void mote_fully_connected_s8(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                       const MOTE_FLASH int8_t *weights, const MOTE_FLASH int32_t *bias,
                                       const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int8_t *out,
                                       int32_t first, int32_t count)
{
    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len) {
        uint32_t zero = p->weights_zero ? (uint32_t)p->weights_zero * total(in, p->in_len) : 0;

        for (int32_t o = 0, n; o < p->out_c; o += n) {
            uint32_t sum[4];

            n = p->out_c - o < 4 ? p->out_c - o : 4;
            sum_rows(in, p->in_len, weights + o * p->in_len, n, sum);
            for (int32_t j = 0; j < n; j++) {
                int32_t q = p->per_channel ? o + j : 0;

                sum[j] += (uint32_t)bias[o + j] - zero;
                *out++ = mote_requant_s8((int32_t)sum[j], mult[q], shift[q], p->out_zero, p->lo, p->hi);
            }
        }
    }
}

static void run_fully_connected_s8(const struct mote_call *c)
{
    mote_fully_connected_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->first,
                            c->count);
}

MOTE_KERNEL_VERSION(fully_connected_s8, portable);
