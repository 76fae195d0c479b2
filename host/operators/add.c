/* SPDX-License-Identifier: Apache-2.0 */
/* ADD: two tensors of any shapes that broadcast, with a fused activation. What SUB shares with it is here too. */
#include "host/gradient/gradient.h"
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/add_s8.h"
#include "mote/kernels/elementwise/add_sub.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/binary_s32.h"

/* A multiplier that the reference takes only below 1. */
static enum mote_status below_one(const struct frame *at, double scale, int32_t *mult, int32_t *shift)
{
    if (scale >= 1)
        return fail(at, MOTE_ERR_QUANT, "the output's scale is too small beside the inputs'");
    if (!(scale > 0)) /* also where a float has overflowed */
        return fail(at, MOTE_ERR_QUANT, "the scales are too far apart");
    quantize_multiplier(scale, mult, shift);
    if (*shift > 0) /* so near to 1 that it was rounded up to it */
        return fail(at, MOTE_ERR_QUANT, "the output's scale is too small beside the inputs'");
    return MOTE_OK;
}

/* The three multipliers: ADD makes them in double, SUB in float. */
static enum mote_status rescale(const struct frame *at, bool minus, int left_shift, const float scales[3],
                                struct binary *q)
{
    float a = scales[0], b = scales[1], out = scales[2], most = a > b ? a : b;
    double twice = 2 * (double)most, reals[3] = {a / twice, b / twice, twice / ((1 << left_shift) * (double)out)};

    if (minus) {
        reals[0] = (double)ratio_f32(a, 2 * most);
        reals[1] = (double)ratio_f32(b, 2 * most);
        reals[2] = (double)ratio_f32(2 * most, (float)(1 << left_shift) * out);
    }
    TRY(below_one(at, reals[0], &q->a_mult, &q->a_shift));
    TRY(below_one(at, reals[1], &q->b_mult, &q->b_shift));
    return below_one(at, reals[2], &q->out_mult, &q->out_shift);
}

static enum mote_status want_sum(const struct lowering *l, const struct op *op, bool minus, int left_shift,
                                 struct binary *q, const struct frame *at)
{
    const struct binary_opts *o = op->opts;
    const struct tensor *out = op_out(l->graph, op, 0);
    enum mote_type type = op_in(l->graph, op, 0)->type;
    float scales[3];

    TRY(want_binary(l, op, type, q, scales, at));
    TRY((type == TYPE_S16 ? activation_range_s16 : activation_range_s8)(out, o->activation, &q->lo, &q->hi, at));
    return rescale(at, minus, left_shift, scales, q);
}

enum mote_status lower_add_sub(struct lowering *l, const struct op *op, bool minus, const struct frame *at)
{
    const struct graph *g = l->graph;
    enum mote_type type = op_in(g, op, 0)->type;
    int left_shift = type == TYPE_S16 ? MOTE_ADD_SUB_LEFT_SHIFT_S16 : MOTE_ADD_SUB_LEFT_SHIFT_S8;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct binary q;

    TRY(want_sum(l, op, minus, left_shift, &q, at));

    struct mote_add_sub p = {BROADCAST_FIELDS(b), BINARY_FIELDS(q), .type = (int32_t)type, .minus = minus};

    return lower_broadcast(l, op, KERNEL_add_sub, &p, &b, at);
}

static enum mote_status lower_add_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct graph *g = l->graph;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct binary q;

    TRY(want_sum(l, op, false, MOTE_ADD_S8_LEFT_SHIFT, &q, at));

    struct mote_add_s8 p = {BROADCAST_FIELDS(b), BINARY_FIELDS(q)};

    return lower_broadcast(l, op, KERNEL_add_s8, &p, &b, at);
}

static enum mote_status lower_add(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct binary_opts *o = op->opts;

    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_add_s8(l, op, at);
    case TYPE_S16:
        return lower_add_sub(l, op, false, at);
    case TYPE_F32:
        return lower_binary_f32(l, op, MOTE_BINARY_ADD, o->activation, at);
    case TYPE_S32:
        return lower_binary_s32(l, op, MOTE_BINARY_S32_ADD, o->activation, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16, s32 and f32");
    }
}

static enum mote_status gradient_add(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];
    const struct binary_opts *o = op.opts;

    if (!shape_equal(op_in(b->g, &op, 0), op_in(b->g, &op, 1)))
        return fail(at, MOTE_ERR_UNSUPPORTED, "an addition that broadcasts has no gradient here");
    TRY(gradient_through(b, o->activation, op.out[0], &d, at));
    gradient_give(b, op.in[0], d);
    gradient_give(b, op.in[1], d);
    return MOTE_OK;
}

const struct operator operator_add = {
    .infer = infer_broadcast,
    .lower = lower_add,
    .scales = {.form = FORM_OWN, .wide = true},
    .fuses = true,
    .gradient = gradient_add,
};
