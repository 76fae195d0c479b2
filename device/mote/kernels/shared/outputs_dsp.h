/* SPDX-License-Identifier: Apache-2.0 */
/* From sums to int8 outputs in little code, for small versions with the DSP extension. */
#ifndef MOTE_OUTPUTS_DSP_H
#define MOTE_OUTPUTS_DSP_H

#include "requant_dsp.h"

#if MOTE_DSP
/* A layer's channels. */
struct mote_outputs {
    const int32_t *bias, *mult;
    const int8_t *shift;
    int32_t each; /* 1: a multiplier and a shift each; 0: one for all */
    int32_t zero, lo, hi;
};

/* Channels o … o + n - 1, n > 0, of a pixel, from their sums without bias. What is plain (plain.h) is quick. */
static __attribute__((noinline)) void mote_put_outputs(const struct mote_outputs *l, int32_t o, int32_t n,
                                                       const int32_t *sums, int8_t *out)
{
    const int32_t each = l->each, middle = 2 * l->zero + 1, lo = l->lo, hi = l->hi, *end = sums + n;

    do {
        const int32_t mult = l->mult[o * each], shift = l->shift[o * each];
        int32_t x = (int32_t)((uint32_t)*sums++ + (uint32_t)l->bias[o]), t;

        if ((uint32_t)x + (UINT32_C(1) << 30) < UINT32_C(1) << 31 && (mult | (shift + 22)) >= 0 && shift < 0) {
            const int32_t right = -shift, half = (int32_t)((uint32_t)middle << right) >> 1;

            __asm__(MOTE_SCALED("%0", "%2", "%3", "%4", "%1") : "+r"(x), "=&r"(t) : "r"(mult), "r"(right), "r"(half));
        } else {
            x = (int32_t)((uint32_t)mote_requant(x, mult, shift) + (uint32_t)l->zero);
        }
        out[o++] = (int8_t)mote_clamp(x, lo, hi);
    } while (sums != end);
}
#endif

#endif
