/* SPDX-License-Identifier: Apache-2.0 */
/* pool_2d_f32: out[y][x][c] = clamp(mean, or the greatest, of in over the window).
 *
 *   in   [batch][in_h][in_w][channels]     float; a ring of in_ring rows (rows.h)
 *   out  [batch][out_h][out_w][channels]   float; a ring of out_ring rows; must not overlap in
 *
 * The window of output (y, x) is kernel_h * kernel_w elements from (y * stride_h - pad_top, x * stride_w - pad_left)
 * on, cut to the image. Every window holds at least one element.
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h. The kernel walks the ring itself, so
 * kernel_h has no limit but the image. The reference's AveragePool and MaxPool within the tolerance of docs/EXACT.md,
 * the maximum exactly; NaN is never the greatest. No scratch. Cannot fail: the ranges and need_pool_2d_f32() hold.
 * Cost: kernel_h * kernel_w * channels * out_w additions or comparisons a row. */
#ifndef MOTE_POOL_2D_F32_H
#define MOTE_POOL_2D_F32_H

#include "../shared/pool_2d.h"

#define MOTE_POOL_2D_F32_PARAMS(F)                                                                                     \
    MOTE_POOL_2D_GEOMETRY(F)                                                                                           \
    F(average, 0, 1, "1: the mean; 0: the greatest")                                                                   \
    F(lo, INT32_MIN, INT32_MAX, "smallest output, as the bits of a float")                                             \
    F(hi, INT32_MIN, INT32_MAX, "largest output, as the bits of a float")

#define MOTE_POOL_2D_F32_ARGS(A)                                                                                       \
    A(in, F32, IN)                                                                                                     \
    A(out, F32, OUT)

MOTE_PARAMS(pool_2d_f32, MOTE_POOL_2D_F32_PARAMS)
MOTE_COST(pool_2d_f32, MOTE_POOL_2D_ELEMENTS)
MOTE_ROWS(pool_2d_f32, MOTE_POOL_2D_F32_ARGS, MOTE_POOL_2D_ROWS)

void mote_pool_2d_f32(const struct mote_pool_2d_f32 *p, const float *in, float *out, int32_t first, int32_t count);

#endif
