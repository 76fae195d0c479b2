/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of float layers that are stored in half precision: a sign, 5 bits of exponent, 10 of fraction. There are
 * no infinities and no NaN: the largest exponent is one like others, to 131008. Every value is a float's, so that
 * a layer computes what it does with that float. In the place of weights_f32.h. */
#ifndef MOTE_WEIGHTS_H
#define MOTE_WEIGHTS_H

#include "floats.h"

typedef uint16_t mote_weight;

/* The bits in their places, of which the exponent's have another bias. Numbers below 2^-14 are floats without an
 * exponent before they are multiplied, so that an FPU must not take those for zero. */
static inline float mote_weight_value(mote_weight w)
{
    const uint32_t bits = (uint32_t)(int16_t)w << 13 & 0x8fffe000;
    float x;

    __builtin_memcpy(&x, &bits, sizeof x); /* no call */
    return x * 0x1p112f;
}

/* What functions get of weights: no scales. */
#define MOTE_WEIGHTS(weights, scales) weights

#include "dots.h"

#endif
