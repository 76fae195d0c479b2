/* SPDX-License-Identifier: Apache-2.0 */
/* Portable softmax, int16 to int16: the definition of softmax_s16.h. The exponentials wait for their sum in out. */
#include "../shared/hot.h"

#include "softmax_s16.h"

#include "../shared/reciprocal.h"
#include "../shared/rows.h"

static int32_t exponential(const struct mote_softmax_s16 *p, const MOTE_FLASH int16_t *table, int32_t difference)
{
    int32_t scaled = mote_requant(difference, p->mult, p->shift);

    return mote_lookup_s16(table, mote_clamp(scaled, -65535, 0) + 32767);
}

static void softmax(const struct mote_softmax_s16 *p, const int16_t *in, const MOTE_FLASH int16_t *exponentials,
                    const MOTE_FLASH int16_t *inverses, int16_t *out)
{
    int32_t largest = in[0], sum = 0, room, inverse;

    for (int32_t i = 1; i < p->depth; i++)
        largest = in[i] > largest ? in[i] : largest;
    for (int32_t i = 0; i < p->depth; i++) {
        out[i] = (int16_t)exponential(p, exponentials, in[i] - largest);
        sum += out[i];
    }
    /* The largest element's exponential alone is 2^15 nearly; other tables than the host's may sum to anything. */
    sum = sum < 2 ? 2 : sum;
    room = mote_headroom(sum);
    /* The sum is 1 + x times a power of two: x with 16 bits, to the middle of an int16. */
    inverse = (int32_t)((((uint32_t)sum << room) + (UINT32_C(1) << 13)) >> 14) - (INT32_C(3) << 15);
    inverse = mote_lookup_s16(inverses, mote_clamp(inverse, INT16_MIN, INT16_MAX));
    for (int32_t i = 0; i < p->depth; i++)
        out[i] = (int16_t)mote_clamp((out[i] * inverse + (INT32_C(1) << (29 - room))) >> (30 - room), 0, INT16_MAX);
}

MOTE_WEAK void mote_softmax_s16(const struct mote_softmax_s16 *p, const int16_t *in,
                                const MOTE_FLASH int16_t *exponentials, const MOTE_FLASH int16_t *inverses,
                                int16_t *out, int32_t first, int32_t count)
{
    int32_t len = p->groups * p->depth;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int16_t *from = in + mote_ring(r, p->in_ring) * len;
        int16_t *to = out + mote_ring(r, p->out_ring) * len;

        for (int32_t g = 0; g < p->groups; g++)
            softmax(p, from + g * p->depth, exponentials, inverses, to + g * p->depth);
    }
}

static void run_softmax_s16(const struct mote_call *c)
{
    mote_softmax_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(softmax_s16, portable);
