/* SPDX-License-Identifier: Apache-2.0 */
/* LOGISTIC: 1 / (1 + exp(-x)). */
#include <math.h>

#include "host/gradient/gradient.h"
#include "host/operators/fixed_point.h"
#include "host/operators/unary.h"
#include "mote/kernels/shared/requant.h"

/* Scale 1/256 and zero point -128. */
static int32_t logistic_s8(int32_t a) { return mote_rounding_divide(fixed_logistic(a), 23) + INT8_MIN; }

static float logistic_u8(float x)
{
    volatile float power = expf(-x), sum = 1.0f + power;

    return 1.0f / sum;
}

static enum mote_status lower_logistic_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct unary_s8 u;

    if (op->uint8)
        return lower_float_table_s8(l, op, logistic_u8, at);
    TRY(want_unary_s8(l, op, &u, at));
    return lower_fixed_s8(l, op, logistic_s8, at);
}

static enum mote_status lower_logistic(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_logistic_s8(l, op, at);
    case TYPE_S16:
        return lower_sigmoid_s16(l, op, false, at);
    case TYPE_F32:
        return lower_unary_f32(l, op, MOTE_UNARY_SIGMOID, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

static enum mote_status gradient_logistic(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    (void)at;
    return gradient_activation(b, i, d, OP_LOGISTIC_GRAD);
}

const struct operator operator_logistic = {
    .infer = infer_same,
    .lower = lower_logistic,
    .scales = {.form = FORM_FIXED, .fixed_scale = 1.0f / 256, .fixed_zero = -128, .wide = true},
    .gradient = gradient_logistic,
};
