/* SPDX-License-Identifier: Apache-2.0 */
/* Small changes that several passes make. */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"

#include <math.h>

void op_kill(struct op *op)
{
    assert(op->id != OP_NOP);
    op->id = OP_NOP;
}

void op_set_inputs(struct model *m, struct op *op, int32_t n, const int32_t *in)
{
    assert(op->id != OP_NOP && n >= op_info[op->id].in_min && n <= op_info[op->id].in_max);
    op->in = pool_copy(m->pool, in, (size_t)n * sizeof(*in));
    op->n_in = n;
}

void graph_redirect(struct graph *g, int32_t from, int32_t to)
{
    assert(from != to && to >= 0 && to < g->n_tensors);
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_in; k++)
            if (g->ops[i].in[k] == from)
                g->ops[i].in[k] = to;
}

static bool graph_is_input(const struct graph *g, int32_t tensor)
{
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (g->inputs[i] == tensor)
            return true;
    return false;
}

bool tensor_is_internal(const struct graph *g, int32_t tensor)
{
    const struct tensor *t = &g->tensors[tensor];

    assert(tensor >= 0 && tensor < g->n_tensors);
    return !t->data && !t->state && !graph_is_input(g, tensor) && !graph_is_output(g, tensor);
}

/* The operator that makes `from` makes `to` instead. */
static void move_output(struct graph *g, int32_t from, int32_t to)
{
    struct op *op = &g->ops[graph_producer(g, from)];

    for (int32_t k = 0; k < op->n_out; k++)
        if (op->out[k] == from)
            op->out[k] = to;
}

bool op_bypass(struct graph *g, int32_t i)
{
    struct op *op = &g->ops[i];
    int32_t from = op->in[0], to = op->out[0];
    const struct tensor *in = &g->tensors[from], *out = &g->tensors[to];

    assert(op->id != OP_NOP && op->n_in >= 1 && op->n_out >= 1);
    if (in->type != out->type || !shape_equal(in, out) || !quant_equal(&in->quant, &out->quant) || in->state ||
        out->state)
        return false;
    if (out->ranged) { /* `from` then holds what `to` did: the caller may make it so by a clamp */
        g->tensors[from].ranged = true;
        g->tensors[from].range = out->range;
    }
    if (!graph_is_output(g, to)) {
        op_kill(op);
        graph_redirect(g, to, from);
        return true;
    }
    if (!tensor_is_internal(g, from) || graph_producer(g, from) < 0)
        return false; /* the graph's output must still be written by an operator */
    op_kill(op);
    move_output(g, from, to);
    graph_redirect(g, from, to);
    return true;
}

struct op *graph_insert_op(struct model *m, struct graph *g, int32_t i, enum op_id id, int n_in, const int32_t *in,
                           int n_out, const int32_t *out)
{
    struct op op = *graph_add_op(m, g, id, n_in, in, n_out, out);

    assert(i >= 0 && i < g->n_ops);
    memmove(&g->ops[i + 1], &g->ops[i], (size_t)(g->n_ops - 1 - i) * sizeof op);
    g->ops[i] = op;
    return &g->ops[i];
}

bool weights_are_finite(const struct tensor *weights)
{
    float w;

    if (weights->type != TYPE_F32)
        return true;
    for (int64_t i = 0; weights->data && i < tensor_elements(weights); i++) {
        memcpy(&w, weights->data + i * (int64_t)sizeof w, sizeof w);
        if (!isfinite(w))
            return false;
    }
    return weights->data != NULL;
}

int32_t only_reader(const struct graph *g, int32_t tensor)
{
    for (int32_t i = 0; i < g->n_ops && graph_uses(g, tensor) == 1; i++)
        for (int32_t k = 0; k < g->ops[i].n_in && g->ops[i].id != OP_NOP; k++)
            if (g->ops[i].in[k] == tensor)
                return i;
    return -1;
}

float float_at(const struct tensor *t, int64_t i)
{
    float real;

    assert(t->data != NULL);
    memcpy(&real, t->data + (size_t)i * sizeof real, sizeof real);
    return real;
}
