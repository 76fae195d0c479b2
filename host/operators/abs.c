/* SPDX-License-Identifier: Apache-2.0 */
/* ABS. */
#include "host/operators/unary.h"
#include "mote/kernels/elementwise/binary_s32.h"
#include "mote/kernels/elementwise/unary_s16.h"
#include "mote/kernels/shared/requant.h"

/* Requantized only if the scales differ, and then by their quotient in float. */
static enum mote_status lower_abs_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct unary_s8 u;
    int8_t table[256];
    int32_t mult = 0, shift = 0;

    TRY(want_unary_s8(l, op, &u, at));
    if (u.in_scale != u.out_scale)
        TRY(want_multiplier(at, (double)ratio_f32(u.in_scale, u.out_scale), &mult, &shift));
    for (int32_t i = 0; i < 256; i++) {
        int32_t x = i + INT8_MIN - u.in_zero;

        x = x < 0 ? -x : x;
        if (u.in_scale != u.out_scale)
            x = mote_requant(x, mult, shift);
        table[i] = saturate_s8((int64_t)x + u.out_zero);
    }
    return lower_table_s8(l, op, table, at);
}

/* Of equal scales the quotient is 1, with which nothing is rounded. */
static enum mote_status lower_abs_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    float in, out;
    int32_t mult, shift;

    TRY(want_symmetric(at, l->graph, op, op->in[0], &in));
    TRY(want_symmetric(at, l->graph, op, op->out[0], &out));
    TRY(want_multiplier(at, (double)ratio_f32(in, out), &mult, &shift));
    return lower_unary_s16(l, op, MOTE_UNARY_S16_ABS, mult, shift, at);
}

/* The larger of x and 0 - x. */
static enum mote_status lower_abs_s32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *x = op_in(l->graph, op, 0);
    const struct broadcast walk = broadcast_of(x, x, op_out(l->graph, op, 0));
    int32_t in = lower_tensor(l, op->in[0]), negative = lower_scratch(l, TYPE_S32, (size_t)tensor_bytes(x));

    TRY(want_type(at, l->graph, op->out[0], TYPE_S32));
    TRY(lower_negative_s32(l, op, in, negative, at));
    return lower_by_binary_s32(l, MOTE_BINARY_S32_MAXIMUM, &walk, in, negative, lower_tensor(l, op->out[0]), at);
}

static enum mote_status lower_abs(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_abs_s8(l, op, at);
    case TYPE_S16:
        return lower_abs_s16(l, op, at);
    case TYPE_S32:
        return lower_abs_s32(l, op, at);
    case TYPE_F32:
        return lower_unary_f32(l, op, MOTE_UNARY_ABS, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16, s32 and f32");
    }
}

const struct operator operator_abs = {
    .infer = infer_same,
    .lower = lower_abs,
    .scales = {.form = FORM_OWN, .wide = true},
};
