/* SPDX-License-Identifier: Apache-2.0 */
/* spectrum_f32: out[r][i] = |in[r][i]|^2, or its root, for frequencies from `start` to `end` - 1, 0 for others
 *
 *   in   [in_ring rows][len][2]  float, {real, imaginary}
 *   out  [out_ring rows][len]    float; must not overlap in
 *
 * A row is a frame. Exact: re * re + im * im, each operation rounded to float, and its correctly rounded root, so that
 * from 2^64 on it is infinite. No scratch. Cannot fail: the ranges and need_spectrum_f32() hold.
 * Cost: 2 (end - start) products a row, and as many roots. */
#ifndef MOTE_SPECTRUM_F32_H
#define MOTE_SPECTRUM_F32_H

#include "../../kernel.h"

#define MOTE_SPECTRUM_F32_PARAMS(F)                                                                                    \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(len, 1, INT32_MAX, "frequencies")                                                                                \
    F(start, 0, INT32_MAX, "the first that is wanted")                                                                 \
    F(end, 0, INT32_MAX, "the first behind them")                                                                      \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(root, 0, 1, "whether the root is wanted")

#define MOTE_SPECTRUM_F32_ARGS(A)                                                                                      \
    A(in, F32, IN)                                                                                                     \
    A(out, F32, OUT)

#define MOTE_SPECTRUM_F32_ROWS(R)                                                                                      \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(spectrum_f32, MOTE_SPECTRUM_F32_PARAMS)
MOTE_COST(spectrum_f32, (p->root ? 37.0 : 2.0) * p->len)
MOTE_ROWS(spectrum_f32, MOTE_SPECTRUM_F32_ARGS, MOTE_SPECTRUM_F32_ROWS)

void mote_spectrum_f32(const struct mote_spectrum_f32 *p, const float *in, float *out, int32_t first, int32_t count);

#endif
