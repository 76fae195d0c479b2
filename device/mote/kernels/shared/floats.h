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

#endif
