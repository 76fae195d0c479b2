/* SPDX-License-Identifier: Apache-2.0 */
#include "host/train/levels.h"

#include "host/base/base.h"
#include "host/base/levels.h"

#define ROUNDS 100 /* at most; they end when nothing moves */

static void spread(const float *w, int64_t n, int32_t count, float *levels)
{
    float least = INFINITY, most = -INFINITY;

    for (int64_t i = 0; i < n; i++)
        if (w[i] != 0) {
            least = fminf(least, w[i]);
            most = fmaxf(most, w[i]);
        }
    for (int32_t k = 0; k < count; k++)
        levels[k] = most < least ? 0 : least + (most - least) * ((float)k / (float)(count - 1));
}

static bool move(const float *w, int64_t n, int32_t count, float *levels)
{
    double sums[LEVELS_MAX] = {0};
    int64_t counts[LEVELS_MAX] = {0};
    bool moved = false;

    for (int64_t i = 0; i < n; i++)
        if (w[i] != 0) {
            int32_t k = level_nearest(levels, count, w[i]);

            sums[k] += (double)w[i];
            counts[k]++;
        }
    for (int32_t k = 0; k < count; k++) {
        float mean = counts[k] > 0 ? (float)(sums[k] / (double)counts[k]) : levels[k];

        moved = moved || mean != levels[k];
        levels[k] = mean;
    }
    return moved;
}

void levels_begin(const float *w, int64_t n, int32_t count, float *levels)
{
    assert(count >= 2 && count <= LEVELS_MAX);
    spread(w, n, count, levels);
    for (int i = 0; i < ROUNDS && move(w, n, count, levels); i++)
        continue;
}
