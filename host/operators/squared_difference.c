/* SPDX-License-Identifier: Apache-2.0 */
/* SQUARED_DIFFERENCE. As in ADD, each operand is scaled and rounded by itself first. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/binary_s16.h"
#include "mote/kernels/elementwise/binary_s32.h"
#include "mote/kernels/elementwise/binary_s8.h"

/* The operands are in units of twice the coarser scale, `fraction` the square of how much finer. */
static enum mote_status find_multipliers(const float s[3], int32_t fraction, struct binary *q, const struct frame *at)
{
    double twice = 2 * (double)(s[0] > s[1] ? s[0] : s[1]);

    quantize_multiplier((double)s[0] / twice, &q->a_mult, &q->a_shift); /* at most 1/2 */
    quantize_multiplier((double)s[1] / twice, &q->b_mult, &q->b_shift);
    return want_multiplier(at, twice * twice / (fraction * (double)s[2]), &q->out_mult, &q->out_shift);
}

static enum mote_status lower_squared_difference_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct binary q = {.function = MOTE_BINARY_S16_SQUARED_DIFFERENCE, .lo = INT16_MIN, .hi = INT16_MAX};
    float s[3];

    TRY(want_symmetric(at, l->graph, op, op->in[0], &s[0]));
    TRY(want_symmetric(at, l->graph, op, op->in[1], &s[1]));
    TRY(want_symmetric(at, l->graph, op, op->out[0], &s[2]));
    TRY(find_multipliers(s, 1, &q, at));
    return lower_by_binary_s16(l, op, &q, lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1]), at);
}

static enum mote_status lower_squared_difference_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct binary q = {.function = MOTE_BINARY_S8_SQUARED_DIFFERENCE};
    float s[3];

    TRY(want_binary(l, op, TYPE_S8, &q, s, at));
    TRY(find_multipliers(s, 1 << 2 * MOTE_BINARY_S8_LEFT_SHIFT, &q, at));
    return lower_binary_s8(l, op, &q, at);
}

static enum mote_status lower_squared_difference_s32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct graph *g = l->graph;
    const struct tensor *out = op_out(g, op, 0);
    const struct broadcast of_both = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), out);
    const struct broadcast of_one = broadcast_of(out, out, out);
    int32_t difference = lower_scratch(l, TYPE_S32, (size_t)tensor_bytes(out));

    TRY(want_type(at, g, op->in[1], TYPE_S32));
    TRY(want_type(at, g, op->out[0], TYPE_S32));
    TRY(lower_by_binary_s32(l, MOTE_BINARY_S32_SUB, &of_both, lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1]),
                            difference, at));
    return lower_by_binary_s32(l, MOTE_BINARY_S32_MUL, &of_one, difference, difference, lower_tensor(l, op->out[0]),
                               at);
}

static enum mote_status lower_squared_difference(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_squared_difference_s8(l, op, at);
    case TYPE_S16:
        return lower_squared_difference_s16(l, op, at);
    case TYPE_S32:
        return lower_squared_difference_s32(l, op, at);
    case TYPE_F32:
        return lower_binary_f32(l, op, MOTE_BINARY_SQUARED_DIFFERENCE, ACTIVATION_NONE, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16, s32 and f32");
    }
}

const struct operator operator_squared_difference = {
    .infer = infer_broadcast,
    .lower = lower_squared_difference,
    .scales = {.form = FORM_OWN, .wide = true},
};
