/* SPDX-License-Identifier: Apache-2.0 */
/* Requantization (requant.h) in five instructions, where a channel's numbers leave room for them: no sum of products
 * and bias is 2^30 or more, the multiplier is positive, and the shift is a division whose rounding can take the zero
 * point along. Sums that bring less than 2^29 of their own to a plain channel's bias are safe. */
#ifndef MOTE_REQUANT_DSP_H
#define MOTE_REQUANT_DSP_H

#include "dsp.h"
#include "requant.h"

#define MOTE_PLAIN_PRODUCTS (1 << 15) /* of int8, at most: 2^29 */

static inline bool mote_is_plain(int32_t bias, int32_t mult, int32_t shift)
{
    return (uint32_t)bias + (UINT32_C(1) << 29) < UINT32_C(1) << 30 && mult >= 0 && shift >= -22 && shift < 0;
}

/* Of all of a layer's channels; `each` is 1 if each has a multiplier, else 0. */
static inline bool mote_all_plain(const int32_t *bias, const int32_t *mult, const int8_t *shift, int32_t n,
                                  int32_t each)
{
    uint32_t seen = 0;
    bool plain = true;

    for (int32_t i = 0; i < n; i++)
        seen |= (uint32_t)bias[i] + (UINT32_C(1) << 29);
    for (int32_t i = 0; i < (each ? n : 1) && plain; i++)
        plain = mote_is_plain(0, mult[i], shift[i]);
    return plain && seen < UINT32_C(1) << 30;
}

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
