/* SPDX-License-Identifier: Apache-2.0 */
/* mean_rows_s8: out[n][c] = finish(sum_zero + sum of in[n][y][x][c] over y and x), for means and sums over an image's
 * rows and columns, global average pools among them
 *
 *   in    [batch][in_h][in_w][channels]  int8; a ring of in_ring rows (rows.h)
 *   sums  [channels]                     int32
 *   out   [batch][channels]              int8; a ring of out_ring rows; must not overlap in
 *
 * It folds: a row is one of the input's, row r is row r % in_h of image r / in_h. An image's first row sets the sums,
 * its last one writes row r / in_h of the output. If the rows of an image come in order, each once, `out` is
 *
 *   divisor 0:  clamp(requant(sum) + out_zero, lo, hi)                    the reference's QuantizedMeanOrSum
 *   else:       clamp(sum / divisor, rounded half away from zero, lo, hi) the reference's AveragePool
 *
 * The host puts the input's zero point, and for a mean 1 / n, into mult, shift and sum_zero = -n * in_zero modulo 2^32.
 * Exact (docs/EXACT.md). Sums are 32 bits modulo 2^32. No scratch. Cannot fail: the ranges and need_mean_rows_s8()
 * hold. Cost: one addition an input element. */
#ifndef MOTE_MEAN_ROWS_S8_H
#define MOTE_MEAN_ROWS_S8_H

#include "../../kernel.h"

#define MOTE_MEAN_ROWS_S8_PARAMS(F)                                                                                    \
    F(batch, 1, INT32_MAX, "images")                                                                                   \
    F(in_h, 1, INT32_MAX, "input rows an image")                                                                       \
    F(in_w, 1, INT32_MAX, "input columns")                                                                             \
    F(channels, 1, INT32_MAX, "channels")                                                                              \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(sum_zero, INT32_MIN, INT32_MAX, "what each sum starts with: minus n times the input's zero point")               \
    F(divisor, 0, INT32_MAX, "elements of a mean; 0: sums are requantized")                                            \
    F(mult, 0, INT32_MAX, "multiplier, 1 / n of a mean in it; need not be normalized")                                 \
    F(shift, -31, 30, "shift")                                                                                         \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")

#define MOTE_MEAN_ROWS_S8_ARGS(A)                                                                                      \
    A(in, S8, IN)                                                                                                      \
    A(sums, S32, SUMS)                                                                                                 \
    A(out, S8, OUT)

#define MOTE_MEAN_ROWS_S8_ROWS(R)                                                                                      \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_FOLD(p->in_h))

MOTE_PARAMS(mean_rows_s8, MOTE_MEAN_ROWS_S8_PARAMS)
MOTE_COST(mean_rows_s8, (double)p->channels *(p->in_w + 1.0))
MOTE_ROWS(mean_rows_s8, MOTE_MEAN_ROWS_S8_ARGS, MOTE_MEAN_ROWS_S8_ROWS)

void mote_mean_rows_s8(const struct mote_mean_rows_s8 *p, const int8_t *in, int32_t *sums, int8_t *out, int32_t first,
                       int32_t count);

#endif
