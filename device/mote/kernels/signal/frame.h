/* SPDX-License-Identifier: Apache-2.0 */
/* frame: out[n][r] = in[n][skip + r * stride … skip + r * stride + window - 1], side by side: frames that overlap
 *
 *   in   [batch][in_h][unit]             bytes of any element type; a ring of in_ring rows (rows.h)
 *   out  [batch][out_h][window * unit]   a ring of out_ring rows; must not overlap in
 *
 * Rows are counted through the batch: row r is frame r % out_h of image r / out_h. No scratch. Cannot fail: the ranges
 * and need_frame() hold.
 * Cost: window * unit bytes are copied a row. */
#ifndef MOTE_FRAME_H
#define MOTE_FRAME_H

#include "../../kernel.h"

#define MOTE_FRAME_PARAMS(F)                                                                                           \
    F(batch, 1, INT32_MAX, "images")                                                                                   \
    F(in_h, 1, INT32_MAX, "input rows of an image")                                                                    \
    F(unit, 1, INT32_MAX, "bytes of an input row")                                                                     \
    F(out_h, 1, INT32_MAX, "frames of an image")                                                                       \
    F(window, 1, MOTE_DIM_MAX, "input rows of a frame")                                                                \
    F(stride, 1, MOTE_DIM_MAX, "input rows from one frame to the next")                                                \
    F(skip, 0, MOTE_DIM_MAX, "input rows before the first frame")                                                      \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "frames that the buffer holds")

#define MOTE_FRAME_ARGS(A)                                                                                             \
    A(in, ANY, IN)                                                                                                     \
    A(out, ANY, OUT)

#define MOTE_FRAME_ROWS(R)                                                                                             \
    R(in, &p->in_ring, MOTE_WINDOW(p->in_h, p->out_h, p->window, p->stride, 1, -p->skip))                              \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(frame, MOTE_FRAME_PARAMS)
MOTE_COST(frame, 1.0 * p->window * p->unit)
MOTE_ROWS(frame, MOTE_FRAME_ARGS, MOTE_FRAME_ROWS)

void mote_frame(const struct mote_frame *p, const void *in, void *out, int32_t first, int32_t count);

#endif
