/* SPDX-License-Identifier: Apache-2.0 */
/* Output channels that matter little for what they cost go: their weights become 0 and their outputs real zero, which
 * the pass dead_channels then takes out of the graph. Layers after them make up for them. */
#include <math.h>
#include <stdlib.h>

#include "host/compress/each.h"
#include "host/graph/op_info.h"
#include "host/run/sweep.h"

/* ---- how often channels are not 0 ---- */
struct activity {
    const struct samples *samples; /* first: samples_fill() */
    const struct post *p;
    int64_t *first;  /* [n_layers + 1] of a layer's rows among all */
    int64_t *active; /* [threads][all rows] outputs that are not real zero */
};

static void count_layer(const struct activity *a, int32_t i, const struct mote_model *model, int64_t *active)
{
    const struct layer *l = &a->p->layers[i];
    const struct graph *g = &a->p->before.graphs[0];
    const struct tensor *t = op_out(g, &g->ops[l->op], 0);
    const struct plan *plan = &a->p->reference.plan;
    const uint8_t *y =
        model->regions[MOTE_REGION_ARENA] + plan->values[plan->value_of_tensor[g->ops[l->op].out[0]]].offset;

    for (int64_t k = 0; k < l->positions * l->rows; k++)
        active[k % l->rows] +=
            (t->type == TYPE_S8 ? ((const int8_t *)y)[k] : ((const int16_t *)(const void *)y)[k]) != t->quant.zero[0];
}

static void take(void *context, int32_t thread, int32_t sample, const struct mote_model *model)
{
    const struct activity *a = context;
    int64_t *active = a->active + (int64_t)thread * a->first[a->p->n_layers];

    (void)sample;
    for (int32_t i = 0; i < a->p->n_layers; i++)
        count_layer(a, i, model, active + a->first[i]);
}

static enum mote_status count_active(struct pool *pool, struct activity *a, const struct frame *at)
{
    struct sweep sweep = {.image = a->p->reference.image,
                          .n = a->samples->n,
                          .threads = a->samples->threads,
                          .context = a,
                          .fill = samples_fill,
                          .take = take};
    const int64_t n = a->first[a->p->n_layers];

    a->active = pool_array(pool, (size_t)sweep_threads(&sweep) * (size_t)n, sizeof *a->active);
    TRY(sweep_run(pool, &sweep, at));
    for (int64_t k = n; k < sweep_threads(&sweep) * n; k++)
        a->active[k % n] += a->active[k];
    return MOTE_OK;
}

/* ---- scores, of the rows of layer i ---- */
typedef void score_fn(const struct activity *a, int32_t i, double *out);

/* The average percentage of zeros, APoZ (H. Hu and others: Network Trimming, 2016), the other way round. */
static void score_apoz(const struct activity *a, int32_t i, double *out)
{
    const struct layer *l = &a->p->layers[i];

    for (int32_t r = 0; r < l->rows; r++)
        out[r] = (double)a->active[a->first[i] + r] / ((double)l->positions * a->samples->n);
}

/* The sum of a filter's absolute weights (H. Li and others: Pruning Filters, 2017), of 1 in a layer. */
static void score_norm(const struct activity *a, int32_t i, double *out)
{
    const struct layer *l = &a->p->layers[i];
    const struct tensor *w = &a->p->before.graphs[0].tensors[l->weights];
    double all = 0;

    for (int32_t r = 0; r < l->rows; r++)
        for (int32_t k = 0; k < l->columns; k++) {
            const double x = abs(((const int8_t *)w->data)[layer_element(l, r, k)]) * (double)layer_scale(w, r);

            all += x;
            out[r] += x;
        }
    for (int32_t r = 0; r < l->rows; r++)
        out[r] = all > 0 ? out[r] / all * l->rows : 0;
}

const struct channel_info channel_methods[CHANNEL_METHODS] = {
    [CHANNEL_APOZ] = {"apoz", "how often its outputs are not 0"},
    [CHANNEL_NORM] = {"norm", "its weights' absolute sum"},
};

static score_fn *const scores[CHANNEL_METHODS] = {[CHANNEL_APOZ] = score_apoz, [CHANNEL_NORM] = score_norm};

/* ---- which go ---- */
struct channel {
    int32_t layer, row;
    double worth; /* score for what it saves */
};

static int compare(const void *a, const void *b)
{
    const struct channel *x = a, *y = b;

    if (x->worth != y->worth)
        return (x->worth > y->worth) - (x->worth < y->worth);
    return x->layer != y->layer ? x->layer - y->layer : x->row - y->row;
}

/* Of layers whose channels save nothing none goes, and of each layer one stays. */
static void choose(struct pool *pool, const struct activity *a, const struct post_channels *how, bool *dead)
{
    const struct post *p = a->p;
    struct channel *all = pool_array(pool, (size_t)a->first[p->n_layers], sizeof *all);
    int32_t *left = pool_array(pool, (size_t)p->n_layers, sizeof *left), n = 0, go;

    for (int32_t i = 0; i < p->n_layers; i++) {
        double *score = pool_array(pool, (size_t)p->layers[i].rows, sizeof *score);

        left[i] = p->layers[i].rows;
        scores[how->method](a, i, score);
        for (int32_t r = 0; r < p->layers[i].rows && how->saving[i] > 0; r++)
            all[n++] = (struct channel){i, r, score[r] / how->saving[i]};
    }
    qsort(all, (size_t)n, sizeof *all, compare);
    go = n - (int32_t)lround(how->keep * n);
    for (int32_t k = 0; k < n && go > 0; k++)
        if (left[all[k].layer] > 1) {
            dead[a->first[all[k].layer] + all[k].row] = true;
            left[all[k].layer]--;
            go--;
        }
}

/* ---- going ---- */
struct killing {
    const bool *dead; /* [rows] */
};

static enum mote_status kill_layer(struct post *p, struct solve *s, void *how)
{
    const struct killing *k = how;
    const struct grid_weights weights = {s->layer->rows, s->layer->columns, s->w};
    struct grid grid = {0};

    grids[GRID_WHOLE].make(s->pool, &weights, 0, &grid);
    solve_round(s, &grid, NULL, 0);
    for (int32_t r = 0; r < s->layer->rows; r++)
        if (k->dead[r])
            solve_kill(s, r);
    solve_write(s, &p->now, grid.scale);
    return MOTE_OK;
}

enum mote_status post_channels(struct post *p, const struct post_channels *how, const struct frame *at)
{
    struct activity a = {.samples = p->samples, .p = p};
    bool *dead;

    a.first = pool_array(p->pool, (size_t)p->n_layers + 1, sizeof *a.first);
    for (int32_t i = 0; i < p->n_layers; i++)
        a.first[i + 1] = a.first[i] + p->layers[i].rows;
    dead = pool_array(p->pool, (size_t)a.first[p->n_layers], sizeof *dead);
    TRY(count_active(p->pool, &a, at));
    choose(p->pool, &a, how, dead);
    for (int32_t i = 0; i < p->n_layers; i++) {
        struct killing k = {dead + a.first[i]};

        TRY(with_layer(p, i, &p->now, true, kill_layer, &k, at));
    }
    return MOTE_OK;
}
