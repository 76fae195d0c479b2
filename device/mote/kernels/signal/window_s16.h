/* SPDX-License-Identifier: Apache-2.0 */
/* window_s16: out[r][i] = in[r][i] * window[i] / 2^shift, rounded down, saturated
 *
 *   in      [in_ring rows][len]   int16
 *   window  [len]                 int16, the shape of a frame, 1 being 2^shift
 *   out     [out_ring rows][len]  int16; may be the memory of in if the rings are equal
 *
 * A row is a frame. Exact: the reference's ApplyWindow. No scratch. Cannot fail: the ranges and need_window_s16() hold.
 * Cost: len products a row. */
#ifndef MOTE_WINDOW_S16_H
#define MOTE_WINDOW_S16_H

#include "../../kernel.h"

#define MOTE_WINDOW_S16_PARAMS(F)                                                                                      \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(len, 1, INT32_MAX, "samples of a frame")                                                                         \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(down, 0, 31, "bits that a product is shifted down")

#define MOTE_WINDOW_S16_ARGS(A)                                                                                        \
    A(in, S16, IN)                                                                                                     \
    A(window, S16, WEIGHTS)                                                                                            \
    A(out, S16, OUT)

#define MOTE_WINDOW_S16_ROWS(R)                                                                                        \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(window_s16, MOTE_WINDOW_S16_PARAMS)
MOTE_COST(window_s16, 1.0 * p->len)
MOTE_ROWS(window_s16, MOTE_WINDOW_S16_ARGS, MOTE_WINDOW_S16_ROWS)

void mote_window_s16(const struct mote_window_s16 *p, const int16_t *in, const MOTE_FLASH int16_t *window, int16_t *out,
                     int32_t first, int32_t count);

#endif
