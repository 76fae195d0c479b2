/* SPDX-License-Identifier: Apache-2.0 */
/* Initial weights: a function of the seed, the layer and the tensor's number in it, the same on every machine (uniform
 * distributions; a square root is the only function that they need). */
#ifndef MOTE_INITIAL_H
#define MOTE_INITIAL_H

#include "host/base/base.h"

/* [elements] numbers from -bound to bound: He's bound sqrt(6 / fan_in) for what a RELU follows, else Glorot's,
 * sqrt(6 / (fan_in + fan_out)). */
struct initial {
    uint64_t seed;
    int32_t layer, tensor;
    int64_t fan_in, fan_out;
    bool relu;
};
float *initial_weights(struct pool *pool, int64_t elements, const struct initial *how);
float *initial_fill(struct pool *pool, int64_t elements, float value);

#endif
