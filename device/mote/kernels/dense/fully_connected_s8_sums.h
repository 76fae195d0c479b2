/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of products of int8, modulo 2^32, for portable kernels of fully connected layers. */
#ifndef MOTE_FULLY_CONNECTED_S8_SUMS_H
#define MOTE_FULLY_CONNECTED_S8_SUMS_H

#include <stdint.h>

#include "../../config.h"

/* Of n outputs, 1 to 4, that share each input; their weights are `step` apart. Where there are fewer than four the last
 * one is summed again, for nothing. */
static inline void mote_dense_sums(const int8_t *in, int32_t len, const MOTE_FLASH int8_t *w, int32_t step, int32_t n,
                                   uint32_t sum[4])
{
    const MOTE_FLASH int8_t *w0 = w, *w1 = w0 + (n > 1 ? step : 0);
    const MOTE_FLASH int8_t *w2 = w1 + (n > 2 ? step : 0), *w3 = w2 + (n > 3 ? step : 0);
    uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;

    for (; len > 0; len--) {
        int32_t value = *in++;

        s0 += (uint32_t)(value * *w0++);
        s1 += (uint32_t)(value * *w1++);
        s2 += (uint32_t)(value * *w2++);
        s3 += (uint32_t)(value * *w3++);
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

/* Of the inputs alone, for weights that have a zero point. */
static inline uint32_t mote_dense_total(const int8_t *in, int32_t n)
{
    uint32_t sum = 0;

    for (int32_t i = 0; i < n; i++) {
        int32_t value = in[i];

        sum += (uint32_t)value;
    }
    return sum;
}

#endif
