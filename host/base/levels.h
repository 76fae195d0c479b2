/* SPDX-License-Identifier: Apache-2.0 */
/* Weights that share a few values. */
#ifndef MOTE_LEVELS_H
#define MOTE_LEVELS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define LEVELS_MAX 16

/* The index of the level nearest x, of equals the first. */
static inline int32_t level_nearest(const float *levels, int64_t n, float x)
{
    int32_t best = 0;

    for (int32_t i = 1; i < n; i++)
        if (fabsf(x - levels[i]) < fabsf(x - levels[best]))
            best = i;
    return best;
}

/* Which values there are besides 0. */
struct levels {
    float of[LEVELS_MAX];
    int32_t n;
};

/* false: there would be more than LEVELS_MAX. */
static inline bool levels_add(struct levels *l, float x)
{
    int32_t k = 0;

    while (k < l->n && l->of[k] != x)
        k++;
    if (x == 0 || k < l->n)
        return true;
    if (k == LEVELS_MAX)
        return false;
    l->of[l->n++] = x;
    return true;
}

#endif
