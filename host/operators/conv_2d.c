/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D: input NHWC, weights OHWI, optional bias O. Where the weights have fewer input channels than the input, the
 * convolution is grouped: filters see one group of channels each. */
#include "host/gradient/gradient.h"
#include "host/operators/linear.h"
#include "mote/kernels/conv/conv_2d_f32.h"
#include "mote/kernels/conv/conv_2d_s16.h"
#include "mote/kernels/conv/conv_2d_s8.h"
#include "mote/kernels/shared/requant.h"

/* Unknown dimensions fit everything until they are known. */
static bool groups_fit(int64_t in_c, int64_t filter_c, int64_t out_c)
{
    if (in_c == DIM_UNKNOWN || filter_c == DIM_UNKNOWN || out_c == DIM_UNKNOWN)
        return true;
    return in_c > 0 && filter_c > 0 && in_c % filter_c == 0 && out_c % (in_c / filter_c) == 0;
}

static enum mote_status infer_conv_2d(const struct model *m, struct graph *g, const struct op *op,
                                      const struct frame *at)
{
    const struct conv_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1);
    struct window y, x;

    (void)m;
    TRY(want_rank(at, in, "input", 4, 4));
    TRY(want_rank(at, w, "weights", 4, 4));
    if (!groups_fit(in->dims[3], w->dims[3], w->dims[0]))
        return fail(at, MOTE_ERR_SHAPE,
                    "%lld input channels and %lld filters of %lld channels do not make whole groups",
                    (long long)in->dims[3], (long long)w->dims[0], (long long)w->dims[3]);
    y = window_fit(o->padding, in->dims[1], w->dims[1], o->stride_h, o->dilation_h, o->pad_top, o->pad_bottom);
    x = window_fit(o->padding, in->dims[2], w->dims[2], o->stride_w, o->dilation_w, o->pad_left, o->pad_right);
    return infer_set(at, op_out(g, op, 0), 4, (int64_t[]){in->dims[0], y.out, x.out, w->dims[0]});
}

static int64_t macs_conv_2d(const struct graph *g, const struct op *op)
{
    const struct tensor *w = op_in(g, op, 1);

    return tensor_elements(op_out(g, op, 0)) * w->dims[1] * w->dims[2] * w->dims[3];
}

/* The parameters that the kernels of all types have. */
#define GEOMETRY(in, w, out, o, y, x)                                                                                  \
    .batch = (int32_t)(in)->dims[0], .in_h = (int32_t)(in)->dims[1], .in_w = (int32_t)(in)->dims[2],                   \
    .in_c = (int32_t)(in)->dims[3], .out_h = (int32_t)(out)->dims[1], .out_w = (int32_t)(out)->dims[2],                \
    .out_c = (int32_t)(out)->dims[3], .kernel_h = (int32_t)(w)->dims[1], .kernel_w = (int32_t)(w)->dims[2],            \
    .stride_h = (o)->stride_h, .stride_w = (o)->stride_w, .filter_c = (int32_t)(w)->dims[3],                           \
    .dilation_h = (w)->dims[1] > 1 ? (o)->dilation_h : 1, .dilation_w = (w)->dims[2] > 1 ? (o)->dilation_w : 1,        \
    .pad_top = (int32_t)(y).pad_before, .pad_left = (int32_t)(x).pad_before

static enum mote_status lower_conv_2d_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *w = op_in(l->graph, op, 1), *out = op_out(l->graph, op, 0);
    int64_t kernel = w->dims[1] * w->dims[2] * w->dims[3];
    struct linear linear;
    struct window y, x;
    float scale;
    int32_t zero;

    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &scale, &zero));
    TRY(lower_linear_s8(l, op, o->activation, (int32_t)w->dims[0], kernel, 1, kernel, &linear, at));
    y = window_fit(o->padding, in->dims[1], w->dims[1], o->stride_h, o->dilation_h, o->pad_top, o->pad_bottom);
    x = window_fit(o->padding, in->dims[2], w->dims[2], o->stride_w, o->dilation_w, o->pad_left, o->pad_right);

    struct mote_conv_2d_s8 p = {
        GEOMETRY(in, w, out, o, y, x),     .out_zero = linear.out_zero, .lo = linear.lo, .hi = linear.hi,
        .per_channel = linear.per_channel,
    };
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_tensor(l, op->in[1]),
        linear.bias,
        linear.mult,
        linear.shift,
        lower_zeros_s8(l, zero, (size_t)(in->dims[2] * in->dims[3])),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_conv_2d_s8, &p, args, at);
}

static enum mote_status lower_conv_2d_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *w = op_in(l->graph, op, 1), *out = op_out(l->graph, op, 0);
    struct window y, x;
    struct linear_f32 linear;

    TRY(lower_linear_f32(l, op, o->activation, w->dims[0], w->dims[1] * w->dims[2] * w->dims[3], &linear, at));
    y = window_fit(o->padding, in->dims[1], w->dims[1], o->stride_h, o->dilation_h, o->pad_top, o->pad_bottom);
    x = window_fit(o->padding, in->dims[2], w->dims[2], o->stride_w, o->dilation_w, o->pad_left, o->pad_right);

    struct mote_conv_2d_f32 p = {GEOMETRY(in, w, out, o, y, x), .lo = linear.lo, .hi = linear.hi};
    int32_t args[] = {lower_tensor(l, op->in[0]), linear.weights, linear.bias, lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_conv_2d_f32, &p, args, at);
}

/* The sums have the bias' width; without a bias, 64 bits unless the option says 32. */
static enum mote_status lower_conv_2d_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *w = op_in(l->graph, op, 1), *out = op_out(l->graph, op, 0);
    const struct tensor *bias = op_in(l->graph, op, 2);
    bool wide = bias != NULL ? bias->type != TYPE_S32 : !o->bias_s32;
    struct linear_types types = {TYPE_S16, wide ? TYPE_S64 : TYPE_S32, wide ? MOTE_SHIFT64_MAX : MOTE_SHIFT_MAX};
    struct linear linear;
    struct window y, x;

    TRY(lower_linear_plain(l, op, &types, o->activation, (int32_t)w->dims[0], w->dims[1] * w->dims[2] * w->dims[3],
                           &linear, at));
    y = window_fit(o->padding, in->dims[1], w->dims[1], o->stride_h, o->dilation_h, o->pad_top, o->pad_bottom);
    x = window_fit(o->padding, in->dims[2], w->dims[2], o->stride_w, o->dilation_w, o->pad_left, o->pad_right);

    struct mote_conv_2d_s16 p = {
        GEOMETRY(in, w, out, o, y, x),     .lo = linear.lo, .hi = linear.hi,
        .per_channel = linear.per_channel, .wide = wide,
    };
    int32_t args[] = {
        lower_tensor(l, op->in[0]),  lower_tensor(l, op->in[1]), linear.bias, linear.mult, linear.shift,
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_conv_2d_s16, &p, args, at);
}

static enum mote_status lower_conv_2d(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_conv_2d_s8(l, op, at);
    case TYPE_S16:
        return lower_conv_2d_s16(l, op, at);
    case TYPE_F32:
        return lower_conv_2d_f32(l, op, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

static enum mote_status gradient_conv_2d(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    struct conv_opts o = *(const struct conv_opts *)b->g->ops[i].opts;
    int activation = o.activation;

    o.activation = ACTIVATION_NONE;
    return gradient_linear(b, i, d, OP_CONV_2D_GRAD_INPUT, OP_CONV_2D_GRAD_WEIGHTS, activation, &o, at);
}

const struct operator operator_conv_2d = {
    .infer = infer_conv_2d,
    .macs = macs_conv_2d,
    .lower = lower_conv_2d,
    .scales = {.form = FORM_LINEAR},
    .linear = &(const struct linear_inputs){.input = 0, .weights = 1, .bias = 2, .channels = 0},
    .fuses = true,
    .gradient = gradient_conv_2d,
};
