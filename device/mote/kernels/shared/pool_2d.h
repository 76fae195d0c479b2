/* SPDX-License-Identifier: Apache-2.0 */
/* What the contracts of pools share: what all lists of parameters begin with, and the rows that they read. */
#ifndef MOTE_SHARED_POOL_2D_H
#define MOTE_SHARED_POOL_2D_H

#include "../../kernel.h"

#define MOTE_POOL_2D_GEOMETRY(F)                                                                                       \
    F(batch, 1, MOTE_DIM_MAX, "images")                                                                                \
    F(in_h, 1, MOTE_DIM_MAX, "input rows an image")                                                                    \
    F(in_w, 1, MOTE_DIM_MAX, "input columns")                                                                          \
    F(channels, 1, MOTE_DIM_MAX, "channels")                                                                           \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_h, 1, MOTE_DIM_MAX, "output rows an image")                                                                  \
    F(out_w, 1, MOTE_DIM_MAX, "output columns")                                                                        \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(kernel_h, 1, MOTE_DIM_MAX, "window rows")                                                                        \
    F(kernel_w, 1, MOTE_DIM_MAX, "window columns")                                                                     \
    F(stride_h, 1, MOTE_DIM_MAX, "input rows from one output row to the next")                                         \
    F(stride_w, 1, MOTE_DIM_MAX, "input columns from one output column to the next")                                   \
    F(pad_top, 0, MOTE_DIM_MAX, "rows before the image")                                                               \
    F(pad_left, 0, MOTE_DIM_MAX, "columns before the image")

#define MOTE_POOL_2D_ROWS(R)                                                                                           \
    R(in, &p->in_ring, MOTE_WINDOW(p->in_h, p->out_h, p->kernel_h, p->stride_h, 1, p->pad_top))                        \
    R(out, &p->out_ring, MOTE_EACH_ROW)

/* Of MOTE_COST: elements of the windows of a row, which may be larger than the image. */
#define MOTE_POOL_2D_ELEMENTS                                                                                          \
    ((double)p->out_w * p->channels * (p->kernel_h < p->in_h ? p->kernel_h : p->in_h) *                                \
     (p->kernel_w < p->in_w ? p->kernel_w : p->in_w))

#endif
