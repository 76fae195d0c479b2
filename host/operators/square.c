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
        BROADCAST_FIELDS(b),
        .lo = float_bits(-INFINITY), /* MUL's clamp is at the largest finite floats */
        .hi = float_bits(INFINITY),
    };
    int32_t twice[] = {op->in[0], op->in[0]};
    struct op product = *op;

    if (x->type != TYPE_F32)
        return refuse_type(at, l->graph, op->in[0], "f32");
    TRY(want_type(at, l->graph, op->out[0], TYPE_F32));
    product.in = twice;
    return lower_broadcast(l, &product, KERNEL_binary_f32, &p, &b, at);
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
