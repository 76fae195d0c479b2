/* SPDX-License-Identifier: Apache-2.0 */
/* mean_rows_f32: out[n][c] = clamp(sum of in[n][y][x][c] over y and x / number), for means and sums over an image's
 * rows and columns, global average pools among them
 *
 *   in    [batch][in_h][in_w][channels]  float; a ring of in_ring rows (rows.h)
 *   sums  [channels]                     float
 *   out   [batch][channels]              float; a ring of out_ring rows; must not overlap in
 *
 * It folds: a row is one of the input's, row r is row r % in_h of image r / in_h. An image's first row sets the sums,
 * its last one writes row r / in_h of the output. If the rows of an image come in order, each once, `out` is the
 * reference's AveragePool, Mean or ReduceGeneric (sum) within the tolerance of docs/EXACT.md: elements are taken in its
 * order, however many rows a call has. No scratch. Cannot fail: the ranges and need_mean_rows_f32() hold.
 * Cost: one addition an input element. */
#ifndef MOTE_MEAN_ROWS_F32_H
#define MOTE_MEAN_ROWS_F32_H

#include "../../kernel.h"

#define MOTE_MEAN_ROWS_F32_PARAMS(F)                                                                                   \
    F(batch, 1, INT32_MAX, "images")                                                                                   \
    F(in_h, 1, INT32_MAX, "input rows an image")                                                                       \
    F(in_w, 1, INT32_MAX, "input columns")                                                                             \
    F(channels, 1, INT32_MAX, "channels")                                                                              \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(number, 0x3f800000, 0x7f7fffff, "elements of a mean, 1 for a sum, as the bits of a float")                       \
    F(lo, INT32_MIN, INT32_MAX, "smallest output, as the bits of a float")                                             \
    F(hi, INT32_MIN, INT32_MAX, "largest output, as the bits of a float")

#define MOTE_MEAN_ROWS_F32_ARGS(A)                                                                                     \
    A(in, F32, IN)                                                                                                     \
    A(sums, F32, SUMS)                                                                                                 \
    A(out, F32, OUT)

#define MOTE_MEAN_ROWS_F32_ROWS(R)                                                                                     \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_FOLD(p->in_h))

MOTE_PARAMS(mean_rows_f32, MOTE_MEAN_ROWS_F32_PARAMS)
MOTE_COST(mean_rows_f32, (double)p->channels *(p->in_w + 1.0))
MOTE_ROWS(mean_rows_f32, MOTE_MEAN_ROWS_F32_ARGS, MOTE_MEAN_ROWS_F32_ROWS)

void mote_mean_rows_f32(const struct mote_mean_rows_f32 *p, const float *in, float *sums, float *out, int32_t first,
                        int32_t count);

#endif
