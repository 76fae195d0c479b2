/* SPDX-License-Identifier: Apache-2.0 */
/* Portable softmax, int8 to int16: the definition of softmax_s8_s16.h. */
#include "../shared/hot.h"

#include "softmax_s8_s16.h"

#include "../shared/rows.h"

MOTE_WEAK void mote_softmax_s8_s16(const struct mote_softmax_s8_s16 *p, const int8_t *in,
                                   const MOTE_FLASH int32_t *table, int16_t *out, int32_t first, int32_t count)
{
    int32_t len = p->groups * p->depth;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int8_t *from = in + mote_ring(r, p->in_ring) * len;
        int16_t *to = out + mote_ring(r, p->out_ring) * len;

        for (int32_t g = 0; g < p->groups; g++, from += p->depth, to += p->depth) {
            struct mote_softmax s = mote_softmax_of(from, p->depth, table, p->n_table, 16);

            for (int32_t i = 0; i < p->depth; i++)
                to[i] = (int16_t)mote_softmax_result(&s, from[i], table, p->n_table, INT16_MIN, INT16_MAX);
        }
    }
}

static void run_softmax_s8_s16(const struct mote_call *c)
{
    mote_softmax_s8_s16(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(softmax_s8_s16, portable);
