/* SPDX-License-Identifier: Apache-2.0 */
/* EXP, of floats: the reference has no other. */
#include "host/operators/unary.h"

static enum mote_status lower_exp(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_F32:
        return lower_unary_f32(l, op, MOTE_UNARY_EXP, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "f32");
    }
}

const struct operator operator_exp = {
    .infer = infer_same,
    .lower = lower_exp,
};
