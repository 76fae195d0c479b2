/* SPDX-License-Identifier: Apache-2.0 */
/* MUL: two tensors of any shapes that broadcast, with a fused activation. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/mul_s8.h"

/* A product without a sum is not a multiply-accumulate. */
static enum mote_status lower_mul_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct binary_opts *o = op->opts;
    const struct graph *g = l->graph;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct mote_mul_s8 p = {
        .rows = b.rows,
        .rank = b.rank,
        .a_len = b.a_len,
        .b_len = b.b_len,
        .out_len = b.out_len,
    };
    float a_scale, b_scale, out_scale;

    TRY(want_quant(at, g, op, op->in[0], TYPE_S8, &a_scale, &p.a_zero));
    TRY(want_quant(at, g, op, op->in[1], TYPE_S8, &b_scale, &p.b_zero));
    TRY(want_quant(at, g, op, op->out[0], TYPE_S8, &out_scale, &p.out_zero));
    TRY(activation_range_s8(op_out(g, op, 0), o->activation, &p.lo, &p.hi, at));
    TRY(want_multiplier(at, (double)a_scale * (double)b_scale / (double)out_scale, &p.mult, &p.shift));

    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_tensor(l, op->in[1]),
        lower_const(l, "shape", TYPE_S32, b.shape, (size_t)b.rank * sizeof b.shape[0], false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_mul_s8, &p, args, at);
}

static enum mote_status lower_mul(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct binary_opts *o = op->opts;

    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_mul_s8(l, op, at);
    case TYPE_F32:
        return lower_binary_f32(l, op, MOTE_BINARY_MUL, o->activation, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8 and f32");
    }
}

const struct operator operator_mul = {
    .infer = infer_broadcast,
    .lower = lower_mul,
    .scales = {.form = FORM_OWN},
    .fuses = true,
};
