/* SPDX-License-Identifier: Apache-2.0 */
/* Portable noise reduction: the definition of spectral_subtraction.h. */
#include "../shared/hot.h"

#include "spectral_subtraction.h"

#include "../shared/rows.h"

static inline uint32_t product(uint32_t x, int32_t share, int32_t bits)
{
    return (uint32_t)((uint64_t)x * (uint32_t)share >> bits);
}

/* A frame of one channel: the signal that is left. */
static inline uint32_t subtract(const struct mote_spectral_subtraction *p, uint32_t x, bool odd, uint32_t *noise)
{
    uint32_t up = x << p->smoothing_bits, floor = product(x, p->min_signal_remaining, p->bits), above;
    uint64_t share = (uint64_t)up * (uint32_t)(odd ? p->alternate_smoothing : p->smoothing);
    uint64_t before = (uint64_t)*noise * (uint32_t)(odd ? p->alternate_one_minus_smoothing : p->one_minus_smoothing);
    uint32_t estimate = (uint32_t)((share + before) >> p->bits);

    above = estimate < up ? (up - estimate) >> p->smoothing_bits : 0;
    *noise = p->clamping && estimate > up ? up : estimate;
    return above > floor ? above : floor;
}

MOTE_WEAK void mote_spectral_subtraction(const struct mote_spectral_subtraction *p, const uint32_t *in, uint32_t *noise,
                                         uint32_t *out, uint32_t *after, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const uint32_t *from = in + mote_ring(r, p->in_ring) * p->len;
        uint32_t *to = out + mote_ring(r, p->out_ring) * p->len, *copy = after + mote_ring(r, p->after_ring) * p->len;

        for (int32_t c = 0; c < p->len; c++) {
            to[c] = subtract(p, from[c], c & 1, &noise[c]);
            copy[c] = noise[c];
        }
    }
}

static void run_spectral_subtraction(const struct mote_call *c)
{
    mote_spectral_subtraction(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(spectral_subtraction, portable);
