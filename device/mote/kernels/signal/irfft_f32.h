/* SPDX-License-Identifier: Apache-2.0 */
/* irfft_f32: the samples of a spectrum, x[j] = 1/length sum_k X[k] exp(2 pi i j k / length) over all length
 * frequencies, of which in has those up to length/2
 *
 * Shapes and aliasing are those of irfft_s16.h; turns are floats, {cos, sin}, 1 being 1. Nothing is halved on the way,
 * and the samples are divided by length at the end. Exact: each operation is rounded to float, in the order of
 * irfft_parts.h; that is kissfft's kiss_fftri(), which the reference uses, where no compiler joins operations.
 * No scratch. Cannot fail: the ranges and need_irfft_f32() hold. Cost: as irfft_s16, in floats. */
#ifndef MOTE_IRFFT_F32_H
#define MOTE_IRFFT_F32_H

#include "../../kernel.h"

#define MOTE_IRFFT_F32_PARAMS(F)                                                                                       \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(length, 4, 4096, "samples of a frame, a power of two")                                                           \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_IRFFT_F32_ARGS(A)                                                                                         \
    A(in, F32, IN)                                                                                                     \
    A(turns, F32, WEIGHTS)                                                                                             \
    A(out, F32, OUT)

#define MOTE_IRFFT_F32_ROWS(R)                                                                                         \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(irfft_f32, MOTE_IRFFT_F32_PARAMS)
MOTE_COST(irfft_f32, 24.0 * p->length)
MOTE_ROWS(irfft_f32, MOTE_IRFFT_F32_ARGS, MOTE_IRFFT_F32_ROWS)

void mote_irfft_f32(const struct mote_irfft_f32 *p, const float *in, const MOTE_FLASH float *turns, float *out,
                    int32_t first, int32_t count);

#endif
