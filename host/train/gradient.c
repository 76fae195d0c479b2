/* SPDX-License-Identifier: Apache-2.0 */
/* Reverse-mode differentiation: operators from the last to the first, each turns the gradient by its output into
 * gradients by its inputs. Only what lies between the loss and the wanted tensors is visited. */
#include "host/train/gradient.h"

struct backward {
    struct model *m;
    struct graph *g;
    bool *wanted;       /* [n_tensors at the start] depends on a wanted tensor */
    int32_t *gradients; /* [n_tensors at the start] what has come together so far, TENSOR_ABSENT: nothing */
    const char *name;   /* of the operator whose gradient is being made */
};

/* A gradient function: d is the gradient by output 0. */
typedef enum mote_status gradient_fn(struct backward *b, int32_t op, int32_t d, const struct frame *at);

/* ---- building blocks ---- */
static bool is_wanted(const struct backward *b, const struct op *op, int i)
{
    return i < op->n_in && op->in[i] != TENSOR_ABSENT && b->wanted[op->in[i]];
}

static int32_t new_tensor(struct backward *b, const char *what)
{
    struct tensor t = {.name = pool_printf(b->m->pool, "%s/%s", b->name, what), .type = TYPE_F32, .source = -1};

    return graph_add_tensor(b->m, b->g, &t);
}

static struct op *append(struct backward *b, enum op_id id, int n_in, const int32_t *in, int n_out, const int32_t *out,
                         const void *opts)
{
    struct op *op = graph_add_op(b->m, b->g, id, n_in, in, n_out, out);

    op->name = b->name;
    op->source = -1;
    if (opts != NULL && op->opts != NULL)
        memcpy(op->opts, opts, (size_t)opts_info[op_info[id].opts].n * 4);
    return op;
}

/* One operator with one output: the tensor that it makes. */
static int32_t apply(struct backward *b, enum op_id id, int n, const int32_t *in, const void *opts)
{
    int32_t out = new_tensor(b, op_info[id].name);

    append(b, id, n, in, 1, &out, opts);
    return out;
}

/* d is a part of the gradient by tensor t. */
static void give(struct backward *b, int32_t t, int32_t d)
{
    static const struct binary_opts plain = {.activation = ACTIVATION_NONE};

    if (t == TENSOR_ABSENT || !b->wanted[t])
        return;
    if (b->gradients[t] == TENSOR_ABSENT)
        b->gradients[t] = d;
    else
        b->gradients[t] = apply(b, OP_ADD, 2, (int32_t[]){b->gradients[t], d}, &plain);
}

/* Through the activation that is fused into the operator that made y. */
static enum mote_status through_activation(struct backward *b, int activation, int32_t y, int32_t *d,
                                           const struct frame *at)
{
    enum op_id id = activation == ACTIVATION_RELU    ? OP_RELU_GRAD
                    : activation == ACTIVATION_RELU6 ? OP_RELU6_GRAD
                    : activation == ACTIVATION_TANH  ? OP_TANH_GRAD
                                                     : OP_NOP;

    if (activation == ACTIVATION_NONE)
        return MOTE_OK;
    if (id == OP_NOP)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the fused activation %s has no gradient", activation_name(activation));
    *d = apply(b, id, 2, (int32_t[]){*d, y}, NULL);
    return MOTE_OK;
}

/* ---- operators ---- */
/* Convolutions and fully connected operators: x, weights, perhaps a bias. */
static enum mote_status linear(struct backward *b, int32_t index, int32_t d, enum op_id by_input, enum op_id by_weights,
                               int activation, const void *opts, const struct frame *at)
{
    const struct op op = b->g->ops[index]; /* the array moves */
    bool bias = is_wanted(b, &op, 2);

    TRY(through_activation(b, activation, op.out[0], &d, at));
    if (is_wanted(b, &op, 1) || bias) {
        int32_t out[2] = {new_tensor(b, "grad_weights"), bias ? new_tensor(b, "grad_bias") : 0};

        append(b, by_weights, 3, (int32_t[]){d, op.in[0], op.in[1]}, bias ? 2 : 1, out, opts);
        give(b, op.in[1], out[0]);
        if (bias)
            give(b, op.in[2], out[1]);
    }
    if (is_wanted(b, &op, 0))
        give(b, op.in[0], apply(b, by_input, 3, (int32_t[]){d, op.in[1], op.in[0]}, opts));
    return MOTE_OK;
}

static enum mote_status gradient_conv_2d(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    struct conv_opts o = *(const struct conv_opts *)b->g->ops[i].opts;
    int activation = o.activation;

    o.activation = ACTIVATION_NONE;
    if (b->g->ops[i].id == OP_CONV_2D)
        return linear(b, i, d, OP_CONV_2D_GRAD_INPUT, OP_CONV_2D_GRAD_WEIGHTS, activation, &o, at);
    return linear(b, i, d, OP_DEPTHWISE_CONV_2D_GRAD_INPUT, OP_DEPTHWISE_CONV_2D_GRAD_WEIGHTS, activation, &o, at);
}

static enum mote_status gradient_fully_connected(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    struct fully_connected_opts o = *(const struct fully_connected_opts *)b->g->ops[i].opts;
    int activation = o.activation;

    o.activation = ACTIVATION_NONE;
    return linear(b, i, d, OP_FULLY_CONNECTED_GRAD_INPUT, OP_FULLY_CONNECTED_GRAD_WEIGHTS, activation, &o, at);
}

static enum mote_status gradient_average_pool_2d(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)at;
    give(b, op.in[0], apply(b, OP_AVERAGE_POOL_2D_GRAD, 2, (int32_t[]){d, op.in[0]}, op.opts));
    return MOTE_OK;
}

static enum mote_status gradient_max_pool_2d(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)at;
    give(b, op.in[0], apply(b, OP_MAX_POOL_2D_GRAD, 3, (int32_t[]){d, op.in[0], op.out[0]}, op.opts));
    return MOTE_OK;
}

static enum mote_status gradient_mean(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)at;
    give(b, op.in[0], apply(b, OP_MEAN_GRAD, 3, (int32_t[]){d, op.in[0], op.in[1]}, NULL));
    return MOTE_OK;
}

static enum mote_status gradient_batch_norm_training(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];
    int32_t out[3] = {new_tensor(b, "grad"), new_tensor(b, "grad_gamma"), new_tensor(b, "grad_beta")};

    (void)at;
    append(b, OP_BATCH_NORM_GRAD, 7, (int32_t[]){d, op.in[0], op.out[0], op.in[1], op.in[2], op.out[1], op.out[2]}, 3,
           out, op.opts);
    for (int k = 0; k < 3; k++)
        give(b, op.in[k], out[k]);
    return MOTE_OK;
}

static enum mote_status gradient_activation(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    static const enum op_id ids[OP_LIMIT] = {[OP_RELU] = OP_RELU_GRAD,
                                             [OP_RELU6] = OP_RELU6_GRAD,
                                             [OP_LEAKY_RELU] = OP_LEAKY_RELU_GRAD,
                                             [OP_TANH] = OP_TANH_GRAD,
                                             [OP_LOGISTIC] = OP_LOGISTIC_GRAD};
    const struct op op = b->g->ops[i];

    (void)at;
    give(b, op.in[0], apply(b, ids[op.id], 2, (int32_t[]){d, op.out[0]}, op.opts));
    return MOTE_OK;
}

static enum mote_status gradient_add(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];
    const struct binary_opts *o = op.opts;

    if (!shape_equal(op_in(b->g, &op, 0), op_in(b->g, &op, 1)))
        return fail(at, MOTE_ERR_UNSUPPORTED, "an addition that broadcasts has no gradient here");
    TRY(through_activation(b, o->activation, op.out[0], &d, at));
    give(b, op.in[0], d);
    give(b, op.in[1], d);
    return MOTE_OK;
}

static enum mote_status gradient_reshape(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];
    struct tensor like = *op_in(b->g, &op, 0);
    int32_t out;

    (void)at;
    like.name = pool_printf(b->m->pool, "%s/grad", b->name);
    like.source = -1;
    out = graph_add_tensor(b->m, b->g, &like);
    append(b, OP_RESHAPE, 1, &d, 1, &out, NULL);
    give(b, op.in[0], out);
    return MOTE_OK;
}

/* The same elements are dropped again. */
static enum mote_status gradient_dropout(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)at;
    if (op.n_in > 1)
        d = apply(b, OP_DROPOUT, 2, (int32_t[]){d, op.in[1]}, op.opts);
    give(b, op.in[0], d);
    return MOTE_OK;
}

static int32_t constant_s32(struct backward *b, const char *what, int32_t n, const int32_t *data)
{
    struct tensor t = {.name = pool_printf(b->m->pool, "%s/%s", b->name, what),
                       .type = TYPE_S32,
                       .rank = 1,
                       .dims = {n},
                       .data = pool_copy(b->m->pool, data, (size_t)n * sizeof *data),
                       .source = -1};

    return graph_add_tensor(b->m, b->g, &t);
}

static enum mote_status gradient_concatenation(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];
    const struct concatenation_opts *o = op.opts;
    int32_t *sizes = pool_array(b->m->pool, (size_t)op.n_in, sizeof *sizes), in[3] = {d};
    int32_t *out = pool_array(b->m->pool, (size_t)op.n_in, sizeof *out), axis;
    int dim;

    TRY(want_axis(at, o->axis, op_out(b->g, &op, 0)->rank, &dim));
    axis = dim;
    for (int32_t k = 0; k < op.n_in; k++) {
        sizes[k] = (int32_t)op_in(b->g, &op, k)->dims[dim];
        out[k] = new_tensor(b, "grad");
    }
    in[1] = constant_s32(b, "sizes", op.n_in, sizes);
    in[2] = constant_s32(b, "axis", 1, &axis);
    append(b, OP_SPLIT_V, 3, in, op.n_in, out, NULL);
    for (int32_t k = 0; k < op.n_in; k++)
        give(b, op.in[k], out[k]);
    return MOTE_OK;
}

static enum mote_status gradient_strided_slice(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)at;
    give(b, op.in[0],
         apply(b, OP_STRIDED_SLICE_GRAD, 5, (int32_t[]){d, op.in[0], op.in[1], op.in[2], op.in[3]}, op.opts));
    return MOTE_OK;
}

/* By all weights and biases at once, wanted or not; by x if it is wanted. */
static enum mote_status gradient_lstm(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    enum { TENSORS = 12, WEIGHTS = 8, IN_WEIGHTS = 1, IN_BIAS = 12 };
    const struct op op = b->g->ops[i];
    bool by_x = is_wanted(b, &op, 0);
    int32_t in[3 + TENSORS] = {d, op.out[0], op.in[0]}, out[TENSORS + 1];

    for (int k = 0; k < TENSORS; k++) {
        in[3 + k] = op.in[k < WEIGHTS ? IN_WEIGHTS + k : IN_BIAS + k - WEIGHTS];
        if (in[3 + k] == TENSOR_ABSENT)
            return fail(at, MOTE_ERR_UNSUPPORTED, "only the LSTM of four gates with biases has a gradient");
        out[k] = new_tensor(b, "grad");
    }
    if (by_x)
        out[TENSORS] = new_tensor(b, "grad_x");
    append(b, OP_UNIDIRECTIONAL_SEQUENCE_LSTM_GRAD, 3 + TENSORS, in, by_x ? TENSORS + 1 : TENSORS, out, op.opts);
    for (int k = 0; k < TENSORS; k++)
        give(b, in[3 + k], out[k]);
    if (by_x)
        give(b, op.in[0], out[TENSORS]);
    return MOTE_OK;
}

/* The losses begin: nothing comes from behind them. */
static enum mote_status gradient_softmax_cross_entropy(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)d;
    (void)at;
    give(b, op.in[0], apply(b, OP_SOFTMAX_CROSS_ENTROPY_GRAD, 2, (int32_t[]){op.out[1], op.in[1]}, op.opts));
    return MOTE_OK;
}

static enum mote_status gradient_mean_squared_error(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)d;
    (void)at;
    give(b, op.in[0], apply(b, OP_MEAN_SQUARED_ERROR_GRAD, 2, (int32_t[]){op.in[0], op.in[1]}, NULL));
    return MOTE_OK;
}

static gradient_fn *const gradients[OP_LIMIT] = {
    [OP_CONV_2D] = gradient_conv_2d,
    [OP_DEPTHWISE_CONV_2D] = gradient_conv_2d,
    [OP_FULLY_CONNECTED] = gradient_fully_connected,
    [OP_AVERAGE_POOL_2D] = gradient_average_pool_2d,
    [OP_MAX_POOL_2D] = gradient_max_pool_2d,
    [OP_MEAN] = gradient_mean,
    [OP_BATCH_NORM_TRAINING] = gradient_batch_norm_training,
    [OP_RELU] = gradient_activation,
    [OP_RELU6] = gradient_activation,
    [OP_LEAKY_RELU] = gradient_activation,
    [OP_TANH] = gradient_activation,
    [OP_LOGISTIC] = gradient_activation,
    [OP_ADD] = gradient_add,
    [OP_RESHAPE] = gradient_reshape,
    [OP_DROPOUT] = gradient_dropout,
    [OP_CONCATENATION] = gradient_concatenation,
    [OP_STRIDED_SLICE] = gradient_strided_slice,
    [OP_UNIDIRECTIONAL_SEQUENCE_LSTM] = gradient_lstm,
    [OP_SOFTMAX_CROSS_ENTROPY] = gradient_softmax_cross_entropy,
    [OP_MEAN_SQUARED_ERROR] = gradient_mean_squared_error,
};

/* ---- the walk ---- */
/* Marks what depends on a wanted tensor, forward. */
static void spread(struct backward *b, int32_t n_ops)
{
    for (int32_t i = 0; i < n_ops; i++) {
        const struct op *op = &b->g->ops[i];
        bool any = false;

        for (int32_t k = 0; k < op->n_in && op->id != OP_NOP; k++)
            any = any || is_wanted(b, op, k);
        for (int32_t k = 0; k < op->n_out && any; k++)
            b->wanted[op->out[k]] = true;
    }
}

static enum mote_status step_back(struct backward *b, int32_t i, int32_t loss, const struct frame *at)
{
    const struct op *op = &b->g->ops[i];
    struct frame here = frame_op(at, b->g, i);
    int32_t d = op->id == OP_NOP ? TENSOR_ABSENT : b->gradients[op->out[0]];
    bool starts = op->id != OP_NOP && op->out[0] == loss;

    if (!starts && d == TENSOR_ABSENT)
        return MOTE_OK;
    if (gradients[op->id] == NULL)
        return fail(&here, MOTE_ERR_UNSUPPORTED, "the operator has no gradient: it cannot be trained through");
    b->name = pool_printf(b->m->pool, "%s", op->name[0] != '\0' ? op->name : op_info[op->id].name);
    return gradients[op->id](b, i, d, &here);
}

enum mote_status gradient_append(struct model *m, struct graph *g, int32_t loss, int32_t n, const int32_t *by,
                                 int32_t *out, const struct frame *at)
{
    struct backward b = {.m = m, .g = g};
    int32_t n_ops = g->n_ops, n_tensors = g->n_tensors;

    b.wanted = pool_array(m->pool, (size_t)n_tensors, sizeof *b.wanted);
    b.gradients = pool_array(m->pool, (size_t)n_tensors, sizeof *b.gradients);
    for (int32_t i = 0; i < n_tensors; i++)
        b.gradients[i] = TENSOR_ABSENT;
    for (int32_t i = 0; i < n; i++)
        b.wanted[by[i]] = true;
    spread(&b, n_ops);
    for (int32_t i = n_ops - 1; i >= 0; i--)
        TRY(step_back(&b, i, loss, at));
    for (int32_t i = 0; i < n; i++)
        out[i] = b.gradients[by[i]];
    return MOTE_OK;
}
