/* SPDX-License-Identifier: Apache-2.0 */
/* Products of int16 inputs with four rows of int8 weights, for versions of the 16x8 kernels (wide.h). */
#ifndef MOTE_WIDE_FOURS_H
#define MOTE_WIDE_FOURS_H

#include "wide.h"

/* The sums, each in 32 bits, of n <= MOTE_WIDE_CHUNK products of inputs and of each row. */
typedef void mote_wide_four(const int16_t *a, const int8_t *const w[4], int32_t n, int32_t sum[4]);

/* Adds n products to the sums of rows w, w + step, …; of those beyond row `last`, 0 .. 3, again that one's. */
static inline void mote_wide_add(mote_wide_four *four, const int16_t *a, const int8_t *w, int32_t step, int32_t last,
                                 int32_t n, int64_t sum[4])
{
    const int8_t *rows[4] = {w, w + (last > 0 ? step : 0), w + (last > 1 ? 2 * step : 0), w + last * step};

    while (n > 0) {
        int32_t part[4], some = n < MOTE_WIDE_CHUNK ? n : MOTE_WIDE_CHUNK;

        four(a, rows, some, part);
        for (int32_t i = 0; i < 4; i++) {
            sum[i] += part[i];
            rows[i] += some;
        }
        a += some;
        n -= some;
    }
}

#endif
