/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D: input NHWC, weights OHWI, optional bias O. Where the weights have fewer input channels than the input, the
 * convolution is grouped: filters see one group of channels each. */
#include "host/operators/conv.h"
#include "mote/kernels/conv/conv_2d_f32.h"
#include "mote/kernels/conv/conv_2d_s16.h"
#include "mote/kernels/conv/conv_2d_s8.h"
#include "mote/kernels/conv/conv_2d_u8.h"
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
    const struct tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1);
    struct conv c;

    (void)m;
    TRY(want_rank(at, in, "input", 4, 4));
    TRY(want_rank(at, w, "weights", 4, 4));
    if (!groups_fit(in->dims[3], w->dims[3], w->dims[0]))
        return fail(at, MOTE_ERR_SHAPE,
                    "%lld input channels and %lld filters of %lld channels do not make whole groups",
                    (long long)in->dims[3], (long long)w->dims[0], (long long)w->dims[3]);
    c = conv_of(g, op);
    return infer_set(at, op_out(g, op, 0), 4, (int64_t[]){in->dims[0], c.y.out, c.x.out, w->dims[0]});
}

static int64_t macs_conv_2d(const struct graph *g, const struct op *op)
{
    const struct tensor *w = op_in(g, op, 1);

    return tensor_elements(op_out(g, op, 0)) * w->dims[1] * w->dims[2] * w->dims[3];
}

/* The parameters that the kernels of all types have. */
#define GEOMETRY(c) CONV_FIELDS(c), .filter_c = (int32_t)(c).w->dims[3]

static enum mote_status lower_conv_2d_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv c = conv_of(l->graph, op);
    int64_t kernel = c.w->dims[1] * c.w->dims[2] * c.w->dims[3];
    struct linear linear;
    float scale;
    int32_t zero;

    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &scale, &zero));
    TRY(lower_linear_s8(l, op, c.o->activation, (int32_t)c.w->dims[0], kernel, 1, kernel, &linear, at));

    struct mote_conv_2d_s8 p = {GEOMETRY(c), .out_zero = linear.out_zero, LINEAR_FIELDS(linear)};
    struct mote_conv_2d_u8 zero_point = {GEOMETRY(c), .weights_zero = linear.weights_zero, .out_zero = linear.out_zero,
                                         LINEAR_FIELDS(linear)};
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_tensor(l, op->in[1]),
        linear.bias,
        linear.mult,
        linear.shift,
        lower_zeros_s8(l, zero, (size_t)(c.in->dims[2] * c.in->dims[3])),
        lower_tensor(l, op->out[0]),
    };
    if (linear.weights_zero != 0)
        return lower_step(l, KERNEL_conv_2d_u8, &zero_point, args, at);
    return lower_step(l, KERNEL_conv_2d_s8, &p, args, at);
}

static enum mote_status lower_conv_2d_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv c = conv_of(l->graph, op);
    struct linear_f32 linear;

    TRY(lower_linear_f32(l, op, c.o->activation, c.w->dims[0], c.w->dims[1] * c.w->dims[2] * c.w->dims[3], &linear,
                         at));

    struct mote_conv_2d_f32 p = {GEOMETRY(c), .lo = linear.lo, .hi = linear.hi};
    int32_t args[] = {lower_tensor(l, op->in[0]), linear.weights, linear.bias, lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_conv_2d_f32, &p, args, at);
}

static enum mote_status lower_conv_2d_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv c = conv_of(l->graph, op);
    struct linear_types types = linear_types_s16(l->graph, op, c.o->bias_s32);
    struct linear linear;

    TRY(lower_linear_plain(l, op, &types, c.o->activation, (int32_t)c.w->dims[0],
                           c.w->dims[1] * c.w->dims[2] * c.w->dims[3], &linear, at));

    struct mote_conv_2d_s16 p = {GEOMETRY(c), LINEAR_FIELDS(linear), .wide = types.bias == TYPE_S64};

    return lower_linear_step(l, op, KERNEL_conv_2d_s16, &p, &linear, at);
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
    return gradient_conv(b, i, d, OP_CONV_2D_GRAD_INPUT, OP_CONV_2D_GRAD_WEIGHTS, at);
}

const struct operator operator_conv_2d = {
    .infer = infer_conv_2d,
    .macs = macs_conv_2d,
    .lower = lower_conv_2d,
    .scales = {.form = FORM_LINEAR, .wide = true},
    .linear = &(const struct linear_inputs){.input = 0, .weights = 1, .bias = 2, .channels = 0},
    .fuses = true,
    .gradient = gradient_conv_2d,
};
