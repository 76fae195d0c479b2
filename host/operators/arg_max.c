/* SPDX-License-Identifier: Apache-2.0 */
/* ARG_MAX and ARG_MIN: where along an axis, which the second input, a constant, names, the first of the largest or of
 * the smallest elements is: of the smallest, the first of the largest of numbers in the opposite order. */
#include "host/operators/unary.h"
#include "mote/kernels/pool/arg_max.h"

static enum mote_status infer_arg_max(const struct model *m, struct graph *g, const struct op *op,
                                      const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t dims[RANK_MAX];
    int axis = 0, rank = 0;

    (void)m;
    TRY(want_axis_input(at, g, op, 0, 1, &axis));
    for (int d = 0; d < in->rank; d++)
        if (d != axis)
            dims[rank++] = in->dims[d];
    return infer_set(at, op_out(g, op, 0), rank, dims);
}

static enum mote_status lower_arg(struct lowering *l, const struct op *op, bool smallest, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0);
    struct mote_arg_max p = {.rows = 1, .inner = 1, .type = (int32_t)in->type};
    int32_t args[2] = {lower_tensor(l, op->in[0])}, flipped;
    int axis = 0;

    if (in->type != TYPE_S8 && in->type != TYPE_F32)
        return refuse_type(at, l->graph, op->in[0], "s8 and f32");
    TRY(want_type(at, l->graph, op->out[0], TYPE_S32));
    TRY(want_axis_input(at, l->graph, op, 0, 1, &axis));
    p.len = (int32_t)in->dims[axis];
    for (int d = 0; d < in->rank; d++) {
        if (d < axis)
            p.rows *= (int32_t)in->dims[d];
        if (d > axis)
            p.inner *= (int32_t)in->dims[d];
    }
    if (smallest) {
        flipped = lower_scratch(l, in->type, (size_t)tensor_bytes(in));
        TRY(lower_flipped(l, in->type, tensor_elements(in), args[0], flipped, at));
        args[0] = flipped;
    }
    args[1] = lower_tensor(l, op->out[0]);
    return lower_step(l, KERNEL_arg_max, &p, args, at);
}

static enum mote_status lower_arg_max(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_arg(l, op, false, at);
}

static enum mote_status lower_arg_min(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_arg(l, op, true, at);
}

const struct operator operator_arg_max = {
    .infer = infer_arg_max,
    .lower = lower_arg_max,
    .scales = {.form = FORM_OWN},
};

const struct operator operator_arg_min = {
    .infer = infer_arg_max,
    .lower = lower_arg_min,
    .scales = {.form = FORM_OWN},
};
