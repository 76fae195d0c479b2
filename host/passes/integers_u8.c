/* SPDX-License-Identifier: Apache-2.0 */
/* uint8 is int8 with another zero point: what only QUANTIZE, DEQUANTIZE and moves touch becomes that, with the same
 * reals. Inputs and outputs of the graph stay uint8; a QUANTIZE is between. */
#include "host/graph/op_info.h"
#include "host/graph/scales.h"
#include "host/passes/integers.h"

static bool is_byte(const struct tensor *t) { return t->type == TYPE_U8 && t->quant.n == 1 && !t->data && !t->state; }

static int32_t add_inner(struct model *m, struct graph *g, int32_t end)
{
    struct tensor t = g->tensors[end];

    t.name = "";
    t.source = -1;
    return graph_add_tensor(m, g, &t);
}

static void part_inputs(struct model *m, struct graph *g)
{
    for (int32_t i = 0; i < g->n_inputs; i++) {
        int32_t end = g->inputs[i], inner;

        if (!is_byte(&g->tensors[end]) || g->n_ops == 0)
            continue;
        inner = add_inner(m, g, end);
        graph_redirect(g, end, inner);
        graph_insert_op(m, g, 0, OP_QUANTIZE, 1, &end, 1, &inner);
    }
}

static void part_outputs(struct model *m, struct graph *g)
{
    for (int32_t i = 0; i < g->n_outputs; i++) {
        int32_t end = g->outputs[i], maker = graph_producer(g, end), inner;

        if (maker < 0 || !is_byte(&g->tensors[end]))
            continue;
        inner = add_inner(m, g, end);
        for (int32_t k = 0; k < g->ops[maker].n_out; k++)
            if (g->ops[maker].out[k] == end)
                g->ops[maker].out[k] = inner;
        graph_redirect(g, end, inner);
        graph_add_op(m, g, OP_QUANTIZE, 1, &inner, 1, &end);
    }
}

static bool all_bytes_can(const struct graph *g, const struct op *op, const bool *can)
{
    for (int32_t k = 0; k < op->n_in; k++)
        if (op->in[k] != TENSOR_ABSENT && g->tensors[op->in[k]].type == TYPE_U8 && !can[op->in[k]])
            return false;
    for (int32_t k = 0; k < op->n_out; k++)
        if (op_out(g, op, k)->type == TYPE_U8 && !can[op->out[k]])
            return false;
    return true;
}

/* An operator that is in the way keeps all that it touches; whether there was any. */
static bool keep(const struct op *op, bool *can)
{
    bool any = false;

    for (int32_t k = 0; k < op->n_in; k++)
        if (op->in[k] != TENSOR_ABSENT) {
            any |= can[op->in[k]];
            can[op->in[k]] = false;
        }
    for (int32_t k = 0; k < op->n_out; k++) {
        any |= can[op->out[k]];
        can[op->out[k]] = false;
    }
    return any;
}

static void find_those(const struct graph *g, bool *can)
{
    bool changed = true;

    for (int32_t t = 0; t < g->n_tensors; t++)
        can[t] = is_byte(&g->tensors[t]) && tensor_is_internal(g, t);
    while (changed) { /* each time tensors leave */
        changed = false;
        for (int32_t i = 0; i < g->n_ops; i++) {
            const struct op *op = &g->ops[i];

            if (op->id == OP_NOP || op->id == OP_QUANTIZE || op->id == OP_DEQUANTIZE)
                continue;
            if (!op_keeps_values(op->id) || !all_bytes_can(g, op, can))
                changed |= keep(op, can);
        }
    }
}

void bytes_as_s8(struct model *m, struct graph *g)
{
    bool *can;

    part_inputs(m, g);
    part_outputs(m, g);
    can = pool_array(m->pool, (size_t)g->n_tensors + 1, sizeof *can);
    find_those(g, can);
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (can[t]) {
            g->tensors[t].type = TYPE_S8;
            quant_set(m, &g->tensors[t].quant, g->tensors[t].quant.scale[0], g->tensors[t].quant.zero[0] + INT8_MIN);
        }
    for (int32_t i = 0; i < g->n_ops; i++) /* to a byte that is one still */
        if (g->ops[i].id == OP_QUANTIZE && op_in(g, &g->ops[i], 0)->type == TYPE_U8)
            op_bypass(g, i);
}
