/* SPDX-License-Identifier: Apache-2.0 */
/* GATHER: steps of the input's axis in the order of the second input, the indices. Their first batch_dims dimensions
 * are the input's too: each batch has indices of its own. */
#include "mote/kernels/move/gather.h"

#include "host/operators/elementwise.h"

struct gather {
    int axis, batch_dims;
};

static enum mote_status find_axes(const struct graph *g, const struct op *op, struct gather *out,
                                  const struct frame *at)
{
    const struct gather_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0), *indices = op_in(g, op, 1);

    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_rank(at, indices, "list of indices", 0, RANK_MAX));
    TRY(want_axis(at, o->axis, in->rank, &out->axis));
    out->batch_dims = o->batch_dims < 0 ? o->batch_dims + indices->rank : o->batch_dims;
    if (out->batch_dims < 0 || out->batch_dims > out->axis || out->batch_dims > indices->rank)
        return fail(at, MOTE_ERR_VALUE, "batch_dims is %d, with axis %d and indices of %d dimensions", o->batch_dims,
                    out->axis, indices->rank);
    for (int d = 0; d < out->batch_dims; d++)
        if (in->dims[d] != indices->dims[d])
            return fail(at, MOTE_ERR_SHAPE, "dimension %d is %lld in the input and %lld in the indices", d,
                        (long long)in->dims[d], (long long)indices->dims[d]);
    if (in->rank + indices->rank - 1 - out->batch_dims > RANK_MAX)
        return fail(at, MOTE_ERR_SHAPE, "the output would have %d dimensions",
                    in->rank + indices->rank - 1 - out->batch_dims);
    return MOTE_OK;
}

static enum mote_status infer_gather(const struct model *m, struct graph *g, const struct op *op,
                                     const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0), *indices = op_in(g, op, 1);
    int64_t dims[RANK_MAX];
    struct gather o = {0};
    int rank = 0;

    (void)m;
    TRY(find_axes(g, op, &o, at));
    for (int d = 0; d < o.axis; d++)
        dims[rank++] = in->dims[d];
    for (int d = o.batch_dims; d < indices->rank; d++)
        dims[rank++] = indices->dims[d];
    for (int d = o.axis + 1; d < in->rank; d++)
        dims[rank++] = in->dims[d];
    return infer_set(at, op_out(g, op, 0), rank, dims);
}

static enum mote_status check_types(const struct graph *g, const struct op *op, int64_t length, const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0), *out = op_out(g, op, 0), *indices = op_in(g, op, 1);

    if (in->type != out->type || type_bits(in->type) < 8)
        return fail(at, MOTE_ERR_TYPE, "the input is %s and the output %s: whole bytes of one type are wanted",
                    type_name(in->type), type_name(out->type));
    if (indices->type != TYPE_S32)
        return fail(at, MOTE_ERR_TYPE, "the indices are %s, not s32", type_name(indices->type));
    return want_indices(at, indices, length);
}

static enum mote_status lower_gather(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *indices = op_in(l->graph, op, 1);
    int64_t batches = 1, outer = 1, chunk = type_bits(in->type) / 8, n = 1;
    struct gather o = {0};

    TRY(find_axes(l->graph, op, &o, at));
    TRY(check_types(l->graph, op, in->dims[o.axis], at));
    for (int d = 0; d < in->rank; d++)
        if (d != o.axis)
            *(d < o.batch_dims ? &batches : d < o.axis ? &outer : &chunk) *= in->dims[d];
    for (int d = o.batch_dims; d < indices->rank; d++)
        n *= indices->dims[d];

    struct mote_gather p = {
        .batches = (int32_t)batches,
        .outer = (int32_t)outer,
        .length = (int32_t)in->dims[o.axis],
        .indices = (int32_t)n,
        .chunk = (int32_t)chunk,
    };
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_gather, &p, args, at);
}

const struct operator operator_gather = {
    .infer = infer_gather,
    .lower = lower_gather,
    .scales = {.form = FORM_SAME, .wide = true},
};
