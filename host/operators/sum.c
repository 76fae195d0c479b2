/* SPDX-License-Identifier: Apache-2.0 */
/* SUM. */
#include "host/operators/reduce.h"
#include "mote/kernels/pool/reduce_f32.h"

static enum mote_status lower_sum(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_sum_s8(l, op, false, at);
    case TYPE_S16:
        return lower_sum_s16(l, op, false, at);
    case TYPE_F32:
        return lower_reduce_f32(l, op, MOTE_REDUCE_SUM, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

const struct operator operator_sum = {
    .infer = infer_reduce,
    .lower = lower_sum,
    .scales = {.form = FORM_OWN, .wide = true},
};
