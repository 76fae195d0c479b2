/* SPDX-License-Identifier: Apache-2.0 */
/* Portable statistics: the definition of statistics_f32.h. */
#include "../shared/hot.h"

#include "statistics_f32.h"

#include "../shared/sqrt_f32.h"

/* What does not want the mean: its sum and that of squares, the least and the largest. */
struct sums {
    float sum, squares, least, largest;
};

static struct sums sums_of(const float *in, int32_t len, int32_t step)
{
    struct sums s = {.least = in[0], .largest = in[0]};

    for (int32_t i = 0; i < len; i++, in += step) {
        float x = *in, square = x * x;

        s.sum += x;
        s.squares += square;
        s.least = x < s.least ? x : s.least;
        s.largest = x > s.largest ? x : s.largest;
    }
    return s;
}

/* The squares of the distances from the mean, and how often a step crosses it. */
static float spread_of(const float *in, int32_t len, int32_t step, float mean, int32_t *crossings)
{
    bool above = in[0] >= mean;
    float squares = 0.0f;
    int32_t n = 0;

    for (int32_t i = 0; i < len; i++, in += step) {
        float distance = *in - mean, square = distance * distance;
        bool now = *in >= mean;

        squares += square;
        n += now != above;
        above = now;
    }
    *crossings = n;
    return squares;
}

static void describe(const float *in, int32_t len, int32_t step, float *out)
{
    const float n = (float)len;
    const struct sums s = sums_of(in, len, step);
    const float mean = s.sum / n;
    int32_t crossings;
    float spread = spread_of(in, len, step, mean, &crossings);

    out[0] = mean;
    out[1] = mote_sqrt_f32(spread / n);
    out[2] = mote_sqrt_f32(s.squares / n);
    out[3] = s.least;
    out[4] = s.largest;
    out[5] = len > 1 ? (float)crossings / (float)(len - 1) : 0.0f;
}

MOTE_WEAK void mote_statistics_f32(const struct mote_statistics_f32 *p, const float *in, float *out, int32_t first,
                                   int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        for (int32_t c = 0; c < p->channels; c++)
            describe(in + r * p->len * p->channels + c, p->len, p->channels,
                     out + (r * p->channels + c) * MOTE_STATISTICS);
}

static void run_statistics_f32(const struct mote_call *c)
{
    mote_statistics_f32(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(statistics_f32, portable);
