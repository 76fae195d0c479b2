/* SPDX-License-Identifier: Apache-2.0 */
/* irfft_s16: the samples whose spectrum rfft_s16 gives, divided by their number, in fixed point
 *
 *   in     [in_ring rows][length + 2]  int16, {real, imaginary} of frequencies 0 to length/2; of the first and the last
 *                                      the imaginary parts do not count
 *   turns  [turns][2]                  int16, rotations as {real, imaginary}, 1 being 32767, in the order of
 *                                      rfft_s16.h, but the other way round: by k/4m, 2k/4m and 3k/4m of a turn, then by
 *                                      k/n + 1/2 of half a turn; mote_fft_turns() of them
 *   out    [out_ring rows][length]     int16; must not overlap in
 *
 * n = length/2 complex numbers are made of the spectrum, number k of the frequencies k and n - k, both halved; their
 * transform, four at a time, once two at a time if n is no power of 4, has two samples in each. Joining p parts divides
 * by p, each product is rounded to 15 bits, and sums lose what does not fit 16.
 *
 * A row is a frame. Exact: kissfft's kiss_fftri() with FIXED_POINT=16, which the reference uses. No scratch: a pair of
 * frequencies is looked at twice. Cannot fail: the ranges and need_irfft_s16() hold.
 * Cost: length * (log2(length) + 4) products a row, about. */
#ifndef MOTE_IRFFT_S16_H
#define MOTE_IRFFT_S16_H

#include "../../kernel.h"

#define MOTE_IRFFT_S16_PARAMS(F)                                                                                       \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(length, 4, 8192, "samples of a frame, a power of two")                                                           \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_IRFFT_S16_ARGS(A)                                                                                         \
    A(in, S16, IN)                                                                                                     \
    A(turns, S16, WEIGHTS)                                                                                             \
    A(out, S16, OUT)

#define MOTE_IRFFT_S16_ROWS(R)                                                                                         \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(irfft_s16, MOTE_IRFFT_S16_PARAMS)
MOTE_COST(irfft_s16, 12.0 * p->length)
MOTE_ROWS(irfft_s16, MOTE_IRFFT_S16_ARGS, MOTE_IRFFT_S16_ROWS)

void mote_irfft_s16(const struct mote_irfft_s16 *p, const int16_t *in, const MOTE_FLASH int16_t *turns, int16_t *out,
                    int32_t first, int32_t count);

#endif
