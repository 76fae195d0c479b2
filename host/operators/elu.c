/* SPDX-License-Identifier: Apache-2.0 */
/* ELU: exp(x) - 1 below 0, x from there on. */
#include "host/operators/unary.h"
#include "mote/kernels/elementwise/unary_math_f32.h"

#include <float.h>
#include <math.h>

/* Each value is rounded to float, as the reference does (docs/EXACT.md, "ELU"). */
static int8_t elu_s8(const struct unary_s8 *u, int32_t q)
{
    volatile float x = u->in_scale * (float)(q - u->in_zero), inverse = 1 / u->out_scale;
    volatile float e = (float)exp((double)x), y = x < 0 ? e - 1.0f : x, scaled = y * inverse;
    volatile float placed = roundf(scaled) + (float)u->out_zero;

    return placed <= INT8_MIN ? INT8_MIN : placed >= INT8_MAX ? INT8_MAX : (int8_t)placed;
}

static enum mote_status lower_elu_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct unary_s8 u;
    int8_t table[256];

    TRY(want_unary_s8(l, op, &u, at));
    if (1 / u.out_scale > FLT_MAX) /* which the reference multiplies by */
        return fail(at, MOTE_ERR_QUANT, "the output's scale %g is too small: it has no reciprocal",
                    (double)u.out_scale);
    for (int32_t q = INT8_MIN; q <= INT8_MAX; q++)
        table[q - INT8_MIN] = elu_s8(&u, q);
    return lower_table_s8(l, op, table, at);
}

static enum mote_status lower_elu(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_elu_s8(l, op, at);
    case TYPE_F32:
        return lower_unary_math_f32(l, op, MOTE_UNARY_MATH_ELU, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8 and f32");
    }
}

static float slope(float x, float y) { return x < 0 ? y + 1 : 1; }

const struct operator operator_elu = {
    .infer = infer_same,
    .lower = lower_elu,
    .scales = {.form = FORM_OWN},
    .slope = slope,
};
