/* SPDX-License-Identifier: Apache-2.0 */
/* average_pool_2d_u8: average_pool_2d_s8 of bytes that stand for those of uint8, 128 less: a mean that lies in the
 * middle of two becomes the greater one, as it is rounded away from uint8's 0. Where no window has an even number of
 * elements, the two compute the same.
 *
 *   in   [batch][in_h][in_w][channels]     int8; a ring of in_ring rows (rows.h)
 *   out  [batch][out_h][out_w][channels]   int8, quantized as in; a ring of out_ring rows; must not overlap in
 *
 * The window of output (y, x) is kernel_h * kernel_w elements from (y * stride_h - pad_top, x * stride_w - pad_left)
 * on, cut to the image. Every window holds at least one element, and none more than MOTE_AVERAGE_POOL_2D_U8_WINDOW_MAX,
 * so that no sum overflows.
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h. Exact: the bytes of the reference's
 * AveragePool of uint8 (docs/EXACT.md). No scratch. Cannot fail: the ranges and need_average_pool_2d_u8() hold.
 * Cost: kernel_h * kernel_w * channels * out_w additions a row. */
#ifndef MOTE_AVERAGE_POOL_2D_U8_H
#define MOTE_AVERAGE_POOL_2D_U8_H

#include "../shared/pool_2d.h"

#define MOTE_AVERAGE_POOL_2D_U8_WINDOW_MAX (INT32_C(1) << 22)

#define MOTE_AVERAGE_POOL_2D_U8_PARAMS(F)                                                                              \
    MOTE_POOL_2D_GEOMETRY(F)                                                                                           \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")

#define MOTE_AVERAGE_POOL_2D_U8_ARGS(A)                                                                                \
    A(in, S8, IN)                                                                                                      \
    A(out, S8, OUT)

MOTE_PARAMS(average_pool_2d_u8, MOTE_AVERAGE_POOL_2D_U8_PARAMS)
MOTE_COST(average_pool_2d_u8, MOTE_POOL_2D_ELEMENTS)
MOTE_ROWS(average_pool_2d_u8, MOTE_AVERAGE_POOL_2D_U8_ARGS, MOTE_POOL_2D_ROWS)

void mote_average_pool_2d_u8(const struct mote_average_pool_2d_u8 *p, const int8_t *in, int8_t *out, int32_t first,
                             int32_t count);

#endif
