/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_u8: conv_2d_s8 with weights that have a zero point, as files of uint8 have: out[y][x][o] =
 * clamp(requant(bias[o] + sum_{i,j,c} in[y'][x'][g + c] * (weights[o][i][j][c] - weights_zero)) + out_zero), with y',
 * x', g and what lies outside the image as there. The bytes are int8: those of uint8, 128 less.
 *
 *   in       [batch][in_h][in_w][in_c]              int8, zero point in_zero; a ring of in_ring rows (rows.h)
 *   weights  [out_c][kernel_h][kernel_w][filter_c]  int8, zero point weights_zero
 *   bias     [out_c]  int32, with the input's zero point folded in, modulo 2^32:
 *            bias[o] - in_zero * sum(weights[o] - weights_zero); zeros for none
 *   mult     [1 or out_c]  int32, shift [1 or out_c] int8: requantization (requant.h); one for all if per_channel is 0
 *   zeros    [in_w * in_c]  int8, all in_zero: the row outside the image, and its columns
 *   out      [batch][out_h][out_w][out_c]           int8; a ring of out_ring rows; must not overlap in
 *
 * Rows are counted through the batch: row r is row r % out_h of image r / out_h. The sum of what a filter sees, which
 * weights_zero is multiplied with, is made beside those of four filters.
 * Exact: the bytes of the reference's Conv of uint8 (docs/EXACT.md). Sums are 32 bits modulo 2^32. No scratch;
 * 4 * MOTE_KERNEL_ROWS_MAX bytes of stack. Cannot fail: the ranges and need_conv_2d_u8() hold.
 * Cost: kernel_h * kernel_w * filter_c * out_c * out_w multiply-accumulates a row, and a quarter as many additions. */
#ifndef MOTE_CONV_2D_U8_H
#define MOTE_CONV_2D_U8_H

#include "../shared/conv_2d.h"

#define MOTE_CONV_2D_U8_PARAMS(F)                                                                                      \
    MOTE_CONV_2D_MAPS(F)                                                                                               \
    MOTE_CONV_2D_KERNEL(F)                                                                                             \
    MOTE_CONV_2D_GROUPS(F)                                                                                             \
    MOTE_CONV_2D_REACH(F)                                                                                              \
    F(weights_zero, -128, 127, "weights' zero point")                                                                  \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")                                                                                 \
    F(per_channel, 0, 1, "1: mult and shift have out_c elements; 0: one")

#define MOTE_CONV_2D_U8_ARGS(A)                                                                                        \
    A(in, S8, IN)                                                                                                      \
    A(weights, S8, WEIGHTS)                                                                                            \
    A(bias, S32, WEIGHTS)                                                                                              \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(zeros, S8, IN)                                                                                                   \
    A(out, S8, OUT)

MOTE_PARAMS(conv_2d_u8, MOTE_CONV_2D_U8_PARAMS)
MOTE_COST(conv_2d_u8, (double)p->out_w * p->out_c * p->kernel_h * p->kernel_w * p->filter_c)
MOTE_ROWS(conv_2d_u8, MOTE_CONV_2D_U8_ARGS, MOTE_CONV_2D_ROWS)

void mote_conv_2d_u8(const struct mote_conv_2d_u8 *p, const int8_t *in, const MOTE_FLASH int8_t *weights,
                     const MOTE_FLASH int32_t *bias, const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                     const int8_t *zeros, int8_t *out, int32_t first, int32_t count);

#endif
