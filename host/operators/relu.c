/* SPDX-License-Identifier: Apache-2.0 */
/* RELU: what is below 0 becomes 0. */
#include <math.h>

#include "host/gradient/gradient.h"
#include "host/operators/unary.h"
#include "mote/kernels/shared/requant.h"

/* With another scale or zero point at the output, each value is requantized before the clamp. */
static enum mote_status lower_relu_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct unary_s8 u;
    int8_t table[256];
    int32_t mult, shift;

    TRY(want_unary_s8(l, op, &u, at));
    TRY(want_multiplier(at, (double)ratio_f32(u.in_scale, u.out_scale), &mult, &shift));
    for (int32_t i = 0; i < 256; i++)
        table[i] = mote_requant_s8(i + INT8_MIN - u.in_zero, mult, shift, u.out_zero, u.out_zero, INT8_MAX);
    return lower_table_s8(l, op, table, at);
}

static enum mote_status lower_relu_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    float in_scale, out_scale;

    TRY(want_symmetric(at, l->graph, op, op->in[0], &in_scale));
    TRY(want_symmetric(at, l->graph, op, op->out[0], &out_scale));
    return lower_rescale_s16(l, op, ratio_f32(in_scale, out_scale), 0, INT16_MAX, at);
}

static enum mote_status lower_relu(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_relu_s8(l, op, at);
    case TYPE_S16:
        return lower_relu_s16(l, op, at);
    case TYPE_F32:
        return lower_clamp_f32(l, op, 0, INFINITY, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

static enum mote_status gradient_relu(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    (void)at;
    return gradient_activation(b, i, d, OP_RELU_GRAD);
}

const struct operator operator_relu = {
    .infer = infer_same,
    .lower = lower_relu,
    .scales = {.form = FORM_OWN, .wide = true},
    .gradient = gradient_relu,
};
