/* SPDX-License-Identifier: Apache-2.0 */
/* READ_VARIABLE: the state's value now. A copy, since the state may change before the value is used. */
#include "host/operators/elementwise.h"

enum mote_status infer_read_variable(const struct model *m, struct graph *g, const struct op *op,
                                     const struct frame *at)
{
    (void)m;
    if (!op_in(g, op, 0)->state)
        return fail(at, MOTE_ERR_FORMAT, "the input is no state");
    return infer_same_elements(g, op, at);
}

MACS_NONE(read_variable)

enum mote_status lower_read_variable(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_same_bytes(l, op, at);
}
