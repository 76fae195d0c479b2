/* SPDX-License-Identifier: Apache-2.0 */
/* RSQRT: 1 / sqrt(x). */
#include <math.h>

#include "host/operators/unary.h"
#include "mote/kernels/elementwise/unary_s16.h"
#include "mote/kernels/shared/inverse_sqrt.h"
#include "mote/kernels/shared/requant.h"

/* The root of the input's scale and the product are floats, the quotient is a double. */
static enum mote_status find_multiplier(float in, float out, int32_t *mult, int32_t *shift, const struct frame *at)
{
    volatile float root = sqrtf(in), product = root * out;

    TRY(want_multiplier(at, 1 / (double)product, mult, shift));
    *shift -= MOTE_RSQRT_FRACTION;
    if (*shift < MOTE_SHIFT_MIN)
        return fail(at, MOTE_ERR_QUANT, "the output's scale %g is too large beside the input's, %g", (double)out,
                    (double)in);
    return MOTE_OK;
}

/* Of zero, 127. The reference refuses a negative number when it meets it; here that gives 127 too. */
static int8_t rsqrt_s8(const struct unary_s8 *u, int32_t x, int32_t mult, int32_t shift)
{
    int32_t root_mult, root_shift;

    if (x <= 0)
        return INT8_MAX;
    mote_inverse_sqrt(x, &root_mult, &root_shift);
    return mote_requant_s8(mote_requant(1, root_mult, root_shift + MOTE_RSQRT_FRACTION), mult, shift, u->out_zero,
                           INT8_MIN, INT8_MAX);
}

static enum mote_status lower_rsqrt_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct unary_s8 u;
    int8_t table[256];
    int32_t mult, shift;

    TRY(want_unary_s8(l, op, &u, at));
    TRY(find_multiplier(u.in_scale, u.out_scale, &mult, &shift, at));
    for (int32_t i = 0; i < 256; i++)
        table[i] = rsqrt_s8(&u, i + INT8_MIN - u.in_zero, mult, shift);
    return lower_table_s8(l, op, table, at);
}

static enum mote_status lower_rsqrt_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    float in, out;
    int32_t mult, shift;

    TRY(want_symmetric(at, l->graph, op, op->in[0], &in));
    TRY(want_symmetric(at, l->graph, op, op->out[0], &out));
    TRY(find_multiplier(in, out, &mult, &shift, at));
    return lower_unary_s16(l, op, MOTE_UNARY_S16_RSQRT, mult, shift, at);
}

static enum mote_status lower_rsqrt(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_rsqrt_s8(l, op, at);
    case TYPE_S16:
        return lower_rsqrt_s16(l, op, at);
    case TYPE_F32:
        return lower_unary_f32(l, op, MOTE_UNARY_RSQRT, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

const struct operator operator_rsqrt = {
    .infer = infer_same,
    .lower = lower_rsqrt,
    .scales = {.form = FORM_OWN, .wide = true},
};
