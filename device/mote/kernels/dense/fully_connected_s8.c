/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 fully connected layer: the definition of fully_connected_s8.h. */
#include "../shared/hot.h"

#include "fully_connected_s8.h"

#include "../shared/requant.h"
#include "fully_connected_s8_sums.h"

MOTE_WEAK void mote_fully_connected_s8(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                       const MOTE_FLASH int8_t *weights, const MOTE_FLASH int32_t *bias,
                                       const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int8_t *out,
                                       int32_t first, int32_t count)
{
    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len) {
        uint32_t zero = p->weights_zero ? (uint32_t)p->weights_zero * mote_dense_total(in, p->in_len) : 0;

        for (int32_t o = 0, n; o < p->out_c; o += n) {
            uint32_t sum[4];

            n = p->out_c - o < 4 ? p->out_c - o : 4;
            mote_dense_sums(in, p->in_len, weights + o * p->in_len, p->in_len, n, sum);
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
