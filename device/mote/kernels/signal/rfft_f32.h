/* SPDX-License-Identifier: Apache-2.0 */
/* rfft_f32: the spectrum of a frame, X[k] = sum_j x[j] exp(-2 pi i j k / length), k from 0 to length / 2
 *
 *   in     [in_ring rows][in_len]      float; behind them length - in_len zeros count
 *   turns  [mote_fft_turns()][2]       float, {cos, sin}(-2 pi t): of each m = smallest, 4 * smallest … n / 4, and of
 *                                      each k from 0 to m - 1, t = k / 4m, 2k / 4m and 3k / 4m; then of k = 1 … n / 2
 *                                      t = k / length + 1 / 4; n = length / 2
 *   out    [out_ring rows][length + 2] float, {real, imaginary} of each frequency; must not overlap in
 *
 * length is a power of two. The samples are n complex numbers, whose transform joins parts of `smallest` (4, or 2 where
 * n is no power of 4), which are read in the order of reversed digits, four at a time; the last step makes of it the
 * spectrum of their 2n parts. A row is a frame. Exact: each operation is rounded to float, in the order of rfft_f32.c;
 * its error is about 2^-23 of the largest number. No scratch. Cannot fail: the ranges and need_rfft_f32() hold.
 * Cost: about 2 length log2(length) products a row. */
#ifndef MOTE_RFFT_F32_H
#define MOTE_RFFT_F32_H

#include "../../kernel.h"

#define MOTE_RFFT_F32_PARAMS(F)                                                                                        \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(in_len, 1, 4096, "samples of a frame")                                                                           \
    F(length, 4, 4096, "samples of the transform, a power of two")                                                     \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_RFFT_F32_ARGS(A)                                                                                          \
    A(in, F32, IN)                                                                                                     \
    A(turns, F32, WEIGHTS)                                                                                             \
    A(out, F32, OUT)

#define MOTE_RFFT_F32_ROWS(R)                                                                                          \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(rfft_f32, MOTE_RFFT_F32_PARAMS)
MOTE_COST(rfft_f32, 16.0 * p->length)
MOTE_ROWS(rfft_f32, MOTE_RFFT_F32_ARGS, MOTE_RFFT_F32_ROWS)

void mote_rfft_f32(const struct mote_rfft_f32 *p, const float *in, const MOTE_FLASH float *turns, float *out,
                   int32_t first, int32_t count);

#endif
