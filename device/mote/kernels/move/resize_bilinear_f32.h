/* SPDX-License-Identifier: Apache-2.0 */
/* resize_bilinear_f32: each output pixel from the four input pixels around its place
 *
 *   in       [in_ring rows][in_w * channels]      float; a row as in rows.h
 *   rows     [out_h][3]                           int32: input row above, input row below, distance as a float's bits
 *   columns  [out_w][3]                           int32: likewise for columns, left and right
 *   out      [out_ring rows][out_w * channels]    float; must not overlap in
 *
 * The reference's ResizeBilinear, its operations in its order: a distance may be below 0 at the border, where both rows
 * are the same. No scratch. Cannot fail: the ranges, need_resize_bilinear_f32() and trust_resize_bilinear_f32() hold.
 * Cost: eight multiplications an output element. */
#ifndef MOTE_RESIZE_BILINEAR_F32_H
#define MOTE_RESIZE_BILINEAR_F32_H

#include "../shared/bilinear.h"
#include "../../kernel.h"

#define MOTE_RESIZE_BILINEAR_F32_PARAMS(F) MOTE_BILINEAR_PARAMS(F)

#define MOTE_RESIZE_BILINEAR_F32_ARGS(A)                                                                               \
    A(in, F32, IN)                                                                                                     \
    A(rows, S32, CONST)                                                                                                \
    A(columns, S32, CONST)                                                                                             \
    A(out, F32, OUT)

MOTE_PARAMS(resize_bilinear_f32, MOTE_RESIZE_BILINEAR_F32_PARAMS)
MOTE_COST(resize_bilinear_f32, 3.0 * p->out_w * p->channels)
MOTE_ROWS(resize_bilinear_f32, MOTE_RESIZE_BILINEAR_F32_ARGS, MOTE_BILINEAR_ROWS)

void mote_resize_bilinear_f32(const struct mote_resize_bilinear_f32 *p, const float *in, const MOTE_FLASH int32_t *rows,
                              const MOTE_FLASH int32_t *columns, float *out, int32_t first, int32_t count);

#endif
