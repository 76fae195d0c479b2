/* SPDX-License-Identifier: Apache-2.0 */
/* The values that weights begin to share. */
#ifndef MOTE_TRAIN_LEVELS_H
#define MOTE_TRAIN_LEVELS_H

#include <stdint.h>

/* k-means in one dimension: levels[count], ascending, of the weights that are not 0. They begin evenly spread from the
 * least to the largest weight, which keeps the rare large ones (Han, Mao, Dally: Deep Compression, 2016). */
void levels_begin(const float *w, int64_t n, int32_t count, float *levels);

#endif
