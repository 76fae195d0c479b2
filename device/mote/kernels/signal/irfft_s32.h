/* SPDX-License-Identifier: Apache-2.0 */
/* irfft_s32: irfft_s16 with 32 bits: turns have 2147483647 for 1, products are rounded to 31 bits, and sums lose what
 * does not fit 32. All else, shapes, aliasing, cost in products of 64 bits, is as irfft_s16.h says.
 *
 * Exact: kissfft's kiss_fftri() with FIXED_POINT=32, which the reference uses. */
#ifndef MOTE_IRFFT_S32_H
#define MOTE_IRFFT_S32_H

#include "../../kernel.h"

#define MOTE_IRFFT_S32_PARAMS(F)                                                                                       \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(length, 4, 4096, "samples of a frame, a power of two")                                                           \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_IRFFT_S32_ARGS(A)                                                                                         \
    A(in, S32, IN)                                                                                                     \
    A(turns, S32, WEIGHTS)                                                                                             \
    A(out, S32, OUT)

#define MOTE_IRFFT_S32_ROWS(R)                                                                                         \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(irfft_s32, MOTE_IRFFT_S32_PARAMS)
MOTE_COST(irfft_s32, 24.0 * p->length)
MOTE_ROWS(irfft_s32, MOTE_IRFFT_S32_ARGS, MOTE_IRFFT_S32_ROWS)

void mote_irfft_s32(const struct mote_irfft_s32 *p, const int32_t *in, const MOTE_FLASH int32_t *turns, int32_t *out,
                    int32_t first, int32_t count);

#endif
