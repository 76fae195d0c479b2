/* SPDX-License-Identifier: Apache-2.0 */
/* What transforms of n = length / 2 complex numbers, a power of two, share whatever their type: parts of `smallest` (4,
 * or 2 where n is no power of 4) are read in the order of reversed digits, then four parts at a time become one. */
#ifndef MOTE_FFT_ORDER_H
#define MOTE_FFT_ORDER_H

#include <stdint.h>

/* Points of the smallest parts of n, a power of two. */
static inline int32_t mote_fft_smallest(int32_t n) { return (n & 0x5555) != 0 ? 4 : 2; }

/* Rotations that a frame of `length` samples takes: three for each point of each part from the smallest on, and those
 * that join the n numbers with their 2n parts. */
static inline int32_t mote_fft_turns(int32_t length)
{
    int32_t n = length / 2;

    return n - mote_fft_smallest(n) + n / 2;
}

/* Of the n / p parts, where the next begins: the number has its digits of base 4 the other way round. */
static inline int32_t next_start(int32_t start, int32_t digit)
{
    while (digit > 0 && (start & 3 * digit) == 3 * digit) {
        start -= 3 * digit;
        digit >>= 2;
    }
    return start + digit;
}

#endif
