/* SPDX-License-Identifier: Apache-2.0 */
/* One scale and one zero point for all of a tensor (scales.c). */
#ifndef MOTE_QUANT_S8_H
#define MOTE_QUANT_S8_H

#include "host/graph/graph.h"

/* real = scale * (q - zero), q from -128 to 127; of int16, from -32768 to 32767, zero is 0. */
struct quant_s8 {
    float scale;
    int32_t zero;
};

/* The finest quantization of a range, which is widened to 0 first: real 0 is a value of its own, since padding and
 * ReLUs make it. A range of nothing but 0, or without an end, has scale 1. */
struct quant_s8 quant_of_range(struct range r);
struct quant_s8 quant_of_range_s16(struct range r);

#endif
