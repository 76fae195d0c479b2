/* SPDX-License-Identifier: Apache-2.0 */
/* What versions of svdf_s8 share: four filters at a time meet the features, then each its time. Sums are modulo
 * 2^32. */
#ifndef MOTE_SVDF_S8_FOURS_H
#define MOTE_SVDF_S8_FOURS_H

#include "svdf_s8.h"

/* A version's two loops. */
struct mote_svdf_loops {
    /* What the states of filters 0 .. last <= 3 get before the zero point, whose weights are at w; of others,
     * anything. */
    void (*features)(const struct mote_svdf_s8 *p, const int8_t *in, const int8_t *w, int32_t last, int32_t values[4]);
    /* Moves a filter's state on by one; the products of the centered state, or if it is int16 of the state as it is,
     * and of w. */
    uint32_t (*times)(const struct mote_svdf_s8 *p, void *state, const void *w, int32_t newest);
};

static inline size_t mote_svdf_bytes(const struct mote_svdf_s8 *p) { return (size_t)p->memory << p->wide; }

/* What an int16 state's zero point adds to its products. */
static inline uint32_t mote_svdf_zero(const struct mote_svdf_s8 *p, const int16_t *w)
{
    uint32_t sum = 0;

    for (int32_t m = 0; m < p->memory && p->state_zero != 0; m++)
        sum += (uint32_t)(p->state_zero * w[m]);
    return sum;
}

/* Of the sum of a filter's products what its state gets, before the zero point. */
static inline int32_t mote_svdf_value(const struct mote_svdf_s8 *p, uint32_t sum)
{
    int32_t value = mote_requant((int32_t)sum, p->state_mult, p->state_shift);

    return mote_clamp(value, p->wide ? INT16_MIN : INT8_MIN, p->wide ? INT16_MAX : INT8_MAX);
}

static inline uint32_t mote_svdf_filter(const struct mote_svdf_s8 *p, const struct mote_svdf_loops *loops,
                                        int32_t value, void *state, const void *w)
{
    int32_t newest = value + p->state_zero;
    uint32_t sum = loops->times(p, state, w, p->wide ? (int16_t)newest : (int8_t)newest);

    return p->wide ? sum - mote_svdf_zero(p, w) : sum;
}

static inline void mote_svdf_image(const struct mote_svdf_s8 *p, const struct mote_svdf_loops *loops, const int8_t *in,
                                   const int8_t *features, const uint8_t *times, const int32_t *bias, uint8_t *state,
                                   int8_t *out)
{
    const size_t bytes = mote_svdf_bytes(p);
    int32_t filters = p->units * p->rank, left = p->rank;
    int32_t values[4];
    uint32_t sum = (uint32_t)*bias;

    for (int32_t f = 0; f < filters; f++, state += bytes, times += bytes) {
        if (f % 4 == 0)
            loops->features(p, in, features + f * p->inputs, filters - f < 4 ? filters - f - 1 : 3, values);
        sum += mote_svdf_filter(p, loops, values[f % 4], state, times);
        if (--left > 0)
            continue;
        *out++ = mote_requant_s8((int32_t)sum, p->out_mult, p->out_shift, p->out_zero, INT8_MIN, INT8_MAX);
        left = p->rank;
        sum = f + 1 < filters ? (uint32_t) * ++bias : 0;
    }
}

static inline void mote_svdf_rows(const struct mote_svdf_s8 *p, const struct mote_svdf_loops *loops, const int8_t *in,
                                  const int8_t *features, const void *times, const int32_t *bias, void *state,
                                  int8_t *out, int32_t first, int32_t count)
{
    const size_t bytes = mote_svdf_bytes(p) * (size_t)(p->units * p->rank);

    for (int32_t b = first; b < first + count; b++)
        mote_svdf_image(p, loops, in + b * p->inputs, features, times, bias, (uint8_t *)state + (size_t)b * bytes,
                        out + b * p->units);
}

#endif
