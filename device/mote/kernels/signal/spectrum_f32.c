/* SPDX-License-Identifier: Apache-2.0 */
/* Portable spectra: the definition of spectrum_f32.h. */
#include "../shared/hot.h"

#include "spectrum_f32.h"

#include "../shared/rows.h"
#include "../shared/sqrt_f32.h"

/* Each product is rounded before it is added. */
static inline float power(const float *in)
{
    float re = in[0] * in[0], im = in[1] * in[1];

    return re + im;
}

static void spectrum_of(const struct mote_spectrum_f32 *p, const float *in, float *out)
{
    for (int32_t i = 0; i < p->start; i++)
        out[i] = 0;
    if (p->root)
        for (int32_t i = p->start; i < p->end; i++)
            out[i] = mote_sqrt_f32(power(in + 2 * i));
    else
        for (int32_t i = p->start; i < p->end; i++)
            out[i] = power(in + 2 * i);
    for (int32_t i = p->end; i < p->len; i++)
        out[i] = 0;
}

MOTE_WEAK void mote_spectrum_f32(const struct mote_spectrum_f32 *p, const float *in, float *out, int32_t first,
                                 int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        spectrum_of(p, in + mote_ring(r, p->in_ring) * p->len * 2, out + mote_ring(r, p->out_ring) * p->len);
}

static void run_spectrum_f32(const struct mote_call *c)
{
    mote_spectrum_f32(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(spectrum_f32, portable);
