/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of products of floats and weights, of the type that weights_f32.h, weights_f16.h or weights_s8.h, whose end this
 * is, says; with scales, if weights have any: one for each of four. */
#ifndef MOTE_DOTS_H
#define MOTE_DOTS_H

#include "../../config.h"

/* sum + a[0] * w[0] + a[1] * w[1] + …, n products from the first to the last. */
static inline float mote_dot(const float *a,
                             MOTE_WEIGHTS(const MOTE_FLASH mote_weight *w, const MOTE_FLASH float *scales), int32_t n,
                             float sum)
{
    for (; n > 0; n--)
        sum += *a++ * mote_weight_value(MOTE_WEIGHTS(*w++, *scales));
    return sum;
}

/* Four of them with one a: those of w, w + step, w + 2 * step, w + 3 * step. */
static inline void mote_dot_four(const float *a,
                                 MOTE_WEIGHTS(const MOTE_FLASH mote_weight *w, const MOTE_FLASH float *scales),
                                 int32_t step, int32_t n, float sum[4])
{
    const MOTE_FLASH mote_weight *w0 = w, *w1 = w0 + step, *w2 = w1 + step, *w3 = w2 + step;
    float s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];

    for (; n > 0; n--) {
        float value = *a++;

        s0 += value * mote_weight_value(MOTE_WEIGHTS(*w0++, scales[0]));
        s1 += value * mote_weight_value(MOTE_WEIGHTS(*w1++, scales[1]));
        s2 += value * mote_weight_value(MOTE_WEIGHTS(*w2++, scales[2]));
        s3 += value * mote_weight_value(MOTE_WEIGHTS(*w3++, scales[3]));
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

/* Four of them with a, and in sum[4] to sum[7] four with a + next: each weight is read once for both. */
static inline void mote_dot_four_twice(const float *a, int32_t next,
                                       MOTE_WEIGHTS(const MOTE_FLASH mote_weight *w, const MOTE_FLASH float *scales),
                                       int32_t step, int32_t n, float sum[8])
{
    const float *b = a + next;
    const MOTE_FLASH mote_weight *w0 = w, *w1 = w0 + step, *w2 = w1 + step, *w3 = w2 + step;
    float a0 = sum[0], a1 = sum[1], a2 = sum[2], a3 = sum[3];
    float b0 = sum[4], b1 = sum[5], b2 = sum[6], b3 = sum[7];

    for (; n > 0; n--) {
        float x = *a++, y = *b++, v0 = mote_weight_value(MOTE_WEIGHTS(*w0++, scales[0])),
              v1 = mote_weight_value(MOTE_WEIGHTS(*w1++, scales[1])),
              v2 = mote_weight_value(MOTE_WEIGHTS(*w2++, scales[2])),
              v3 = mote_weight_value(MOTE_WEIGHTS(*w3++, scales[3]));

        a0 += x * v0;
        a1 += x * v1;
        a2 += x * v2;
        a3 += x * v3;
        b0 += y * v0;
        b1 += y * v1;
        b2 += y * v2;
        b3 += y * v3;
    }
    sum[0] = a0;
    sum[1] = a1;
    sum[2] = a2;
    sum[3] = a3;
    sum[4] = b0;
    sum[5] = b1;
    sum[6] = b2;
    sum[7] = b3;
}

/* How many inputs the next has at most, and what it says: four dots with each of them, `next` apart; those of the i-th
 * are sum[4 * i] to sum[4 * i + 3]. */
#define MOTE_DOT_PIXELS 2

static inline void mote_dot_block(const float *a, int32_t next, int32_t pixels,
                                  MOTE_WEIGHTS(const MOTE_FLASH mote_weight *w, const MOTE_FLASH float *scales),
                                  int32_t step, int32_t n, float sum[4 * MOTE_DOT_PIXELS])
{
    if (pixels == 2)
        mote_dot_four_twice(a, next, MOTE_WEIGHTS(w, scales), step, n, sum);
    else
        mote_dot_four(a, MOTE_WEIGHTS(w, scales), step, n, sum);
}

#endif
