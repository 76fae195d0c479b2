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

/* ---- scales of channels ---- */
/* Weights by channel, one after the other: what a grid is made from. */
static double *by_channel(struct pool *pool, const struct level_start *s)
{
    const int64_t each = s->n / s->channels;
    double *out = pool_array(pool, (size_t)s->n, sizeof *out);
    int64_t *filled = pool_array(pool, (size_t)s->channels, sizeof *filled);

    for (int64_t i = 0; i < s->n; i++) {
        const int64_t channel = i / s->below % s->channels;

        out[channel * each + filled[channel]++] = (double)s->w[i];
    }
    return out;
}

void levels_begin_scaled(struct pool *pool, enum grid_method method, int32_t number, struct level_start *s)
{
    const struct grid_weights w = {(int32_t)s->channels, (int32_t)(s->n / s->channels), by_channel(pool, s)};
    struct grid grid = {0};

    assert(s->n % s->channels == 0 && method != GRID_KMEANS);
    grids[method].make(pool, &w, number, &grid);
    s->count = grid.n;
    s->levels = pool_array(pool, (size_t)grid.n, sizeof *s->levels);
    s->which = pool_array(pool, (size_t)s->n, sizeof *s->which);
    s->scales = pool_array(pool, (size_t)s->channels, sizeof *s->scales);
    for (int32_t k = 0; k < grid.n; k++)
        s->levels[k] = grid.code[k];
    for (int64_t c = 0; c < s->channels; c++)
        s->scales[c] = (float)grid.scale[c];
    for (int64_t i = 0; i < s->n; i++)
        s->which[i] = (float)level_nearest(s->levels, s->count, s->w[i] / s->scales[i / s->below % s->channels]);
}
