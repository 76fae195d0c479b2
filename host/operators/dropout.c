/* SPDX-License-Identifier: Apache-2.0 */
/* DROPOUT. What is dropped is a function of the operator's stream, the step and the element, so its gradient is the
 * same operator on the output's gradient. */
#include "host/graph/op_info.h"

static enum mote_status infer_dropout(const struct model *m, struct graph *g, const struct op *op,
                                      const struct frame *at)
{
    const struct dropout_opts *o = op->opts;

    (void)m;
    if (!(o->rate >= 0 && o->rate < 1))
        return fail(at, MOTE_ERR_VALUE, "rate is %g; 0 or more and less than 1 is wanted", (double)o->rate);
    return infer_set(at, op_out(g, op, 0), op_in(g, op, 0)->rank, op_in(g, op, 0)->dims);
}

const struct operator operator_dropout = {
    .infer = infer_dropout,
};
