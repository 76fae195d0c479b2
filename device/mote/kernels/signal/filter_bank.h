/* SPDX-License-Identifier: Apache-2.0 */
/* filter_bank: sums of frequencies, each of which counts in two neighboring channels
 *
 *   all[c]    = sum_i weight[i] * in[r][i] over channel c's frequencies + sum_i rest[i] * in[r][i] over those of c - 1
 *   out[r][c] = all[c + 1]
 *
 *   in       [in_ring rows][len]       uint32
 *   weights  [weights][2]              uint16, {weight, rest} of each frequency of each channel, in the channels' order
 *   spans    [channels + 1][2]         uint16, {first frequency, how many} of each channel
 *   out      [out_ring rows][channels] uint64, at a multiple of 4, modulo 2^64; must not overlap in
 *
 * A row is a frame. Exact: the reference's FilterbankAccumulateChannels, where weights are not negative. No scratch.
 * Cannot fail: the ranges, need_filter_bank() and trust_filter_bank() hold.
 * Cost: 2 * weights products of 64 bits a row. */
#ifndef MOTE_FILTER_BANK_H
#define MOTE_FILTER_BANK_H

#include "../../kernel.h"

#define MOTE_FILTER_BANK_PARAMS(F)                                                                                     \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(len, 1, MOTE_DIM_MAX, "frequencies")                                                                             \
    F(channels, 1, MOTE_DIM_MAX, "channels")                                                                           \
    F(weights, 1, INT32_MAX, "pairs of weights, of all channels together")                                             \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_FILTER_BANK_ARGS(A)                                                                                       \
    A(in, U32, IN)                                                                                                     \
    A(weights, U16, WEIGHTS)                                                                                           \
    A(spans, U16, CONST)                                                                                               \
    A(out, U64, OUT)

#define MOTE_FILTER_BANK_ROWS(R)                                                                                       \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(filter_bank, MOTE_FILTER_BANK_PARAMS)
MOTE_COST(filter_bank, 2.0 * p->weights + 2.0 * p->channels)
MOTE_ROWS(filter_bank, MOTE_FILTER_BANK_ARGS, MOTE_FILTER_BANK_ROWS)

void mote_filter_bank(const struct mote_filter_bank *p, const uint32_t *in, const MOTE_FLASH uint16_t *weights,
                      const MOTE_FLASH uint16_t *spans, uint64_t *out, int32_t first, int32_t count);

#endif
