/* SPDX-License-Identifier: Apache-2.0 */
/* What a stage of a compression adds to a training step: masks and levels between weights and what reads them; behind
 * the optimizer what changes them. */
#include "host/base/levels.h"
#include "host/graph/op_info.h"
#include "host/train/levels.h"
#include "host/train/stepping.h"

#define ACTIVITY_KEPT 0.99F /* share of the running mean that a step keeps */

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

static int32_t add_through(struct stepping *s, enum op_id id, int n, const int32_t *in, const char *name)
{
    int32_t out = stepping_tensor(s, pool_printf(s->pool, "%s/%s", name, op_info[id].name), TYPE_F32, 0, NULL);

    graph_add_op(s->m, s->g, id, n, in, 1, &out)->name = name;
    return out;
}

/* ---- channels ---- */
static const struct op *reader_of(const struct op *ops, int32_t n, int32_t tensor)
{
    const struct op *reader = NULL;

    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < ops[i].n_in && ops[i].id != OP_NOP; k++)
            if (ops[i].in[k] == tensor) {
                if (reader != NULL)
                    return NULL;
                reader = &ops[i];
            }
    return reader;
}

static bool is_zero(const struct tensor *t, int64_t row)
{
    const int64_t below = tensor_elements(t) / t->dims[0];

    for (int64_t k = row * below; k < (row + 1) * below; k++)
        if (((const float *)(const void *)t->initial)[k] != 0)
            return false;
    return true;
}

/* What an operator has a row a channel of: its weights, its bias, and of batch normalization behind it gamma and beta.
 * A channel of which all is 0 is gone, and stays so. */
struct rows {
    int32_t n, of[4];
};

static struct rows rows_of(const struct stepping *s, const struct op *ops, int32_t n, const struct op *op)
{
    const struct op *next = reader_of(ops, n, op->out[0]);
    struct rows rows = {0, {op->in[1]}};

    rows.n++;
    if (op->n_in > 2 && op->in[2] != TENSOR_ABSENT && s->g->tensors[op->in[2]].state)
        rows.of[rows.n++] = op->in[2];
    if (next != NULL && next->id == OP_BATCH_NORM) {
        rows.of[rows.n++] = next->in[1];
        rows.of[rows.n++] = next->in[2];
    }
    return rows;
}

/* 1 of channels that are there; NULL: all are. */
static float *find_channels(const struct stepping *s, const struct rows *rows, bool always)
{
    const struct tensor *w = &s->g->tensors[rows->of[0]];
    float *mask = pool_array(s->pool, (size_t)w->dims[0], sizeof *mask);
    bool any = always;

    for (int64_t r = 0; r < w->dims[0]; r++) {
        for (int32_t k = 0; k < rows->n; k++)
            mask[r] = mask[r] != 0 || !is_zero(&s->g->tensors[rows->of[k]], r) ? 1 : 0;
        any = any || mask[r] == 0;
    }
    return any ? mask : NULL;
}

static int32_t parameter_of(const struct training_graph *out, int32_t tensor)
{
    for (int32_t i = 0; i < out->n_parameters; i++)
        if (out->parameters[i] == tensor)
            return i;
    return -1;
}

static void mask_rows(struct stepping *s, const struct rows *rows, int32_t first, int32_t mask, int32_t *seen)
{
    for (int32_t k = first; k < rows->n; k++) {
        const int32_t i = parameter_of(s->out, rows->of[k]);

        s->out->masks[i] = mask;
        seen[i] = add_through(s, OP_MASK, 2, (int32_t[]){rows->of[k], mask}, s->g->tensors[rows->of[k]].name);
    }
}

static float saving_of(const struct stage *stage, const char *op)
{
    for (int32_t i = 0; i < stage->n_savings; i++)
        if (strcmp(stage->savings[i].op, op) == 0)
            return stage->savings[i].saving;
    return 0;
}

static bool has_channels(const struct op *op)
{
    return (op->id == OP_CONV_2D || op->id == OP_FULLY_CONNECTED) && op->name != NULL;
}

/* Channels that may go, and those that have gone: they would come back as what their biases learn. */
static void compress_channels(struct stepping *s, const struct op *ops, int32_t n, int32_t *seen)
{
    const struct stage *stage = &s->t->stage;

    for (int32_t i = 0; i < n && stage->kind != STAGE_NONE && !s->forward; i++) {
        const bool may_go = stage_takes_channels(stage) && has_channels(&ops[i]) && saving_of(stage, ops[i].name) > 0;
        const float *mask;
        struct rows rows;
        int64_t channels;
        int32_t state;

        if (!has_channels(&ops[i]) || s->roles[ops[i].in[1]] != ROLE_WEIGHT || (!may_go && stage->kind != STAGE_LEVELS))
            continue;
        rows = rows_of(s, ops, n, &ops[i]);
        mask = find_channels(s, &rows, may_go);
        if (mask == NULL || (!may_go && rows.n == 1))
            continue;
        channels = s->g->tensors[rows.of[0]].dims[0];
        state = add_filled(s, pool_printf(s->pool, "%s/channels", ops[i].name), 1, &channels, mask);
        mask_rows(s, &rows, may_go ? 0 : 1, state, seen);
    }
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
    if (stage_takes_channels(stage))
        return false;
    return s->roles[tensor] == ROLE_WEIGHT ||
           (s->roles[tensor] == ROLE_DEPTHWISE_WEIGHT && stage->kind == STAGE_LEVELS && stage->grid != GRID_KMEANS);
}

void stepping_compress(struct stepping *s, const struct op *ops, int32_t n, int32_t *seen)
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
    compress_channels(s, ops, n, seen);
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

/* Its mask is its own: biases are masked with the weights of their layer. */
static bool is_ranked(const struct stepping *s, int32_t i)
{
    return s->out->masks[i] != TENSOR_ABSENT && role_decays(s->roles[s->out->parameters[i]]);
}

static bool same_ranking(const struct ranking *a, const struct ranking *b)
{
    return a->layer == b->layer || (a->layer != NULL && b->layer != NULL && strcmp(a->layer, b->layer) == 0);
}

/* What the channels of parameter i are ranked by, besides their weights. */
static int32_t activity_of(struct stepping *s, int32_t i)
{
    const int64_t channels = tensor_elements(&s->g->tensors[s->out->masks[i]]);
    const char *layer = s->layers[s->out->parameters[i]];
    int32_t in[2];

    if (s->t->stage.method == PRUNE_NORM)
        return s->out->masks[i];
    in[0] = s->active[s->out->parameters[i]];
    in[1] = add_filled(s, pool_printf(s->pool, "%s/activity", layer), 1, &channels, NULL);
    *(struct activity_opts *)graph_add_op(s->m, s->g, OP_ACTIVITY, 2, in, 1, &in[1])->opts =
        (struct activity_opts){ACTIVITY_KEPT};
    return in[1];
}

static void add_prune(struct stepping *s, float keep, int64_t all, int32_t n_in, const int32_t *in, int32_t n,
                      const int32_t *masks)
{
    const struct stage *stage = &s->t->stage;
    const int32_t kept = (int32_t)stage_kept(keep, all);
    const bool channels = stage_takes_channels(stage);
    struct op *op = graph_add_op(s->m, s->g, channels ? OP_PRUNE_CHANNELS : OP_PRUNE, n_in, in, n, masks);

    if (channels)
        *(struct prune_channels_opts *)op->opts =
            (struct prune_channels_opts){kept, stage->steps, stage->every, stage->method == PRUNE_NORM};
    else
        *(struct prune_opts *)op->opts = (struct prune_opts){kept, stage->steps, stage->every};
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

        if (!is_ranked(s, i) || !same_ranking(&own, r))
            continue;
        in[1 + 3 * n] = out->parameters[i];
        in[2 + 3 * n] = masks[n] = out->masks[i];
        costs[n] = s->costs[out->parameters[i]];
        in[3 + 3 * n++] = stage_takes_channels(&s->t->stage) ? activity_of(s, i) : s->importance[i];
        all += tensor_elements(&s->g->tensors[out->masks[i]]);
    }
    n_in = 1 + 3 * n;
    if (s->t->stage.cost != COST_WEIGHTS)
        in[n_in++] = add_costs(s, n, costs);
    add_prune(s, r->keep, all, n_in, in, n, masks);
}

static void add_pruning(struct stepping *s)
{
    const struct training_graph *out = s->out;

    for (int32_t i = 0; i < out->n_parameters; i++) {
        const struct ranking own = ranking_of(s, i);
        bool is_first = is_ranked(s, i);

        for (int32_t k = 0; k < i && is_first; k++) {
            const struct ranking other = ranking_of(s, k);

            is_first = !is_ranked(s, k) || !same_ranking(&own, &other);
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

/* A layer with a share of its own has weights, or channels, that are ranked. */
static enum mote_status check_shares(const struct stepping *s, const struct frame *at)
{
    const struct stage *stage = &s->t->stage;

    for (int32_t k = 0; k < stage->n_shares; k++) {
        bool any = false;

        for (int32_t i = 0; i < s->out->n_parameters; i++)
            any = any || (is_ranked(s, i) && s->layers[s->out->parameters[i]] != NULL &&
                          strcmp(s->layers[s->out->parameters[i]], stage->shares[k].layer) == 0);
        if (!any)
            return fail(at, MOTE_ERR_VALUE,
                        "compress prune: layer %s has nothing that the method can remove: leave it out of `layers`",
                        stage->shares[k].layer);
    }
    return MOTE_OK;
}

enum mote_status stepping_check_stage(const struct stepping *s, const struct frame *at)
{
    TRY(check_shares(s, at));
    for (int32_t i = 0; i < s->out->n_parameters; i++)
        if (s->out->masks[i] != TENSOR_ABSENT)
            return MOTE_OK;
    if (s->t->stage.kind == STAGE_NONE)
        return MOTE_OK;
    if (stage_takes_channels(&s->t->stage))
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "compress prune: there are no channels whose removal saves anything: what a layer gives must go to "
                    "layers with weights, and not be added to another's or be the output; take the method obd");
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
