/* SPDX-License-Identifier: Apache-2.0 */
/* SLICE: a box of the input, from `begin`, the second input, on; of `size`, the third, where -1 is all that is left.
 * Where the model computes them, infer takes the shape that the file gives the output; constant folding must then have
 * found both before lowering. */
#include "host/operators/elementwise.h"
#include "host/operators/strided.h"

static enum mote_status find_box(const struct graph *g, const struct op *op, int64_t begin[2 * RANK_MAX],
                                 int64_t size[2 * RANK_MAX], const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t n;

    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_ints(at, g, op, 1, "begin", in->rank, in->rank, &n, begin));
    TRY(want_ints(at, g, op, 2, "size", in->rank, in->rank, &n, size));
    for (int d = 0; d < in->rank; d++) {
        if (begin[d] < 0 || begin[d] >= in->dims[d])
            return fail(at, MOTE_ERR_VALUE, "begin is %lld in dimension %d, which has %lld", (long long)begin[d], d,
                        (long long)in->dims[d]);
        if (size[d] == -1)
            size[d] = in->dims[d] - begin[d];
        if (size[d] < 1 || size[d] > in->dims[d] - begin[d])
            return fail(at, MOTE_ERR_VALUE, "size is %lld from %lld on in dimension %d, which has %lld",
                        (long long)size[d], (long long)begin[d], d, (long long)in->dims[d]);
    }
    return MOTE_OK;
}

static enum mote_status infer_slice(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    int64_t begin[2 * RANK_MAX], size[2 * RANK_MAX];

    (void)m;
    if (op_in(g, op, 1)->data == NULL || op_in(g, op, 2)->data == NULL)
        return MOTE_OK;
    TRY(find_box(g, op, begin, size, at));
    return infer_set(at, op_out(g, op, 0), op_in(g, op, 0)->rank, size);
}

static enum mote_status lower_slice(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    int64_t begin[2 * RANK_MAX], size[2 * RANK_MAX], stride = 1;
    struct walk w;

    TRY(find_box(l->graph, op, begin, size, at));
    w = walk_dense(in->rank, out->dims);
    for (int d = in->rank - 1; d >= 0; d--) {
        w.dims[d].in_stride = stride;
        w.in_at += begin[d] * stride;
        stride *= in->dims[d];
    }
    return lower_walk_op(l, &w, op, at);
}

const struct operator operator_slice = {
    .infer = infer_slice,
    .lower = lower_slice,
    .scales = {.form = FORM_SAME, .wide = true},
};
