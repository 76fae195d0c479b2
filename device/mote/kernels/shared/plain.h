/* SPDX-License-Identifier: Apache-2.0 */
/* Requantization (requant.h) in fewer instructions, where a channel's numbers leave room for them: no sum of
 * products and bias is 2^30 or more, the multiplier is not negative, and the shift is a division whose rounding can
 * take the zero point along. Sums that bring less than 2^29 of their own to a plain channel's bias are safe. */
#ifndef MOTE_PLAIN_H
#define MOTE_PLAIN_H

#include "requant.h"

#define MOTE_PLAIN_PRODUCTS (INT32_C(1) << 15) /* of int8, at most: 2^29 */

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

/* Of n channels whose sums are looked at one by one: all multipliers and shifts leave room for mote_requant_small(). */
static inline bool mote_all_divide(const int32_t *mult, const int8_t *shift, int32_t n)
{
    int32_t seen = 0;

    for (int32_t i = 0; i < n; i++)
        seen |= mult[i] | ~shift[i] | (shift[i] + 21);
    return seen >= 0;
}

/* A plain channel's multiplier, its shift to the right, and (zero point + 1/2) * 2^right. */
struct mote_plain {
    int32_t mult, right, half;
};

static inline struct mote_plain mote_plain_of(int32_t mult, int32_t shift, int32_t zero)
{
    return (struct mote_plain){mult, -shift, (int32_t)((uint32_t)(2 * zero + 1) << -shift) >> 1};
}

/* (2 * sum * mult + 2^31) / 2^32, where a negative one is a bit less than that, so that halves go away from zero. Not
 * clamped. */
static inline int32_t mote_requant_short(int32_t sum, const struct mote_plain *q)
{
    int64_t product = (int64_t)(2 * sum) * q->mult;
    int32_t high = (int32_t)(product >> 32) + (int32_t)((uint32_t)product >> 31);

    return (high + q->half + (sum >> 31)) >> q->right;
}

/* Below 2^29. */
static inline bool mote_is_small(int32_t sum) { return (int32_t)((uint32_t)sum << 2) >> 2 == sum; }

/* What a channel does with small sums: twice what struct mote_plain has, as one shift does both roundings. */
struct mote_small {
    int32_t mult, right, half;
};

static inline struct mote_small mote_small_of(int32_t mult, int32_t shift, int32_t zero)
{
    return (struct mote_small){mult, 1 - shift, (int32_t)(((uint32_t)(2 * zero + 1) << -shift) + 1)};
}

/* mote_requant_short() without the lower half of the product: of four times the sum the upper half has a bit more. */
static inline int32_t mote_requant_small(int32_t sum, const struct mote_small *q)
{
    int32_t high = (int32_t)((int64_t)(int32_t)((uint32_t)sum << 2) * q->mult >> 32);

    return (high + q->half + 2 * (sum >> 31)) >> q->right;
}

#endif
