/* SPDX-License-Identifier: Apache-2.0 */
/* READ_VARIABLE: the state's value now. A copy, since the state may change before the value is used. */
#include "host/operators/elementwise.h"

static enum mote_status infer_read_variable(const struct model *m, struct graph *g, const struct op *op,
                                            const struct frame *at)
{
    if (!op_in(g, op, 0)->state)
        return fail(at, MOTE_ERR_FORMAT, "the input is no state");
    return infer_same_elements(m, g, op, at);
}

static enum mote_status lower_read_variable(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_same_bytes(l, op, at);
}

const struct operator operator_read_variable = {
    .infer = infer_read_variable,
    .lower = lower_read_variable,
};
