/* SPDX-License-Identifier: Apache-2.0 */
/* SPLIT: equal parts along an axis, the first input, a constant. */
#include "host/operators/elementwise.h"
#include "host/operators/parts.h"

static enum mote_status infer_split(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 1);
    int64_t dims[RANK_MAX];
    int axis;

    (void)m;
    TRY(want_axis_input(at, g, op, 1, 0, &axis));
    if (in->dims[axis] % op->n_out != 0)
        return fail(at, MOTE_ERR_SHAPE, "dimension %d is %lld, which %d outputs do not divide", axis,
                    (long long)in->dims[axis], op->n_out);
    memcpy(dims, in->dims, sizeof dims);
    dims[axis] /= op->n_out;
    for (int i = 0; i < op->n_out; i++)
        TRY(infer_set(at, op_out(g, op, i), in->rank, dims));
    return MOTE_OK;
}

static enum mote_status lower_split(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct parts parts;
    int axis;

    TRY(want_axis_input(at, l->graph, op, 1, 0, &axis));
    parts = parts_of(l, op->in[1], axis);
    for (int i = 0; i < op->n_out; i++)
        TRY(parts_split(l, &parts, op->out[i], at));
    return MOTE_OK;
}

const struct operator operator_split = {
    .infer = infer_split,
    .lower = lower_split,
    .scales = {.form = FORM_SAME, .wide = true},
};
