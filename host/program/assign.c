/* SPDX-License-Identifier: Apache-2.0 */
/* Which level a weight becomes: the one that costs least, where the cost is how much the loss grows, half its curvature
 * times the squared distance, and the price of the bits that the coding takes for it (entropy-constrained quantization:
 * Chou, Lookabaugh, Gray, 1989; with the Hessian's diagonal: Choi, El-Khamy, Lee: Towards the limit of network
 * quantization, 2017). A weight whose bits cost more than the loss grows without it goes: its two gaps become one. */
#include "host/program/loops.h"

#include <float.h>

#include "host/base/levels.h"
#include "host/coding/huffman.h"

#define BIAS_BITS 8 /* of a row that is given up with its last weight */

struct assignment {
    const float *w, *importance;
    float *mask, *levels, *which;
    int64_t n;
    int32_t count, rows, columns;
    double price, curvature; /* of a bit; half of it, of an importance of 1 */
    bool drops;              /* weights may go */
    struct huffman_costs costs;
    int32_t *place, *rank; /* [columns] of a row's weights: where they are, and among columns that have weights */
    int32_t *used;         /* [columns] how many such columns are before it */
};

/* ---- levels ---- */
/* As int8 has them: the nearest multiples of a 127th of the largest that a weight is, but not 0. Rounded later, all
 * weights of a level would err alike, and so would sums of inputs that are not negative. */
static void round_levels(struct assignment *a, const double *shares)
{
    float unit = 0;

    for (int32_t k = 0; k < a->count; k++)
        if (shares[k] > 0)
            unit = fmaxf(unit, fabsf(a->levels[k]) / INT8_MAX);
    for (int32_t k = 0; k < a->count && unit > 0; k++) {
        const float code = roundf(a->levels[k] / unit);

        if (shares[k] > 0)
            a->levels[k] = (code != 0 ? code : copysignf(1, a->levels[k])) * unit;
    }
}

/* A step of Lloyd's algorithm: each level becomes the mean of the weights that are it, by importance. A level that
 * nobody is stays where it is. */
static void move_levels(struct assignment *a)
{
    double sums[LEVELS_MAX] = {0}, shares[LEVELS_MAX] = {0};

    for (int64_t i = 0; i < a->n; i++)
        if (a->mask[i] != 0) {
            sums[(int32_t)a->which[i]] += (double)a->importance[i] * (double)a->w[i];
            shares[(int32_t)a->which[i]] += (double)a->importance[i];
        }
    for (int32_t k = 0; k < a->count; k++)
        a->levels[k] = shares[k] > 0 ? (float)(sums[k] / shares[k]) : a->levels[k];
    round_levels(a, shares);
}

/* ---- bits ---- */
/* Their codes stand for levels from 1 on. */
static void find_costs(struct assignment *a, struct pool *pool)
{
    int8_t *codes = pool_array(pool, (size_t)a->n, 1);

    for (int64_t i = 0; i < a->n; i++)
        codes[i] = a->mask[i] != 0 ? (int8_t)(1 + (int32_t)a->which[i]) : 0;
    if (!huffman_find_costs(pool, codes, a->rows, a->columns, &a->costs))
        a->price = 0;
}

static void find_used(struct assignment *a)
{
    memset(a->used, 0, (size_t)a->columns * sizeof *a->used);
    for (int64_t i = 0; i < a->n; i++)
        if (a->mask[i] != 0)
            a->used[i % a->columns] = 1;
    for (int32_t k = 0, before = 0; k < a->columns; k++) {
        const int32_t is = a->used[k];

        a->used[k] = before;
        before += is;
    }
}

static int32_t list_row(struct assignment *a, int32_t row)
{
    const float *mask = a->mask + (int64_t)row * a->columns;
    int32_t n = 0;

    for (int32_t k = 0; k < a->columns; k++)
        if (mask[k] != 0) {
            a->place[n] = k;
            a->rank[n++] = a->used[k];
        }
    return n;
}

/* ---- weights ---- */
static double growth(const struct assignment *a, int64_t i, float becomes)
{
    const double moved = (double)a->w[i] - (double)becomes;

    return a->curvature * (double)a->importance[i] * moved * moved;
}

/* The level that costs least; *cost is what it does. Without a price it is the nearest, whatever the importance. */
static int32_t cheapest(const struct assignment *a, int64_t i, double *cost)
{
    int32_t best = level_nearest(a->levels, a->count, a->w[i]);

    *cost = growth(a, i, a->levels[best]) + a->price * a->costs.levels[1 + best];
    for (int32_t k = 0; k < a->count; k++) {
        const double here = growth(a, i, a->levels[k]) + a->price * a->costs.levels[1 + k];

        if (a->price > 0 && here < *cost) {
            *cost = here;
            best = k;
        }
    }
    return best;
}

/* Bits of the gaps around a row's weight j, if `last` is the rank of the one before that stayed; without it. */
static int32_t gaps_with(const struct assignment *a, int32_t last, int32_t j, int32_t n)
{
    return huffman_gap_bits(&a->costs, a->rank[j] - last - 1) +
           (j + 1 < n ? huffman_gap_bits(&a->costs, a->rank[j + 1] - a->rank[j] - 1) : 0);
}

static int32_t gaps_without(const struct assignment *a, int32_t last, int32_t j, int32_t n)
{
    if (j + 1 == n && last < 0)
        return -a->costs.count_bits - BIAS_BITS;
    return j + 1 < n ? huffman_gap_bits(&a->costs, a->rank[j + 1] - last - 1) : 0;
}

static void assign_row(struct assignment *a, int32_t row)
{
    const int32_t n = list_row(a, row);
    int32_t last = -1;

    for (int32_t j = 0; j < n; j++) {
        const int64_t i = (int64_t)row * a->columns + a->place[j];
        double with;

        a->which[i] = (float)cheapest(a, i, &with);
        with += a->drops ? a->price * gaps_with(a, last, j, n) : 0;
        if (a->drops && growth(a, i, 0) + a->price * gaps_without(a, last, j, n) < with)
            a->mask[i] = 0;
        else
            last = a->rank[j];
    }
}

/* ---- scales of channels ---- */
struct scaled {
    const float *w, *importance, *mask, *levels;
    float *scales, *which;
    int64_t n, channels, below;
    int32_t count;
};

static int64_t channel_of(const struct scaled *s, int64_t i) { return i / s->below % s->channels; }

/* The least squares of each channel, by importance; one without weights other than 0 keeps its scale. */
static void move_scales(const struct scaled *s, struct pool *pool)
{
    double *products = pool_array(pool, (size_t)s->channels, sizeof *products);
    double *squares = pool_array(pool, (size_t)s->channels, sizeof *squares);

    for (int64_t i = 0; i < s->n; i++)
        if (s->mask[i] != 0) {
            const double level = (double)s->levels[(int32_t)s->which[i]], h = (double)s->importance[i];

            products[channel_of(s, i)] += h * level * (double)s->w[i];
            squares[channel_of(s, i)] += h * level * level;
        }
    for (int64_t c = 0; c < s->channels; c++) {
        const double moved = squares[c] > 0 ? products[c] / squares[c] : 0;

        if (moved >= (double)FLT_MIN && moved <= (double)FLT_MAX)
            s->scales[c] = (float)moved;
    }
}

/* Of levels, which ascend, the nearest to x, of equals the first. */
static int32_t nearest_of(const float *levels, int32_t n, float x)
{
    int32_t low = 0, high = n - 1;

    while (high - low > 1) {
        const int32_t middle = (low + high) / 2;

        *(levels[middle] < x ? &low : &high) = middle;
    }
    return low + level_nearest(levels + low, high - low + 1, x);
}

void loop_cluster_scaled(const struct call *c)
{
    const struct cluster_opts *o = c->opts;
    const struct scaled s = {.w = c->data[1],
                             .importance = c->data[2],
                             .mask = c->data[3],
                             .scales = c->data[4],
                             .which = c->data[5],
                             .levels = c->data[6],
                             .n = c->n[1],
                             .channels = c->n[4],
                             .below = o->below,
                             .count = (int32_t)c->n[6]};
    struct pool pool = {0};

    if (*(const int32_t *)c->data[0] % o->every != 0)
        return;
    move_scales(&s, &pool);
    for (int64_t i = 0; i < s.n; i++)
        if (s.mask[i] != 0)
            s.which[i] = (float)nearest_of(s.levels, s.count, s.w[i] / s.scales[channel_of(&s, i)]);
    pool_free(&pool);
}

/* ---- the operator ---- */
void loop_cluster(const struct call *c)
{
    const struct cluster_opts *o = c->opts;
    const int32_t step = *(const int32_t *)c->data[0];
    struct pool pool = {0};
    struct assignment a = {.w = c->data[1],
                           .importance = c->data[2],
                           .mask = c->data[3],
                           .levels = c->data[4],
                           .which = c->data[5],
                           .n = c->n[1],
                           .count = (int32_t)c->n[4],
                           .rows = o->rows,
                           .columns = (int32_t)(c->n[1] / o->rows),
                           .curvature = 0.5 * o->batch / (1 - pow((double)o->beta2, step)),
                           .price = (double)o->price * (step < o->steps ? (double)step / o->steps : 1)};

    if (step % o->every != 0)
        return;
    a.place = pool_array(&pool, (size_t)a.columns, sizeof *a.place);
    a.rank = pool_array(&pool, (size_t)a.columns, sizeof *a.rank);
    a.used = pool_array(&pool, (size_t)a.columns, sizeof *a.used);
    move_levels(&a);
    if (a.price > 0)
        find_costs(&a, &pool);
    a.drops = a.price > 0 && step <= o->steps;
    find_used(&a);
    for (int32_t row = 0; row < a.rows; row++)
        assign_row(&a, row);
    pool_free(&pool);
}
