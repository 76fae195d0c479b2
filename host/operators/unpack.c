/* SPDX-License-Identifier: Apache-2.0 */
/* UNPACK: each step of an axis is an output of its own, without the axis. */
#include "host/operators/parts.h"

static enum mote_status infer_unpack(const struct model *m, struct graph *g, const struct op *op,
                                     const struct frame *at)
{
    const struct axis_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0);
    int64_t dims[RANK_MAX];
    int axis;

    (void)m;
    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_axis(at, o->axis, in->rank, &axis));
    if (in->dims[axis] != op->n_out)
        return fail(at, MOTE_ERR_SHAPE, "dimension %d is %lld, but there are %d outputs", axis,
                    (long long)in->dims[axis], op->n_out);
    for (int d = 0; d < in->rank; d++)
        if (d != axis)
            dims[d < axis ? d : d - 1] = in->dims[d];
    for (int i = 0; i < op->n_out; i++)
        TRY(infer_set(at, op_out(g, op, i), in->rank - 1, dims));
    return MOTE_OK;
}

static enum mote_status lower_unpack(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct axis_opts *o = op->opts;
    struct parts parts;
    int axis;

    TRY(want_axis(at, o->axis, op_in(l->graph, op, 0)->rank, &axis));
    parts = parts_of(l, op->in[0], axis);
    for (int i = 0; i < op->n_out; i++)
        TRY(parts_split(l, &parts, op->out[i], at));
    return MOTE_OK;
}

const struct operator operator_unpack = {
    .infer = infer_unpack,
    .lower = lower_unpack,
    .scales = {.form = FORM_SAME, .wide = true},
};
