/* SPDX-License-Identifier: Apache-2.0 */
/* bands_f32: out[r][c] = the sum of weight * in[r][i] over the frequencies i of channel c
 *
 *   in       [in_ring rows][len]        float
 *   weights  [weights]                  float, of each frequency of each channel, in the channels' order
 *   spans    [channels][2]              uint16, {first frequency, how many} of each channel
 *   out      [out_ring rows][channels]  float; must not overlap in
 *
 * A row is a frame. Exact: products and sums are rounded to float, from the first frequency on, beginning with 0. No
 * scratch. Cannot fail: the ranges, need_bands_f32() and trust_bands_f32() hold.
 * Cost: `weights` products a row. */
#ifndef MOTE_BANDS_F32_H
#define MOTE_BANDS_F32_H

#include "../../kernel.h"

#define MOTE_BANDS_F32_PARAMS(F)                                                                                       \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(len, 1, MOTE_DIM_MAX, "frequencies")                                                                             \
    F(channels, 1, MOTE_DIM_MAX, "channels")                                                                           \
    F(weights, 1, INT32_MAX, "weights of all channels together")                                                       \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_BANDS_F32_ARGS(A)                                                                                         \
    A(in, F32, IN)                                                                                                     \
    A(weights, F32, WEIGHTS)                                                                                           \
    A(spans, U16, CONST)                                                                                               \
    A(out, F32, OUT)

#define MOTE_BANDS_F32_ROWS(R)                                                                                         \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(bands_f32, MOTE_BANDS_F32_PARAMS)
MOTE_COST(bands_f32, 1.0 * p->weights + 2.0 * p->channels)
MOTE_ROWS(bands_f32, MOTE_BANDS_F32_ARGS, MOTE_BANDS_F32_ROWS)

void mote_bands_f32(const struct mote_bands_f32 *p, const float *in, const MOTE_FLASH float *weights,
                    const MOTE_FLASH uint16_t *spans, float *out, int32_t first, int32_t count);

#endif
