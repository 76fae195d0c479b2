/* SPDX-License-Identifier: Apache-2.0 */
/* DROPOUT. What is dropped is a function of the operator's stream, the step and the element, so its gradient is the
 * same operator on the output's gradient. */
#include "host/gradient/gradient.h"
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

/* The same elements are dropped again. */
static enum mote_status gradient_dropout(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)at;
    if (op.n_in > 1)
        d = gradient_apply(b, OP_DROPOUT, 2, (int32_t[]){d, op.in[1]}, op.opts);
    gradient_give(b, op.in[0], d);
    return MOTE_OK;
}

const struct operator operator_dropout = {
    .infer = infer_dropout,
    .gradient = gradient_dropout,
};
