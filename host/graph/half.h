/* SPDX-License-Identifier: Apache-2.0 */
/* IEEE half precision (binary16), which every float32 has room for. */
#ifndef MOTE_HALF_H
#define MOTE_HALF_H

#include <math.h>
#include <stdint.h>

/* The value of the 16 bits, exact; infinities and NaN stay what they are. */
static inline float half_value(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    float magnitude = exponent == 0 ? ldexpf((float)fraction, -24) : ldexpf((float)(1024 + fraction), exponent - 25);

    if (exponent == 31)
        magnitude = fraction != 0 ? NAN : INFINITY;
    return bits >> 15 ? -magnitude : magnitude;
}

#endif
