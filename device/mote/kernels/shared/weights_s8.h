/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of float layers that are integers of 8 bits, times a scale of their channel. A layer computes what it
 * does with the product, rounded to float, as a weight. In the place of weights_f32.h. */
#ifndef MOTE_WEIGHTS_H
#define MOTE_WEIGHTS_H

#include "floats.h"

typedef int8_t mote_weight;

static inline float mote_weight_value(mote_weight w, float scale) { return (float)w * scale; }

/* What functions get of weights: scales, too. */
#define MOTE_WEIGHTS(weights, scales) weights, scales

#include "dots.h"

#endif
