/* SPDX-License-Identifier: Apache-2.0 */
/* REVERSE_V2: the input backwards along the axes that the second input, a constant, lists. */
#include "host/operators/elementwise.h"
#include "host/operators/strided.h"

static enum mote_status lower_reverse_v2(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0);
    struct walk w = walk_dense(in->rank, in->dims);
    int64_t n, axes[2 * RANK_MAX];
    bool reversed[RANK_MAX] = {false};

    TRY(want_ints(at, l->graph, op, 1, "list of axes", 0, RANK_MAX, &n, axes));
    for (int64_t i = 0; i < n; i++) {
        int axis;

        TRY(want_axis(at, axes[i], in->rank, &axis));
        if (reversed[axis])
            return fail(at, MOTE_ERR_VALUE, "axis %d is listed twice", axis);
        reversed[axis] = true;
        w.in_at += (w.dims[axis].dim - 1) * w.dims[axis].in_stride;
        w.dims[axis].in_stride *= -1;
    }
    return lower_walk_op(l, &w, op, at);
}

const struct operator operator_reverse_v2 = {
    .infer = infer_same,
    .lower = lower_reverse_v2,
    .scales = {.form = FORM_SAME, .wide = true},
};
