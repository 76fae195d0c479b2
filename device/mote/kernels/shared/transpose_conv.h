/* SPDX-License-Identifier: Apache-2.0 */
/* Transposed convolution: what the kernels of all types share. Every input element adds to a window of outputs; seen
 * from an output, every stride-th element of the kernel meets an input element, one before the other. */
#ifndef MOTE_TRANSPOSE_CONV_H
#define MOTE_TRANSPOSE_CONV_H

#include "conv_2d.h"
#include "rows.h"

#define MOTE_TRANSPOSE_CONV_GEOMETRY(F)                                                                                \
    MOTE_CONV_2D_MAPS(F)                                                                                               \
    F(kernel_h, 1, MOTE_DIM_MAX, "kernel rows")                                                                        \
    F(kernel_w, 1, MOTE_DIM_MAX, "kernel columns")                                                                     \
    F(stride_h, 1, MOTE_DIM_MAX, "output rows from one input row to the next")                                         \
    F(stride_w, 1, MOTE_DIM_MAX, "output columns from one input column to the next")                                   \
    F(pad_top, 0, MOTE_DIM_MAX, "rows cut off above the first output row")                                             \
    F(pad_left, 0, MOTE_DIM_MAX, "columns cut off left of the first output column")

#define MOTE_TRANSPOSE_CONV_ROWS(R)                                                                                    \
    R(in, &p->in_ring, p->in_h, p->out_h, p->kernel_h, 1, 1, p->kernel_h - 1 - p->pad_top, p->stride_h, 0)             \
    R(out, &p->out_ring, MOTE_EACH_ROW)

/* In one direction: kernel element k + j * stride meets input i - j, for 0 <= j < n. */
struct mote_taps {
    int32_t k, i, n;
};

/* Those of the output at `place`, counted from before what is cut off. */
static inline struct mote_taps mote_taps(int32_t place, int32_t stride, int32_t kernel, int32_t in)
{
    struct mote_taps t = {place % stride, place / stride, 0};

    for (; t.i >= in && t.k < kernel; t.i--)
        t.k += stride;
    if (t.k >= kernel)
        return t;
    t.n = (kernel - 1 - t.k) / stride + 1;
    if (t.n > t.i + 1)
        t.n = t.i + 1;
    return t;
}

/* Finding the taps of a row is up to a kernel's length of steps a column. */
static inline double mote_transpose_conv_cost(double out_w, double out_c, double kernel_h, double kernel_w, double in_c,
                                              double stride_h, double stride_w)
{
    return out_w * (kernel_w / stride_w + 1) * ((kernel_h / stride_h + 1) * in_c * out_c + 1) + kernel_h;
}

/* Bytes of input, weights and output, with elements of these sizes, and output rows; false beyond the limits. */
#define MOTE_TRANSPOSE_CONV_NEED(p, bytes, out_arg, size, weight_size)                                                 \
    mote_transpose_conv_need((p)->batch, (p)->in_w, (p)->in_c, (p)->in_ring, (p)->in_h, (p)->out_h, (p)->out_w,        \
                             (p)->out_c, (p)->out_ring, (p)->kernel_h, (p)->kernel_w, size, weight_size, bytes,        \
                             out_arg)

static inline bool mote_transpose_conv_need(int32_t batch, int32_t in_w, int32_t in_c, int32_t in_ring, int32_t in_h,
                                            int32_t out_h, int32_t out_w, int32_t out_c, int32_t out_ring,
                                            int32_t kernel_h, int32_t kernel_w, int32_t size, int32_t weight_size,
                                            uint32_t bytes[], int32_t out_arg)
{
    uint32_t kernel = mote_bytes(kernel_h, kernel_w, in_c);
    uint32_t in_row = mote_bytes(in_w, in_c, size), out_row = mote_bytes(out_w, out_c, size);

    if (kernel > INT32_MAX || in_row > INT32_MAX || out_row > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(in_ring, (int32_t)in_row, 1);
    bytes[1] = mote_bytes((int32_t)kernel, out_c, weight_size);
    bytes[out_arg] = mote_bytes(out_ring, (int32_t)out_row, 1);
    bytes[out_arg + 1] = mote_bytes(batch, out_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[out_arg] <= INT32_MAX &&
           mote_bytes(batch, in_h, 1) <= INT32_MAX && bytes[out_arg + 1] <= INT32_MAX;
}

#endif
