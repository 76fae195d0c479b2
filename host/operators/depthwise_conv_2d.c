/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D: input NHWC, weights 1HWO, optional bias O. The depth multiplier is O / C. */
#include "host/gradient/gradient.h"
#include "host/operators/linear.h"
#include "mote/kernels/conv/conv_2d_s8.h"
#include "mote/kernels/conv/depthwise_conv_2d_f32.h"
#include "mote/kernels/conv/depthwise_conv_2d_s16.h"
#include "mote/kernels/conv/depthwise_conv_2d_s8.h"
#include "mote/kernels/shared/requant.h"

static enum mote_status infer_depthwise_conv_2d(const struct model *m, struct graph *g, const struct op *op,
                                                const struct frame *at)
{
    const struct conv_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1);
    struct window y, x;

    (void)m;
    TRY(want_rank(at, in, "input", 4, 4));
    TRY(want_rank(at, w, "weights", 4, 4));
    if (w->dims[0] != 1 && w->dims[0] != DIM_UNKNOWN)
        return fail(at, MOTE_ERR_SHAPE, "the weights' first dimension is %lld, not 1", (long long)w->dims[0]);
    if (in->dims[3] != DIM_UNKNOWN && w->dims[3] != DIM_UNKNOWN && (in->dims[3] <= 0 || w->dims[3] % in->dims[3] != 0))
        return fail(at, MOTE_ERR_SHAPE, "%lld output channels are no multiple of %lld input channels",
                    (long long)w->dims[3], (long long)in->dims[3]);
    y = window_fit(o->padding, in->dims[1], w->dims[1], o->stride_h, o->dilation_h, o->pad_top, o->pad_bottom);
    x = window_fit(o->padding, in->dims[2], w->dims[2], o->stride_w, o->dilation_w, o->pad_left, o->pad_right);
    return infer_set(at, op_out(g, op, 0), 4, (int64_t[]){in->dims[0], y.out, x.out, w->dims[3]});
}

static int64_t macs_depthwise_conv_2d(const struct graph *g, const struct op *op)
{
    const struct tensor *w = op_in(g, op, 1);

    return tensor_elements(op_out(g, op, 0)) * w->dims[1] * w->dims[2];
}

/* The parameters that the kernels of all types have. */
#define GEOMETRY(in, w, out, o, y, x)                                                                                  \
    .batch = (int32_t)(in)->dims[0], .in_h = (int32_t)(in)->dims[1], .in_w = (int32_t)(in)->dims[2],                   \
    .in_c = (int32_t)(in)->dims[3], .out_h = (int32_t)(out)->dims[1], .out_w = (int32_t)(out)->dims[2],                \
    .out_c = (int32_t)(out)->dims[3],                                                                                  \
                                                                                                                       \
    .depth_multiplier = (int32_t)((out)->dims[3] / (in)->dims[3]), .kernel_h = (int32_t)(w)->dims[1],                  \
    .kernel_w = (int32_t)(w)->dims[2], .stride_h = (o)->stride_h, .stride_w = (o)->stride_w,                           \
    .dilation_h = (w)->dims[1] > 1 ? (o)->dilation_h : 1, .dilation_w = (w)->dims[2] > 1 ? (o)->dilation_w : 1,        \
    .pad_top = (int32_t)(y).pad_before, .pad_left = (int32_t)(x).pad_before

/* Weights HWO of one input channel as OHWI. */
static int32_t filters_of(struct lowering *l, const struct tensor *w)
{
    int64_t taps = w->dims[1] * w->dims[2], filters = w->dims[3];
    const uint8_t *from = w->data;
    uint8_t *to = pool_alloc(l->pool, (size_t)(taps * filters));

    for (int64_t f = 0; f < filters; f++)
        for (int64_t t = 0; t < taps; t++)
            to[f * taps + t] = from[t * filters + f];
    return lower_const(l, w->name, TYPE_S8, to, (size_t)(taps * filters), true);
}

/* Of one input channel it is a convolution, whose kernels share the inputs between the filters. */
static enum mote_status lower_as_conv_2d_s8(struct lowering *l, const struct op *op,
                                            const struct mote_depthwise_conv_2d_s8 *d, int32_t args[],
                                            const struct frame *at)
{
    struct mote_conv_2d_s8 p = {.batch = d->batch,
                                .in_h = d->in_h,
                                .in_w = d->in_w,
                                .in_c = 1,
                                .in_ring = d->in_ring,
                                .out_h = d->out_h,
                                .out_w = d->out_w,
                                .out_c = d->out_c,
                                .out_ring = d->out_ring,
                                .kernel_h = d->kernel_h,
                                .kernel_w = d->kernel_w,
                                .stride_h = d->stride_h,
                                .stride_w = d->stride_w,
                                .filter_c = 1,
                                .dilation_h = d->dilation_h,
                                .dilation_w = d->dilation_w,
                                .pad_top = d->pad_top,
                                .pad_left = d->pad_left,
                                .out_zero = d->out_zero,
                                .lo = d->lo,
                                .hi = d->hi,
                                .per_channel = d->per_channel};

    args[1] = filters_of(l, op_in(l->graph, op, 1));
    return lower_step(l, KERNEL_conv_2d_s8, &p, args, at);
}

static enum mote_status lower_depthwise_conv_2d_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *w = op_in(l->graph, op, 1), *out = op_out(l->graph, op, 0);
    struct linear linear;
    struct window y, x;
    float scale;
    int32_t zero;

    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &scale, &zero));
    TRY(lower_linear_s8(l, op, o->activation, (int32_t)w->dims[3], w->dims[1] * w->dims[2], w->dims[3], 1, &linear,
                        at));
    y = window_fit(o->padding, in->dims[1], w->dims[1], o->stride_h, o->dilation_h, o->pad_top, o->pad_bottom);
    x = window_fit(o->padding, in->dims[2], w->dims[2], o->stride_w, o->dilation_w, o->pad_left, o->pad_right);

    struct mote_depthwise_conv_2d_s8 p = {
        GEOMETRY(in, w, out, o, y, x),     .out_zero = linear.out_zero, .lo = linear.lo, .hi = linear.hi,
        .per_channel = linear.per_channel,
    };
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        p.in_c == 1 ? 0 : lower_tensor(l, op->in[1]),
        linear.bias,
        linear.mult,
        linear.shift,
        lower_zeros_s8(l, zero, (size_t)(in->dims[2] * in->dims[3])),
        lower_tensor(l, op->out[0]),
    };
    if (p.in_c == 1)
        return lower_as_conv_2d_s8(l, op, &p, args, at);
    return lower_step(l, KERNEL_depthwise_conv_2d_s8, &p, args, at);
}

static enum mote_status lower_depthwise_conv_2d_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *w = op_in(l->graph, op, 1), *out = op_out(l->graph, op, 0);
    struct linear_types types = {TYPE_S16, TYPE_S64, MOTE_SHIFT64_MAX};
    struct linear linear;
    struct window y, x;

    TRY(lower_linear_plain(l, op, &types, o->activation, (int32_t)w->dims[3], w->dims[1] * w->dims[2], &linear, at));
    y = window_fit(o->padding, in->dims[1], w->dims[1], o->stride_h, o->dilation_h, o->pad_top, o->pad_bottom);
    x = window_fit(o->padding, in->dims[2], w->dims[2], o->stride_w, o->dilation_w, o->pad_left, o->pad_right);

    struct mote_depthwise_conv_2d_s16 p = {
        GEOMETRY(in, w, out, o, y, x),
        .lo = linear.lo,
        .hi = linear.hi,
        .per_channel = linear.per_channel,
    };
    int32_t args[] = {
        lower_tensor(l, op->in[0]),  lower_tensor(l, op->in[1]), linear.bias, linear.mult, linear.shift,
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_depthwise_conv_2d_s16, &p, args, at);
}

static enum mote_status lower_depthwise_conv_2d_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *w = op_in(l->graph, op, 1), *out = op_out(l->graph, op, 0);
    struct window y, x;
    struct linear_f32 linear;

    TRY(lower_linear_f32(l, op, o->activation, w->dims[3], w->dims[1] * w->dims[2], &linear, at));
    y = window_fit(o->padding, in->dims[1], w->dims[1], o->stride_h, o->dilation_h, o->pad_top, o->pad_bottom);
    x = window_fit(o->padding, in->dims[2], w->dims[2], o->stride_w, o->dilation_w, o->pad_left, o->pad_right);

    struct mote_depthwise_conv_2d_f32 p = {GEOMETRY(in, w, out, o, y, x), .lo = linear.lo, .hi = linear.hi};
    int32_t args[] = {lower_tensor(l, op->in[0]), linear.weights, linear.bias, lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_depthwise_conv_2d_f32, &p, args, at);
}

static enum mote_status lower_depthwise_conv_2d(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_depthwise_conv_2d_s8(l, op, at);
    case TYPE_S16:
        return lower_depthwise_conv_2d_s16(l, op, at);
    case TYPE_F32:
        return lower_depthwise_conv_2d_f32(l, op, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

static enum mote_status gradient_depthwise_conv_2d(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    struct conv_opts o = *(const struct conv_opts *)b->g->ops[i].opts;
    int activation = o.activation;

    o.activation = ACTIVATION_NONE;
    return gradient_linear(b, i, d, OP_DEPTHWISE_CONV_2D_GRAD_INPUT, OP_DEPTHWISE_CONV_2D_GRAD_WEIGHTS, activation, &o,
                           at);
}

const struct operator operator_depthwise_conv_2d = {
    .infer = infer_depthwise_conv_2d,
    .macs = macs_depthwise_conv_2d,
    .lower = lower_depthwise_conv_2d,
    .scales = {.form = FORM_LINEAR},
    .linear = &(const struct linear_inputs){.input = 0, .weights = 1, .bias = 2, .channels = 3},
    .fuses = true,
    .gradient = gradient_depthwise_conv_2d,
};
