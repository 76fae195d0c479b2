/* SPDX-License-Identifier: Apache-2.0 */
/* DIV: two tensors of any shapes that broadcast, with a fused activation. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/binary_s32.h"
#include "mote/kernels/elementwise/binary_s8.h"

/* With a larger shift, large numbers over 1 would have to be moved left at the end, which the reference cannot. */
#define DIV_SHIFT_MAX 23

static enum mote_status lower_div_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct binary q = {.function = MOTE_BINARY_S8_DIV};
    volatile float product; /* volatile: rounded to float */
    float s[3];

    TRY(want_binary(l, op, TYPE_S8, &q, s, at));
    TRY(activation_range_s8(op_out(l->graph, op, 0), ((const struct binary_opts *)op->opts)->activation, &q.lo, &q.hi,
                            at));
    product = s[1] * s[2];
    TRY(want_multiplier(at, (double)ratio_f32(s[0], product), &q.out_mult, &q.out_shift));
    if (q.out_shift > DIV_SHIFT_MAX)
        return fail(at, MOTE_ERR_QUANT, "the scales of the divisor and the output, %g and %g, are too small", s[1],
                    s[2]);
    return lower_binary_s8(l, op, &q, at);
}

static enum mote_status lower_div(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_div_s8(l, op, at);
    case TYPE_F32:
        return lower_binary_f32(l, op, MOTE_BINARY_DIV, ((const struct binary_opts *)op->opts)->activation, at);
    case TYPE_S32:
        return lower_binary_s32(l, op, MOTE_BINARY_S32_DIV, ((const struct binary_opts *)op->opts)->activation, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s32 and f32");
    }
}

const struct operator operator_div = {
    .infer = infer_broadcast,
    .lower = lower_div,
    .scales = {.form = FORM_OWN},
    .fuses = true,
};
