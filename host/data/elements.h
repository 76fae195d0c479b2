/* SPDX-License-Identifier: Apache-2.0 */
/* One raw element of a data set. */
#ifndef MOTE_DATA_ELEMENTS_H
#define MOTE_DATA_ELEMENTS_H

#include "mote/ops/types.h"

#include <stdint.h>
#include <string.h>

static inline float element_of(enum mote_type type, const uint8_t *samples, int64_t i)
{
    int16_t half;
    float real;

    switch (type) {
    case TYPE_S8:
        return (int8_t)samples[i];
    case TYPE_S16:
        memcpy(&half, samples + 2 * i, sizeof half);
        return half;
    case TYPE_F32:
        memcpy(&real, samples + 4 * i, sizeof real);
        return real;
    default:
        return samples[i];
    }
}

#endif
