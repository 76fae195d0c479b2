/* SPDX-License-Identifier: Apache-2.0 */
/* RELU6: a clamp to 0 … 6. */
#include "host/gradient/gradient.h"
#include "host/operators/unary.h"
#include "mote/kernels/shared/requant.h"

/* The bytes between the limits stay as they are. */
static enum mote_status lower_relu6_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct unary_s8 u;
    int8_t table[256];
    int32_t lo, hi;

    TRY(want_unary_s8(l, op, &u, at));
    TRY(activation_range_s8(op_in(l->graph, op, 0), ACTIVATION_RELU6, &lo, &hi, at));
    for (int32_t i = 0; i < 256; i++)
        table[i] = (int8_t)mote_clamp(i + INT8_MIN, lo, hi);
    return lower_table_s8(l, op, table, at);
}

static enum mote_status lower_relu6_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    float in_scale, out_scale;
    int32_t lo, hi;

    TRY(want_symmetric(at, l->graph, op, op->in[0], &in_scale));
    TRY(want_symmetric(at, l->graph, op, op->out[0], &out_scale));
    TRY(activation_range_s16(op_in(l->graph, op, 0), ACTIVATION_RELU6, &lo, &hi, at));
    return lower_rescale_s16(l, op, 1.0f, lo, hi, at);
}

static enum mote_status lower_relu6(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_relu6_s8(l, op, at);
    case TYPE_S16:
        return lower_relu6_s16(l, op, at);
    case TYPE_F32:
        return lower_clamp_f32(l, op, 0, 6, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

static enum mote_status gradient_relu6(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    (void)at;
    return gradient_activation(b, i, d, OP_RELU6_GRAD);
}

const struct operator operator_relu6 = {
    .infer = infer_same,
    .lower = lower_relu6,
    .scales = {.form = FORM_SAME, .wide = true},
    .gradient = gradient_relu6,
};
