/* SPDX-License-Identifier: Apache-2.0 */
/* PRELU: what is below 0 is multiplied by the second input, alpha, which broadcasts. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/binary_s16.h"
#include "mote/kernels/elementwise/binary_s8.h"

static enum mote_status find_multipliers(const float s[3], struct binary *q, const struct frame *at)
{
    TRY(want_multiplier(at, (double)s[0] / (double)s[2], &q->a_mult, &q->a_shift));
    return want_multiplier(at, (double)s[0] * (double)s[1] / (double)s[2], &q->out_mult, &q->out_shift);
}

/* Alpha is int8, as the reference has it. */
static enum mote_status lower_prelu_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct binary q = {.function = MOTE_BINARY_S16_PRELU, .lo = INT16_MIN, .hi = INT16_MAX};
    const struct graph *g = l->graph;
    int32_t alpha;
    float s[3];

    TRY(want_quant(at, g, op, op->in[0], TYPE_S16, &s[0], &q.a_zero));
    TRY(want_quant(at, g, op, op->in[1], TYPE_S8, &s[1], &q.b_zero));
    TRY(want_quant(at, g, op, op->out[0], TYPE_S16, &s[2], &q.out_zero));
    TRY(find_multipliers(s, &q, at));
    TRY(lower_widened(l, op, 1, &alpha, at));
    return lower_by_binary_s16(l, op, &q, lower_tensor(l, op->in[0]), alpha, at);
}

static enum mote_status lower_prelu_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct binary q = {.function = MOTE_BINARY_S8_PRELU};
    float s[3];

    TRY(want_binary(l, op, TYPE_S8, &q, s, at));
    TRY(find_multipliers(s, &q, at));
    return lower_binary_s8(l, op, &q, at);
}

static enum mote_status lower_prelu(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_prelu_s8(l, op, at);
    case TYPE_S16:
        return lower_prelu_s16(l, op, at);
    case TYPE_F32:
        return lower_binary_f32(l, op, MOTE_BINARY_PRELU, ACTIVATION_NONE, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

const struct operator operator_prelu = {
    .infer = infer_broadcast,
    .lower = lower_prelu,
    .scales = {.form = FORM_OWN, .wide = true},
};
