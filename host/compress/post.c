/* SPDX-License-Identifier: Apache-2.0 */
#include "host/compress/post.h"

#include <math.h>
#include <stdlib.h>

#include "host/compress/each.h"
#include "host/run/sweep.h"

enum mote_status post_make(struct pool *pool, const struct model *m, const struct samples *samples, struct post *out,
                           const struct frame *at)
{
    *out = (struct post){.pool = pool, .samples = samples, .before = {.pool = pool}, .now = {.pool = pool}};
    model_copy(m, &out->before);
    model_copy(m, &out->now);
    out->layers = layers_find(&out->before, &out->n_layers);
    if (out->n_layers == 0)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "there is nothing to compress: no FULLY_CONNECTED, CONV_2D or DEPTHWISE_CONV_2D with constant int8 "
                    "weights");
    return model_keep(pool, &out->before, &out->reference, at);
}

/* ---- layers one after the other ---- */
static enum mote_status solve_in(struct post *p, struct pool *scratch, int32_t i, struct model *now, bool compensate,
                                 layer_fn *fn, void *how, const struct frame *at)
{
    const struct layer *l = &p->layers[i];
    struct moments *moments = NULL;
    struct kept kept;
    struct solve s;

    if (compensate) {
        moments = pool_array(scratch, (size_t)l->n_blocks, sizeof *moments);
        TRY(model_keep(scratch, now, &kept, at));
        TRY(moments_take(scratch, &p->reference, &kept, l, p->samples, moments, at));
    }
    TRY(solve_make(scratch, &p->before, l, moments, &s, at));
    for (int32_t r = 0; r < l->rows && p->importance != NULL; r++)
        s.weight[r] *= p->importance[i];
    return fn(p, &s, how);
}

enum mote_status with_layer(struct post *p, int32_t i, struct model *now, bool compensate, layer_fn *fn, void *how,
                            const struct frame *at)
{
    const struct graph *g = &p->before.graphs[0];
    struct frame here = frame_op(at, g, p->layers[i].op);
    struct pool scratch = {0};
    enum mote_status status;

    if (!progress_step(p->samples->progress, "layers", i, p->n_layers))
        return fail_cancelled(at, "compressing");
    status = solve_in(p, &scratch, i, now, compensate, fn, how, &here);
    pool_free(&scratch);
    return status;
}

/* ---- what layers matter ---- */
/* A real number each. */
static bool is_measurable(const struct tensor *t)
{
    return t->type == TYPE_F32 ||
           (t->quant.n == 1 && (t->type == TYPE_S8 || t->type == TYPE_U8 || t->type == TYPE_S16));
}

static bool is_passed_over(enum op_id id)
{
    return id == OP_SOFTMAX || id == OP_LOGISTIC || id == OP_QUANTIZE || id == OP_DEQUANTIZE || id == OP_RESHAPE;
}

/* Where noise is measured: the first output, or what a probability, a number of a class, a copy or another type at the
 * end comes from. */
static int32_t end_of(const struct graph *g)
{
    int32_t tensor = g->outputs[0];

    for (int32_t i = graph_producer(g, tensor);
         i >= 0 && (is_passed_over(g->ops[i].id) || !is_measurable(&g->tensors[tensor])); i = graph_producer(g, tensor))
        tensor = g->ops[i].in[0];
    return tensor;
}

struct noise {
    const struct samples *samples; /* first: samples_fill() */
    const struct tensor *end;
    int64_t before_at, now_at;
    struct runner *before; /* [threads] */
    double *of, *signal;   /* [samples] */
};

static double real(const struct tensor *t, const uint8_t *x, int64_t i)
{
    if (t->type == TYPE_F32)
        return (double)((const float *)(const void *)x)[i];
    return (double)t->quant.scale[0] * (t->type == TYPE_S8   ? ((const int8_t *)x)[i]
                                        : t->type == TYPE_U8 ? x[i]
                                                             : ((const int16_t *)(const void *)x)[i]);
}

static void take(void *context, int32_t thread, int32_t sample, const struct mote_model *now)
{
    const struct noise *n = context;
    struct mote_model *before = &n->before[thread].model;
    const uint8_t *a, *b;

    mote_model_reset(before);
    samples_fill(context, sample, before);
    mote_model_run(before);
    a = before->regions[MOTE_REGION_ARENA] + n->before_at;
    b = now->regions[MOTE_REGION_ARENA] + n->now_at;
    n->of[sample] = n->signal[sample] = 0;
    for (int64_t i = 0; i < tensor_elements(n->end); i++) {
        const double was = real(n->end, a, i), d = was - real(n->end, b, i);

        n->of[sample] += d * d;
        n->signal[sample] += was * was;
    }
}

static enum mote_status noise_at_end(const struct post *p, struct pool *scratch, const struct samples *samples,
                                     struct model *now, struct post_noise *out, const struct frame *at)
{
    const int32_t end = end_of(&p->before.graphs[0]), now_end = end_of(&now->graphs[0]);
    struct noise n = {.samples = samples, .end = &p->before.graphs[0].tensors[end]};
    struct kept kept;
    struct sweep sweep = {
        .n = samples->n, .threads = samples->threads, .context = &n, .fill = samples_fill, .take = take};

    TRY(model_keep(scratch, now, &kept, at));
    n.before_at = p->reference.plan.values[p->reference.plan.value_of_tensor[end]].offset;
    n.now_at = kept.plan.values[kept.plan.value_of_tensor[now_end]].offset;
    n.of = pool_array(scratch, (size_t)sweep.n, sizeof *n.of);
    n.signal = pool_array(scratch, (size_t)sweep.n, sizeof *n.signal);
    n.before = pool_array(scratch, (size_t)sweep_threads(&sweep), sizeof *n.before);
    for (int32_t i = 0; i < sweep_threads(&sweep); i++)
        TRY(runner_open(scratch, p->reference.image, &n.before[i], at));
    sweep.image = kept.image;
    TRY(sweep_run(scratch, &sweep, at));
    *out = (struct post_noise){0, 0};
    for (int32_t i = 0; i < sweep.n; i++) {
        out->noise += n.of[i] / sweep.n;
        out->signal += n.signal[i] / sweep.n;
    }
    return MOTE_OK;
}

enum mote_status post_noise(const struct post *p, const struct model *now, const struct samples *samples,
                            struct post_noise *out, const struct frame *at)
{
    struct pool scratch = {0};
    struct model copy = {.pool = &scratch};
    enum mote_status status;

    model_copy(now, &copy);
    status = noise_at_end(p, &scratch, samples, &copy, out, at);
    pool_free(&scratch);
    return status;
}

#define WEIGH_BITS 3 /* that layers are disturbed with */

struct weighing {
    struct pool *pool;
    struct model model;
    double *importance;
    const struct frame *at;
};

static enum mote_status weigh_layer(struct post *p, struct solve *s, void *how)
{
    struct weighing *w = how;
    const struct grid_weights weights = {s->layer->rows, s->layer->columns, s->w};
    struct grid grid = {0};
    struct post_noise end;

    w->model = (struct model){.pool = s->pool};
    model_copy(&p->before, &w->model);
    grids[GRID_LINEAR].make(s->pool, &weights, WEIGH_BITS, &grid);
    solve_round(s, &grid, NULL, 0);
    solve_write(s, &w->model, grid.scale);
    TRY(noise_at_end(p, s->pool, p->samples, &w->model, &end, w->at));
    *w->importance = s->noise > 0 ? end.noise / s->noise : 0;
    return MOTE_OK;
}

/* A layer that changed nothing is as important as the least important. */
static void fill_gaps(double *importance, int32_t n)
{
    double least = INFINITY;

    for (int32_t i = 0; i < n; i++)
        least = importance[i] > 0 ? fmin(least, importance[i]) : least;
    for (int32_t i = 0; i < n; i++)
        importance[i] = importance[i] > 0 ? importance[i] : isfinite(least) ? least : 1;
}

enum mote_status post_weigh(struct post *p, const struct frame *at)
{
    double *importance = pool_array(p->pool, (size_t)p->n_layers, sizeof *importance);

    for (int32_t i = 0; i < p->n_layers; i++) {
        struct weighing w = {.importance = &importance[i], .at = at};

        TRY(with_layer(p, i, &p->before, true, weigh_layer, &w, at));
    }
    fill_gaps(importance, p->n_layers);
    p->importance = importance;
    return MOTE_OK;
}

/* ---- pruning ---- */
struct pruning {
    const struct post_prune *how;
    int32_t i;        /* layer */
    int64_t *first;   /* [n_layers + 1] of its weights among all */
    double *costs;    /* of all weights, unit by unit */
    double threshold; /* what costs less goes; of those that cost as much `equal` more */
    int64_t equal;
};

static enum mote_status cost_layer(struct post *p, struct solve *s, void *how)
{
    struct pruning *w = how;
    const double saving = w->how->saving != NULL ? w->how->saving[w->i] : 1;

    (void)p;
    solve_costs(s, w->costs + w->first[w->i]);
    for (int64_t k = w->first[w->i]; k < w->first[w->i + 1]; k++)
        w->costs[k] /= saving;
    return MOTE_OK;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void find_threshold(struct post *p, struct pruning *w)
{
    const int64_t n = w->first[p->n_layers], remove = n - llround(w->how->keep * (double)n);
    struct pool scratch = {0};
    double *sorted = pool_copy(&scratch, w->costs, (size_t)n * sizeof *sorted);

    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    w->threshold = remove < n ? sorted[remove] : INFINITY;
    for (int64_t i = remove - 1; i >= 0 && sorted[i] == w->threshold; i--)
        w->equal++;
    pool_free(&scratch);
}

static enum mote_status prune_layer(struct post *p, struct solve *s, void *how)
{
    struct pruning *w = how;
    const struct grid_weights weights = {s->layer->rows, s->layer->columns, s->w};
    int32_t *prune = pool_array(s->pool, (size_t)s->n_units, sizeof *prune), unit = 0;
    const double *cost = w->costs + w->first[w->i];
    struct grid grid = {0};

    for (int32_t b = 0; b < s->layer->n_blocks; b++)
        for (int32_t r = 0; r < s->layer->blocks[b].rows; r++, unit++)
            for (int32_t k = 0; k < s->layer->blocks[b].columns; k++, cost++)
                prune[unit] += *cost < w->threshold || (*cost == w->threshold && w->equal-- > 0);
    s->prune = prune;
    grids[GRID_WHOLE].make(s->pool, &weights, 0, &grid);
    solve_round(s, &grid, NULL, 0);
    solve_write(s, &p->now, grid.scale);
    return MOTE_OK;
}

enum mote_status post_prune(struct post *p, const struct post_prune *how, const struct frame *at)
{
    struct pruning w = {.how = how, .first = pool_array(p->pool, (size_t)p->n_layers + 1, sizeof *w.first)};

    for (int32_t i = 0; i < p->n_layers; i++)
        w.first[i + 1] = w.first[i] + (int64_t)p->layers[i].rows * p->layers[i].columns;
    w.costs = pool_array(p->pool, (size_t)w.first[p->n_layers], sizeof *w.costs);
    for (w.i = 0; w.i < p->n_layers; w.i++)
        TRY(with_layer(p, w.i, &p->before, how->compensate, cost_layer, &w, at));
    find_threshold(p, &w);
    for (w.i = 0; w.i < p->n_layers; w.i++)
        TRY(with_layer(p, w.i, &p->now, how->compensate, prune_layer, &w, at));
    return MOTE_OK;
}

/* ---- levels ---- */
static enum mote_status level_layer(struct post *p, struct solve *s, void *how)
{
    const struct post_levels *h = how;
    const struct layer *l = s->layer;
    const int8_t *now = (const int8_t *)p->now.graphs[0].tensors[l->weights].data;
    const size_t n = (size_t)l->rows * (size_t)l->columns;
    double *w = pool_array(s->pool, n, sizeof *w);
    bool *zero = pool_array(s->pool, n, sizeof *zero);
    const struct grid_weights weights = {l->rows, l->columns, w};
    struct grid grid = {0};

    for (int32_t r = 0; r < l->rows; r++)
        for (int32_t k = 0; k < l->columns; k++) {
            const int64_t i = (int64_t)r * l->columns + k;

            w[i] = now[layer_element(l, r, k)];
            zero[i] = w[i] == 0 && h->method != GRID_BINARY;
        }
    s->zero = zero;
    grids[h->method].make(s->pool, &weights, h->number, &grid);
    solve_round(s, &grid, NULL, 0);
    solve_write(s, &p->now, grid.scale);
    return MOTE_OK;
}

enum mote_status post_levels(struct post *p, const struct post_levels *how, const struct frame *at)
{
    struct post_levels h = *how;

    for (int32_t i = 0; i < p->n_layers; i++)
        TRY(with_layer(p, i, &p->now, how->compensate, level_layer, &h, at));
    return MOTE_OK;
}
