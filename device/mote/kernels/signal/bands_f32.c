/* SPDX-License-Identifier: Apache-2.0 */
/* Portable bands: the definition of bands_f32.h. */
#include "../shared/hot.h"

#include "bands_f32.h"

#include "../shared/rows.h"

static void sum_bands(const struct mote_bands_f32 *p, const float *in, const MOTE_FLASH float *weights,
                      const MOTE_FLASH uint16_t *spans, float *out)
{
    for (int32_t c = 0; c < p->channels; c++, spans += 2) {
        const float *from = in + spans[0];
        float sum = 0;

        for (int32_t n = spans[1]; n > 0; n--) {
            float product = *from++ * *weights++;

            sum += product;
        }
        out[c] = sum;
    }
}

MOTE_WEAK void mote_bands_f32(const struct mote_bands_f32 *p, const float *in, const MOTE_FLASH float *weights,
                              const MOTE_FLASH uint16_t *spans, float *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        sum_bands(p, in + mote_ring(r, p->in_ring) * p->len, weights, spans,
                  out + mote_ring(r, p->out_ring) * p->channels);
}

static void run_bands_f32(const struct mote_call *c)
{
    mote_bands_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(bands_f32, portable);
