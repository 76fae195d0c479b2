/* SPDX-License-Identifier: Apache-2.0 */
/* What the contracts of convolutions share: parts of their lists of parameters, each of which ends in what its own
 * arithmetic wants, and the rows that they read. */
#ifndef MOTE_SHARED_CONV_2D_H
#define MOTE_SHARED_CONV_2D_H

#include "../../kernel.h"

#define MOTE_CONV_2D_MAPS(F)                                                                                           \
    F(batch, 1, MOTE_DIM_MAX, "images")                                                                                \
    F(in_h, 1, MOTE_DIM_MAX, "input rows an image")                                                                    \
    F(in_w, 1, MOTE_DIM_MAX, "input columns")                                                                          \
    F(in_c, 1, MOTE_DIM_MAX, "input channels")                                                                         \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_h, 1, MOTE_DIM_MAX, "output rows an image")                                                                  \
    F(out_w, 1, MOTE_DIM_MAX, "output columns")                                                                        \
    F(out_c, 1, MOTE_DIM_MAX, "output channels")                                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_CONV_2D_KERNEL(F)                                                                                         \
    F(kernel_h, 1, MOTE_KERNEL_ROWS_MAX, "kernel rows")                                                                \
    F(kernel_w, 1, MOTE_DIM_MAX, "kernel columns")                                                                     \
    F(stride_h, 1, MOTE_DIM_MAX, "input rows from one output row to the next")                                         \
    F(stride_w, 1, MOTE_DIM_MAX, "input columns from one output column to the next")

#define MOTE_CONV_2D_REACH(F)                                                                                          \
    F(dilation_h, 1, MOTE_DIM_MAX, "input rows from one kernel row to the next")                                       \
    F(dilation_w, 1, MOTE_DIM_MAX, "input columns from one kernel column to the next")                                 \
    F(pad_top, 0, MOTE_DIM_MAX, "rows of real zero above the image")                                                   \
    F(pad_left, 0, MOTE_DIM_MAX, "columns of real zero left of the image")

#define MOTE_CONV_2D_GROUPS(F) F(filter_c, 1, MOTE_DIM_MAX, "input channels that one filter sees: in_c / groups")
#define MOTE_CONV_2D_DEPTH(F)                                                                                          \
    F(depth_multiplier, 1, MOTE_DIM_MAX, "output channels for each input channel, side by side: out_c / in_c")

/* Of kernels that copy the input rows of a block of output rows: these and their columns, with those outside the image;
 * no rows where inputs are read where they are. */
struct mote_conv_window {
    int32_t rows, columns;
};

#define MOTE_CONV_2D_ROWS(R)                                                                                           \
    R(in, &p->in_ring, MOTE_WINDOW(p->in_h, p->out_h, p->kernel_h, p->stride_h, p->dilation_h, p->pad_top))            \
    R(out, &p->out_ring, MOTE_EACH_ROW)

#endif
