/* SPDX-License-Identifier: Apache-2.0 */
/* SHAPE: the input's dimensions, which the host knows. The input itself is not read. */
#include "host/operators/elementwise.h"
#include "mote/kernels/move/copy.h"

static enum mote_status infer_shape(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    int64_t rank;

    (void)m;
    TRY(want_rank(at, op_in(g, op, 0), "input", 1, RANK_MAX));
    rank = op_in(g, op, 0)->rank;
    return infer_set(at, op_out(g, op, 0), 1, &rank);
}

static enum mote_status lower_shape(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct mote_copy p = {.rows = 1, .row_bytes = in->rank * 4};
    int32_t dims[RANK_MAX];

    if (out->type != TYPE_S32)
        return fail(at, MOTE_ERR_TYPE, "the output is %s, not s32", type_name(out->type));
    for (int d = 0; d < in->rank; d++)
        dims[d] = (int32_t)in->dims[d];

    int32_t args[] = {lower_const(l, "shape", TYPE_S32, dims, (size_t)p.row_bytes, false), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_copy, &p, args, at);
}

const struct operator operator_shape = {
    .infer = infer_shape,
    .lower = lower_shape,
};
