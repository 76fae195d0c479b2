/* SPDX-License-Identifier: Apache-2.0 */
/* The values that weights begin to share. */
#ifndef MOTE_TRAIN_LEVELS_H
#define MOTE_TRAIN_LEVELS_H

#include "host/train/grid.h"

/* k-means in one dimension: levels[count], ascending, of the weights that are not 0. They begin evenly spread from the
 * least to the largest weight, which keeps the rare large ones (Han, Mao, Dally: Deep Compression, 2016). */
void levels_begin(const float *w, int64_t n, int32_t count, float *levels);

/* The levels of a grid, ascending, which all channels share, times a scale a channel; and which of them each weight
 * becomes, the nearest; a weight that is 0 stays so. Channel of weight i: i / below % channels. */
struct level_start {
    const float *w;
    int64_t n, channels, below;
    int64_t count;                  /* what is made: */
    float *levels, *which, *scales; /* [count], [n], [channels] */
};
void levels_begin_scaled(struct pool *pool, enum grid_method method, int32_t number, struct level_start *s);

#endif
