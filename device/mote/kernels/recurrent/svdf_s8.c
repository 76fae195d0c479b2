/* SPDX-License-Identifier: Apache-2.0 */
/* Portable SVDF with int8 activations: the definition of svdf_s8.h. One filter after the other: its state moves on,
 * gets the new feature and is summed over time. */
#include "../shared/hot.h"

#include "svdf_s8.h"

#include "../../memory.h"

static int32_t sum_features(const int8_t *in, int32_t zero, const MOTE_FLASH int8_t *w, int32_t n)
{
    uint32_t sum = 0;

    for (; n > 0; n--)
        sum += (uint32_t)((*in++ - zero) * *w++);
    return (int32_t)sum;
}

/* (state - zero) has 17 bits, times 16: the product is modulo 2^32 as the sum is. */
static uint32_t sum_times_s16(const int16_t *state, int32_t zero, const MOTE_FLASH int16_t *w, int32_t n)
{
    uint32_t sum = 0;

    for (; n > 0; n--)
        sum += (uint32_t)(*state++ - zero) * (uint32_t)*w++;
    return sum;
}

static uint32_t sum_times_s8(const int8_t *state, int32_t zero, const MOTE_FLASH int8_t *w, int32_t n)
{
    uint32_t sum = 0;

    for (; n > 0; n--)
        sum += (uint32_t)((*state++ - zero) * *w++);
    return sum;
}

/* Filter f of an image: its state moves on; returns the sum over time. */
static uint32_t step_filter(const struct mote_svdf_s8 *p, int32_t feature, const MOTE_FLASH void *times, void *state)
{
    size_t size = p->wide ? 2 : 1, last = (size_t)p->memory - 1;
    int32_t lo = p->wide ? INT16_MIN : INT8_MIN, hi = p->wide ? INT16_MAX : INT8_MAX;
    int32_t value = p->state_zero + mote_clamp(mote_requant(feature, p->state_mult, p->state_shift), lo, hi);

    memmove(state, (uint8_t *)state + size, last * size);
    if (p->wide) {
        ((int16_t *)state)[last] = (int16_t)value;
        return sum_times_s16(state, p->state_zero, times, p->memory);
    }
    ((int8_t *)state)[last] = (int8_t)value;
    return sum_times_s8(state, p->state_zero, times, p->memory);
}

MOTE_WEAK void mote_svdf_s8(const struct mote_svdf_s8 *p, const int8_t *in, const MOTE_FLASH int8_t *features,
                            const MOTE_FLASH void *times, const MOTE_FLASH int32_t *bias, void *state, int8_t *out,
                            int32_t first, int32_t count)
{
    size_t bytes = (size_t)p->memory * (p->wide ? 2 : 1);

    mote_assert(first >= 0 && first + count <= p->batch);
    for (int32_t b = first; b < first + count; b++) {
        const MOTE_FLASH uint8_t *t = times;
        uint8_t *s = (uint8_t *)state + (size_t)b * (size_t)(p->units * p->rank) * bytes;

        for (int32_t u = 0, f = 0; u < p->units; u++) {
            uint32_t sum = (uint32_t)bias[u];

            for (int32_t i = 0; i < p->rank; i++, f++, s += bytes, t += bytes)
                sum += step_filter(p, sum_features(in + b * p->inputs, p->in_zero, features + f * p->inputs, p->inputs),
                                   t, s);
            out[b * p->units + u] =
                mote_requant_s8((int32_t)sum, p->out_mult, p->out_shift, p->out_zero, INT8_MIN, INT8_MAX);
        }
    }
}

static void run_svdf_s8(const struct mote_call *c)
{
    mote_svdf_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->first, c->count);
}

MOTE_KERNEL_VERSION(svdf_s8, portable);
