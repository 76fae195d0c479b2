/* SPDX-License-Identifier: Apache-2.0 */
/* resize_nearest_neighbor: out[n][y][x] = in[n][ys[y]][xs[x]], whole pixels of any element type
 *
 *   in   [batch][in_h][in_w][pixel]    bytes; a ring of in_ring rows (rows.h)
 *   ys   [out_h]                       uint16, below in_h: the host has done the arithmetic
 *   xs   [out_w]                       uint16, below in_w
 *   out  [batch][out_h][out_w][pixel]  bytes; a ring of out_ring rows; must not overlap in
 *
 * Rows are counted through the batch. No scratch. Cannot fail: the ranges, need_ and trust_resize_nearest_neighbor()
 * hold. */
#ifndef MOTE_RESIZE_NEAREST_NEIGHBOR_H
#define MOTE_RESIZE_NEAREST_NEIGHBOR_H

#include "../../kernel.h"

#define MOTE_RESIZE_NEAREST_NEIGHBOR_PARAMS(F)                                                                         \
    F(batch, 1, MOTE_DIM_MAX, "images")                                                                                \
    F(in_h, 1, MOTE_DIM_MAX, "input rows an image")                                                                    \
    F(in_w, 1, MOTE_DIM_MAX, "input columns")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_h, 1, MOTE_DIM_MAX, "output rows an image")                                                                  \
    F(out_w, 1, MOTE_DIM_MAX, "output columns")                                                                        \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(pixel, 1, INT32_MAX, "bytes of a pixel: channels times element size")

#define MOTE_RESIZE_NEAREST_NEIGHBOR_ARGS(A)                                                                           \
    A(in, ANY, IN)                                                                                                     \
    A(ys, U16, CONST)                                                                                                  \
    A(xs, U16, CONST)                                                                                                  \
    A(out, ANY, OUT)

#define MOTE_RESIZE_NEAREST_NEIGHBOR_ROWS(R)                                                                           \
    R(in, &p->in_ring, MOTE_TABLE_ROWS(p->in_h, p->out_h, ys, 1, 1))                                                   \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(resize_nearest_neighbor, MOTE_RESIZE_NEAREST_NEIGHBOR_PARAMS)
MOTE_COST(resize_nearest_neighbor, (double)p->out_w * p->pixel)
MOTE_ROWS(resize_nearest_neighbor, MOTE_RESIZE_NEAREST_NEIGHBOR_ARGS, MOTE_RESIZE_NEAREST_NEIGHBOR_ROWS)

void mote_resize_nearest_neighbor(const struct mote_resize_nearest_neighbor *p, const void *in,
                                  const MOTE_FLASH uint16_t *ys, const MOTE_FLASH uint16_t *xs, void *out,
                                  int32_t first, int32_t count);

#endif
