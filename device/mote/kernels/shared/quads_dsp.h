/* SPDX-License-Identifier: Apache-2.0 */
/* Four inputs and the same four weights of four rows, packed as quads_4: 16 products, for assembly.
 *
 * r0 to r3 sums; r4, r5 inputs; r6, r8, r9, r10 weights, r11 for a moment; r12 and lr where inputs and weights are. */
#ifndef MOTE_QUADS_DSP_H
#define MOTE_QUADS_DSP_H

#include "dsp.h"

#define MOTE_WEIGH(r, w)                                                                                               \
    "sxtb16 r11, " w "\nsmlad " r ", r11, r4, " r "\nsxtb16 " w ", " w ", ror #8\nsmlad " r ", " w ", r5, " r "\n"

/* Of the four inputs in r4. */
#define MOTE_QUAD_PRODUCTS                                                                                             \
    "ldmia lr!, {r6, r8, r9, r10}\nsxtb16 r5, r4, ror #8\nsxtb16 r4, r4\n" MOTE_WEIGH("r0", "r6")                      \
        MOTE_WEIGH("r1", "r8") MOTE_WEIGH("r2", "r9") MOTE_WEIGH("r3", "r10")
#define MOTE_QUAD "ldr r4, [r12], #4\n" MOTE_QUAD_PRODUCTS

/* The n < 4 last inputs, zeros behind them: so are the weights. */
static inline uint32_t mote_last_of(const int8_t *in, int32_t n)
{
    uint32_t four = 0;

    for (int32_t i = 0; i < n; i++)
        four |= (uint32_t)(uint8_t)in[i] << 8 * i;
    return four;
}

#endif
