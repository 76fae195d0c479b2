/* SPDX-License-Identifier: Apache-2.0 */
/* Shape inference: each operator in turn, so that a shape is known before it is needed. */
#include "host/graph/infer.h"
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

/* The operator as if the file said nothing about its outputs' shapes; state keeps its own. */
static void forget_shapes(struct graph *g, const struct op *op)
{
    for (int i = 0; i < op->n_out; i++)
        if (!op_out(g, op, i)->state)
            op_out(g, op, i)->rank = 0;
}

/* A file may have the shapes of another batch, which the reference goes by and TensorFlow Lite works out anew. Where
 * the inputs agree with the file nothing changes. */
bool op_infer_anew(const struct model *m, struct graph *g, const struct op *op)
{
    struct report_text lost = {.status = MOTE_OK};
    const struct frame quiet = {.index = -1, .sink = &lost};
    struct tensor *file = pool_array(m->pool, (size_t)op->n_out, sizeof *file);

    for (int i = 0; i < op->n_out; i++)
        file[i] = *op_out(g, op, i);
    if (op_infer(m, g, op, &quiet) == MOTE_OK)
        return true;
    lost.status = MOTE_OK;
    forget_shapes(g, op);
    if (op_infer(m, g, op, &quiet) == MOTE_OK)
        return true;
    for (int i = 0; i < op->n_out; i++)
        *op_out(g, op, i) = file[i];
    return false;
}

enum mote_status graph_infer(struct model *m, struct graph *g, const struct frame *at)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct op *op = &g->ops[i];

        if (op->id == OP_NOP || !inputs_known(g, op))
            continue;

        struct frame here = frame_op(at, g, i);
        if (m->shapes_may_be_stale && op_infer_anew(m, g, op))
            continue;
        TRY(op_infer(m, g, op, &here));
    }
    return MOTE_OK;
}
