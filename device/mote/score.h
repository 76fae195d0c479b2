/* SPDX-License-Identifier: Apache-2.0 */
/* Anomaly detection: how badly a model repeats its input. This is the one place that knows how: the interpreter,
 * generated C and all tools on the host compute with it (docs/EXACT.md, "The score").
 *
 *     score = (sum of (output - input)^2) / n        over the n elements as real numbers, from the first to the last
 *
 * Each operation is rounded to float32. The input's reals are those of the raw sample, (raw - mean) * factor: what an
 * int8 input could not hold counts as well. Inputs do not survive an inference, but the raw sample is yours.
 * What scores above the model's threshold is an anomaly; NaN does not. */
#ifndef MOTE_SCORE_H
#define MOTE_SCORE_H

#include "input.h"

/* Output 0, with as many elements as the input. */
struct mote_scored {
    uint8_t type; /* one of the four of mote/input.h */
    float scale;  /* real = scale * (element - zero); 0: the element itself */
    int32_t zero; /* within the type; both are not looked at if that is float32 */
};

/* The real number of raw number i of a sample. */
static inline float mote_score_input(const struct mote_channels *p, const void *raw, uint32_t i)
{
    uint32_t c = p->n > 1 ? i % mote_input_period(p->n, p->swap) : 0, from = p->swap ? i + 2 - 2 * (i % 3) : i;
    float x = mote_input_raw(p->raw, raw, from);

    return p->n > 0 ? mote_input_real(x, p->mean[c], p->inverse[c]) : x;
}

static inline float mote_score_output(const struct mote_scored *s, const void *output, uint32_t i)
{
    float x = mote_input_raw(s->type, output, i); /* of integers: exact */

    return s->type == MOTE_F32 || !(s->scale > 0.0f) ? x : s->scale * (x - (float)s->zero);
}

/* n is at least 1; raw and output are aligned as their types. */
static inline float mote_score_of(const struct mote_channels *p, const void *raw, const struct mote_scored *s,
                                  const void *output, uint32_t n)
{
    float sum = 0.0f;

    for (uint32_t i = 0; i < n; i++) {
        float difference = mote_score_output(s, output, i) - mote_score_input(p, raw, i);
        float square = difference * difference;

        sum += square;
    }
    return sum / (float)n;
}

#endif
