/* SPDX-License-Identifier: Apache-2.0 */
/* rfft_s16: the spectrum of a frame of real samples, divided by its length, in fixed point
 *
 *   in     [in_ring rows][in_len]       int16; behind it are zeros up to `length`
 *   turns  [turns][2]                   int16, rotations as {real, imaginary}, 1 being 32767: mote_fft_turns()
 *   out    [out_ring rows][length + 2]  int16, {real, imaginary} of frequencies 0 to length/2; must not overlap in
 *
 * n = length/2 complex numbers of two samples each are transformed, four at a time, once two at a time if n is no power
 * of 4: joining p parts divides by p, each product is rounded to 15 bits, and sums lose what does not fit 16. Then the
 * two halves' spectra become one. `turns` has, for each number m of points of a part, from the smallest on (4 or 2,
 * then four times as many, below n), for k from 0 to m - 1 those by -k/4m, -2k/4m and -3k/4m of a turn; then, for k
 * from 1 to n/2, by -(k/n + 1/2) of half a turn.
 *
 * A row is a frame. Exact: kissfft's kiss_fftr() with FIXED_POINT=16, which the reference uses. No scratch. Cannot
 * fail: the ranges and need_rfft_s16() hold.
 * Cost: length * log2(length) products a row, about. */
#ifndef MOTE_RFFT_S16_H
#define MOTE_RFFT_S16_H

#include "../../kernel.h"

#define MOTE_RFFT_S16_PARAMS(F)                                                                                        \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(in_len, 1, MOTE_DIM_MAX, "samples of a frame")                                                                   \
    F(length, 4, 8192, "samples that are transformed, a power of two")                                                 \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_RFFT_S16_ARGS(A)                                                                                          \
    A(in, S16, IN)                                                                                                     \
    A(turns, S16, WEIGHTS)                                                                                             \
    A(out, S16, OUT)

#define MOTE_RFFT_S16_ROWS(R)                                                                                          \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(rfft_s16, MOTE_RFFT_S16_PARAMS)
MOTE_COST(rfft_s16, 8.0 * p->length)
MOTE_ROWS(rfft_s16, MOTE_RFFT_S16_ARGS, MOTE_RFFT_S16_ROWS)

void mote_rfft_s16(const struct mote_rfft_s16 *p, const int16_t *in, const MOTE_FLASH int16_t *turns, int16_t *out,
                   int32_t first, int32_t count);

/* What is divided by 2 or 4 is multiplied by these, in 2^-15. */
#define MOTE_RFFT_ONE_OF_TWO  (INT16_MAX / 2)
#define MOTE_RFFT_ONE_OF_FOUR (INT16_MAX / 4)

#endif
