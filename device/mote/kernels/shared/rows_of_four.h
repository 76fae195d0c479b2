/* SPDX-License-Identifier: Apache-2.0 */
/* Products of four rows of weights that share the inputs, for cores with registers enough for five loads at a time. */
#ifndef MOTE_ROWS_OF_FOUR_H
#define MOTE_ROWS_OF_FOUR_H

#include <stdint.h>

/* One input after the other: of several at once compilers find no registers for what is loaded. */
#define MOTE_FOUR_PRODUCTS(i)                                                                                          \
    do {                                                                                                               \
        int32_t value = x[i];                                                                                          \
                                                                                                                       \
        s0 += (uint32_t)(value * w0[i]);                                                                               \
        s1 += (uint32_t)(value * w1[i]);                                                                               \
        s2 += (uint32_t)(value * w2[i]);                                                                               \
        s3 += (uint32_t)(value * w3[i]);                                                                               \
        __asm__ volatile("" : "+r"(s0), "+r"(s1), "+r"(s2), "+r"(s3)::"memory");                                       \
    } while (0)

/* Adds to four sums the products of n inputs and of four rows. */
static inline __attribute__((always_inline)) void mote_add_rows_of_four(const int8_t *x, int32_t n, const int8_t *w0,
                                                                        const int8_t *w1, const int8_t *w2,
                                                                        const int8_t *w3, uint32_t sum[4])
{
    const int8_t *end = x + (n & -8);
    uint32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];

    for (; x != end; x += 8, w0 += 8, w1 += 8, w2 += 8, w3 += 8) {
        MOTE_FOUR_PRODUCTS(0);
        MOTE_FOUR_PRODUCTS(1);
        MOTE_FOUR_PRODUCTS(2);
        MOTE_FOUR_PRODUCTS(3);
        MOTE_FOUR_PRODUCTS(4);
        MOTE_FOUR_PRODUCTS(5);
        MOTE_FOUR_PRODUCTS(6);
        MOTE_FOUR_PRODUCTS(7);
    }
    for (end += n & 7; x != end; x++, w0++, w1++, w2++, w3++)
        MOTE_FOUR_PRODUCTS(0);
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

#endif
