/* SPDX-License-Identifier: Apache-2.0 */
/* SQUARE, of floats: the reference has no other. It is the product of its input with itself, whatever that is. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/binary_f32.h"

#include <math.h>

static enum mote_status lower_square(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *x = op_in(l->graph, op, 0);
    struct broadcast b = broadcast_of(x, x, op_out(l->graph, op, 0));
    struct mote_binary_f32 p = {
        .function = MOTE_BINARY_MUL,
        .rows = b.rows,
        .rank = b.rank,
        .a_len = b.a_len,
        .b_len = b.b_len,
        .out_len = b.out_len,
        .lo = float_bits(-INFINITY),
        .hi = float_bits(INFINITY),
    };

    if (x->type != TYPE_F32)
        return refuse_type(at, l->graph, op->in[0], "f32");
    TRY(want_type(at, l->graph, op->out[0], TYPE_F32));

    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_tensor(l, op->in[0]),
        lower_const(l, "shape", TYPE_S32, b.shape, (size_t)b.rank * sizeof b.shape[0], false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_binary_f32, &p, args, at);
}

static float slope(float x, float y)
{
    (void)y;
    return 2 * x;
}

const struct operator operator_square = {
    .infer = infer_same,
    .lower = lower_square,
    .slope = slope,
};
