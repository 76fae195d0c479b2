/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D: input NHWC, weights 1HWO, optional bias O. The depth multiplier is O / C. */
#include "host/operators/conv.h"
#include "mote/kernels/conv/conv_2d_s8.h"
#include "mote/kernels/conv/depthwise_conv_2d_f32.h"
#include "mote/kernels/conv/depthwise_conv_2d_s16.h"
#include "mote/kernels/conv/depthwise_conv_2d_s8.h"
#include "mote/kernels/conv/depthwise_conv_2d_u8.h"
#include "mote/kernels/shared/requant.h"

static enum mote_status infer_depthwise_conv_2d(const struct model *m, struct graph *g, const struct op *op,
                                                const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1);
    struct conv c;

    (void)m;
    TRY(want_rank(at, in, "input", 4, 4));
    TRY(want_rank(at, w, "weights", 4, 4));
    if (w->dims[0] != 1 && w->dims[0] != DIM_UNKNOWN)
        return fail(at, MOTE_ERR_SHAPE, "the weights' first dimension is %lld, not 1", (long long)w->dims[0]);
    if (in->dims[3] != DIM_UNKNOWN && w->dims[3] != DIM_UNKNOWN && (in->dims[3] <= 0 || w->dims[3] % in->dims[3] != 0))
        return fail(at, MOTE_ERR_SHAPE, "%lld output channels are no multiple of %lld input channels",
                    (long long)w->dims[3], (long long)in->dims[3]);
    c = conv_of(g, op);
    return infer_set(at, op_out(g, op, 0), 4, (int64_t[]){in->dims[0], c.y.out, c.x.out, w->dims[3]});
}

static int64_t macs_depthwise_conv_2d(const struct graph *g, const struct op *op)
{
    const struct tensor *w = op_in(g, op, 1);

    return tensor_elements(op_out(g, op, 0)) * w->dims[1] * w->dims[2];
}

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

/* The parameters that the kernels of all types have. */
#define GEOMETRY(c) CONV_FIELDS(c), .depth_multiplier = (int32_t)((c).out->dims[3] / (c).in->dims[3])

/* Of one input channel it is a convolution, whose kernels share the inputs between the filters. */
static enum mote_status lower_depthwise_conv_2d_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv c = conv_of(l->graph, op);
    bool alone;
    struct linear linear;
    float scale;
    int32_t zero;

    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &scale, &zero));
    TRY(lower_linear_s8(l, op, c.o->activation, (int32_t)c.w->dims[3], c.w->dims[1] * c.w->dims[2], c.w->dims[3], 1,
                        &linear, at));
    alone = c.in->dims[3] == 1 && linear.weights_zero == 0;

    struct mote_conv_2d_s8 as_conv = {CONV_FIELDS(c), .filter_c = 1, .out_zero = linear.out_zero,
                                      LINEAR_FIELDS(linear)};
    struct mote_depthwise_conv_2d_s8 p = {GEOMETRY(c), .out_zero = linear.out_zero, LINEAR_FIELDS(linear)};
    struct mote_depthwise_conv_2d_u8 zero_point = {GEOMETRY(c), .weights_zero = linear.weights_zero,
                                                   .out_zero = linear.out_zero, LINEAR_FIELDS(linear)};
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        alone ? 0 : lower_tensor(l, op->in[1]),
        linear.bias,
        linear.mult,
        linear.shift,
        lower_zeros_s8(l, zero, (size_t)(c.in->dims[2] * c.in->dims[3])),
        lower_tensor(l, op->out[0]),
    };
    if (linear.weights_zero != 0)
        return lower_step(l, KERNEL_depthwise_conv_2d_u8, &zero_point, args, at);
    if (!alone)
        return lower_step(l, KERNEL_depthwise_conv_2d_s8, &p, args, at);
    args[1] = filters_of(l, c.w);
    return lower_step(l, KERNEL_conv_2d_s8, &as_conv, args, at);
}

static enum mote_status lower_depthwise_conv_2d_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv c = conv_of(l->graph, op);
    struct linear_types types = {TYPE_S16, TYPE_S64, MOTE_SHIFT64_MAX};
    struct linear linear;

    TRY(lower_linear_plain(l, op, &types, c.o->activation, (int32_t)c.w->dims[3], c.w->dims[1] * c.w->dims[2], &linear,
                           at));

    struct mote_depthwise_conv_2d_s16 p = {GEOMETRY(c), LINEAR_FIELDS(linear)};
    return lower_linear_step(l, op, KERNEL_depthwise_conv_2d_s16, &p, &linear, at);
}

static enum mote_status lower_depthwise_conv_2d_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct conv c = conv_of(l->graph, op);
    struct linear_f32 linear;

    TRY(lower_linear_f32(l, op, c.o->activation, c.w->dims[3], c.w->dims[1] * c.w->dims[2], &linear, at));

    struct mote_depthwise_conv_2d_f32 p = {GEOMETRY(c), .lo = linear.lo, .hi = linear.hi};
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
    return gradient_conv(b, i, d, OP_DEPTHWISE_CONV_2D_GRAD_INPUT, OP_DEPTHWISE_CONV_2D_GRAD_WEIGHTS, at);
}

const struct operator operator_depthwise_conv_2d = {
    .infer = infer_depthwise_conv_2d,
    .macs = macs_depthwise_conv_2d,
    .lower = lower_depthwise_conv_2d,
    .scales = {.form = FORM_LINEAR, .wide = true},
    .linear = &(const struct linear_inputs){.input = 0, .weights = 1, .bias = 2, .channels = 3},
    .fuses = true,
    .gradient = gradient_depthwise_conv_2d,
};
