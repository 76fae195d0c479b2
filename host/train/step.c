/* SPDX-License-Identifier: Apache-2.0 */
/* The graph of one training step: the network for a whole batch, its parameters as states, the loss, gradients, and an
 * optimizer operator for each weight. */
#include "host/base/random.h"
#include "host/gradient/gradient.h"
#include "host/graph/scales.h"
#include "host/train/stepping.h"

#define STATISTICS_KEPT 0.95f /* share of the running mean and variance that a step keeps */

enum { PURPOSE_DROPOUT = 101 }; /* of random numbers; loader.c has 100 */

/* ---- parameters ---- */
static enum role role_of(const struct op *op, int input)
{
    switch (op->id) {
    case OP_DEPTHWISE_CONV_2D:
        return input == 1 ? ROLE_DEPTHWISE_WEIGHT : input == 2 ? ROLE_BIAS : ROLE_NONE;
    case OP_CONV_2D:
    case OP_FULLY_CONNECTED:
        return input == 1 ? ROLE_WEIGHT : input == 2 ? ROLE_BIAS : ROLE_NONE;
    case OP_BATCH_NORM:
        return input == 0 ? ROLE_NONE : input <= 2 ? ROLE_BIAS : ROLE_STATISTIC;
    case OP_GRU:
        return input == 1 || input == 2 ? ROLE_WEIGHT : input == 3 || input == 4 ? ROLE_BIAS : ROLE_NONE;
    case OP_UNIDIRECTIONAL_SEQUENCE_LSTM:
        return input >= 1 && input < 9 ? ROLE_WEIGHT : input >= 12 && input < 16 ? ROLE_BIAS : ROLE_NONE;
    default:
        return ROLE_NONE;
    }
}

int32_t stepping_first_state(const struct op *op)
{
    return op->id == OP_UNIDIRECTIONAL_SEQUENCE_LSTM ? 18 : op->id == OP_GRU ? 5 : INT32_MAX;
}

/* Of a gate's weights all are alike. */
static int32_t axis_of(const struct op *op)
{
    const struct linear_inputs *l = op_info[op->id].is->linear;

    return l != NULL ? l->channels : -1;
}

/* Those of a gate are as many in all of an LSTM's tensors: a time step has each weight once. */
static float macs_of_weight(const struct graph *g, const struct op *op)
{
    int64_t weights = 0;

    for (int32_t k = 0; k < op->n_in; k++)
        if (op->in[k] != TENSOR_ABSENT && role_decays(role_of(op, k)))
            weights += tensor_elements(&g->tensors[op->in[k]]);
    return weights > 0 ? (float)op_macs(g, op) / (float)weights : 0;
}

/* Of an operator that was not there when savings were found: nothing is known, so nothing is preferred. */
static float saved_by(const struct stage *stage, const struct op *op)
{
    for (int32_t i = 0; i < stage->n_savings && op->name != NULL; i++)
        if (strcmp(stage->savings[i].op, op->name) == 0)
            return stage->savings[i].saving;
    return 1;
}

static float cost_of_weight(const struct stepping *s, const struct op *op)
{
    switch (s->t->stage.cost) {
    case COST_MACS:
        return macs_of_weight(s->g, op);
    case COST_SAVINGS:
        return saved_by(&s->t->stage, op);
    default:
        return 1;
    }
}

/* The tensor behind batch normalization and an activation that follow operator i. */
static int32_t active_of(const struct graph *g, int32_t i)
{
    int32_t tensor = g->ops[i].out[0];

    for (int32_t k = i + 1; k < g->n_ops; k++) {
        const enum op_id id = g->ops[k].id;

        if ((id == OP_BATCH_NORM || id == OP_RELU || id == OP_RELU6) && g->ops[k].in[0] == tensor)
            tensor = g->ops[k].out[0];
    }
    return tensor;
}

/* The network's constants that training changes become states that begin with them. */
static void free_parameters(struct stepping *s)
{
    struct training_graph *out = s->out;

    s->roles = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *s->roles);
    out->parameters = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *out->parameters);
    out->masks = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *out->masks);
    out->levels = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *out->levels);
    out->which = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *out->which);
    out->scales = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *out->scales);
    out->axis = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *out->axis);
    s->axis = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *s->axis);
    s->importance = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *s->importance);
    s->active = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *s->active);
    s->layers = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *s->layers);
    s->costs = pool_array(s->pool, (size_t)s->g->n_tensors, sizeof *s->costs);
    for (int32_t i = 0; i < s->g->n_ops; i++)
        for (int32_t k = 0; k < s->g->ops[i].n_in; k++) {
            int32_t tensor = s->g->ops[i].in[k];
            enum role role = tensor == TENSOR_ABSENT ? ROLE_NONE : role_of(&s->g->ops[i], k);
            struct tensor *t = &s->g->tensors[tensor == TENSOR_ABSENT ? 0 : tensor];

            if (role == ROLE_NONE || t->data == NULL || t->type != TYPE_F32)
                continue;
            s->roles[tensor] = role;
            s->axis[tensor] = axis_of(&s->g->ops[i]);
            s->active[tensor] = active_of(s->g, i);
            s->layers[tensor] = s->g->ops[i].name != NULL ? s->g->ops[i].name : "";
            s->costs[tensor] = cost_of_weight(s, &s->g->ops[i]);
            t->initial = t->data;
            t->data = NULL;
            t->state = true;
            out->parameters[out->n_parameters++] = tensor;
        }
}

/* ---- the batch ---- */
static void set_batch(struct stepping *s, int32_t batch)
{
    for (int32_t i = 0; i < s->g->n_tensors; i++) {
        struct tensor *t = &s->g->tensors[i];

        if (!t->data && !t->state && t->rank > 0 && t->dims[0] == 1)
            t->dims[0] = batch;
    }
}

int32_t stepping_tensor(struct stepping *s, const char *name, enum mote_type type, int rank, const int64_t *dims)
{
    struct tensor t = {.name = name, .type = type, .rank = rank, .source = -1};

    if (rank > 0)
        memcpy(t.dims, dims, (size_t)rank * sizeof *dims);
    return graph_add_tensor(s->m, s->g, &t);
}

static int32_t add_input(struct stepping *s, const char *name, enum mote_type type, int rank, const int64_t *dims)
{
    int32_t tensor = stepping_tensor(s, name, type, rank, dims);

    s->g->inputs = pool_grow(s->pool, s->g->inputs, (size_t)s->g->n_inputs, sizeof *s->g->inputs);
    s->g->inputs[s->g->n_inputs++] = tensor;
    return tensor;
}

/* ---- the network in training ---- */
struct op *stepping_copy(struct stepping *s, const struct op *op)
{
    struct op *copy = graph_add_op(s->m, s->g, op->id, op->n_in, op->in, op->n_out, op->out);

    assert((copy->opts == NULL) == (op->opts == NULL));
    copy->name = op->name;
    if (copy->opts != NULL)
        memcpy(copy->opts, op->opts, (size_t)opts_info[op_info[op->id].opts].n * 4);
    return copy;
}

/* In training with the batch's own statistics. Its activation is fused if it is a ReLU, else an operator of its own. */
static void copy_batch_norm(struct stepping *s, const struct op *op)
{
    const struct batch_norm_opts o = *(const struct batch_norm_opts *)op->opts;
    const struct tensor *y = op_out(s->g, op, 0);
    bool apart = o.activation == ACTIVATION_RELU6;
    int activation = apart ? ACTIVATION_NONE : o.activation;
    int32_t out[5] = {op->out[0]};
    struct op *norm;

    if (apart)
        out[0] = stepping_tensor(s, pool_printf(s->pool, "%s/normed", op->name), TYPE_F32, y->rank, y->dims);
    if (s->forward) {
        norm = graph_add_op(s->m, s->g, OP_BATCH_NORM, op->n_in, op->in, 1, out);
        *(struct batch_norm_opts *)norm->opts = (struct batch_norm_opts){o.epsilon, activation};
    } else {
        out[1] = stepping_tensor(s, pool_printf(s->pool, "%s/batch_mean", op->name), TYPE_F32, 0, NULL);
        out[2] = stepping_tensor(s, pool_printf(s->pool, "%s/batch_variance", op->name), TYPE_F32, 0, NULL);
        out[3] = op->in[3];
        out[4] = op->in[4];
        norm = graph_add_op(s->m, s->g, OP_BATCH_NORM_TRAINING, op->n_in, op->in, 5, out);
        *(struct batch_norm_training_opts *)norm->opts =
            (struct batch_norm_training_opts){o.epsilon, STATISTICS_KEPT, activation};
    }
    norm->name = op->name;
    if (apart)
        graph_add_op(s->m, s->g, OP_RELU6, 1, out, 1, op->out)->name = op->name;
}

static void train_dropout(struct stepping *s, const struct op *op, int32_t index)
{
    const struct stage *stage = &s->t->stage;
    struct op *dropout = graph_add_op(s->m, s->g, OP_DROPOUT, 2, (int32_t[]){op->in[0], s->out->step}, 1, op->out);
    struct dropout_opts *o = dropout->opts;

    dropout->name = op->name;
    o->rate = stage->kind != STAGE_NONE && stage->dropout >= 0 ? stage->dropout
                                                               : ((const struct dropout_opts *)op->opts)->rate;
    o->stream = (int32_t)(random_stream(s->t->seed, PURPOSE_DROPOUT, (uint64_t)index, 0).key >> 33);
}

/* Without states: every sequence of the batch begins at zero. */
static void train_recurrent(struct stepping *s, const struct op *op)
{
    struct op *layer = stepping_copy(s, op);

    for (int32_t i = stepping_first_state(op); i < layer->n_in; i++) {
        if (layer->in[i] != TENSOR_ABSENT)
            s->g->tensors[layer->in[i]].state = false;
        layer->in[i] = TENSOR_ABSENT;
    }
}

/* The loss wants what goes into the last softmax. */
static bool is_final_softmax(const struct stepping *s, const struct op *op)
{
    return op->id == OP_SOFTMAX && op->out[0] == s->g->outputs[0] && s->t->loss == LOSS_CROSS_ENTROPY;
}

/* ---- activations as int8 has them ---- */
/* The only reader of what operator i makes is computed together with it: what is between them is never rounded. */
static bool is_fused(const struct op *ops, int32_t n, int32_t i)
{
    int32_t readers = 0;
    bool fuses = false;

    for (int32_t k = i + 1; k < n; k++)
        for (int32_t j = 0; j < ops[k].n_in && ops[k].id != OP_NOP; j++)
            if (ops[k].in[j] == ops[i].out[0]) {
                readers++;
                fuses = ops[k].id == OP_BATCH_NORM ||
                        (op_info[ops[i].id].is->fuses && (ops[k].id == OP_RELU || ops[k].id == OP_RELU6));
            }
    return readers == 1 && fuses;
}

static bool simulates(const struct stepping *s) { return s->t->stage.int8_activations && !s->forward; }

static bool is_rounded(const struct stepping *s, const struct op *ops, int32_t n, int32_t i)
{
    const enum op_id id = ops[i].id;

    return simulates(s) && id != OP_NOP && (!s->stays[i] || id == OP_BATCH_NORM) &&
           (op_info[id].is->scales.form != FORM_FLOAT || id == OP_BATCH_NORM) && !op_keeps_values(id) &&
           !is_final_softmax(s, &ops[i]) && !is_fused(ops, n, i);
}

/* Operators of one scale that compute new values, such as pools of averages, round them to that of their input. */
static int32_t round_tensor(struct stepping *s, int32_t tensor, const struct op *of, struct op *readers, int32_t n)
{
    const struct op_scales own = {.form = FORM_OWN}, *scales = of != NULL ? &op_info[of->id].is->scales : &own;
    const int32_t in[] = {tensor, scales->form == FORM_SAME ? of->in[0] : TENSOR_ABSENT};
    const struct tensor t = s->g->tensors[tensor];
    const int32_t y = stepping_tensor(s, pool_printf(s->pool, "%s/int8", t.name), TYPE_F32, t.rank, t.dims);
    struct op *op = graph_add_op(s->m, s->g, OP_SIMULATE_S8, scales->form == FORM_SAME ? 2 : 1, in, 1, &y);

    op->name = t.name;
    if (scales->form == FORM_FIXED)
        *(struct simulate_s8_opts *)op->opts = (struct simulate_s8_opts){scales->fixed_scale, scales->fixed_zero};
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < readers[i].n_in; k++)
            if (readers[i].in[k] == tensor)
                readers[i].in[k] = y;
    return y;
}

static void read_instead(struct graph *g, int32_t first_op, int32_t tensor, int32_t instead)
{
    for (int32_t i = first_op; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_in; k++)
            if (g->ops[i].in[k] == tensor)
                g->ops[i].in[k] = instead;
}

static void train_op(struct stepping *s, const struct op *op, int32_t index)
{
    if (op->id == OP_BATCH_NORM)
        copy_batch_norm(s, op);
    else if (op->id == OP_DROPOUT && !s->forward)
        train_dropout(s, op, index);
    else if (stepping_first_state(op) < op->n_in)
        train_recurrent(s, op);
    else if (op->id != OP_NOP)
        stepping_copy(s, op);
}

static int32_t train_network(struct stepping *s)
{
    struct op *ops = s->g->ops;
    int32_t n = s->g->n_ops, result = s->g->outputs[0], first;
    int32_t *seen = pool_array(s->pool, (size_t)s->out->n_parameters + 1, sizeof *seen);

    s->stays = float_head(s->pool, s->g);
    s->g->ops = NULL;
    s->g->n_ops = 0;
    stepping_compress(s, ops, n, seen);
    first = s->g->n_ops;
    /* The head's input is not rounded: quantize_graph() does not either. */
    if (simulates(s) && !float_head_reads(s->stays, ops, n, s->out->input))
        round_tensor(s, s->out->input, NULL, ops, n);
    for (int32_t i = 0; i < n; i++) {
        if (is_final_softmax(s, &ops[i])) {
            result = ops[i].in[0];
            continue;
        }
        train_op(s, &ops[i], i);
        if (is_rounded(s, ops, n, i)) {
            const int32_t y = round_tensor(s, ops[i].out[0], &ops[i], ops + i + 1, n - i - 1);

            result = result == ops[i].out[0] ? y : result;
        }
    }
    for (int32_t i = 0; i < s->out->n_parameters; i++)
        read_instead(s->g, first, s->out->parameters[i], seen[i]);
    return result;
}

/* Of weights of classes, if there are any, validation knows nothing: its loss is that of all samples alike. */
static void add_cross_entropy(struct stepping *s, int32_t result, int64_t classes)
{
    struct training_graph *out = s->out;
    const bool weighted = s->t->weights != NULL && !s->forward;
    int32_t in[] = {result, out->target, TENSOR_ABSENT};
    struct op *op;

    if (weighted) {
        in[2] = stepping_tensor(s, "class_weights", TYPE_F32, 1, &classes);
        s->g->tensors[in[2]].data = (const uint8_t *)s->t->weights;
    }
    op = graph_add_op(s->m, s->g, OP_SOFTMAX_CROSS_ENTROPY, weighted ? 3 : 2, in, 2,
                      (int32_t[]){out->loss, out->output});
    ((struct cross_entropy_opts *)op->opts)->label_smoothing = s->t->label_smoothing;
}

static enum mote_status add_loss(struct stepping *s, int32_t result, int32_t batch, const struct frame *at)
{
    struct training_graph *out = s->out;
    const struct tensor r = s->g->tensors[result];
    int64_t rows = batch;

    out->loss = stepping_tensor(s, "loss", TYPE_F32, 0, NULL);
    if (s->t->loss == LOSS_MEAN_SQUARED_ERROR) {
        out->target = add_input(s, "target", TYPE_F32, r.rank, r.dims);
        out->output = result;
        graph_add_op(s->m, s->g, OP_MEAN_SQUARED_ERROR, 2, (int32_t[]){result, out->target}, 1, &out->loss);
    } else {
        if (r.rank != 2)
            return fail(at, MOTE_ERR_SHAPE, "a classifier's output is [1, classes], not of rank %d", (int)r.rank);
        out->target = add_input(s, "labels", TYPE_S32, 1, &rows);
        out->output = stepping_tensor(s, "probabilities", TYPE_F32, 0, NULL);
        if (s->t->n_teachers > 0 && !s->forward)
            stepping_taught_loss(s, result, batch);
        else
            add_cross_entropy(s, result, r.dims[1]);
    }
    s->g->n_outputs = 2;
    s->g->outputs = pool_copy(s->pool, (int32_t[]){out->loss, out->output}, 2 * sizeof(int32_t));
    return MOTE_OK;
}

/* ---- the optimizer ---- */
static int32_t add_state(struct stepping *s, int32_t parameter, const char *what)
{
    const struct tensor *like = &s->g->tensors[parameter];
    int32_t tensor =
        stepping_tensor(s, pool_printf(s->pool, "%s/%s", like->name, what), TYPE_F32, like->rank, like->dims);

    s->g->tensors[tensor].state = true;
    return tensor;
}

/* By the second moment of Adam; by the mask, of which those that count are 1, all are as important. */
static void choose_importance(struct stepping *s, int32_t tensor, int32_t second_moment)
{
    bool by_magnitude = s->t->stage.kind == STAGE_PRUNE && s->t->stage.method == PRUNE_MAGNITUDE;

    for (int32_t i = 0; i < s->out->n_parameters; i++)
        if (s->out->parameters[i] == tensor)
            s->importance[i] = by_magnitude || second_moment == TENSOR_ABSENT ? s->out->masks[i] : second_moment;
}

static void add_sgd(struct stepping *s, int32_t parameter, int32_t gradient, int32_t factor, float decay)
{
    int32_t velocity = add_state(s, parameter, "velocity");
    struct op *op;

    choose_importance(s, parameter, TENSOR_ABSENT);
    op = graph_add_op(s->m, s->g, OP_SGD, factor == TENSOR_ABSENT ? 4 : 5,
                      (int32_t[]){parameter, gradient, velocity, s->out->rate, factor}, 2,
                      (int32_t[]){parameter, velocity});

    *(struct sgd_opts *)op->opts =
        (struct sgd_opts){.momentum = s->t->momentum, .nesterov = s->t->nesterov, .weight_decay = decay};
}

static void add_adam(struct stepping *s, int32_t parameter, int32_t gradient, int32_t factor, float decay)
{
    int32_t m = add_state(s, parameter, "m"), v = add_state(s, parameter, "v");
    struct op *op;

    choose_importance(s, parameter, v);
    op = graph_add_op(s->m, s->g, OP_ADAM, factor == TENSOR_ABSENT ? 6 : 7,
                      (int32_t[]){parameter, gradient, m, v, s->out->rate, s->out->step, factor}, 3,
                      (int32_t[]){parameter, m, v});

    *(struct adam_opts *)op->opts = (struct adam_opts){.beta1 = s->t->beta1,
                                                       .beta2 = s->t->beta2,
                                                       .epsilon = s->t->epsilon,
                                                       .weight_decay = decay,
                                                       .decoupled = s->t->optimizer == OPTIMIZER_ADAMW};
}

static int32_t add_clipping(struct stepping *s, int32_t n, const int32_t *gradients)
{
    int32_t factor = stepping_tensor(s, "clip", TYPE_F32, 0, NULL);
    struct op *op = graph_add_op(s->m, s->g, OP_CLIP_NORM, n, gradients, 1, &factor);

    ((struct clip_norm_opts *)op->opts)->norm = s->t->clip_norm;
    return factor;
}

static enum mote_status add_optimizer(struct stepping *s, const struct frame *at)
{
    const struct training_graph *out = s->out;
    int32_t *by = pool_array(s->pool, (size_t)out->n_parameters + 1, sizeof *by);
    int32_t *gradients = pool_array(s->pool, (size_t)out->n_parameters + 1, sizeof *gradients);
    int32_t n = 0, kept = 0, factor = TENSOR_ABSENT;

    for (int32_t i = 0; i < out->n_parameters; i++)
        if (s->roles[out->parameters[i]] != ROLE_STATISTIC)
            by[n++] = out->parameters[i];
    TRY(gradient_append(s->m, s->g, out->loss, n, by, gradients, at));
    for (int32_t i = 0; i < n; i++)
        if (gradients[i] != TENSOR_ABSENT) {
            by[kept] = by[i];
            gradients[kept++] = gradients[i];
        }
    assert(kept <= n && n <= out->n_parameters);
    if (kept == 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the network has no weights to train");
    TRY(stepping_check_stage(s, at));
    if (s->t->clip_norm > 0 && kept > MANY)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%d weights and biases; clipping takes at most %d", (int)kept, MANY);
    if (s->t->clip_norm > 0)
        factor = add_clipping(s, kept, gradients);
    for (int32_t i = 0; i < kept; i++)
        (s->t->optimizer == OPTIMIZER_SGD ? add_sgd : add_adam)(s, by[i], gradients[i], factor,
                                                                role_decays(s->roles[by[i]]) ? s->t->weight_decay : 0);
    stepping_add_stage(s);
    return MOTE_OK;
}

enum mote_status training_graph_make(struct pool *pool, const struct model *net, const struct training *t,
                                     int32_t batch, bool forward, struct training_graph *out, const struct frame *at)
{
    struct stepping s = {.pool = pool, .t = t, .forward = forward, .batch = batch, .out = out};
    int32_t result;

    *out = (struct training_graph){.model = {.pool = pool}, .rate = TENSOR_ABSENT, .step = TENSOR_ABSENT};
    model_copy(net, &out->model);
    s.m = &out->model;
    s.g = &out->model.graphs[0];
    if (s.g->n_inputs != 1 || s.g->n_outputs != 1)
        return fail(at, MOTE_ERR_UNSUPPORTED, "training wants a network with one input and one output, not %d and %d",
                    (int)s.g->n_inputs, (int)s.g->n_outputs);
    out->input = s.g->inputs[0];
    free_parameters(&s);
    set_batch(&s, batch);
    if (!forward) {
        out->rate = add_input(&s, "rate", TYPE_F32, 0, NULL);
        out->step = add_input(&s, "step", TYPE_S32, 0, NULL);
    }
    result = train_network(&s);
    TRY(add_loss(&s, result, batch, at));
    TRY(graph_infer(s.m, s.g, at));
    if (!forward)
        TRY(add_optimizer(&s, at));
    return model_verify(s.m, at);
}
