/* SPDX-License-Identifier: Apache-2.0 */
/* What a stage of a compression adds to a training step: masks and levels between weights and what reads them; behind
 * the optimizer what changes them. */
#include "host/base/levels.h"
#include "host/graph/op_info.h"
#include "host/train/levels.h"
#include "host/train/stepping.h"

/* ---- before the network ---- */
static int32_t add_filled(struct stepping *s, const char *name, int rank, const int64_t *dims, const void *initial)
{
    int32_t tensor = stepping_tensor(s, name, TYPE_F32, rank, dims);

    s->g->tensors[tensor].state = true;
    s->g->tensors[tensor].initial = initial;
    return tensor;
}

static int32_t add_mask(struct stepping *s, int32_t weights)
{
    const struct tensor t = s->g->tensors[weights];
    int64_t n = tensor_elements(&t);
    float *mask = pool_array(s->pool, (size_t)n, sizeof *mask);

    for (int64_t i = 0; i < n; i++)
        mask[i] = ((const float *)(const void *)t.initial)[i] != 0 ? 1 : 0;
    return add_filled(s, pool_printf(s->pool, "%s/mask", t.name), t.rank, t.dims, mask);
}

static void add_which(struct stepping *s, int32_t i, const struct tensor *t, const float *which)
{
    s->out->which[i] = add_filled(s, pool_printf(s->pool, "%s/which", t->name), t->rank, t->dims, which);
}

/* Levels, and which of them each weight becomes: the nearest, at first. */
static void add_levels(struct stepping *s, int32_t i)
{
    const struct tensor t = s->g->tensors[s->out->parameters[i]];
    const float *w = (const float *)(const void *)t.initial;
    int64_t count = s->t->stage.number, n = tensor_elements(&t);
    float *levels = pool_array(s->pool, (size_t)count, sizeof *levels);
    float *which = pool_array(s->pool, (size_t)n, sizeof *which);

    levels_begin(w, n, (int32_t)count, levels);
    for (int64_t k = 0; k < n; k++)
        which[k] = w[k] != 0 ? (float)level_nearest(levels, count, w[k]) : 0;
    s->out->levels[i] = add_filled(s, pool_printf(s->pool, "%s/levels", t.name), 1, &count, levels);
    add_which(s, i, &t, which);
}

int64_t channel_below(const struct tensor *t, int32_t axis)
{
    int64_t below = 1;

    for (int d = axis + 1; d < t->rank; d++)
        below *= t->dims[d];
    return below;
}

/* A grid that all channels share, a scale for each, and which of its codes each weight becomes. */
static void add_scaled_levels(struct stepping *s, int32_t i)
{
    const struct tensor t = s->g->tensors[s->out->parameters[i]];
    const int64_t n = tensor_elements(&t);
    const int32_t axis = s->out->axis[i];
    struct level_start begin = {.w = (const float *)(const void *)t.initial,
                                .n = n,
                                .channels = axis < 0 ? 1 : (int32_t)t.dims[axis],
                                .below = channel_below(&t, axis)};

    levels_begin_scaled(s->pool, s->t->stage.grid, s->t->stage.number, &begin);
    s->out->levels[i] = add_filled(s, pool_printf(s->pool, "%s/levels", t.name), 1, &begin.count, begin.levels);
    s->out->scales[i] = add_filled(s, pool_printf(s->pool, "%s/scales", t.name), 1, &begin.channels, begin.scales);
    add_which(s, i, &t, begin.which);
}

static int32_t add_through(struct stepping *s, enum op_id id, int n, const int32_t *in, const char *name)
{
    int32_t out = stepping_tensor(s, pool_printf(s->pool, "%s/%s", name, op_info[id].name), TYPE_F32, 0, NULL);

    graph_add_op(s->m, s->g, id, n, in, 1, &out)->name = name;
    return out;
}

static int32_t become_levels(struct stepping *s, int32_t i, int32_t seen)
{
    const struct training_graph *out = s->out;
    const struct tensor w = s->g->tensors[out->parameters[i]];
    const bool scaled = out->scales[i] != TENSOR_ABSENT;
    const int32_t in[] = {seen, out->levels[i], out->which[i], out->scales[i]};
    const int32_t y = add_through(s, OP_LEVELS, scaled ? 4 : 3, in, w.name);

    ((struct levels_opts *)s->g->ops[s->g->n_ops - 1].opts)->below =
        scaled ? (int32_t)channel_below(&w, out->axis[i]) : 0;
    return y;
}

/* Weights go through their mask, and become one of their levels: the network reads what comes out. */
static int32_t compress_weights(struct stepping *s, int32_t i)
{
    struct training_graph *out = s->out;
    int32_t weights = out->parameters[i], seen;
    const char *name = s->g->tensors[weights].name;

    out->masks[i] = add_mask(s, weights);
    seen = add_through(s, OP_MASK, 2, (int32_t[]){weights, out->masks[i]}, name);
    if (s->t->stage.kind != STAGE_LEVELS)
        return seen;
    if (s->t->stage.grid == GRID_KMEANS)
        add_levels(s, i);
    else
        add_scaled_levels(s, i);
    return become_levels(s, i, seen);
}

/* Depthwise weights are few, and no coding takes them: without them, or with levels that all channels share, a network
 * errs more and is no smaller. A grid with a scale a channel is fewer bits. */
static bool is_compressed(const struct stepping *s, int32_t tensor)
{
    const struct stage *stage = &s->t->stage;

    if (s->forward || stage->kind == STAGE_NONE)
        return false;
    return s->roles[tensor] == ROLE_WEIGHT ||
           (s->roles[tensor] == ROLE_DEPTHWISE_WEIGHT && stage->kind == STAGE_LEVELS && stage->grid != GRID_KMEANS);
}

void stepping_compress(struct stepping *s, int32_t *seen)
{
    for (int32_t i = 0; i < s->out->n_parameters; i++) {
        int32_t tensor = s->out->parameters[i];

        s->out->masks[i] = s->out->levels[i] = s->out->which[i] = s->importance[i] = TENSOR_ABSENT;
        s->out->scales[i] = TENSOR_ABSENT;
        s->out->axis[i] = s->axis[tensor];
        seen[i] = tensor;
        if (is_compressed(s, tensor))
            seen[i] = compress_weights(s, i);
    }
}

/* ---- behind the optimizer ---- */
static int32_t add_costs(struct stepping *s, int32_t n, const float *costs)
{
    const char *name = s->t->stage.cost == COST_MACS ? "macs" : "savings";
    int32_t tensor = stepping_tensor(s, name, TYPE_F32, 1, (int64_t[]){n});

    s->g->tensors[tensor].data = (const uint8_t *)costs;
    return tensor;
}

/* Weights that are ranked together, of which `keep` are left. */
struct ranking {
    const char *layer; /* NULL: all of those that no other ranking has */
    float keep;
};

/* Those of a layer by themselves, if the recipe says so; of parameter i. */
static struct ranking ranking_of(const struct stepping *s, int32_t i)
{
    const struct stage *stage = &s->t->stage;
    const char *layer = s->layers[s->out->parameters[i]];

    for (int32_t k = 0; k < stage->n_shares; k++)
        if (strcmp(stage->shares[k].layer, layer) == 0)
            return (struct ranking){layer, stage->shares[k].keep};
    return (struct ranking){stage->by_layer ? layer : NULL, stage->keep};
}

static bool same_ranking(const struct ranking *a, const struct ranking *b)
{
    return a->layer == b->layer || (a->layer != NULL && b->layer != NULL && strcmp(a->layer, b->layer) == 0);
}

static void add_ranking(struct stepping *s, const struct ranking *r)
{
    const struct training_graph *out = s->out;
    int32_t *in = pool_array(s->pool, 3 * (size_t)out->n_parameters + 2, sizeof *in), n = 0, n_in;
    int32_t *masks = pool_array(s->pool, (size_t)out->n_parameters, sizeof *masks);
    float *costs = pool_array(s->pool, (size_t)out->n_parameters, sizeof *costs);
    int64_t all = 0;

    in[0] = out->step;
    for (int32_t i = 0; i < out->n_parameters; i++) {
        const struct ranking own = ranking_of(s, i);

        if (out->masks[i] == TENSOR_ABSENT || !same_ranking(&own, r))
            continue;
        in[1 + 3 * n] = out->parameters[i];
        in[2 + 3 * n] = masks[n] = out->masks[i];
        costs[n] = s->costs[out->parameters[i]];
        in[3 + 3 * n++] = s->importance[i];
        all += tensor_elements(&s->g->tensors[out->masks[i]]);
    }
    n_in = 1 + 3 * n;
    if (s->t->stage.cost != COST_WEIGHTS)
        in[n_in++] = add_costs(s, n, costs);
    *(struct prune_opts *)graph_add_op(s->m, s->g, OP_PRUNE, n_in, in, n, masks)->opts =
        (struct prune_opts){(int32_t)stage_kept(r->keep, all), s->t->stage.steps, s->t->stage.every};
}

static void add_pruning(struct stepping *s)
{
    const struct training_graph *out = s->out;

    for (int32_t i = 0; i < out->n_parameters; i++) {
        const struct ranking own = ranking_of(s, i);
        bool is_first = out->masks[i] != TENSOR_ABSENT;

        for (int32_t k = 0; k < i && is_first; k++) {
            const struct ranking other = ranking_of(s, k);

            is_first = out->masks[k] == TENSOR_ABSENT || !same_ranking(&own, &other);
        }
        if (is_first)
            add_ranking(s, &own);
    }
}

static void add_clusters(struct stepping *s)
{
    const struct training_graph *out = s->out;
    const struct stage *stage = &s->t->stage;

    for (int32_t i = 0; i < out->n_parameters; i++)
        if (out->levels[i] != TENSOR_ABSENT) {
            const bool scaled = out->scales[i] != TENSOR_ABSENT;
            int32_t in[] = {out->step,
                            out->parameters[i],
                            s->importance[i],
                            out->masks[i],
                            scaled ? out->scales[i] : out->levels[i],
                            out->which[i],
                            out->levels[i]};
            const struct tensor w = s->g->tensors[out->parameters[i]];
            struct op *op = graph_add_op(s->m, s->g, OP_CLUSTER, scaled ? 7 : 6, in, 3, in + 3);

            *(struct cluster_opts *)op->opts =
                (struct cluster_opts){.every = stage->every,
                                      .steps = stage->steps,
                                      .rows = (int32_t)w.dims[0],
                                      .below = scaled ? (int32_t)channel_below(&w, out->axis[i]) : 0,
                                      .batch = s->batch,
                                      .beta2 = s->t->beta2,
                                      .price = stage->bit_price};
        }
}

enum mote_status stepping_check_stage(const struct stepping *s, const struct frame *at)
{
    for (int32_t i = 0; i < s->out->n_parameters; i++)
        if (s->out->masks[i] != TENSOR_ABSENT)
            return MOTE_OK;
    if (s->t->stage.kind == STAGE_NONE)
        return MOTE_OK;
    return fail(at, MOTE_ERR_UNSUPPORTED,
                "the network has no weights that stages of a compression take: these are of fully connected layers, "
                "convolutions and LSTMs, and with levels of another method than kmeans of depthwise ones");
}

void stepping_add_stage(struct stepping *s)
{
    if (s->t->stage.kind == STAGE_PRUNE)
        add_pruning(s);
    else if (s->t->stage.kind == STAGE_LEVELS)
        add_clusters(s);
}
