/* SPDX-License-Identifier: Apache-2.0 */
/* Floats rounded to whole numbers, for cores without a C library's: exact, for every float; the sign of zero as the
 * reference has it. */
#ifndef MOTE_ROUNDING_H
#define MOTE_ROUNDING_H

#include "floats.h"

static inline float mote_floor_f32(float x)
{
    int32_t bits, e;
    float whole;

    memcpy(&bits, &x, sizeof bits);
    e = (bits >> 23 & 255) - 127;
    if (e >= 23) /* whole, infinite or no number */
        return x;
    if (e < 0)
        return x < 0.0f ? -1.0f : x > 0.0f ? 0.0f : x;
    whole = mote_float((int32_t)((uint32_t)bits & ~(UINT32_C(0x7fffff) >> e)));
    return whole > x ? whole - 1.0f : whole;
}

static inline float mote_ceil_f32(float x) { return -mote_floor_f32(-x); }

/* To nearest, from the middle to the even one. */
static inline float mote_round_f32(float x)
{
    float whole = mote_floor_f32(x), above = x - whole;

    if (above < 0.5f || (above == 0.5f && (((int32_t)whole) & 1) == 0))
        return whole;
    return whole + 1.0f;
}

#endif
