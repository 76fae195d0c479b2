/* SPDX-License-Identifier: Apache-2.0 */
/* Noise at the end against bits: of each layer the step between levels, of each weight the level. */
#include <math.h>

#include "host/coding/huffman.h"
#include "host/coding/packed.h"
#include "host/compress/each.h"

#define PASSES      3 /* the first takes bits of weights that are rounded, the others those of the pass before */
#define BITS_MOST   10
#define SCALE_BYTES 5 /* a multiplier and a shift */
#define NEARBY      2 /* steps that are tried again, beside those that were best last time */

/* How many steps go to the largest weight. */
static const int32_t steps[] = {1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 26, 32, 38, 46, 63, 127};

struct trading {
    double lambda;
    int32_t *choice; /* of this layer, into steps[] */
    bool known;      /* the choice of a lambda nearby */
};

static void bits_of(const struct solve *s, const struct grid *g, double *bits)
{
    const int64_t n = (int64_t)s->layer->rows * s->layer->columns;
    double times[GRID_MAX + 1] = {0};

    for (int64_t i = 0; i < n; i++)
        times[s->code[i] + INT8_MAX]++;
    for (int32_t k = 0; k < g->n; k++)
        bits[k] = fmin(BITS_MOST, log2((double)(n + g->n) / (times[g->code[k] + INT8_MAX] + 1)));
}

/* One step for all rows, of which `most` go to the largest weight. */
static void make_grid(const struct solve *s, const struct tensor *weights, int32_t most, struct grid *out)
{
    const struct layer *l = s->layer;
    double largest = 0;

    for (int64_t i = 0; i < (int64_t)l->rows * l->columns; i++)
        largest = fmax(largest, fabs(s->w[i]) * (double)layer_scale(weights, (int32_t)(i / l->columns)));
    grid_steps(s->pool, l->rows, most, out);
    for (int32_t r = 0; r < l->rows && largest > 0; r++)
        out->scale[r] = largest / most / (INT8_MAX / most) / (double)layer_scale(weights, r);
}

static int64_t coded_bytes(const struct solve *s)
{
    const int32_t rows = s->layer->rows, columns = s->layer->columns;
    struct pool pool = {0};
    struct huffman coded;
    struct packed packed;
    int64_t bytes = (int64_t)rows * columns;

    if (s->layer->depthwise)
        return bytes;
    if (huffman_encode(&pool, s->code, rows, columns, HUFFMAN_ANY, &coded) && coded.bytes < bytes)
        bytes = coded.bytes;
    if (packed_encode(&pool, s->code, rows, columns, &packed) && packed.bytes + (1 << packed.bits) < bytes)
        bytes = packed.bytes + (1 << packed.bits);
    pool_free(&pool);
    return bytes;
}

static double cost_of(const struct solve *s, int64_t bytes, double lambda)
{
    return s->noise + lambda * 8 * (double)bytes;
}

/* What the weights cost with this step. */
static double try_steps(struct solve *s, const struct tensor *weights, int32_t most, double lambda, struct grid *grid)
{
    const double worth = s->layer->depthwise ? 0 : lambda; /* each weight is a byte */
    double bits[GRID_MAX] = {0};

    make_grid(s, weights, most, grid);
    solve_round(s, grid, bits, 0);
    for (int i = 1; i < PASSES && worth > 0; i++) {
        bits_of(s, grid, bits);
        solve_round(s, grid, bits, worth);
    }
    return cost_of(s, coded_bytes(s), lambda);
}

/* And as they were, with a multiplier and a shift a row. */
static double try_nothing(struct solve *s, const struct tensor *weights, double lambda, struct grid *grid)
{
    solve_keep(s);
    grid_steps(s->pool, s->layer->rows, 1, grid);
    return cost_of(s, coded_bytes(s) + SCALE_BYTES * (weights->quant.n - 1), lambda);
}

/* The best step, or COUNT(steps): none. */
static int32_t best_step(struct solve *s, const struct tensor *weights, const struct trading *t)
{
    const int32_t n = COUNT(steps), first = s->layer->depthwise ? n - 1 : t->known ? *t->choice - NEARBY : 0;
    const int32_t last = t->known && !s->layer->depthwise ? *t->choice + NEARBY : n - 1;
    struct grid grid;
    double least = try_nothing(s, weights, t->lambda, &grid);
    int32_t best = n;

    for (int32_t i = first < 0 ? 0 : first; i <= last && i < n; i++) {
        const double cost = try_steps(s, weights, steps[i], t->lambda, &grid);

        if (cost < least) {
            least = cost;
            best = i;
        }
    }
    return best;
}

static enum mote_status trade_layer(struct post *p, struct solve *s, void *how)
{
    const struct trading *t = how;
    const struct tensor *weights = &p->before.graphs[0].tensors[s->layer->weights];
    struct grid grid;

    *t->choice = best_step(s, weights, t);
    if (*t->choice < (int32_t)COUNT(steps))
        try_steps(s, weights, steps[*t->choice], t->lambda, &grid);
    else
        try_nothing(s, weights, t->lambda, &grid);
    solve_write(s, &p->now, grid.scale);
    return MOTE_OK;
}

enum mote_status post_trade(struct post *p, double lambda, const struct frame *at)
{
    struct trading t = {.lambda = lambda, .known = p->choices != NULL && fabs(log2(lambda / p->lambda)) <= 1};

    if (p->choices == NULL)
        p->choices = pool_array(p->pool, (size_t)p->n_layers, sizeof *p->choices);
    p->lambda = lambda;
    model_copy(&p->before, &p->now);
    for (int32_t i = 0; i < p->n_layers; i++) {
        t.choice = &p->choices[i];
        TRY(with_layer(p, i, &p->now, true, trade_layer, &t, at));
    }
    return MOTE_OK;
}
