/* SPDX-License-Identifier: Apache-2.0 */
/* FLOOR_DIV and FLOOR_MOD, of floats: the reference has no other. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/floor_div_f32.h"

static enum mote_status lower_floored(struct lowering *l, const struct op *op, int32_t function, const struct frame *at)
{
    const struct graph *g = l->graph;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct mote_floor_div_f32 p = {
        .function = function, .rows = b.rows, .rank = b.rank, .a_len = b.a_len, .b_len = b.b_len, .out_len = b.out_len};
    int32_t args[4];

    if (op_in(g, op, 0)->type != TYPE_F32)
        return refuse_type(at, g, op->in[0], "f32");
    TRY(want_type(at, g, op->in[1], TYPE_F32));
    TRY(want_type(at, g, op->out[0], TYPE_F32));
    args[0] = lower_tensor(l, op->in[0]);
    args[1] = lower_tensor(l, op->in[1]);
    args[2] = lower_const(l, "shape", TYPE_S32, b.shape, (size_t)b.rank * sizeof b.shape[0], false);
    args[3] = lower_tensor(l, op->out[0]);
    return lower_step(l, KERNEL_floor_div_f32, &p, args, at);
}

static enum mote_status lower_floor_div(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_floored(l, op, MOTE_FLOOR_DIV, at);
}

static enum mote_status lower_floor_mod(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_floored(l, op, MOTE_FLOOR_MOD, at);
}

const struct operator operator_floor_div = {.infer = infer_broadcast, .lower = lower_floor_div};
const struct operator operator_floor_mod = {.infer = infer_broadcast, .lower = lower_floor_mod};
