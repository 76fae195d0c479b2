/* SPDX-License-Identifier: Apache-2.0 */
/* TRANSPOSE_CONV: output shape [4] (constant, or else the output says it), weights OHWI, input NHWC, optional bias O.
 * Padding is that of the convolution from the output to the input. */
#include "host/operators/elementwise.h"
#include "host/operators/linear.h"
#include "mote/kernels/shared/requant.h"
#include "mote/kernels/conv/transpose_conv_f32.h"
#include "mote/kernels/conv/transpose_conv_s16.h"
#include "mote/kernels/conv/transpose_conv_s8.h"

enum { SHAPE, WEIGHTS, INPUT, BIAS };

static enum mote_status infer_transpose_conv(const struct model *m, struct graph *g, const struct op *op,
                                             const struct frame *at)
{
    const struct tensor *in = op_in(g, op, INPUT), *w = op_in(g, op, WEIGHTS), *shape = op_in(g, op, SHAPE);
    struct tensor *out = op_out(g, op, 0);
    int64_t n, dims[2 * RANK_MAX] = {0, DIM_UNKNOWN, DIM_UNKNOWN, 0};

    (void)m;
    TRY(want_rank(at, in, "input", 4, 4));
    TRY(want_rank(at, w, "weights", 4, 4));
    if (in->dims[3] != DIM_UNKNOWN && w->dims[3] != DIM_UNKNOWN && in->dims[3] != w->dims[3])
        return fail(at, MOTE_ERR_SHAPE, "%lld input channels, but the weights have %lld", (long long)in->dims[3],
                    (long long)w->dims[3]);
    dims[0] = in->dims[0];
    dims[3] = w->dims[0];
    if (shape->data != NULL) {
        TRY(want_ints(at, g, op, SHAPE, "output shape", 4, 4, &n, dims));
        if ((in->dims[0] != DIM_UNKNOWN && dims[0] != in->dims[0]) ||
            (w->dims[0] != DIM_UNKNOWN && dims[3] != w->dims[0]))
            return fail(at, MOTE_ERR_SHAPE, "the output shape wants %lld images of %lld channels", (long long)dims[0],
                        (long long)dims[3]);
    } else if (out->rank != 4) {
        return fail(at, MOTE_ERR_UNSUPPORTED, "the output shape is computed by the model; make it a constant");
    }
    return infer_set(at, out, 4, dims);
}

static int64_t macs_transpose_conv(const struct graph *g, const struct op *op)
{
    const struct tensor *w = op_in(g, op, WEIGHTS);

    return tensor_elements(op_in(g, op, INPUT)) * w->dims[0] * w->dims[1] * w->dims[2];
}

/* What all types' parameters begin with. */
struct geometry {
    MOTE_TRANSPOSE_CONV_GEOMETRY(MOTE_FIELD)
};

static enum mote_status find_geometry(const struct graph *g, const struct op *op, struct geometry *p,
                                      const struct frame *at)
{
    const struct transpose_conv_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, INPUT), *w = op_in(g, op, WEIGHTS), *out = op_out(g, op, 0);
    struct window y = window_fit(o->padding, out->dims[1], w->dims[1], o->stride_h, 1, o->pad_top, o->pad_bottom);
    struct window x = window_fit(o->padding, out->dims[2], w->dims[2], o->stride_w, 1, o->pad_left, o->pad_right);

    if (y.out <= 0 || x.out <= 0)
        return fail(at, MOTE_ERR_SHAPE, "the output is smaller than the weights' window");
    *p = (struct geometry){
        .batch = (int32_t)in->dims[0],
        .in_h = (int32_t)in->dims[1],
        .in_w = (int32_t)in->dims[2],
        .in_c = (int32_t)in->dims[3],
        .out_h = (int32_t)out->dims[1],
        .out_w = (int32_t)out->dims[2],
        .out_c = (int32_t)out->dims[3],
        .kernel_h = (int32_t)w->dims[1],
        .kernel_w = (int32_t)w->dims[2],
        .stride_h = o->stride_h,
        .stride_w = o->stride_w,
        .pad_top = (int32_t)y.pad_before,
        .pad_left = (int32_t)x.pad_before,
    };
    return MOTE_OK;
}

/* As a convolution has its inputs, for what they share. */
static struct op as_convolution(const struct op *op, int32_t in[3])
{
    struct op c = *op;

    in[0] = op->in[INPUT];
    in[1] = op->in[WEIGHTS];
    in[2] = op->n_in > BIAS ? op->in[BIAS] : TENSOR_ABSENT;
    c.in = in;
    c.n_in = 3;
    return c;
}

static enum mote_status lower_transpose_conv_s8(struct lowering *l, const struct op *op, const struct geometry *common,
                                                const struct frame *at)
{
    const struct transpose_conv_opts *o = op->opts;
    const struct linear_types types = {TYPE_S8, TYPE_S32, MOTE_SHIFT_MAX};
    const struct tensor *w = op_in(l->graph, op, 1);
    struct mote_transpose_conv_s8 p;
    struct linear linear;
    float scale;

    memcpy(&p, common, sizeof *common);
    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &scale, &p.in_zero));
    TRY(lower_linear_plain(l, op, &types, o->activation, p.out_c, tensor_elements(w) / p.out_c, &linear, at));
    p.out_zero = linear.out_zero;
    p.lo = linear.lo;
    p.hi = linear.hi;
    p.per_channel = linear.per_channel;

    return lower_linear_step(l, op, KERNEL_transpose_conv_s8, &p, &linear, at);
}

/* The bias may be s16 or s64; the sums are 64 bits in either case. */
static enum mote_status lower_transpose_conv_s16(struct lowering *l, const struct op *op, const struct geometry *common,
                                                 const struct frame *at)
{
    const struct transpose_conv_opts *o = op->opts;
    const struct tensor *w = op_in(l->graph, op, 1), *bias = op_in(l->graph, op, 2);
    bool narrow = bias != NULL && bias->type == TYPE_S16;
    const struct linear_types types = {TYPE_S16, narrow ? TYPE_S16 : TYPE_S64, MOTE_SHIFT64_MAX};
    struct mote_transpose_conv_s16 p;
    struct linear linear;

    memcpy(&p, common, sizeof *common);
    TRY(lower_linear_plain(l, op, &types, o->activation, p.out_c, tensor_elements(w) / p.out_c, &linear, at));
    p.lo = linear.lo;
    p.hi = linear.hi;
    p.per_channel = linear.per_channel;

    return lower_linear_step(l, op, KERNEL_transpose_conv_s16, &p, &linear, at);
}

static enum mote_status lower_transpose_conv_f32(struct lowering *l, const struct op *op, const struct geometry *common,
                                                 const struct frame *at)
{
    const struct transpose_conv_opts *o = op->opts;
    struct mote_transpose_conv_f32 p;
    struct linear_f32 linear;

    memcpy(&p, common, sizeof *common);
    TRY(lower_linear_f32(l, op, o->activation, p.out_c, tensor_elements(op_in(l->graph, op, 1)) / p.out_c, &linear,
                         at));
    p.lo = linear.lo;
    p.hi = linear.hi;

    int32_t args[] = {lower_tensor(l, op->in[0]), linear.weights, linear.bias, lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_transpose_conv_f32, &p, args, at);
}

static enum mote_status lower_transpose_conv(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct geometry common;
    int32_t in[3];
    struct op c = as_convolution(op, in);

    TRY(find_geometry(l->graph, op, &common, at));
    switch (op_in(l->graph, &c, 0)->type) {
    case TYPE_S8:
        return lower_transpose_conv_s8(l, &c, &common, at);
    case TYPE_S16:
        return lower_transpose_conv_s16(l, &c, &common, at);
    case TYPE_F32:
        return lower_transpose_conv_f32(l, &c, &common, at);
    default:
        return refuse_type(at, l->graph, c.in[0], "s8, s16 and f32");
    }
}

const struct operator operator_transpose_conv = {
    .infer = infer_transpose_conv,
    .macs = macs_transpose_conv,
    .lower = lower_transpose_conv,
    .scales = {.form = FORM_LINEAR, .wide = true},
    .linear = &(const struct linear_inputs){.input = 2, .weights = 1, .bias = 3, .channels = 0},
    .fuses = true,
};
