/* SPDX-License-Identifier: Apache-2.0 */
/* Portable dequantization of int8: the definition of dequantize_s8_f32.h. */
#include "dequantize_s8_f32.h"

#include "../shared/rows.h"

MOTE_WEAK void mote_dequantize_s8_f32(const struct mote_dequantize_s8_f32 *p, const int8_t *in, float *out,
                                      int32_t first, int32_t count)
{
    const float scale = mote_float(p->scale);
    const int32_t zero = p->zero, len = p->len;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int8_t *from = in + mote_ring(r, p->in_ring) * len;
        float *to = out + mote_ring(r, p->out_ring) * len;

        for (int32_t i = 0; i < len; i++)
            to[i] = scale * (float)(from[i] - zero);
    }
}

static void run_dequantize_s8_f32(const struct mote_call *c)
{
    mote_dequantize_s8_f32(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(dequantize_s8_f32, portable);
