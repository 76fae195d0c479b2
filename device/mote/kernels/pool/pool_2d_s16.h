/* SPDX-License-Identifier: Apache-2.0 */
/* pool_2d_s16: out[y][x][c] = clamp(mean, rounded half away from zero, or the greatest, of in over the window).
 *
 *   in   [batch][in_h][in_w][channels]     int16; a ring of in_ring rows (rows.h)
 *   out  [batch][out_h][out_w][channels]   int16, quantized as in; a ring of out_ring rows; must not overlap in
 *
 * The window of output (y, x) is kernel_h * kernel_w elements from (y * stride_h - pad_top, x * stride_w - pad_left)
 * on, cut to the image. Every window holds at least one element, and none that is averaged more than
 * MOTE_POOL_2D_S16_WINDOW_MAX, so that no sum overflows.
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h. The kernel walks the ring itself, so
 * kernel_h has no limit but the image. Exact: the bytes of the reference's AveragePool and MaxPool of int16. No
 * scratch. Cannot fail: the ranges and need_pool_2d_s16() hold. Cost: kernel_h * kernel_w * channels * out_w additions
 * or comparisons a row. */
#ifndef MOTE_POOL_2D_S16_H
#define MOTE_POOL_2D_S16_H

#include "../shared/pool_2d.h"

#define MOTE_POOL_2D_S16_WINDOW_MAX UINT16_MAX

#define MOTE_POOL_2D_S16_PARAMS(F)                                                                                     \
    MOTE_POOL_2D_GEOMETRY(F)                                                                                           \
    F(average, 0, 1, "1: the mean; 0: the greatest")                                                                   \
    F(lo, -32768, 32767, "smallest output")                                                                            \
    F(hi, -32768, 32767, "largest output")

#define MOTE_POOL_2D_S16_ARGS(A)                                                                                       \
    A(in, S16, IN)                                                                                                     \
    A(out, S16, OUT)

MOTE_PARAMS(pool_2d_s16, MOTE_POOL_2D_S16_PARAMS)
MOTE_COST(pool_2d_s16, MOTE_POOL_2D_ELEMENTS)
MOTE_ROWS(pool_2d_s16, MOTE_POOL_2D_S16_ARGS, MOTE_POOL_2D_ROWS)

void mote_pool_2d_s16(const struct mote_pool_2d_s16 *p, const int16_t *in, int16_t *out, int32_t first, int32_t count);

#endif
