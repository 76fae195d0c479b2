/* SPDX-License-Identifier: Apache-2.0 */
/* Portable filters: the definition of filter_bank.h. */
#include "../shared/hot.h"

#include "filter_bank.h"

#include "../shared/rows.h"
#include "../shared/s64.h"

static void sum_channels(const struct mote_filter_bank *p, const uint32_t *in, const MOTE_FLASH uint16_t *weights,
                         const MOTE_FLASH uint16_t *spans, uint64_t *out)
{
    uint64_t rest = 0;

    for (int32_t c = 0; c <= p->channels; c++, spans += 2) {
        const uint32_t *from = in + spans[0];
        uint64_t sum = rest;

        rest = 0;
        for (int32_t n = spans[1]; n > 0; n--, weights += 2) {
            uint32_t x = *from++;

            sum += (uint64_t)x * weights[0];
            rest += (uint64_t)x * weights[1];
        }
        if (c > 0)
            mote_put_u64(out, c - 1, sum);
    }
}

MOTE_WEAK void mote_filter_bank(const struct mote_filter_bank *p, const uint32_t *in,
                                const MOTE_FLASH uint16_t *weights, const MOTE_FLASH uint16_t *spans, uint64_t *out,
                                int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        sum_channels(p, in + mote_ring(r, p->in_ring) * p->len, weights, spans,
                     out + mote_ring(r, p->out_ring) * p->channels);
}

static void run_filter_bank(const struct mote_call *c)
{
    mote_filter_bank(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(filter_bank, portable);
