/* SPDX-License-Identifier: Apache-2.0 */
/* Elements again and again: FILL (of a shape, with a scalar), BROADCAST_TO (of a shape, with what repeats along
 * dimensions of 1), ZEROS_LIKE (of the input's shape, with the stored value 0). */
#include "host/operators/elementwise.h"
#include "host/operators/strided.h"

/* What the list of dimensions `input` says, if it is a constant; else what the file gives. */
static enum mote_status infer_listed(struct graph *g, const struct op *op, int input, const struct frame *at)
{
    const struct tensor *list = op_in(g, op, input);
    struct tensor *out = op_out(g, op, 0);
    int64_t dims[2 * RANK_MAX], n = out->rank;

    memcpy(dims, out->dims, sizeof out->dims);
    if (list != NULL && list->data != NULL)
        TRY(want_ints(at, g, op, input, "shape", 0, RANK_MAX, &n, dims));
    for (int64_t d = 0; d < n; d++)
        if (dims[d] < 1)
            return fail(at, MOTE_ERR_SHAPE, "dimension %lld of the output is %lld", (long long)d, (long long)dims[d]);
    return infer_set(at, out, (int)n, dims);
}

static enum mote_status infer_fill(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    (void)m;
    TRY(want_rank(at, op_in(g, op, 1), "value", 0, 1));
    return infer_listed(g, op, 0, at);
}

static enum mote_status infer_broadcast_to(const struct model *m, struct graph *g, const struct op *op,
                                           const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0), *out = op_out(g, op, 0);
    char in_shape[96], out_shape[96];

    (void)m;
    TRY(want_rank(at, in, "input", 0, RANK_MAX));
    TRY(infer_listed(g, op, 1, at));
    for (int d = 1; d <= in->rank; d++)
        if (d > out->rank || (in->dims[in->rank - d] != 1 && in->dims[in->rank - d] != out->dims[out->rank - d]))
            return fail(at, MOTE_ERR_SHAPE, "the input's shape %s does not broadcast to %s", shape_text(in, in_shape),
                        shape_text(out, out_shape));
    return MOTE_OK;
}

/* The walk from `in`, whose dimensions are the output's innermost ones, or 1. */
static struct walk repeating_walk(const struct tensor *in, const struct tensor *out)
{
    struct walk w = walk_dense(out->rank, out->dims);
    int64_t stride = 1;

    for (int d = 0; d < out->rank; d++)
        w.dims[d].in_stride = 0;
    for (int d = 1; d <= in->rank && d <= out->rank; d++) {
        int64_t size = in->dims[in->rank - d];

        w.dims[out->rank - d].in_stride = size == 1 ? 0 : stride;
        stride *= size;
    }
    return w;
}

static enum mote_status lower_repeated(struct lowering *l, const struct op *op, int input, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, input), *out = op_out(l->graph, op, 0);
    struct walk w = repeating_walk(in, out);
    int32_t to = lower_tensor(l, op->out[0]);

    return lower_walk(l, &w, lower_tensor(l, op->in[input]), to, at);
}

static enum mote_status lower_fill(struct lowering *l, const struct op *op, const struct frame *at)
{
    if (tensor_elements(op_in(l->graph, op, 1)) != 1)
        return fail(at, MOTE_ERR_SHAPE, "the value is no scalar");
    return lower_repeated(l, op, 1, at);
}

static enum mote_status lower_broadcast_to(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_repeated(l, op, 0, at);
}

static enum mote_status lower_zeros_like(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *out = op_out(l->graph, op, 0), scalar = {.rank = 0};
    const uint8_t zero[16] = {0};
    struct walk w = repeating_walk(&scalar, out);
    int32_t from, to;

    TRY(want_type(at, l->graph, op->out[0], op_in(l->graph, op, 0)->type));
    if (type_bits(out->type) < 8)
        return refuse_type(at, l->graph, op->in[0], "types of whole bytes");
    from = lower_const(l, "zero", out->type, zero, (size_t)type_bits(out->type) / 8, false);
    to = lower_tensor(l, op->out[0]);
    return lower_walk(l, &w, from, to, at);
}

const struct operator operator_fill = {
    .infer = infer_fill,
    .lower = lower_fill,
    .scales = {.form = FORM_SAME, .wide = true},
};

const struct operator operator_broadcast_to = {
    .infer = infer_broadcast_to,
    .lower = lower_broadcast_to,
    .scales = {.form = FORM_SAME, .wide = true},
};

const struct operator operator_zeros_like = {
    .infer = infer_same,
    .lower = lower_zeros_like,
};
