/* SPDX-License-Identifier: Apache-2.0 */
/* Reverse-mode differentiation: operators from the last to the first, each turns the gradient by its output into
 * gradients by its inputs (`gradient` of its file). Only what lies between the loss and the wanted tensors is
 * visited. */
#include "host/gradient/gradient.h"

/* ---- building blocks ---- */
bool gradient_wanted(const struct backward *b, const struct op *op, int input)
{
    return input < op->n_in && op->in[input] != TENSOR_ABSENT && b->wanted[op->in[input]];
}

int32_t gradient_tensor(struct backward *b, const char *what)
{
    struct tensor t = {.name = pool_printf(b->m->pool, "%s/%s", b->name, what), .type = TYPE_F32, .source = -1};

    return graph_add_tensor(b->m, b->g, &t);
}

void gradient_op(struct backward *b, enum op_id id, int n_in, const int32_t *in, int n_out, const int32_t *out,
                 const void *opts)
{
    struct op *op = graph_add_op(b->m, b->g, id, n_in, in, n_out, out);

    op->name = b->name;
    op->source = -1;
    if (opts != NULL && op->opts != NULL)
        memcpy(op->opts, opts, (size_t)opts_info[op_info[id].opts].n * 4);
}

int32_t gradient_apply(struct backward *b, enum op_id id, int n, const int32_t *in, const void *opts)
{
    int32_t out = gradient_tensor(b, op_info[id].name);

    gradient_op(b, id, n, in, 1, &out, opts);
    return out;
}

void gradient_give(struct backward *b, int32_t t, int32_t d)
{
    static const struct binary_opts plain = {.activation = ACTIVATION_NONE};

    assert(d >= 0 && d < b->g->n_tensors);
    if (t == TENSOR_ABSENT || !b->wanted[t])
        return;
    if (b->gradients[t] == TENSOR_ABSENT)
        b->gradients[t] = d;
    else
        b->gradients[t] = gradient_apply(b, OP_ADD, 2, (int32_t[]){b->gradients[t], d}, &plain);
}

/* A pool's maximum is one of its inputs, and what passes an activation goes by its output: so it may be applied to the
 * pool's few numbers, before they are spread. False: d is not a pool's, or not its alone. */
static bool activate_before_pool(struct backward *b, enum op_id id, int32_t d)
{
    const struct op pool = b->g->ops[b->g->n_ops - 1];
    int32_t few;

    if (pool.id != OP_MAX_POOL_2D_GRAD || pool.out[0] != d)
        return false;
    b->g->n_ops--;
    few = gradient_apply(b, id, 2, (int32_t[]){pool.in[0], pool.in[2]}, NULL);
    gradient_op(b, OP_MAX_POOL_2D_GRAD, 3, (int32_t[]){few, pool.in[1], pool.in[2]}, 1, &d, pool.opts);
    b->g->ops[b->g->n_ops - 1].name = pool.name;
    return true;
}

enum mote_status gradient_through(struct backward *b, int activation, int32_t y, int32_t *d, const struct frame *at)
{
    enum op_id id = activation == ACTIVATION_RELU    ? OP_RELU_GRAD
                    : activation == ACTIVATION_RELU6 ? OP_RELU6_GRAD
                    : activation == ACTIVATION_TANH  ? OP_TANH_GRAD
                                                     : OP_NOP;

    if (activation == ACTIVATION_NONE)
        return MOTE_OK;
    if (id == OP_NOP)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the fused activation %s has no gradient", activation_name(activation));
    if (!activate_before_pool(b, id, *d))
        *d = gradient_apply(b, id, 2, (int32_t[]){*d, y}, NULL);
    return MOTE_OK;
}

int32_t gradient_ints(struct backward *b, const char *what, int32_t n, const int32_t *data)
{
    struct tensor t = {.name = pool_printf(b->m->pool, "%s/%s", b->name, what),
                       .type = TYPE_S32,
                       .rank = 1,
                       .dims = {n},
                       .data = pool_copy(b->m->pool, data, (size_t)n * sizeof *data),
                       .source = -1};

    return graph_add_tensor(b->m, b->g, &t);
}

enum mote_status gradient_linear(struct backward *b, int32_t index, int32_t d, enum op_id by_input,
                                 enum op_id by_weights, int activation, const void *opts, const struct frame *at)
{
    const struct op op = b->g->ops[index]; /* the array moves */
    bool bias = gradient_wanted(b, &op, 2);

    TRY(gradient_through(b, activation, op.out[0], &d, at));
    if (gradient_wanted(b, &op, 1) || bias) {
        int32_t out[2] = {gradient_tensor(b, "grad_weights"), bias ? gradient_tensor(b, "grad_bias") : 0};

        gradient_op(b, by_weights, 3, (int32_t[]){d, op.in[0], op.in[1]}, bias ? 2 : 1, out, opts);
        gradient_give(b, op.in[1], out[0]);
        if (bias)
            gradient_give(b, op.in[2], out[1]);
    }
    if (gradient_wanted(b, &op, 0))
        gradient_give(b, op.in[0], gradient_apply(b, by_input, 3, (int32_t[]){d, op.in[1], op.in[0]}, opts));
    return MOTE_OK;
}

enum mote_status gradient_activation(struct backward *b, int32_t i, int32_t d, enum op_id by_input)
{
    const struct op op = b->g->ops[i]; /* the array moves */

    gradient_give(b, op.in[0], gradient_apply(b, by_input, 2, (int32_t[]){d, op.out[0]}, op.opts));
    return MOTE_OK;
}

/* What the operator's file says of real numbers. */
static enum mote_status gradient_unary(struct backward *b, int32_t i, int32_t d)
{
    const struct op op = b->g->ops[i]; /* the array moves */
    const struct unary_grad_opts opts = {.of = (int32_t)op.id};

    gradient_give(b, op.in[0], gradient_apply(b, OP_UNARY_GRAD, 3, (int32_t[]){d, op.in[0], op.out[0]}, &opts));
    return MOTE_OK;
}

/* ---- the walk ---- */
/* Marks what depends on a wanted tensor, forward. */
static void spread(struct backward *b, int32_t n_ops)
{
    for (int32_t i = 0; i < n_ops; i++) {
        const struct op *op = &b->g->ops[i];
        bool any = false;

        for (int32_t k = 0; k < op->n_in && op->id != OP_NOP; k++)
            any = any || gradient_wanted(b, op, k);
        for (int32_t k = 0; k < op->n_out && any; k++)
            b->wanted[op->out[k]] = true;
    }
}

static enum mote_status step_back(struct backward *b, int32_t i, int32_t loss, const struct frame *at)
{
    const struct op *op = &b->g->ops[i];
    const struct operator* is = op_info[op->id].is;
    struct frame here = frame_op(at, b->g, i);
    int32_t d = op->id == OP_NOP ? TENSOR_ABSENT : b->gradients[op->out[0]];
    bool starts = op->id != OP_NOP && op->out[0] == loss;

    if (!starts && d == TENSOR_ABSENT)
        return MOTE_OK;
    if (is->gradient == NULL && is->slope == NULL)
        return fail(&here, MOTE_ERR_UNSUPPORTED, "the operator has no gradient: it cannot be trained through");
    b->name = pool_printf(b->m->pool, "%s", op->name[0] != '\0' ? op->name : op_info[op->id].name);
    return is->gradient != NULL ? is->gradient(b, i, d, &here) : gradient_unary(b, i, d);
}

enum mote_status gradient_append(struct model *m, struct graph *g, int32_t loss, int32_t n, const int32_t *by,
                                 int32_t *out, const struct frame *at)
{
    struct backward b = {.m = m, .g = g};
    int32_t n_ops = g->n_ops, n_tensors = g->n_tensors;

    assert(loss >= 0 && loss < n_tensors);
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
