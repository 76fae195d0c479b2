/* SPDX-License-Identifier: Apache-2.0 */
/* Requantization of plain channels (plain.h) in five instructions. */
#ifndef MOTE_REQUANT_DSP_H
#define MOTE_REQUANT_DSP_H

#include "dsp.h"
#include "plain.h"

#if MOTE_DSP
/* The sum in register R is multiplied: M is the multiplier, N the shift to the right, H (zero point + 1/2) * 2^N; T is
 * lost. (2 * sum * mult + 2^31) / 2^32, where a negative one is a bit less than that, so that halves go away from zero.
 */
#define MOTE_SCALED(R, M, N, H, T)                                                                                     \
    "add " T ", " H ", " R ", asr #31\n"                                                                               \
    "add " R ", " R ", " R "\n"                                                                                        \
    "smmlar " R ", " R ", " M ", " T "\n"                                                                              \
    "asr " R ", " R ", " N "\n"

/* It becomes the result. */
#define MOTE_RESULT(R, M, N, H, T) MOTE_SCALED(R, M, N, H, T) "ssat " R ", #8, " R "\n"

/* Of a plain channel, within int8; `right` is -shift, and `middle` 2 * zero point + 1. */
static inline int8_t mote_requant_plain(int32_t sum, int32_t mult, int32_t right, int32_t middle)
{
    int32_t half = (int32_t)((uint32_t)middle << right) >> 1, t;

    __asm__(MOTE_RESULT("%0", "%2", "%3", "%4", "%1") : "+r"(sum), "=&r"(t) : "r"(mult), "r"(right), "r"(half));
    return (int8_t)sum;
}
#endif

#endif
