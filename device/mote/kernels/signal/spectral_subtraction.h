/* SPDX-License-Identifier: Apache-2.0 */
/* spectral_subtraction: what a signal is above a slowly following estimate of its noise, frame by frame
 *
 *   up          = in[r][c] * 2^smoothing_bits
 *   noise[c]    = (up * s + noise[c] * (1 - s)) / 2^bits        s: smoothing, of odd channels the alternate one
 *   out[r][c]   = max((up - min(noise[c], up)) / 2^smoothing_bits, in[r][c] * min_signal_remaining / 2^bits)
 *
 *   in     [in_ring rows][len]       uint32
 *   noise  [len]                     uint32, starts at 0
 *   out    [out_ring rows][len]      uint32; must not overlap the others
 *   after  [after_ring rows][len]    uint32, the estimate after each frame
 *
 * All is modulo 2^32, products and their sums modulo 2^64, and divisions round down. With `clamping` the estimate does
 * not exceed `up`. A row is a frame, and moves the estimate on by one. Exact: the reference's
 * FilterbankSpectralSubtraction. No scratch. Cannot fail: the ranges and need_spectral_subtraction() hold.
 * Cost: 3 products of 64 bits a channel. */
#ifndef MOTE_SPECTRAL_SUBTRACTION_H
#define MOTE_SPECTRAL_SUBTRACTION_H

#include "../../kernel.h"

#define MOTE_SPECTRAL_SUBTRACTION_PARAMS(F)                                                                            \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(len, 1, INT32_MAX, "channels")                                                                                   \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(after_ring, 1, INT32_MAX, "rows of estimates that the buffer holds")                                             \
    F(smoothing, 0, INT32_MAX, "the share of a frame in the estimate of even channels, in 2^-bits")                    \
    F(one_minus_smoothing, 0, INT32_MAX, "the share of what was before")                                               \
    F(alternate_smoothing, 0, INT32_MAX, "the same of odd channels")                                                   \
    F(alternate_one_minus_smoothing, 0, INT32_MAX, "the share of what was before")                                     \
    F(min_signal_remaining, 0, INT32_MAX, "the share of the signal that stays at least, in 2^-bits")                   \
    F(smoothing_bits, 0, 31, "bits of the estimate behind the point")                                                  \
    F(bits, 0, 31, "bits of the shares behind the point")                                                              \
    F(clamping, 0, 1, "whether the estimate is at most the signal")

#define MOTE_SPECTRAL_SUBTRACTION_ARGS(A)                                                                              \
    A(in, U32, IN)                                                                                                     \
    A(noise, U32, STATE)                                                                                               \
    A(out, U32, OUT)                                                                                                   \
    A(after, U32, OUT)

#define MOTE_SPECTRAL_SUBTRACTION_ROWS(R)                                                                              \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)                                                                                \
    R(after, &p->after_ring, MOTE_EACH_ROW)

MOTE_PARAMS(spectral_subtraction, MOTE_SPECTRAL_SUBTRACTION_PARAMS)
MOTE_COST(spectral_subtraction, 4.0 * p->len)
MOTE_ROWS(spectral_subtraction, MOTE_SPECTRAL_SUBTRACTION_ARGS, MOTE_SPECTRAL_SUBTRACTION_ROWS)

void mote_spectral_subtraction(const struct mote_spectral_subtraction *p, const uint32_t *in, uint32_t *noise,
                               uint32_t *out, uint32_t *after, int32_t first, int32_t count);

#endif
