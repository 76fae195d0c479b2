/* SPDX-License-Identifier: Apache-2.0 */
/* Normalization by statistics of the input itself. */
#ifndef MOTE_NORMALIZATION_H
#define MOTE_NORMALIZATION_H

#include "host/import/build.h"

struct moments {
    int32_t mean, centered, inverse; /* 1 / sqrt(variance + epsilon) */
};

/* Over n dimensions of x, which stay as 1. */
struct moments moments(struct build *r, int32_t x, int n, const int64_t *axes, float epsilon);

#endif
