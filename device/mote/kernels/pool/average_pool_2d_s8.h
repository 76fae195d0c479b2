/* SPDX-License-Identifier: Apache-2.0 */
/* average_pool_2d_s8: out[y][x][c] = clamp(mean of in over the window), rounded half away from zero.
 *
 *   in   [batch][in_h][in_w][channels]     int8; a ring of in_ring rows (rows.h)
 *   out  [batch][out_h][out_w][channels]   int8, quantized as in; a ring of out_ring rows; must not overlap in
 *
 * The window of output (y, x) is kernel_h * kernel_w elements from (y * stride_h - pad_top, x * stride_w - pad_left)
 * on, cut to the image. Every window holds at least one element, and none more than MOTE_AVERAGE_POOL_2D_S8_WINDOW_MAX,
 * so that no sum overflows.
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h. The kernel walks the ring itself, so
 * kernel_h has no limit but the image. Exact: the bytes of the reference's AveragePool (docs/EXACT.md). No scratch.
 * Cannot fail: the ranges and need_average_pool_2d_s8() hold. Cost: kernel_h * kernel_w * channels * out_w additions a
 * row. */
#ifndef MOTE_AVERAGE_POOL_2D_S8_H
#define MOTE_AVERAGE_POOL_2D_S8_H

#include "../../kernel.h"

#define MOTE_AVERAGE_POOL_2D_S8_WINDOW_MAX (INT32_C(1) << 23)

#define MOTE_AVERAGE_POOL_2D_S8_PARAMS(F)                                                                              \
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
    F(pad_left, 0, MOTE_DIM_MAX, "columns before the image")                                                           \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")

#define MOTE_AVERAGE_POOL_2D_S8_ARGS(A)                                                                                \
    A(in, S8, IN)                                                                                                      \
    A(out, S8, OUT)

#define MOTE_AVERAGE_POOL_2D_S8_ROWS(R)                                                                                \
    R(in, &p->in_ring, MOTE_WINDOW(p->in_h, p->out_h, p->kernel_h, p->stride_h, 1, p->pad_top))                        \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(average_pool_2d_s8, MOTE_AVERAGE_POOL_2D_S8_PARAMS)
MOTE_COST(average_pool_2d_s8, (double)p->out_w * p->channels * (p->kernel_h < p->in_h ? p->kernel_h : p->in_h) *
                                  (p->kernel_w < p->in_w ? p->kernel_w : p->in_w))
MOTE_ROWS(average_pool_2d_s8, MOTE_AVERAGE_POOL_2D_S8_ARGS, MOTE_AVERAGE_POOL_2D_S8_ROWS)

void mote_average_pool_2d_s8(const struct mote_average_pool_2d_s8 *p, const int8_t *in, int8_t *out, int32_t first,
                             int32_t count);

#endif
