/* SPDX-License-Identifier: Apache-2.0 */
/* What the float kernels share. A float parameter travels as its bits in an int32_t: any bits are a valid parameter, as
 * no float makes a kernel do more than compute with it.
 *
 * Kernels add in the order in which the reference adds, product by product: so their results are the reference's to the
 * bit where the compiler keeps to the order (it does without -ffast-math) and fuses no multiplication with an addition.
 * What is promised is a tolerance (docs/EXACT.md, "Float"). */
#ifndef MOTE_FLOATS_H
#define MOTE_FLOATS_H

#include <stdint.h>

#include "../../config.h"
#include "../../memory.h"

#define MOTE_FLOAT_BITS_MAX 0x7f7fffff /* of positive finite floats: 1 to this */
#define MOTE_FLOAT_MAX      3.40282346638528859812e38f

static inline float mote_float(int32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* NaN stays NaN, whatever the limits are. */
static inline float mote_clamp_f32(float x, float lo, float hi)
{
    x = x < lo ? lo : x;
    return hi < x ? hi : x;
}

/* sum + a[0] * w[0] + a[1] * w[1] + …, n products from the first to the last. */
static inline float mote_dot_f32(const float *a, const MOTE_FLASH float *w, int32_t n, float sum)
{
    for (; n > 0; n--)
        sum += *a++ * *w++;
    return sum;
}

/* Four of them with one a: those of w, w + step, w + 2 * step, w + 3 * step. */
static inline void mote_dot_four_f32(const float *a, const MOTE_FLASH float *w, int32_t step, int32_t n, float sum[4])
{
    const MOTE_FLASH float *w0 = w, *w1 = w0 + step, *w2 = w1 + step, *w3 = w2 + step;
    float s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];

    for (; n > 0; n--) {
        float value = *a++;

        s0 += value * *w0++;
        s1 += value * *w1++;
        s2 += value * *w2++;
        s3 += value * *w3++;
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

/* Four of them with a, and in sum[4] to sum[7] four with a + next: each weight is read once for both. */
static inline void mote_dot_four_twice_f32(const float *a, int32_t next, const MOTE_FLASH float *w, int32_t step,
                                           int32_t n, float sum[8])
{
    const float *b = a + next;
    const MOTE_FLASH float *w0 = w, *w1 = w0 + step, *w2 = w1 + step, *w3 = w2 + step;
    float a0 = sum[0], a1 = sum[1], a2 = sum[2], a3 = sum[3];
    float b0 = sum[4], b1 = sum[5], b2 = sum[6], b3 = sum[7];

    for (; n > 0; n--) {
        float x = *a++, y = *b++, v0 = *w0++, v1 = *w1++, v2 = *w2++, v3 = *w3++;

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

#endif
