/* SPDX-License-Identifier: Apache-2.0 */
/* fft_auto_scale: out[r][i] = in[r][i] * 2^bits[r], the most bits for which the largest of a row fits
 *
 *   in    [in_ring rows][len]   int16
 *   out   [out_ring rows][len]  int16; may be the memory of in if the rings are equal
 *   bits  [bits_ring rows]      int32, 0 to 15
 *
 * Of a row of zeros and of one with -32768 the reference has two ways. As its operator (`frontend` 0): a row of zeros
 * has 0 bits, and -32768 makes it forget the elements before, so that it may choose too many bits. As its older library
 * (`frontend` 1): a row of zeros has 15 bits, and -32768 counts as 0. Elements that do not fit lose their high bits.
 *
 * A row is a frame. Exact: the reference's FftAutoScale, and what FrontendProcessSamples does between window and
 * transform. No scratch. Cannot fail: the ranges and need_fft_auto_scale() hold.
 * Cost: len elements read twice a row. */
#ifndef MOTE_FFT_AUTO_SCALE_H
#define MOTE_FFT_AUTO_SCALE_H

#include "../../kernel.h"

#define MOTE_FFT_AUTO_SCALE_PARAMS(F)                                                                                  \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(len, 1, INT32_MAX, "samples of a frame")                                                                         \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(bits_ring, 1, INT32_MAX, "rows of bits that the buffer holds")                                                   \
    F(frontend, 0, 1, "whether zeros and -32768 count as in the older library")

#define MOTE_FFT_AUTO_SCALE_ARGS(A)                                                                                    \
    A(in, S16, IN)                                                                                                     \
    A(out, S16, OUT)                                                                                                   \
    A(bits, S32, OUT)

#define MOTE_FFT_AUTO_SCALE_ROWS(R)                                                                                    \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)                                                                                \
    R(bits, &p->bits_ring, MOTE_EACH_ROW)

MOTE_PARAMS(fft_auto_scale, MOTE_FFT_AUTO_SCALE_PARAMS)
MOTE_COST(fft_auto_scale, 1.5 * p->len)
MOTE_ROWS(fft_auto_scale, MOTE_FFT_AUTO_SCALE_ARGS, MOTE_FFT_AUTO_SCALE_ROWS)

void mote_fft_auto_scale(const struct mote_fft_auto_scale *p, const int16_t *in, int16_t *out, int32_t *bits,
                         int32_t first, int32_t count);

#endif
