/* SPDX-License-Identifier: Apache-2.0 */
/* resize_bilinear_s16: each output pixel from the four input pixels around its place
 *
 *   in       [in_ring rows][in_w * channels]      int16; a row as in rows.h
 *   rows     [out_h][3]                           int32: input row above, input row below, distance in 1024ths
 *   columns  [out_w][3]                           int32: likewise for columns, left and right
 *   out      [out_ring rows][out_w * channels]    int16; must not overlap in
 *
 * Exact: the reference's ResizeBilinearInteger. A sum is at most 2^35. No scratch. Cannot fail: the ranges,
 * need_resize_bilinear_s16() and trust_resize_bilinear_s16() hold. Cost: six multiplications an output element. */
#ifndef MOTE_RESIZE_BILINEAR_S16_H
#define MOTE_RESIZE_BILINEAR_S16_H

#include "../shared/bilinear.h"
#include "../../kernel.h"

#define MOTE_RESIZE_BILINEAR_S16_PARAMS(F) MOTE_BILINEAR_PARAMS(F)

#define MOTE_RESIZE_BILINEAR_S16_ARGS(A)                                                                               \
    A(in, S16, IN)                                                                                                     \
    A(rows, S32, CONST)                                                                                                \
    A(columns, S32, CONST)                                                                                             \
    A(out, S16, OUT)

MOTE_PARAMS(resize_bilinear_s16, MOTE_RESIZE_BILINEAR_S16_PARAMS)
MOTE_COST(resize_bilinear_s16, 4.0 * p->out_w * p->channels)
MOTE_ROWS(resize_bilinear_s16, MOTE_RESIZE_BILINEAR_S16_ARGS, MOTE_BILINEAR_ROWS)

void mote_resize_bilinear_s16(const struct mote_resize_bilinear_s16 *p, const int16_t *in,
                              const MOTE_FLASH int32_t *rows, const MOTE_FLASH int32_t *columns, int16_t *out,
                              int32_t first, int32_t count);

#endif
