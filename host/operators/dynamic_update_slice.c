/* SPDX-License-Identifier: Apache-2.0 */
/* DYNAMIC_UPDATE_SLICE: the first input, with the second in the place of a part of it that begins where the third says,
 * moved so that it is inside. */
#include "host/operators/strided.h"
#include "mote/kernels/move/update_slice.h"

static enum mote_status infer_dynamic_update_slice(const struct model *m, struct graph *g, const struct op *op,
                                                   const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0), *update = op_in(g, op, 1), *start = op_in(g, op, 2);
    char in_shape[96], update_shape[96];

    (void)m;
    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_rank(at, update, "update", in->rank, in->rank));
    TRY(want_rank(at, start, "start", 1, 1));
    if (start->dims[0] != in->rank)
        return fail(at, MOTE_ERR_SHAPE, "the start has %lld numbers, for %d dimensions", (long long)start->dims[0],
                    (int)in->rank);
    for (int d = 0; d < in->rank; d++)
        if (update->dims[d] > in->dims[d])
            return fail(at, MOTE_ERR_SHAPE, "the update, %s, is larger than the input, %s",
                        shape_text(update, update_shape), shape_text(in, in_shape));
    return infer_set(at, op_out(g, op, 0), in->rank, in->dims);
}

/* Chunks are rows of the innermost dimension. */
static void fill_shape(const struct tensor *in, const struct tensor *update, struct mote_update_slice *p,
                       int32_t shape[RANK_MAX][3])
{
    int32_t stride = type_bits(in->type) / 8;

    p->rank = in->rank;
    p->chunk = stride * (int32_t)update->dims[in->rank - 1];
    for (int d = in->rank - 1; d >= 0; d--) {
        shape[d][0] = d == in->rank - 1 ? 1 : (int32_t)update->dims[d];
        shape[d][1] = (int32_t)(in->dims[d] - update->dims[d]);
        shape[d][2] = stride;
        stride *= (int32_t)in->dims[d];
    }
}

static enum mote_status lower_dynamic_update_slice(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *update = op_in(l->graph, op, 1), *start = op_in(l->graph, op, 2);
    struct mote_update_slice p = {.type = (int32_t)start->type,
                                  .update_bytes = (int32_t)tensor_bytes(update),
                                  .out_bytes = (int32_t)tensor_bytes(in)};
    struct walk whole = walk_dense(in->rank, in->dims);
    int32_t shape[RANK_MAX][3], args[4];

    TRY(want_type(at, l->graph, op->in[1], in->type));
    if (start->type != TYPE_S32 && start->type != TYPE_S64)
        return refuse_type(at, l->graph, op->in[2], "s32 and s64");
    TRY(lower_walk_op(l, &whole, op, at));
    fill_shape(in, update, &p, shape);
    args[0] = lower_tensor(l, op->in[1]);
    args[1] = lower_tensor(l, op->in[2]);
    args[2] = lower_const(l, "shape", TYPE_S32, shape, (size_t)p.rank * sizeof shape[0], false);
    args[3] = lower_tensor(l, op->out[0]);
    return lower_step(l, KERNEL_update_slice, &p, args, at);
}

const struct operator operator_dynamic_update_slice = {
    .infer = infer_dynamic_update_slice,
    .lower = lower_dynamic_update_slice,
    .scales = {.form = FORM_SAME, .wide = true},
};
