/* SPDX-License-Identifier: Apache-2.0 */
/* Shape inference: each operator in turn, so that a shape is known before it is needed. */
#include "host/graph/op_info.h"

/* While an input's shape has unknown dimensions nothing can be said about the outputs: they stay as they are. */
static bool inputs_known(const struct graph *g, const struct op *op)
{
    for (int i = 0; i < op->n_in; i++) {
        const struct tensor *t = op_in(g, op, i);

        if (t && tensor_elements(t) < 0)
            return false;
    }
    return true;
}

enum mote_status graph_infer(struct model *m, struct graph *g, const struct frame *at)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct op *op = &g->ops[i];

        if (op->id == OP_NOP || !inputs_known(g, op))
            continue;

        struct frame here = frame_op(at, g, i);
        TRY(op_info[op->id].infer(m, g, op, &here));
    }
    return MOTE_OK;
}
