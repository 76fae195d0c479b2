/* SPDX-License-Identifier: Apache-2.0 */
/* Constant folding: an operator whose inputs are all constant is computed on the host, with the device's kernels, and
 * its outputs become constants. One that makes an output of the graph stays, since an operator must write that. So does
 * one that cannot be computed: lowering says why, of all operators at once. */
#include "host/graph/blocks.h"
#include "host/graph/op_info.h"
#include "host/graph/scales.h"
#include "host/passes/passes.h"
#include "host/run/compute.h"

/* SHAPE and ZEROS_LIKE read no element: shapes are known here. Operators of training have no kernel to
 * compute them with. */
static bool is_foldable(const struct graph *g, const struct op *op)
{
    if (op->id == OP_BATCH_NORM || op->id == OP_DROPOUT || op_is_mark(op->id))
        return false;
    for (int32_t k = 0; k < op->n_in && op->id != OP_SHAPE && op->id != OP_ZEROS_LIKE; k++)
        if (op->in[k] != TENSOR_ABSENT && !g->tensors[op->in[k]].data)
            return false;
    for (int32_t k = 0; k < op->n_out; k++)
        if (!tensor_is_internal(g, op->out[k]) || tensor_bytes(&g->tensors[op->out[k]]) < 1)
            return false;
    return true;
}

enum mote_status pass_fold(struct model *m, struct graph *g, const struct frame *at)
{
    (void)at;
    for (int32_t i = 0; i < g->n_ops; i++) {
        struct op *op = &g->ops[i];
        QUIET(nowhere);

        if (op->id == OP_NOP || !is_foldable(g, op))
            continue;
        if (op->id == OP_RESHAPE && op_in(g, op, 0)->type == op_out(g, op, 0)->type &&
            want_scales(g, op, &nowhere) == MOTE_OK) /* the same bytes */
            g->tensors[op->out[0]].data = g->tensors[op->in[0]].data;
        else if (op_compute(m, g, op, &nowhere) != MOTE_OK)
            continue;
        op_kill(op);
    }
    return MOTE_OK;
}
