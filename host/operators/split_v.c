/* SPDX-License-Identifier: Apache-2.0 */
/* SPLIT_V: parts of given sizes along an axis. Sizes, the second input, and axis, the third, are constants. */
#include "host/operators/elementwise.h"
#include "host/operators/parts.h"

/* One size of -1 is what the others leave. */
static enum mote_status find_sizes(const struct graph *g, const struct op *op, int64_t length,
                                   int64_t *sizes, /* [n_out] */
                                   const struct frame *at)
{
    const struct tensor *t = op_in(g, op, 1);
    int64_t sum = 0, *rest = NULL;

    TRY(want_rank(at, t, "list of sizes", 0, 1));
    TRY(want_const(at, g, op->in[1], "list of sizes"));
    if (t->type != TYPE_S32 && t->type != TYPE_S64)
        return fail(at, MOTE_ERR_TYPE, "the list of sizes is %s, not s32 or s64", type_name(t->type));
    if (tensor_elements(t) != op->n_out)
        return fail(at, MOTE_ERR_SHAPE, "%lld sizes for %d outputs", (long long)tensor_elements(t), op->n_out);
    for (int i = 0; i < op->n_out; i++) {
        sizes[i] = const_int(t, i);
        if (sizes[i] == -1 && rest == NULL) {
            rest = &sizes[i];
            continue;
        }
        if (sizes[i] < 1 || sizes[i] > length)
            return fail(at, MOTE_ERR_SHAPE, "size %d is %lld", i, (long long)sizes[i]);
        sum += sizes[i];
    }
    if (rest != NULL)
        *rest = length - sum;
    if (sum > length || (rest == NULL && sum != length))
        return fail(at, MOTE_ERR_SHAPE, "the sizes' sum is %lld, not %lld", (long long)sum, (long long)length);
    return MOTE_OK;
}

static enum mote_status infer_split_v(const struct model *m, struct graph *g, const struct op *op,
                                      const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t dims[RANK_MAX], *sizes = pool_array(m->pool, (size_t)op->n_out, sizeof *sizes);
    int axis;

    TRY(want_axis_input(at, g, op, 0, 2, &axis));
    TRY(find_sizes(g, op, in->dims[axis], sizes, at));
    memcpy(dims, in->dims, sizeof dims);
    for (int i = 0; i < op->n_out; i++) {
        dims[axis] = sizes[i];
        TRY(infer_set(at, op_out(g, op, i), in->rank, dims));
    }
    return MOTE_OK;
}

static enum mote_status lower_split_v(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct parts parts;
    int axis;

    TRY(want_axis_input(at, l->graph, op, 0, 2, &axis));
    parts = parts_of(l, op->in[0], axis);
    for (int i = 0; i < op->n_out; i++)
        TRY(parts_split(l, &parts, op->out[i], at));
    return MOTE_OK;
}

const struct operator operator_split_v = {
    .infer = infer_split_v,
    .lower = lower_split_v,
    .scales = {.form = FORM_SAME, .wide = true},
};
