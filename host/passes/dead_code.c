/* SPDX-License-Identifier: Apache-2.0 */
/* Dead code: from the graph's outputs backward, what is needed is marked; the rest goes, with its tensors. An operator
 * that changes state stays as long as something else can see that state. */
#include "host/graph/blocks.h"
#include "host/passes/passes.h"

static bool is_needed(const struct graph *g, const struct op *op, const bool *needed)
{
    if (op_is_mark(op->id))
        return true;
    for (int32_t k = 0; k < op->n_out; k++)
        if (needed[op->out[k]] || (g->tensors[op->out[k]].state && graph_uses(g, op->out[k]) > 0))
            return true;
    if (op->id == OP_READ_VARIABLE)
        return false;
    for (int32_t k = 0; k < op->n_in; k++) /* an LSTM's state is among its inputs */
        if (op->in[k] != TENSOR_ABSENT && g->tensors[op->in[k]].state && graph_uses(g, op->in[k]) > 1)
            return true;
    return false;
}

enum mote_status pass_dead_code(struct model *m, struct graph *g, const struct frame *at)
{
    bool *needed = pool_array(m->pool, (size_t)g->n_tensors + 1, sizeof(*needed));

    (void)at;
    for (int32_t i = 0; i < g->n_outputs; i++)
        needed[g->outputs[i]] = true;
    for (int32_t i = g->n_ops - 1; i >= 0; i--) {
        struct op *op = &g->ops[i];

        if (op->id == OP_NOP)
            continue;
        if (!is_needed(g, op, needed)) {
            op_kill(op);
            continue;
        }
        for (int32_t k = 0; k < op->n_in; k++)
            if (op->in[k] != TENSOR_ABSENT)
                needed[op->in[k]] = true;
    }
    graph_compact(m, g);
    return MOTE_OK;
}
