/* SPDX-License-Identifier: Apache-2.0 */
/* The network as a graph: finds each layer's inputs, has its operators appended (network_layers.c), and sees that the
 * whole fits the data and the loss. */
#include "host/train/network.h"

#include <math.h>

/* ---- where a layer's inputs come from ---- */
static int32_t find_layer(const struct recipe *r, int32_t end, const char *name)
{
    for (int32_t i = 0; i < end; i++)
        if (strcmp(r->layers[i].name, name) == 0)
            return i;
    return -1;
}

static enum mote_status find_named(struct network *n, int32_t i, const char *name, int32_t *out, const struct frame *at)
{
    int32_t layer = find_layer(n->recipe, i, name);

    if (layer < 0 && strcmp(name, LAYER_INPUT) != 0)
        return fail(at, MOTE_ERR_VALUE,
                    "from: no layer before this one is named \"%s\" (the data is \"" LAYER_INPUT "\")", name);
    if (layer >= 0)
        n->used[layer] = true;
    *out = layer >= 0 ? n->outputs[layer] : n->g->inputs[0];
    return MOTE_OK;
}

static enum mote_status find_inputs(struct network *n, struct building *b)
{
    const struct recipe_layer *l = b->layer;
    int32_t *in = pool_array(n->m->pool, (size_t)(l->n_from > 0 ? l->n_from : 1), sizeof *in);

    b->in = in;
    b->n_in = l->n_from > 0 ? l->n_from : 1;
    if (l->n_from == 0 && b->index == 0)
        in[0] = n->g->inputs[0];
    else if (l->n_from == 0)
        return find_named(n, b->index, n->recipe->layers[b->index - 1].name, in, b->at);
    for (int32_t k = 0; k < l->n_from; k++)
        TRY(find_named(n, b->index, l->from[k], &in[k], b->at));
    return MOTE_OK;
}

static enum mote_status build_layer(struct network *n, int32_t i, const struct frame *at)
{
    struct frame here = layer_frame(n->m->pool, n->recipe->layers, i, at);
    struct building b = {.n = n, .layer = &n->recipe->layers[i], .index = i, .at = &here};

    TRY(find_inputs(n, &b));
    return layer_build[b.layer->kind](&b, &n->outputs[i]);
}

/* ---- the whole ---- */
static enum mote_status check_used(const struct network *n, const struct frame *at)
{
    const struct recipe *r = n->recipe;

    for (int32_t i = 0; i < r->n_layers - 1; i++) {
        struct frame here = layer_frame(n->m->pool, r->layers, i, at);

        if (!n->used[i])
            return fail(&here, MOTE_ERR_VALUE, "no layer reads it: name it in a `from`, or remove it");
    }
    return MOTE_OK;
}

static enum mote_status check_classifier(const struct network *n, const struct tensor *out, const struct frame *at)
{
    const struct dataset *d = n->data;

    if (n->recipe->layers[n->recipe->n_layers - 1].kind != LAYER_SOFTMAX)
        return fail(at, MOTE_ERR_VALUE,
                    "the loss cross_entropy wants probabilities: add `- softmax: {}`, or use mean_squared_error");
    if (d->n_classes < 1)
        return fail(at, MOTE_ERR_VALUE, "the data has no labels, which the loss cross_entropy needs");
    if (tensor_elements(out) != d->n_classes || out->dims[out->rank - 1] != d->n_classes)
        return fail(at, MOTE_ERR_SHAPE,
                    "the network gives %lld numbers for %d classes: set `units` of its last layer, or leave it out",
                    (long long)tensor_elements(out), d->n_classes);
    return MOTE_OK;
}

/* What training standardizes the last layer takes over (targets.h), so it has to be linear. */
static enum mote_status check_linear(const struct recipe_layer *last, const struct frame *at)
{
    if (last->kind == LAYER_FULLY_CONNECTED && last->activation == LAYER_ACTIVATION_NONE && !last->batch_norm &&
        last->bias)
        return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE,
                "the labels are numbers to predict: the last layer has to be `- fully_connected: {units: 1}`, with a "
                "bias, without activation or batch_norm");
}

static enum mote_status check_regression(const struct network *n, const struct tensor *out, const struct frame *at)
{
    const struct training *t = &n->recipe->training;

    if (t->loss_given && t->loss != LOSS_MEAN_SQUARED_ERROR)
        return fail(
            at, MOTE_ERR_VALUE,
            "the labels are numbers to predict, and the loss cross_entropy is for classes: leave `loss` out, or "
            "say `task: classification` in the data");
    if (t->label_smoothing > 0 || t->normal >= 0)
        return fail(at, MOTE_ERR_VALUE, "the labels are numbers to predict, and %s is for classes: leave it out",
                    t->normal >= 0 ? "normal" : "label_smoothing");
    TRY(check_linear(&n->recipe->layers[n->recipe->n_layers - 1], at));
    if (tensor_elements(out) != 1)
        return fail(at, MOTE_ERR_SHAPE,
                    "the network gives %lld numbers, the data have one to predict: set `units: 1`, or leave it out",
                    (long long)tensor_elements(out));
    return MOTE_OK;
}

static enum mote_status check_reconstruction(const struct network *n, const struct tensor *out, const struct frame *at)
{
    if (tensor_elements(out) == n->data->elements)
        return MOTE_OK;
    return fail(at, MOTE_ERR_SHAPE,
                "the loss mean_squared_error compares the output with the input, but they have %lld and %lld elements",
                (long long)tensor_elements(out), (long long)n->data->elements);
}

static enum mote_status check_output(const struct network *n, const struct frame *at)
{
    int32_t last = n->recipe->n_layers - 1;
    const struct tensor *out = &n->g->tensors[n->outputs[last]];
    struct frame here = layer_frame(n->m->pool, n->recipe->layers, last, at);

    assert(last >= 0 && out->rank >= 0);
    switch (n->m->task.kind) {
    case MOTE_TASK_REGRESSION:
        return check_regression(n, out, &here);
    case MOTE_TASK_ANOMALY:
        return check_reconstruction(n, out, &here);
    default:
        return check_classifier(n, out, &here);
    }
}

static enum mote_status add_input(struct network *n, const struct frame *at)
{
    const struct dataset *d = n->data;
    struct tensor in = {.name = LAYER_INPUT, .type = TYPE_F32, .rank = d->rank + 1, .dims = {1}, .source = -1};
    int32_t index;

    if (d->rank < 1 || d->rank >= RANK_MAX)
        return fail(at, MOTE_ERR_SHAPE, "a sample of the data has %d dimensions: 1 to %d are possible", d->rank,
                    RANK_MAX - 1);
    memcpy(in.dims + 1, d->dims, (size_t)d->rank * sizeof d->dims[0]);
    index = graph_add_tensor(n->m, n->g, &in);
    n->g->inputs = pool_copy(n->m->pool, &index, sizeof index);
    n->g->n_inputs = 1;
    return MOTE_OK;
}

enum mote_task training_task(const struct training *t, const struct dataset *data)
{
    if (data->targets != NULL)
        return MOTE_TASK_REGRESSION;
    return t->loss == LOSS_CROSS_ENTROPY ? MOTE_TASK_CLASSIFICATION : MOTE_TASK_ANOMALY;
}

/* What the model says of itself and its data. */
static void describe(struct model *m, const struct training *t, const struct dataset *d)
{
    struct preprocess *p = &m->preprocess;

    m->task = (struct task){training_task(t, d), INFINITY, -1};
    if (m->task.kind == MOTE_TASK_ANOMALY && d->labels != NULL)
        m->task.normal = t->normal;
    *p = dataset_preprocess(d);
    preprocess_scale(m->pool, p, p->n, p->mean, p->std);
    m->split = d->memory;
    m->hears = d->hears;
    for (int32_t i = 0; d->classes && i < d->n_classes; i++) {
        m->classes = pool_grow(m->pool, m->classes, (size_t)i, sizeof *m->classes);
        m->classes[m->n_classes++] = pool_strdup(m->pool, d->classes[i]);
    }
}

enum mote_status network_build(struct pool *pool, const struct recipe *recipe, const struct dataset *data,
                               struct model *out, const struct frame *at)
{
    struct network n = {.m = out, .recipe = recipe, .data = data};

    *out = (struct model){.pool = pool, .name = model_name_from(pool, recipe->name)};
    describe(out, &recipe->training, data);
    n.g = model_add_graph(out, "main");
    n.outputs = pool_array(pool, (size_t)recipe->n_layers, sizeof *n.outputs);
    n.used = pool_array(pool, (size_t)recipe->n_layers, sizeof *n.used);
    TRY(add_input(&n, at));
    for (int32_t i = 0; i < recipe->n_layers; i++)
        TRY(build_layer(&n, i, at));
    TRY(check_used(&n, at));
    TRY(check_output(&n, at));
    n.g->outputs = pool_copy(pool, &n.outputs[recipe->n_layers - 1], sizeof *n.g->outputs);
    n.g->n_outputs = 1;
    return model_verify(out, at);
}
