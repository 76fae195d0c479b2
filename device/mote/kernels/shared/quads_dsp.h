/* SPDX-License-Identifier: Apache-2.0 */
/* Four inputs and the same four weights of four rows, packed as quads_4: 16 products, for assembly.
 *
 * r0 to r3 sums; r4, r5 inputs; r6, r8, r9, r10 weights, r11 for a moment; r12 and lr where inputs and weights are. */
#ifndef MOTE_QUADS_DSP_H
#define MOTE_QUADS_DSP_H

#include <stddef.h>

#include "dsp.h"

#define MOTE_WEIGH(r, w)                                                                                               \
    "sxtb16 r11, " w "\nsmlad " r ", r11, r4, " r "\nsxtb16 " w ", " w ", ror #8\nsmlad " r ", " w ", r5, " r "\n"

/* Of the four inputs in r4. */
#define MOTE_QUAD_PRODUCTS                                                                                             \
    "ldmia lr!, {r6, r8, r9, r10}\nsxtb16 r5, r4, ror #8\nsxtb16 r4, r4\n" MOTE_WEIGH("r0", "r6")                      \
        MOTE_WEIGH("r1", "r8") MOTE_WEIGH("r2", "r9") MOTE_WEIGH("r3", "r10")
#define MOTE_QUAD "ldr r4, [r12], #4\n" MOTE_QUAD_PRODUCTS

/* Any number of inputs: what the assembly walks through, with offsets from r7. */
struct mote_quads {
    const int8_t *in;      /*  0 */
    const int8_t *in_16;   /*  4: the end of the inputs that are a multiple of 16 */
    const int8_t *in_4;    /*  8: and of 4 */
    uint32_t last;         /* 12: the others, zeros behind them, whatever the weights are */
    uint32_t has_last;     /* 16: there are some */
    const int8_t *weights; /* 20 */
};

#define MOTE_QUADS_AT_16 "ldr r11, [r7, #4]\ncmp r12, r11\n"
#define MOTE_QUADS_AT_4  "ldr r11, [r7, #8]\ncmp r12, r11\n"
#define MOTE_QUADS_BY_16                                                                                               \
    MOTE_QUADS_AT_16 "beq 3f\n2:\n" MOTE_QUAD MOTE_QUAD MOTE_QUAD MOTE_QUAD MOTE_QUADS_AT_16 "bne 2b\n3:\n"
#define MOTE_QUADS_BY_4 MOTE_QUADS_AT_4 "beq 5f\n4:\n" MOTE_QUAD MOTE_QUADS_AT_4 "bne 4b\n5:\n"
#define MOTE_QUADS_LAST "ldrd r4, r11, [r7, #12]\ncmp r11, #0\nbeq 6f\n" MOTE_QUAD_PRODUCTS "6:\n"
/* With weights from lr on; labels 2 to 6. */
#define MOTE_QUADS "ldr r12, [r7]\n" MOTE_QUADS_BY_16 MOTE_QUADS_BY_4 MOTE_QUADS_LAST

/* The n < 4 last inputs, zeros behind them: so are the weights. */
static inline uint32_t mote_last_of(const int8_t *in, int32_t n)
{
    uint32_t four = 0;

    for (int32_t i = 0; i < n; i++)
        four |= (uint32_t)(uint8_t)in[i] << 8 * i;
    return four;
}

static inline struct mote_quads mote_quads_of(const int8_t *in, int32_t n, const int8_t *weights)
{
    int32_t rest = n % 4;

    return (struct mote_quads){.in = in,
                               .in_16 = in + n / 16 * 16,
                               .in_4 = in + n / 4 * 4,
                               .last = mote_last_of(in + n - rest, rest),
                               .has_last = rest > 0,
                               .weights = weights};
}

/* The sum of the inputs, for weights that have a zero point. */
static inline uint32_t mote_quads_total(const int8_t *in, int32_t n)
{
    uint32_t sum = 0;

    for (; n > 0; n--) {
        int32_t value = *in++;

        sum += (uint32_t)value;
    }
    return sum;
}

#endif
