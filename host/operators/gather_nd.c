/* SPDX-License-Identifier: Apache-2.0 */
/* GATHER_ND: the second input's innermost dimension indexes the first ones of the input, and what is there is the
 * output's. */
#include "host/operators/quantization.h"
#include "host/plan/build.h"
#include "mote/kernels/move/gather_nd.h"

static enum mote_status infer_gather_nd(const struct model *m, struct graph *g, const struct op *op,
                                        const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0), *indices = op_in(g, op, 1);
    int64_t dims[2 * RANK_MAX], depth;
    int rank = 0;

    (void)m;
    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_rank(at, indices, "list of indices", 1, RANK_MAX));
    depth = indices->dims[indices->rank - 1];
    if (depth < 1 || depth > in->rank)
        return fail(at, MOTE_ERR_SHAPE, "%lld indices for an input of %d dimensions", (long long)depth, (int)in->rank);
    for (int d = 0; d < indices->rank - 1; d++)
        dims[rank++] = indices->dims[d];
    for (int d = (int)depth; d < in->rank; d++)
        dims[rank++] = in->dims[d];
    if (rank > RANK_MAX)
        return fail(at, MOTE_ERR_SHAPE, "the output would have %d dimensions", rank);
    return infer_set(at, op_out(g, op, 0), rank, dims);
}

/* Constant indices that leave the input: the reference fails when it comes to them. */
static enum mote_status check_indices(const struct tensor *indices, const struct mote_gather_nd *p,
                                      const int32_t steps[], const struct frame *at)
{
    for (int64_t r = 0; indices->data != NULL && r < p->rows; r++) {
        int64_t sum = 0;

        for (int32_t d = 0; d < p->depth; d++)
            sum += const_int(indices, r * p->depth + d) * steps[d];
        if (sum < 0 || sum >= p->length)
            return fail(at, MOTE_ERR_VALUE, "the indices of element %lld lie outside the input", (long long)r);
    }
    return MOTE_OK;
}

static enum mote_status lower_gather_nd(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *indices = op_in(l->graph, op, 1);
    struct mote_gather_nd p = {.depth = (int32_t)indices->dims[indices->rank - 1], .length = 1};
    int32_t steps[RANK_MAX] = {0}, from, of;

    TRY(want_type(at, l->graph, op->out[0], in->type));
    TRY(want_type(at, l->graph, op->in[1], TYPE_S32));
    if (type_bits(in->type) < 8)
        return refuse_type(at, l->graph, op->in[0], "types of whole bytes");
    for (int d = p.depth - 1; d >= 0; d--) {
        steps[d] = p.length;
        p.length *= (int32_t)in->dims[d];
    }
    p.chunk = (int32_t)(tensor_bytes(in) / p.length);
    p.rows = (int32_t)(tensor_elements(indices) / p.depth);
    TRY(check_indices(indices, &p, steps, at));
    from = lower_tensor(l, op->in[0]);
    of = lower_tensor(l, op->in[1]);

    int32_t args[] = {from, of, lower_const(l, "steps", TYPE_S32, steps, (size_t)p.depth * sizeof steps[0], false),
                      lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_gather_nd, &p, args, at);
}

const struct operator operator_gather_nd = {
    .infer = infer_gather_nd,
    .lower = lower_gather_nd,
    .scales = {.form = FORM_SAME, .wide = true},
};
