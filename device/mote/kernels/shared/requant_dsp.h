/* SPDX-License-Identifier: Apache-2.0 */
/* Requantization of plain channels (plain.h) in five instructions. */
#ifndef MOTE_REQUANT_DSP_H
#define MOTE_REQUANT_DSP_H

#include "dsp.h"
#include "plain.h"

#if MOTE_DSP
/* Of four multipliers and shifts: not 0 if one is not plain. A shift less -22 is below 22, without sign. */
static inline uint32_t mote_odd_four(const int32_t *mult, const int8_t *shift)
{
    const uint32_t shifts = (uint32_t)__uadd8((uint8x4_t)mote_four_of(shift), (uint8x4_t)UINT32_C(0x16161616));

    return ((uint32_t)(mult[0] | mult[1] | mult[2] | mult[3]) >> 31) |
           (uint32_t)__uqsub8((uint8x4_t)shifts, (uint8x4_t)UINT32_C(0x15151515));
}

/* mote_all_plain(), which a call of one row pays for, too. */
static inline bool mote_all_plain_dsp(const int32_t *bias, const int32_t *mult, const int8_t *shift, int32_t n,
                                      int32_t each)
{
    const uint32_t middle = UINT32_C(1) << 29;
    uint32_t seen = 0, odd = 0;
    int32_t i = 0;

    for (; i + 4 <= n; i += 4) {
        seen |= (uint32_t)bias[i] + middle;
        seen |= (uint32_t)bias[i + 1] + middle;
        seen |= (uint32_t)bias[i + 2] + middle;
        seen |= (uint32_t)bias[i + 3] + middle;
        if (each)
            odd |= mote_odd_four(mult + i, shift + i);
    }
    for (; i < n; i++) {
        seen |= (uint32_t)bias[i] + middle;
        odd |= !mote_is_plain(0, mult[i * each], shift[i * each]);
    }
    return seen < 2 * middle && odd == 0 && mote_is_plain(0, mult[0], shift[0]);
}

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
