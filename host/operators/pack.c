/* SPDX-License-Identifier: Apache-2.0 */
/* PACK: inputs of one shape one after the other along a new axis. */
#include "host/operators/parts.h"

static enum mote_status infer_pack(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct axis_opts *o = op->opts;
    const struct tensor *first = op_in(g, op, 0);
    char shape[96], first_shape[96];
    int64_t dims[RANK_MAX];
    int axis;

    (void)m;
    TRY(want_rank(at, first, "input", 0, RANK_MAX - 1));
    TRY(want_axis(at, o->axis, first->rank + 1, &axis));
    for (int i = 1; i < op->n_in; i++) {
        const struct tensor *in = op_in(g, op, i);

        TRY(want_rank(at, in, "input", first->rank, first->rank));
        if (!shape_equal(in, first))
            return fail(at, MOTE_ERR_SHAPE, "input %d is %s, the first one %s", i, shape_text(in, shape),
                        shape_text(first, first_shape));
    }
    for (int d = 0; d < first->rank; d++)
        dims[d < axis ? d : d + 1] = first->dims[d];
    dims[axis] = op->n_in;
    return infer_set(at, op_out(g, op, 0), first->rank + 1, dims);
}

static enum mote_status lower_pack(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct axis_opts *o = op->opts;
    struct parts parts;
    int axis;

    TRY(want_axis(at, o->axis, op_out(l->graph, op, 0)->rank, &axis));
    parts = parts_of(l, op->out[0], axis);
    for (int i = 0; i < op->n_in; i++)
        TRY(parts_join(l, &parts, op->in[i], at));
    return MOTE_OK;
}

const struct operator operator_pack = {
    .infer = infer_pack,
    .lower = lower_pack,
    .scales = {.form = FORM_SAME, .wide = true},
};
