/* SPDX-License-Identifier: Apache-2.0 */
/* Portable 16x8 fully connected layer: the definition of fully_connected_s16.h. */
#include "../shared/hot.h"

#include "fully_connected_s16.h"

#include "../shared/wide.h"

MOTE_WEAK void mote_fully_connected_s16(const struct mote_fully_connected_s16 *p, const int16_t *in,
                                        const MOTE_FLASH int8_t *weights, const MOTE_FLASH int64_t *bias,
                                        const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int16_t *out,
                                        int32_t first, int32_t count)
{
    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len)
        for (int32_t o = 0; o < p->out_c; o++) {
            int32_t m = o * p->per_channel;
            int64_t sum = mote_dot_s16(in, weights + o * p->in_len, p->in_len);

            *out++ = mote_requant_s16(sum, bias[o], p->wide, mult[m], shift[m], p->lo, p->hi);
        }
}

static void run_fully_connected_s16(const struct mote_call *c)
{
    mote_fully_connected_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                             c->first, c->count);
}

MOTE_KERNEL_VERSION(fully_connected_s16, portable);
