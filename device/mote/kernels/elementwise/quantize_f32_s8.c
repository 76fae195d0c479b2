/* SPDX-License-Identifier: Apache-2.0 */
/* Portable quantization to int8: the definition of quantize_f32_s8.h. */
#include "quantize_f32_s8.h"

#include "../shared/rows.h"

MOTE_WEAK void mote_quantize_f32_s8(const struct mote_quantize_f32_s8 *p, const float *in, int8_t *out, int32_t first,
                                    int32_t count)
{
    const float scale = mote_float(p->scale);
    const int32_t zero = p->zero, len = p->len;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const float *from = in + mote_ring(r, p->in_ring) * len;
        int8_t *to = out + mote_ring(r, p->out_ring) * len;

        for (int32_t i = 0; i < len; i++)
            to[i] = (int8_t)mote_quantize(from[i], scale, zero, INT8_MIN, INT8_MAX);
    }
}

static void run_quantize_f32_s8(const struct mote_call *c)
{
    mote_quantize_f32_s8(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(quantize_f32_s8, portable);
