/* SPDX-License-Identifier: Apache-2.0 */
/* TRANSPOSE: output dimension d is input dimension perm[d]; perm is a constant. */
#include "host/operators/elementwise.h"
#include "mote/kernels/move/transpose.h"

static enum mote_status find_perm(const struct graph *g, const struct op *op, int perm[RANK_MAX],
                                  const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t n, values[2 * RANK_MAX];
    unsigned seen = 0;

    TRY(want_rank(at, in, "input", 0, RANK_MAX));
    TRY(want_ints(at, g, op, 1, "permutation", in->rank, in->rank, &n, values));
    for (int64_t d = 0; d < n; d++) {
        if (values[d] < 0 || values[d] >= n || (seen & 1u << values[d]))
            return fail(at, MOTE_ERR_VALUE, "the second input is no permutation of %lld dimensions", (long long)n);
        seen |= 1u << values[d];
        perm[d] = (int)values[d];
    }
    return MOTE_OK;
}

static enum mote_status infer_transpose(const struct model *m, struct graph *g, const struct op *op,
                                        const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t dims[RANK_MAX];
    int perm[RANK_MAX] = {0};

    (void)m;
    TRY(find_perm(g, op, perm, at));
    for (int d = 0; d < in->rank; d++)
        dims[d] = in->dims[perm[d]];
    return infer_set(at, op_out(g, op, 0), in->rank, dims);
}

/* {dimension, stride in the input in bytes} of the output; neighbors that stay neighbors become one. */
static int32_t find_strides(const struct tensor *in, const int perm[RANK_MAX], int32_t size, int32_t shape[RANK_MAX][2])
{
    int64_t stride[RANK_MAX], bytes = size;
    int32_t rank = 0;

    for (int d = in->rank - 1; d >= 0; d--) {
        stride[d] = bytes;
        bytes *= in->dims[d];
    }
    for (int d = 0; d < in->rank; d++) {
        int32_t dim = (int32_t)in->dims[perm[d]], step = (int32_t)stride[perm[d]];

        if (dim == 1)
            continue;
        if (rank > 0 && shape[rank - 1][1] == (int64_t)dim * step) {
            shape[rank - 1][0] *= dim;
            shape[rank - 1][1] = step;
            continue;
        }
        shape[rank][0] = dim;
        shape[rank++][1] = step;
    }
    return rank;
}

static enum mote_status lower_transpose(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    int32_t shape[RANK_MAX][2], size = type_bits(in->type) / 8;
    int perm[RANK_MAX] = {0};
    struct mote_transpose p = {
        .chunk = size,
        .in_bytes = (int32_t)tensor_bytes(in),
        .out_bytes = (int32_t)tensor_bytes(out),
    };

    TRY(find_perm(l->graph, op, perm, at));
    if (in->type != out->type || size < 1)
        return fail(at, MOTE_ERR_TYPE, "the input is %s and the output %s: whole bytes of one type are wanted",
                    type_name(in->type), type_name(out->type));
    p.rank = find_strides(in, perm, size, shape);
    if (p.rank <= 1) /* no dimension has moved past another */
        return lower_same_bytes(l, op, at);
    if (shape[p.rank - 1][1] == size) /* the innermost stays: move it whole */
        p.chunk = size * shape[--p.rank][0];
    p.rows = shape[0][0];

    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_const(l, "shape", TYPE_S32, shape, (size_t)p.rank * sizeof shape[0], false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_transpose, &p, args, at);
}

const struct operator operator_transpose = {
    .infer = infer_transpose,
    .lower = lower_transpose,
    .scales = {.form = FORM_SAME, .wide = true},
};
