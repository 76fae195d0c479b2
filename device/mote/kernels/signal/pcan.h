/* SPDX-License-Identifier: Apache-2.0 */
/* pcan: per-channel amplitude normalization: a gain that falls as the noise rises, then less of what is small
 *
 *   snr       = in[r][c] * gain(noise[r][c]) / 2^snr_down, modulo 2^32, 2^12 being 1
 *   out[r][c] = 2^6 * (snr < 2 ? snr^2 / 4 : snr - 1), rounded down
 *
 *   in     [in_ring rows][len]     uint32
 *   noise  [noise_ring rows][len]  uint32
 *   gains  [125]                   int16: of 0 and of 1, then {y, a, b} of numbers of 2, 3, …, 32 bits, four apart:
 *                                  y + a t + b t^2, where t is how far a number is between the powers of two around it
 *   out    [out_ring rows][len]    uint32; must not overlap the others
 *
 * A row is a frame. Exact: the reference's ApplyPcanAutoGainControlFixed. No scratch. Cannot fail: the ranges and
 * need_pcan() hold, and any gains are safe.
 * Cost: some 5 products a channel. */
#ifndef MOTE_PCAN_H
#define MOTE_PCAN_H

#include "../../kernel.h"

#define MOTE_PCAN_GAINS 125

#define MOTE_PCAN_PARAMS(F)                                                                                            \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(len, 1, INT32_MAX, "channels")                                                                                   \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(noise_ring, 1, INT32_MAX, "rows of noise that the buffer holds")                                                 \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(snr_down, 0, 63, "bits that the product of signal and gain is shifted down")

#define MOTE_PCAN_ARGS(A)                                                                                              \
    A(in, U32, IN)                                                                                                     \
    A(noise, U32, IN)                                                                                                  \
    A(gains, S16, WEIGHTS)                                                                                             \
    A(out, U32, OUT)

#define MOTE_PCAN_ROWS(R)                                                                                              \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(noise, &p->noise_ring, MOTE_EACH_ROW)                                                                            \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(pcan, MOTE_PCAN_PARAMS)
MOTE_COST(pcan, 5.0 * p->len)
MOTE_ROWS(pcan, MOTE_PCAN_ARGS, MOTE_PCAN_ROWS)

void mote_pcan(const struct mote_pcan *p, const uint32_t *in, const uint32_t *noise, const MOTE_FLASH int16_t *gains,
               uint32_t *out, int32_t first, int32_t count);

#endif
