/* SPDX-License-Identifier: Apache-2.0 */
/* Variables in place: a READ_VARIABLE goes where its readers may as well read the state itself, since nothing is
 * assigned before the last of them; an ASSIGN_VARIABLE goes where the operator that makes its value may as well write
 * the state, since nothing reads it in between. Each saves a copy and a tensor.
 *
 * Only for state that nothing but these two operators uses: others (an LSTM) may change their state as they read it. */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"

static bool has(const int32_t *list, int32_t n, int32_t tensor)
{
    for (int32_t k = 0; k < n; k++)
        if (list[k] == tensor)
            return true;
    return false;
}

static bool reads(const struct op *op, int32_t tensor) { return op->id != OP_NOP && has(op->in, op->n_in, tensor); }
static bool writes(const struct op *op, int32_t tensor) { return op->id != OP_NOP && has(op->out, op->n_out, tensor); }

static bool is_variable(const struct graph *g, int32_t state)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if ((reads(&g->ops[i], state) && g->ops[i].id != OP_READ_VARIABLE) ||
            (writes(&g->ops[i], state) && g->ops[i].id != OP_ASSIGN_VARIABLE))
            return false;
    return g->tensors[state].state;
}

static bool alike(const struct tensor *a, const struct tensor *b)
{
    return a->type == b->type && shape_equal(a, b) && quant_equal(&a->quant, &b->quant);
}

/* Operator i reads `state` into `value`. */
static void read_in_place(struct graph *g, int32_t i, int32_t state, int32_t value)
{
    int32_t last = i;

    if (!tensor_is_internal(g, value) || !alike(&g->tensors[state], &g->tensors[value]))
        return;
    for (int32_t k = i + 1; k < g->n_ops; k++)
        last = reads(&g->ops[k], value) ? k : last;
    for (int32_t k = i + 1; k <= last; k++)
        if (writes(&g->ops[k], state))
            return;
    op_kill(&g->ops[i]);
    graph_redirect(g, value, state);
}

/* Operator i assigns `value` to `state`. */
static void assign_in_place(struct graph *g, int32_t i, int32_t state, int32_t value)
{
    int32_t maker = graph_producer(g, value);

    if (maker < 0 || !tensor_is_internal(g, value) || graph_uses(g, value) != 1 ||
        !alike(&g->tensors[state], &g->tensors[value]))
        return;
    for (int32_t k = maker; k < i; k++)
        if (reads(&g->ops[k], state) || writes(&g->ops[k], state))
            return;
    op_kill(&g->ops[i]);
    for (int32_t k = 0; k < g->ops[maker].n_out; k++)
        if (g->ops[maker].out[k] == value)
            g->ops[maker].out[k] = state;
}

enum mote_status pass_variables(struct model *m, struct graph *g, const struct frame *at)
{
    bool *variable = pool_array(m->pool, (size_t)g->n_tensors + 1, sizeof(*variable));

    (void)at;
    for (int32_t t = 0; t < g->n_tensors; t++)
        variable[t] = g->tensors[t].state && is_variable(g, t);
    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct op *op = &g->ops[i];

        if (op->id == OP_READ_VARIABLE && variable[op->in[0]])
            read_in_place(g, i, op->in[0], op->out[0]);
    }
    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct op *op = &g->ops[i];

        if (op->id == OP_ASSIGN_VARIABLE && variable[op->out[0]])
            assign_in_place(g, i, op->out[0], op->in[0]);
    }
    return MOTE_OK;
}
