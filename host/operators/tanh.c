/* SPDX-License-Identifier: Apache-2.0 */
/* TANH. */
#include <math.h>

#include "host/gradient/gradient.h"
#include "host/operators/fixed_point.h"
#include "host/operators/unary.h"
#include "mote/kernels/shared/requant.h"

/* Scale 1/128 and zero point 0. */
static int32_t tanh_s8(int32_t a) { return mote_rounding_divide(fixed_tanh(a), 24); }

static enum mote_status lower_tanh(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return op->uint8 ? lower_float_table_s8(l, op, tanhf, at) : lower_fixed_s8(l, op, tanh_s8, at);
    case TYPE_S16:
        return lower_sigmoid_s16(l, op, true, at);
    case TYPE_F32:
        return lower_unary_f32(l, op, MOTE_UNARY_TANH, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

static enum mote_status gradient_tanh(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    (void)at;
    return gradient_activation(b, i, d, OP_TANH_GRAD);
}

const struct operator operator_tanh = {
    .infer = infer_same,
    .lower = lower_tanh,
    .scales = {.form = FORM_FIXED, .fixed_scale = 1.0f / 128, .fixed_zero = 0, .wide = true},
    .gradient = gradient_tanh,
};
