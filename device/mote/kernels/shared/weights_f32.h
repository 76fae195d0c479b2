/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of float layers that are floats: what dots.h and the bodies of those layers ask of a weight. */
#ifndef MOTE_WEIGHTS_H
#define MOTE_WEIGHTS_H

#include "floats.h"

typedef float mote_weight;

static inline float mote_weight_value(mote_weight w) { return w; }

/* What functions get of weights: no scales. */
#define MOTE_WEIGHTS(weights, scales) weights

#include "dots.h"

#endif
