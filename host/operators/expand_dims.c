/* SPDX-License-Identifier: Apache-2.0 */
/* EXPAND_DIMS: the same bytes with one more dimension of 1, at the axis that the second input, a constant, names. */
#include "host/operators/elementwise.h"

static enum mote_status infer_expand_dims(const struct model *m, struct graph *g, const struct op *op,
                                          const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t n, value[2 * RANK_MAX], dims[RANK_MAX];
    int axis;

    (void)m;
    TRY(want_rank(at, in, "input", 0, RANK_MAX - 1));
    TRY(want_ints(at, g, op, 1, "axis", 1, 1, &n, value));
    TRY(want_axis(at, value[0], in->rank + 1, &axis));
    for (int d = 0; d < in->rank; d++)
        dims[d < axis ? d : d + 1] = in->dims[d];
    dims[axis] = 1;
    return infer_set(at, op_out(g, op, 0), in->rank + 1, dims);
}

static enum mote_status lower_expand_dims(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_same_bytes(l, op, at);
}

const struct operator operator_expand_dims = {
    .infer = infer_expand_dims,
    .lower = lower_expand_dims,
    .scales = {.form = FORM_SAME, .wide = true},
};
