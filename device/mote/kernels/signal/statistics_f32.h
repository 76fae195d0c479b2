/* SPDX-License-Identifier: Apache-2.0 */
/* statistics_f32: what a sensor's axis did during a window, six numbers
 *
 *   in   [rows][len][channels]  float, a number a channel at each time
 *   out  [rows][channels][6]    float; must not overlap in: of each channel the mean, the standard deviation (of `len`
 *                               numbers, not len - 1), the root of the mean square, the least, the largest, and the
 *                               share of the len - 1 steps that cross the mean (0 to 1; 0 without a step)
 *
 * A row is a window. A step crosses the mean if of its two numbers one is at least the mean and the other is not.
 * Exact: each operation is rounded to float, in the order of statistics_f32.c; sums begin with 0, and go from the first
 * time on. Roots are correctly rounded. No scratch. Cannot fail: the ranges and need_statistics_f32() hold.
 * Cost: two passes, about six operations an element. */
#ifndef MOTE_STATISTICS_F32_H
#define MOTE_STATISTICS_F32_H

#include "../../kernel.h"

#define MOTE_STATISTICS 6 /* numbers of a channel */

#define MOTE_STATISTICS_F32_PARAMS(F)                                                                                  \
    F(rows, 1, INT32_MAX, "windows")                                                                                   \
    F(len, 1, INT32_MAX, "times of a window")                                                                          \
    F(channels, 1, INT32_MAX, "numbers at a time")

#define MOTE_STATISTICS_F32_ARGS(A)                                                                                    \
    A(in, F32, IN)                                                                                                     \
    A(out, F32, OUT)

#define MOTE_STATISTICS_F32_ROWS(R)                                                                                    \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(statistics_f32, MOTE_STATISTICS_F32_PARAMS)
MOTE_COST(statistics_f32, (double)p->channels *(3.0 * p->len + 80.0))
MOTE_ROWS(statistics_f32, MOTE_STATISTICS_F32_ARGS, MOTE_STATISTICS_F32_ROWS)

void mote_statistics_f32(const struct mote_statistics_f32 *p, const float *in, float *out, int32_t first,
                         int32_t count);

#endif
