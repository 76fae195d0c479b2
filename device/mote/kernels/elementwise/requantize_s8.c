/* SPDX-License-Identifier: Apache-2.0 */
/* Portable requantization, int8 to int8: the definition of requantize_s8.h. */
#include "../shared/hot.h"

#include "requantize_s8.h"

#include "../shared/rows.h"

MOTE_WEAK void mote_requantize_s8(const struct mote_requantize_s8 *p, const int8_t *in, int8_t *out, int32_t first,
                                  int32_t count)
{
    /* A copy, so that storing bytes cannot change the parameters. */
    const struct mote_requantize_s8 q = *p;

    mote_assert(first >= 0 && first + count <= q.rows);
    for (int32_t r = first; r < first + count; r++) {
        const int8_t *from = in + mote_ring(r, q.in_ring) * q.len;
        int8_t *to = out + mote_ring(r, q.out_ring) * q.len;

        for (int32_t i = 0; i < q.len; i++)
            to[i] = mote_requant_s8(from[i] - q.in_zero, q.mult, q.shift, q.out_zero, INT8_MIN, INT8_MAX);
    }
}

static void run_requantize_s8(const struct mote_call *c)
{
    mote_requantize_s8(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(requantize_s8, portable);
