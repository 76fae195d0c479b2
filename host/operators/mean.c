/* SPDX-License-Identifier: Apache-2.0 */
/* MEAN. The sum is exact; 1 / n is part of the multiplier of the scales. */
#include "host/gradient/gradient.h"
#include "host/operators/reduce.h"
#include "mote/kernels/pool/reduce_f32.h"

static enum mote_status lower_mean(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_sum_s8(l, op, true, at);
    case TYPE_S16:
        return lower_sum_s16(l, op, true, at);
    case TYPE_F32:
        return lower_reduce_f32(l, op, MOTE_REDUCE_MEAN, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

static enum mote_status gradient_mean(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)at;
    gradient_give(b, op.in[0], gradient_apply(b, OP_MEAN_GRAD, 3, (int32_t[]){d, op.in[0], op.in[1]}, NULL));
    return MOTE_OK;
}

const struct operator operator_mean = {
    .infer = infer_reduce,
    .lower = lower_mean,
    .scales = {.form = FORM_OWN, .wide = true},
    .gradient = gradient_mean,
};
