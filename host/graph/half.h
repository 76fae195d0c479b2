/* SPDX-License-Identifier: Apache-2.0 */
/* IEEE half precision (binary16), which every float32 has room for. */
#ifndef MOTE_HALF_H
#define MOTE_HALF_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The value of the 16 bits, exact; infinities and NaN stay what they are. */
static inline float half_value(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    float magnitude = exponent == 0 ? ldexpf((float)fraction, -24) : ldexpf((float)(1024 + fraction), exponent - 25);

    if (exponent == 31)
        magnitude = fraction != 0 ? NAN : INFINITY;
    return bits >> 15 ? -magnitude : magnitude;
}

/* False if x is none of its finite numbers. */
static inline bool half_of(float x, uint16_t *bits)
{
    float units = ldexpf(fabsf(x), 24);
    uint32_t all, magnitude;

    memcpy(&all, &x, sizeof all);
    magnitude = all & INT32_MAX;
    *bits = (uint16_t)(all >> 16 & 0x8000);
    if (units < 1024.0f) { /* below 2^-14: multiples of 2^-24 */
        *bits |= (uint16_t)units;
        return (float)(uint16_t)units == units;
    }
    *bits |= (uint16_t)((magnitude - (UINT32_C(112) << 23)) >> 13 & INT16_MAX);
    return magnitude < UINT32_C(143) << 23 && (magnitude & 0x1fff) == 0;
}

#endif
