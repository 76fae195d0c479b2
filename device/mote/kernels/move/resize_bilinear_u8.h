/* SPDX-License-Identifier: Apache-2.0 */
/* resize_bilinear_u8: resize_bilinear_f32 of bytes that stand for those of uint8, 128 less; the sum is rounded to the
 * nearest, half up.
 *
 *   in       [in_ring rows][in_w * channels]      int8; a row as in rows.h
 *   rows     [out_h][3]                           int32: input row above, input row below, distance as a float's bits,
 *                                                 from -1 to 1
 *   columns  [out_w][3]                           int32: likewise for columns, left and right
 *   out      [out_ring rows][out_w * channels]    int8; must not overlap in
 *
 * Exact: the reference's ResizeBilinear of uint8, its float operations in its order, each rounded, whatever the
 * compiler would fuse. What is beyond a byte (a distance below 0 at the border) is cut to it. No scratch. Cannot fail:
 * the ranges, need_resize_bilinear_u8() and trust_resize_bilinear_u8() hold. Cost: eight multiplications of floats an
 * output element. */
#ifndef MOTE_RESIZE_BILINEAR_U8_H
#define MOTE_RESIZE_BILINEAR_U8_H

#include "../shared/bilinear.h"
#include "../../kernel.h"

#define MOTE_RESIZE_BILINEAR_U8_PARAMS(F) MOTE_BILINEAR_PARAMS(F)

#define MOTE_RESIZE_BILINEAR_U8_ARGS(A)                                                                                \
    A(in, S8, IN)                                                                                                      \
    A(rows, S32, CONST)                                                                                                \
    A(columns, S32, CONST)                                                                                             \
    A(out, S8, OUT)

MOTE_PARAMS(resize_bilinear_u8, MOTE_RESIZE_BILINEAR_U8_PARAMS)
MOTE_COST(resize_bilinear_u8, 12.0 * p->out_w * p->channels)
MOTE_ROWS(resize_bilinear_u8, MOTE_RESIZE_BILINEAR_U8_ARGS, MOTE_BILINEAR_ROWS)

void mote_resize_bilinear_u8(const struct mote_resize_bilinear_u8 *p, const int8_t *in, const MOTE_FLASH int32_t *rows,
                             const MOTE_FLASH int32_t *columns, int8_t *out, int32_t first, int32_t count);

#endif
