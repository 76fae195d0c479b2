/* SPDX-License-Identifier: Apache-2.0 */
/* ADD: two tensors of any shapes that broadcast, with a fused activation. What SUB shares with it is here too. */
#include "host/gradient/gradient.h"
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/add_s8.h"
#include "mote/kernels/elementwise/add_sub.h"
#include "mote/kernels/elementwise/binary_f32.h"

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
struct rescaling {
    int32_t a_mult, a_shift, b_mult, b_shift, out_mult, out_shift;
};

static enum mote_status rescale(const struct frame *at, bool minus, int left_shift, float a, float b, float out,
                                struct rescaling *r)
{
    float most = a > b ? a : b;
    double twice = 2 * (double)most, reals[3] = {a / twice, b / twice, twice / ((1 << left_shift) * (double)out)};

    if (minus) {
        reals[0] = (double)ratio_f32(a, 2 * most);
        reals[1] = (double)ratio_f32(b, 2 * most);
        reals[2] = (double)ratio_f32(2 * most, (float)(1 << left_shift) * out);
    }
    TRY(below_one(at, reals[0], &r->a_mult, &r->a_shift));
    TRY(below_one(at, reals[1], &r->b_mult, &r->b_shift));
    return below_one(at, reals[2], &r->out_mult, &r->out_shift);
}

enum mote_status lower_add_sub(struct lowering *l, const struct op *op, bool minus, const struct frame *at)
{
    const struct binary_opts *o = op->opts;
    const struct graph *g = l->graph;
    enum mote_type type = op_in(g, op, 0)->type;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct mote_add_sub p = {
        .rows = b.rows,
        .rank = b.rank,
        .type = (int32_t)type,
        .minus = minus,
        .a_len = b.a_len,
        .b_len = b.b_len,
        .out_len = b.out_len,
    };
    float a_scale, b_scale, out_scale;
    struct rescaling r = {0};

    TRY(want_quant(at, g, op, op->in[0], type, &a_scale, &p.a_zero));
    TRY(want_quant(at, g, op, op->in[1], type, &b_scale, &p.b_zero));
    TRY(want_quant(at, g, op, op->out[0], type, &out_scale, &p.out_zero));
    TRY((type == TYPE_S16 ? activation_range_s16 : activation_range_s8)(op_out(g, op, 0), o->activation, &p.lo, &p.hi,
                                                                        at));
    TRY(rescale(at, minus, type == TYPE_S16 ? MOTE_ADD_SUB_LEFT_SHIFT_S16 : MOTE_ADD_SUB_LEFT_SHIFT_S8, a_scale,
                b_scale, out_scale, &r));
    p.a_mult = r.a_mult;
    p.a_shift = r.a_shift;
    p.b_mult = r.b_mult;
    p.b_shift = r.b_shift;
    p.out_mult = r.out_mult;
    p.out_shift = r.out_shift;

    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_tensor(l, op->in[1]),
        lower_const(l, "shape", TYPE_S32, b.shape, (size_t)b.rank * sizeof b.shape[0], false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_add_sub, &p, args, at);
}

static enum mote_status lower_add_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct binary_opts *o = op->opts;
    const struct graph *g = l->graph;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct mote_add_s8 p = {
        .rows = b.rows,
        .rank = b.rank,
        .a_len = b.a_len,
        .b_len = b.b_len,
        .out_len = b.out_len,
    };
    float a_scale, b_scale, out_scale;
    double twice;

    TRY(want_quant(at, g, op, op->in[0], TYPE_S8, &a_scale, &p.a_zero));
    TRY(want_quant(at, g, op, op->in[1], TYPE_S8, &b_scale, &p.b_zero));
    TRY(want_quant(at, g, op, op->out[0], TYPE_S8, &out_scale, &p.out_zero));
    TRY(activation_range_s8(op_out(g, op, 0), o->activation, &p.lo, &p.hi, at));
    twice = 2 * (double)(a_scale > b_scale ? a_scale : b_scale);
    TRY(below_one(at, (double)a_scale / twice, &p.a_mult, &p.a_shift));
    TRY(below_one(at, (double)b_scale / twice, &p.b_mult, &p.b_shift));
    TRY(below_one(at, twice / ((1 << MOTE_ADD_S8_LEFT_SHIFT) * (double)out_scale), &p.out_mult, &p.out_shift));

    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_tensor(l, op->in[1]),
        lower_const(l, "shape", TYPE_S32, b.shape, (size_t)b.rank * sizeof b.shape[0], false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_add_s8, &p, args, at);
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
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
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
    .scales = {.form = FORM_OWN},
    .fuses = true,
    .gradient = gradient_add,
};
