/* SPDX-License-Identifier: Apache-2.0 */
/* unpack_channels: a layer's biases and multipliers, stored in few bits:
 *   bias[i] = base + (x << shift), modulo 2^32
 *   mult[i] = the 31 bits from its highest on, rounded to nearest, halves upwards, of scale * factor
 *
 *   in    [10 + n * (bias_bits + 23) / 8, rounded up]  shift (1 byte, of which the lower 5 bits count), base (4 bytes),
 *         factor (40 bits, of which the highest is 1), the most significant byte first; then of all channels x,
 *         `bias_bits` bits each, and of all 24 bits of their float32 scale without the first, which is 1. The most
 *         significant bit of a byte comes first
 *   bias, mult  [n]  int32; must not overlap in
 *
 * A multiplier is the scale of the channel's weights times what all channels have in common. One output row, whatever
 * first and count say. Exact. No scratch. Cannot fail: the ranges and need_unpack_channels() hold. */
#ifndef MOTE_UNPACK_CHANNELS_H
#define MOTE_UNPACK_CHANNELS_H

#include "../../kernel.h"

enum { MOTE_UNPACK_HEAD = 10, MOTE_SCALE_BITS = 23 };

#define MOTE_UNPACK_CHANNELS_PARAMS(F)                                                                                 \
    F(n, 1, INT32_MAX, "channels")                                                                                     \
    F(bias_bits, 1, 32, "bits of a bias")

#define MOTE_UNPACK_CHANNELS_ARGS(A)                                                                                   \
    A(in, U8, WEIGHTS)                                                                                                 \
    A(bias, S32, OUT)                                                                                                  \
    A(mult, S32, OUT)

MOTE_PARAMS(unpack_channels, MOTE_UNPACK_CHANNELS_PARAMS)
MOTE_COST(unpack_channels, 12.0 * p->n)
MOTE_ROWS(unpack_channels, MOTE_UNPACK_CHANNELS_ARGS, MOTE_NO_ROWS)

void mote_unpack_channels(const struct mote_unpack_channels *p, const MOTE_FLASH uint8_t *in, int32_t *bias,
                          int32_t *mult, int32_t first, int32_t count);

/* Of a scale's 24 bits and a factor of 40 bits. */
static inline int32_t mote_unpack_mult(uint32_t scale, uint64_t factor)
{
    const uint64_t product = scale * factor;

    return (int32_t)(uint32_t)(((product >> (product >> 63 ? 32 : 31)) + 1) >> 1);
}

#endif
