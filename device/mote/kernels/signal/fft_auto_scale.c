/* SPDX-License-Identifier: Apache-2.0 */
/* Portable scaling: the definition of fft_auto_scale.h. Where a row has no -32768, the highest bit of its largest
 * magnitude is that of all magnitudes together. */
#include "../shared/hot.h"

#include "fft_auto_scale.h"

#include "../shared/bits.h"
#include "../shared/rows.h"

/* As 16 bits, without a branch: that of -32768 is 2^15. */
static inline uint32_t magnitude(int32_t x) { return (uint32_t)((x ^ x >> 31) - (x >> 31)); }

/* Of the operator, with -32768 in the row: what the largest is by its comparisons, in 16 bits with sign. */
static int32_t largest(const int16_t *in, int32_t len)
{
    int32_t max = 0;

    for (int32_t i = 0; i < len; i++) {
        int32_t x = in[i];

        if (x > max)
            max = x;
        else if (-x > max)
            max = x == INT16_MIN ? INT16_MIN : -x;
    }
    return max;
}

static int32_t bits_of(const int16_t *in, int32_t len, bool frontend)
{
    uint32_t all = 0;
    int32_t max;

    for (int32_t i = 0; i < len; i++)
        all |= magnitude(in[i]);
    if (frontend)
        return 15 - mote_bit_length(all & INT16_MAX);
    max = all > INT16_MAX ? largest(in, len) : (int32_t)all;
    return max <= 0 ? 0 : 15 - mote_bit_length((uint32_t)max);
}

MOTE_WEAK void mote_fft_auto_scale(const struct mote_fft_auto_scale *p, const int16_t *in, int16_t *out, int32_t *bits,
                                   int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int16_t *from = in + mote_ring(r, p->in_ring) * p->len;
        int16_t *to = out + mote_ring(r, p->out_ring) * p->len;
        int32_t up = bits_of(from, p->len, p->frontend);

        bits[mote_ring(r, p->bits_ring)] = up;
        for (int32_t i = 0; i < p->len; i++)
            to[i] = (int16_t)(uint16_t)((uint32_t)from[i] << up);
    }
}

static void run_fft_auto_scale(const struct mote_call *c)
{
    mote_fft_auto_scale(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(fft_auto_scale, portable);
