/* SPDX-License-Identifier: Apache-2.0 */
/* ASSIGN_VARIABLE: the output, a state, gets the input's value. */
#include "host/operators/elementwise.h"

static enum mote_status infer_assign_variable(const struct model *m, struct graph *g, const struct op *op,
                                              const struct frame *at)
{
    if (!op_out(g, op, 0)->state)
        return fail(at, MOTE_ERR_FORMAT, "the output is no state");
    return infer_same_elements(m, g, op, at);
}

static enum mote_status lower_assign_variable(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_same_bytes(l, op, at);
}

const struct operator operator_assign_variable = {
    .infer = infer_assign_variable,
    .lower = lower_assign_variable,
};
