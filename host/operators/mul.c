/* SPDX-License-Identifier: Apache-2.0 */
/* MUL: two tensors of any shapes that broadcast, with a fused activation. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/binary_s32.h"
#include "mote/kernels/elementwise/mul_s16.h"
#include "mote/kernels/elementwise/mul_s8.h"

/* As the reference computes it of uint8, each operation rounded to float. */
static double scale_in_float(const float s[3])
{
    volatile float product = s[0] * s[1], scale = product / s[2];

    return (double)scale;
}

/* A product without a sum is not a multiply-accumulate. */
static enum mote_status lower_mul_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct binary_opts *o = op->opts;
    const struct graph *g = l->graph;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct mote_mul_s8 p = {BROADCAST_FIELDS(b)};
    struct binary q;
    float s[3];

    TRY(want_binary(l, op, TYPE_S8, &q, s, at));
    TRY(activation_range_s8(op_out(g, op, 0), o->activation, &p.lo, &p.hi, at));
    TRY(want_multiplier(at, op->uint8 ? scale_in_float(s) : (double)s[0] * (double)s[1] / (double)s[2], &p.mult,
                        &p.shift));
    p.a_zero = q.a_zero;
    p.b_zero = q.b_zero;
    p.out_zero = q.out_zero;
    return lower_broadcast(l, op, KERNEL_mul_s8, &p, &b, at);
}

static enum mote_status lower_mul_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct binary_opts *o = op->opts;
    const struct graph *g = l->graph;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct mote_mul_s16 p = {BROADCAST_FIELDS(b)};
    float s[3];

    TRY(want_symmetric(at, g, op, op->in[0], &s[0]));
    TRY(want_symmetric(at, g, op, op->in[1], &s[1]));
    TRY(want_symmetric(at, g, op, op->out[0], &s[2]));
    TRY(activation_range_s16(op_out(g, op, 0), o->activation, &p.lo, &p.hi, at));
    TRY(want_multiplier(at, (double)s[0] * (double)s[1] / (double)s[2], &p.mult, &p.shift));
    return lower_broadcast(l, op, KERNEL_mul_s16, &p, &b, at);
}

static enum mote_status lower_mul(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct binary_opts *o = op->opts;

    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_mul_s8(l, op, at);
    case TYPE_S16:
        return lower_mul_s16(l, op, at);
    case TYPE_F32:
        return lower_binary_f32(l, op, MOTE_BINARY_MUL, o->activation, at);
    case TYPE_S32:
        return lower_binary_s32(l, op, MOTE_BINARY_S32_MUL, o->activation, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16, s32 and f32");
    }
}

const struct operator operator_mul = {
    .infer = infer_broadcast,
    .lower = lower_mul,
    .scales = {.form = FORM_OWN, .wide = true},
    .fuses = true,
};
