/* SPDX-License-Identifier: Apache-2.0 */
/* SQUEEZE: the same bytes without dimensions of 1: those that the options name, or all. */
#include "host/operators/elementwise.h"

static bool is_named(int32_t dims, int rank, int d)
{
    return (dims >> d & 1) != 0 || (dims >> (16 - rank + d) & 1) != 0;
}

static enum mote_status infer_squeeze(const struct model *m, struct graph *g, const struct op *op,
                                      const struct frame *at)
{
    const struct squeeze_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0);
    int64_t dims[RANK_MAX];
    int32_t known = 0;
    int rank = 0;

    (void)m;
    TRY(want_rank(at, in, "input", 0, RANK_MAX));
    for (int d = 0; d < in->rank; d++) {
        bool named = is_named(o->dims, in->rank, d);

        known |= 1 << d | 1 << (16 - in->rank + d);
        if (named && in->dims[d] != 1)
            return fail(at, MOTE_ERR_SHAPE, "dimension %d is to be squeezed, but is %lld", d, (long long)in->dims[d]);
        if (!named && (o->dims != 0 || in->dims[d] != 1))
            dims[rank++] = in->dims[d];
    }
    if ((o->dims & ~known) != 0)
        return fail(at, MOTE_ERR_VALUE, "a dimension beyond the input's %d is to be squeezed", in->rank);
    return infer_set(at, op_out(g, op, 0), rank, dims);
}

static enum mote_status lower_squeeze(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_same_bytes(l, op, at);
}

const struct operator operator_squeeze = {
    .infer = infer_squeeze,
    .lower = lower_squeeze,
    .scales = {.form = FORM_SAME, .wide = true},
};
