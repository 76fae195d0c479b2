/* SPDX-License-Identifier: Apache-2.0 */
#include "host/train/grid.h"

#include <math.h>
#include <stdlib.h>

#include "host/base/levels.h"
#include "host/train/levels.h"

#define CODE_MAX 127
#define TRIES    80 /* scales of a row, from that of its largest weight down */

static void add_code(struct grid *g, int32_t code)
{
    assert(g->n < GRID_MAX && abs(code) <= CODE_MAX && (g->n == 0 || g->code[g->n - 1] < code));
    g->code[g->n++] = (int8_t)code;
}

static double *ones(struct pool *pool, int32_t n)
{
    double *out = pool_array(pool, (size_t)n, sizeof *out);

    for (int32_t i = 0; i < n; i++)
        out[i] = 1;
    return out;
}

/* ---- scales of rows ---- */
static double row_error(const struct grid *g, const double *w, int32_t n, double scale)
{
    double sum = 0;

    for (int32_t i = 0; i < n; i++) {
        double least = INFINITY;

        for (int32_t k = 0; k < g->n; k++)
            least = fmin(least, fabs(w[i] - scale * g->code[k]));
        sum += w[i] == 0 ? 0 : least * least; /* what is 0 stays so */
    }
    return sum;
}

static double best_scale(const struct grid *g, const double *w, int32_t n)
{
    double largest = 0, best = 1, least = INFINITY;

    for (int32_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(w[i]));
    for (int32_t i = TRIES; i > 0 && largest > 0; i--) {
        const double scale = largest * i / TRIES / g->code[g->n - 1], error = row_error(g, w, n, scale);

        if (error < least) {
            least = error;
            best = scale;
        }
    }
    return best;
}

static void scale_rows(struct pool *pool, const struct grid_weights *w, struct grid *g)
{
    g->scale = ones(pool, w->rows);
    for (int32_t r = 0; r < w->rows; r++)
        g->scale[r] = best_scale(g, w->w + (int64_t)r * w->columns, w->columns);
}

/* ---- methods ---- */
static void make_whole(struct pool *pool, const struct grid_weights *w, int32_t number, struct grid *out)
{
    (void)number;
    for (int32_t code = -CODE_MAX; code <= CODE_MAX; code++)
        add_code(out, code);
    out->scale = ones(pool, w->rows);
}

/* k-means of all rows together, whose largest weights are alike in their units. */
static void make_kmeans(struct pool *pool, const struct grid_weights *w, int32_t number, struct grid *out)
{
    const int64_t n = (int64_t)w->rows * w->columns;
    float *all = pool_array(pool, (size_t)n, sizeof *all), levels[LEVELS_MAX];
    bool is_code[2 * CODE_MAX + 1] = {[CODE_MAX] = true};

    for (int64_t i = 0; i < n; i++)
        all[i] = (float)w->w[i];
    levels_begin(all, n, number, levels);
    for (int32_t k = 0; k < number; k++)
        is_code[CODE_MAX + (int32_t)fmax(-CODE_MAX, fmin(CODE_MAX, round((double)levels[k])))] = true;
    for (int32_t code = -CODE_MAX; code <= CODE_MAX; code++)
        if (is_code[CODE_MAX + code])
            add_code(out, code);
    out->scale = ones(pool, w->rows);
}

void grid_steps(struct pool *pool, int32_t rows, int32_t most, struct grid *out)
{
    assert(most >= 1 && most <= CODE_MAX);
    *out = (struct grid){.scale = ones(pool, rows)};
    for (int32_t k = -most; k <= most; k++)
        add_code(out, k * (CODE_MAX / most));
}

static void make_linear(struct pool *pool, const struct grid_weights *w, int32_t bits, struct grid *out)
{
    grid_steps(pool, w->rows, (1 << (bits - 1)) - 1, out);
    scale_rows(pool, w, out);
}

static void make_log(struct pool *pool, const struct grid_weights *w, int32_t bits, struct grid *out)
{
    const int32_t n = (1 << (bits - 1)) - 1; /* powers of each sign, the largest 64 */

    assert(n >= 1 && n <= 7);
    for (int32_t k = 0; k < n; k++)
        add_code(out, -(64 >> k));
    add_code(out, 0);
    for (int32_t k = 1; k <= n; k++)
        add_code(out, 64 >> (n - k));
    scale_rows(pool, w, out);
}

static void make_ternary(struct pool *pool, const struct grid_weights *w, int32_t number, struct grid *out)
{
    (void)number;
    grid_steps(pool, w->rows, 1, out);
    scale_rows(pool, w, out);
}

static void make_binary(struct pool *pool, const struct grid_weights *w, int32_t number, struct grid *out)
{
    (void)number;
    add_code(out, -CODE_MAX);
    add_code(out, CODE_MAX);
    scale_rows(pool, w, out);
}

const struct grid_info grids[GRID_METHODS] = {
    [GRID_WHOLE] = {"whole", NULL, 0, 0, 0, make_whole, "all of int8"},
    [GRID_KMEANS] = {"kmeans", "levels", 2, LEVELS_MAX, LEVELS_MAX, make_kmeans, "so many values besides 0 a tensor"},
    [GRID_LINEAR] = {"linear", "bits", 2, 8, 4, make_linear, "evenly spaced values, a scale a channel"},
    [GRID_LOG] = {"log", "bits", 2, 4, 4, make_log, "powers of two, a scale a channel"},
    [GRID_TERNARY] = {"ternary", NULL, 0, 0, 0, make_ternary, "-1, 0, 1, a scale a channel"},
    [GRID_BINARY] = {"binary", NULL, 0, 0, 0, make_binary, "-1, 1, a scale a channel"},
};
