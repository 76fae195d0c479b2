/* SPDX-License-Identifier: Apache-2.0 */
/* Portable dequantization of small integers: the definition of dequantize_f32.h. */
#include "dequantize_f32.h"

#include "../shared/integers.h"
#include "../shared/rows.h"

MOTE_WEAK void mote_dequantize_f32(const struct mote_dequantize_f32 *p, const void *in, float *out, int32_t first,
                                   int32_t count)
{
    const float scale = mote_float(p->scale);

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        int32_t from = mote_ring(r, p->in_ring) * p->len;
        float *to = out + mote_ring(r, p->out_ring) * p->len;

        for (int32_t i = 0; i < p->len; i++)
            to[i] = scale * (float)(mote_integer(in, p->in_type, from + i) - p->zero);
    }
}

static void run_dequantize_f32(const struct mote_call *c)
{
    mote_dequantize_f32(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(dequantize_f32, portable);
