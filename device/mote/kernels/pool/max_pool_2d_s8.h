/* SPDX-License-Identifier: Apache-2.0 */
/* max_pool_2d_s8: out[y][x][c] = clamp(greatest in of the window).
 *
 *   in   [batch][in_h][in_w][channels]     int8; a ring of in_ring rows (rows.h)
 *   out  [batch][out_h][out_w][channels]   int8, quantized as in; a ring of out_ring rows; must not overlap in
 *
 * The window of output (y, x) is kernel_h * kernel_w elements from (y * stride_h - pad_top, x * stride_w - pad_left)
 * on, cut to the image. Every window holds at least one element.
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h. The kernel walks the ring itself, so
 * kernel_h has no limit but the image. Exact: the bytes of the reference's MaxPool (docs/EXACT.md). No scratch. Cannot
 * fail: the ranges and need_max_pool_2d_s8() hold.
 * Cost: kernel_h * kernel_w * channels * out_w comparisons a row. */
#ifndef MOTE_MAX_POOL_2D_S8_H
#define MOTE_MAX_POOL_2D_S8_H

#include "../shared/pool_2d.h"

#define MOTE_MAX_POOL_2D_S8_PARAMS(F)                                                                                  \
    MOTE_POOL_2D_GEOMETRY(F)                                                                                           \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")

#define MOTE_MAX_POOL_2D_S8_ARGS(A)                                                                                    \
    A(in, S8, IN)                                                                                                      \
    A(out, S8, OUT)

MOTE_PARAMS(max_pool_2d_s8, MOTE_MAX_POOL_2D_S8_PARAMS)
MOTE_COST(max_pool_2d_s8, MOTE_POOL_2D_ELEMENTS)
MOTE_ROWS(max_pool_2d_s8, MOTE_MAX_POOL_2D_S8_ARGS, MOTE_POOL_2D_ROWS)

void mote_max_pool_2d_s8(const struct mote_max_pool_2d_s8 *p, const int8_t *in, int8_t *out, int32_t first,
                         int32_t count);

#endif
