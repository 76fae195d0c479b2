/* SPDX-License-Identifier: Apache-2.0 */
/* window_f32: out[r][i] = (x[i] - emphasis * x[i - 1]) * window[i], of the last `len` samples x of a frame
 *
 *   in      [in_ring rows][in_len]  int16; the sample before the last len is x[-1], 0 if there is none
 *   window  [len]                   float, the shape of a frame
 *   out     [out_ring rows][len]    float; must not overlap in
 *
 * A row is a frame. Exact: each operation is rounded to float, in this order; without emphasis there is one. No
 * scratch. Cannot fail: the ranges and need_window_f32() hold.
 * Cost: len products a row, 2 * len with emphasis. */
#ifndef MOTE_WINDOW_F32_H
#define MOTE_WINDOW_F32_H

#include "../../kernel.h"

#define MOTE_WINDOW_F32_PARAMS(F)                                                                                      \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(in_len, 1, INT32_MAX, "samples of a frame")                                                                      \
    F(len, 1, INT32_MAX, "samples that count")                                                                         \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(emphasis, INT32_MIN, INT32_MAX, "how much of the sample before is taken off, as the bits of a float")

#define MOTE_WINDOW_F32_ARGS(A)                                                                                        \
    A(in, S16, IN)                                                                                                     \
    A(window, F32, WEIGHTS)                                                                                            \
    A(out, F32, OUT)

#define MOTE_WINDOW_F32_ROWS(R)                                                                                        \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(window_f32, MOTE_WINDOW_F32_PARAMS)
MOTE_COST(window_f32, 2.0 * p->len)
MOTE_ROWS(window_f32, MOTE_WINDOW_F32_ARGS, MOTE_WINDOW_F32_ROWS)

void mote_window_f32(const struct mote_window_f32 *p, const int16_t *in, const MOTE_FLASH float *window, float *out,
                     int32_t first, int32_t count);

#endif
