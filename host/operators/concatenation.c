/* SPDX-License-Identifier: Apache-2.0 */
/* CONCATENATION: the inputs one after the other along an axis. */
#include "host/gradient/gradient.h"
#include "host/operators/parts.h"

/* The inputs have the first one's dimensions, but for the axis; *length is their sum there. */
static enum mote_status add_lengths(const struct graph *g, const struct op *op, int axis, int64_t *length,
                                    const struct frame *at)
{
    const struct tensor *first = op_in(g, op, 0);
    char shape[96], first_shape[96];

    *length = 0;
    for (int i = 0; i < op->n_in; i++) {
        const struct tensor *in = op_in(g, op, i);

        TRY(want_rank(at, in, "input", first->rank, first->rank));
        for (int d = 0; d < first->rank; d++)
            if (d != axis && in->dims[d] != first->dims[d])
                return fail(at, MOTE_ERR_SHAPE, "input %d is %s, which does not fit the first one's %s", i,
                            shape_text(in, shape), shape_text(first, first_shape));
        *length += in->dims[axis];
    }
    return MOTE_OK;
}

static enum mote_status infer_concatenation(const struct model *m, struct graph *g, const struct op *op,
                                            const struct frame *at)
{
    const struct concatenation_opts *o = op->opts;
    const struct tensor *first = op_in(g, op, 0);
    int64_t dims[RANK_MAX];
    int axis;

    (void)m;
    TRY(want_rank(at, first, "input", 1, RANK_MAX));
    TRY(want_axis(at, o->axis, first->rank, &axis));
    memcpy(dims, first->dims, sizeof dims);
    TRY(add_lengths(g, op, axis, &dims[axis], at));
    return infer_set(at, op_out(g, op, 0), first->rank, dims);
}

/* With 16 bits the reference asks for zero points of 0. */
static enum mote_status check_input(const struct tensor *in, const struct tensor *out, int i, const struct frame *at)
{
    if (in->type != out->type)
        return fail(at, MOTE_ERR_TYPE, "input %d is %s and the output %s", i, type_name(in->type),
                    type_name(out->type));
    if (in->type == TYPE_S16 &&
        ((in->quant.n > 0 && in->quant.zero[0] != 0) || (out->quant.n > 0 && out->quant.zero[0] != 0)))
        return fail(at, MOTE_ERR_QUANT, "input %d or the output has a zero point other than 0", i);
    return MOTE_OK;
}

static enum mote_status lower_concatenation(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct concatenation_opts *o = op->opts;
    const struct tensor *out = op_out(l->graph, op, 0);
    struct parts parts;
    int axis;

    if (o->activation != ACTIVATION_NONE)
        return fail(at, MOTE_ERR_UNSUPPORTED, "a fused activation; put it into an operator of its own");
    for (int i = 0; i < op->n_in; i++)
        TRY(check_input(op_in(l->graph, op, i), out, i, at));
    TRY(want_axis(at, o->axis, out->rank, &axis));
    parts = parts_of(l, op->out[0], axis);
    for (int i = 0; i < op->n_in; i++)
        TRY(parts_join(l, &parts, op->in[i], at));
    return MOTE_OK;
}

static enum mote_status gradient_concatenation(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];
    const struct concatenation_opts *o = op.opts;
    int32_t *sizes = pool_array(b->m->pool, (size_t)op.n_in, sizeof *sizes), in[3] = {d};
    int32_t *out = pool_array(b->m->pool, (size_t)op.n_in, sizeof *out), axis;
    int dim;

    TRY(want_axis(at, o->axis, op_out(b->g, &op, 0)->rank, &dim));
    axis = dim;
    for (int32_t k = 0; k < op.n_in; k++) {
        sizes[k] = (int32_t)op_in(b->g, &op, k)->dims[dim];
        out[k] = gradient_tensor(b, "grad");
    }
    in[1] = gradient_ints(b, "sizes", op.n_in, sizes);
    in[2] = gradient_ints(b, "axis", 1, &axis);
    gradient_op(b, OP_SPLIT_V, 3, in, op.n_in, out, NULL);
    for (int32_t k = 0; k < op.n_in; k++)
        gradient_give(b, op.in[k], out[k]);
    return MOTE_OK;
}

const struct operator operator_concatenation = {
    .infer = infer_concatenation,
    .lower = lower_concatenation,
    .scales = {.form = FORM_SAME, .wide = true},
    .gradient = gradient_concatenation,
};
