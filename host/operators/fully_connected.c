/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED: input of any shape, read as rows of as many elements as a filter has; weights [out][in], which
 * the model may compute, optional bias [out]. keep_num_dims: the output is the input with another last dimension; else
 * it is [rows][out]. */
#include "host/gradient/gradient.h"
#include "host/operators/linear.h"
#include "mote/kernels/dense/fully_connected_computed_f32.h"
#include "mote/kernels/dense/fully_connected_computed_s8.h"
#include "mote/kernels/dense/fully_connected_f32.h"
#include "mote/kernels/dense/fully_connected_s16.h"
#include "mote/kernels/dense/fully_connected_s8.h"
#include "mote/kernels/shared/requant.h"

static enum mote_status infer_fully_connected(const struct model *m, struct graph *g, const struct op *op,
                                              const struct frame *at)
{
    const struct fully_connected_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1);
    int64_t dims[RANK_MAX], elements, rows = DIM_UNKNOWN;

    (void)m;
    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_rank(at, w, "weights", 2, 2));
    elements = tensor_elements(in);
    if (elements >= 0 && w->dims[1] != DIM_UNKNOWN) {
        if (w->dims[1] <= 0 || elements % w->dims[1] != 0)
            return fail(at, MOTE_ERR_SHAPE, "the input has %lld elements, which are no whole rows of %lld weights",
                        (long long)elements, (long long)w->dims[1]);
        rows = elements / w->dims[1];
    }
    if (!o->keep_num_dims)
        return infer_set(at, op_out(g, op, 0), 2, (int64_t[]){rows, w->dims[0]});
    if (w->dims[1] != in->dims[in->rank - 1] && w->dims[1] != DIM_UNKNOWN && in->dims[in->rank - 1] != DIM_UNKNOWN)
        return fail(at, MOTE_ERR_SHAPE, "the input's last dimension is %lld, but a filter has %lld weights",
                    (long long)in->dims[in->rank - 1], (long long)w->dims[1]);
    memcpy(dims, in->dims, sizeof dims);
    dims[in->rank - 1] = w->dims[0];
    return infer_set(at, op_out(g, op, 0), in->rank, dims);
}

static int64_t macs_fully_connected(const struct graph *g, const struct op *op)
{
    return tensor_elements(op_out(g, op, 0)) * op_in(g, op, 1)->dims[1];
}

/* The parameters that the kernels of all types have. */
#define GEOMETRY(in, w)                                                                                                \
    .rows = (int32_t)(tensor_elements(in) / (w)->dims[1]), .in_len = (int32_t)(w)->dims[1],                            \
    .out_c = (int32_t)(w)->dims[0]

/* Per channel, the reference ignores them. */
static int32_t weights_zero(const struct tensor *w) { return w->quant.n == 1 ? w->quant.zero[0] : 0; }

static enum mote_status lower_fully_connected_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct fully_connected_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *w = op_in(l->graph, op, 1);
    struct linear linear;

    TRY(lower_linear_s8(l, op, o->activation, (int32_t)w->dims[0], w->dims[1], 1, w->dims[1], &linear, at));

    struct mote_fully_connected_s8 p = {
        GEOMETRY(in, w),
        .weights_zero = weights_zero(w),
        .out_zero = linear.out_zero,
        LINEAR_FIELDS(linear),
    };
    return lower_linear_step(l, op, KERNEL_fully_connected_s8, &p, &linear, at);
}

/* Weights that are known at run time only: nothing is folded. */
static enum mote_status lower_fully_connected_computed_s8(struct lowering *l, const struct op *op,
                                                          const struct frame *at)
{
    const struct fully_connected_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *w = op_in(l->graph, op, 1);
    struct linear_types types = {TYPE_S8, TYPE_S32, MOTE_SHIFT_MAX};
    struct linear linear;
    int32_t in_zero;
    float scale;

    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &scale, &in_zero));
    TRY(lower_linear_plain(l, op, &types, o->activation, (int32_t)w->dims[0], w->dims[1], &linear, at));

    struct mote_fully_connected_computed_s8 p = {
        GEOMETRY(in, w),       .in_zero = in_zero, .weights_zero = weights_zero(w), .out_zero = linear.out_zero,
        LINEAR_FIELDS(linear),
    };
    return lower_linear_step(l, op, KERNEL_fully_connected_computed_s8, &p, &linear, at);
}

static enum mote_status lower_fully_connected_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct fully_connected_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *w = op_in(l->graph, op, 1);
    struct linear_types types = linear_types_s16(l->graph, op, o->bias_s32);
    struct linear linear;

    TRY(want_const(at, l->graph, op->in[1], "tensor of weights"));
    TRY(lower_linear_plain(l, op, &types, o->activation, (int32_t)w->dims[0], w->dims[1], &linear, at));
    if (weights_zero(w) != 0)
        return fail(at, MOTE_ERR_QUANT, "the weights' zero point is %d, not 0 as int16 activations want it",
                    (int)weights_zero(w));

    struct mote_fully_connected_s16 p = {
        GEOMETRY(in, w),
        LINEAR_FIELDS(linear),
        .wide = types.bias == TYPE_S64,
    };
    return lower_linear_step(l, op, KERNEL_fully_connected_s16, &p, &linear, at);
}

static enum mote_status lower_fully_connected_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct fully_connected_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *w = op_in(l->graph, op, 1);
    struct linear_f32 linear;

    TRY(lower_linear_f32(l, op, o->activation, w->dims[0], w->dims[1], &linear, at));

    struct mote_fully_connected_f32 p = {
        GEOMETRY(in, w),
        .lo = linear.lo,
        .hi = linear.hi,
    };
    /* One list of parameters for both. */
    _Static_assert(sizeof p == sizeof(struct mote_fully_connected_computed_f32), "the same fields");
    int32_t args[] = {lower_tensor(l, op->in[0]), linear.weights, linear.bias, lower_tensor(l, op->out[0])};

    return lower_step(l, w->data ? KERNEL_fully_connected_f32 : KERNEL_fully_connected_computed_f32, &p, args, at);
}

static enum mote_status lower_fully_connected(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return op_in(l->graph, op, 1)->data ? lower_fully_connected_s8(l, op, at)
                                            : lower_fully_connected_computed_s8(l, op, at);
    case TYPE_S16:
        return lower_fully_connected_s16(l, op, at);
    case TYPE_F32:
        return lower_fully_connected_f32(l, op, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

static enum mote_status gradient_fully_connected(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    struct fully_connected_opts o = *(const struct fully_connected_opts *)b->g->ops[i].opts;
    int activation = o.activation;

    o.activation = ACTIVATION_NONE;
    return gradient_linear(b, i, d, OP_FULLY_CONNECTED_GRAD_INPUT, OP_FULLY_CONNECTED_GRAD_WEIGHTS, activation, &o, at);
}

const struct operator operator_fully_connected = {
    .infer = infer_fully_connected,
    .macs = macs_fully_connected,
    .lower = lower_fully_connected,
    .scales = {.form = FORM_LINEAR, .wide = true},
    .linear = &(const struct linear_inputs){.input = 0, .weights = 1, .bias = 2, .channels = 0},
    .fuses = true,
    .gradient = gradient_fully_connected,
};
