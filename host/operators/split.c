/* SPDX-License-Identifier: Apache-2.0 */
/* SPLIT: equal parts along an axis, the first input, a constant. */
#include "host/operators/elementwise.h"
#include "host/operators/parts.h"

static enum mote_status find_axis(const struct graph *g, const struct op *op, int *axis, const struct frame *at)
{
    int64_t n, value[2 * RANK_MAX];

    TRY(want_rank(at, op_in(g, op, 1), "input", 1, RANK_MAX));
    TRY(want_ints(at, g, op, 0, "axis", 1, 1, &n, value));
    return want_axis(at, value[0], op_in(g, op, 1)->rank, axis);
}

static enum mote_status infer_split(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 1);
    int64_t dims[RANK_MAX];
    int axis;

    (void)m;
    TRY(find_axis(g, op, &axis, at));
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

    TRY(find_axis(l->graph, op, &axis, at));
    parts = parts_of(l, op->in[1], axis);
    for (int i = 0; i < op->n_out; i++)
        TRY(parts_split(l, &parts, op->out[i], at));
    return MOTE_OK;
}

const struct operator operator_split = {
    .infer = infer_split,
    .lower = lower_split,
    .scales = {.form = FORM_SAME},
};
