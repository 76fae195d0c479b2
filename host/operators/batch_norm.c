/* SPDX-License-Identifier: Apache-2.0 */
/* BATCH_NORM with the statistics of training, as a trained network has it. Per channel, which is the last dimension. */
#include "host/graph/op_info.h"

static enum mote_status infer_batch_norm(const struct model *m, struct graph *g, const struct op *op,
                                         const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    static const char *const names[] = {"input", "gamma", "beta", "mean", "variance"};

    (void)m;
    TRY(want_rank(at, in, names[0], 2, RANK_MAX));
    for (int i = 1; i < 5; i++) {
        TRY(want_rank(at, op_in(g, op, i), names[i], 1, 1));
        if (op_in(g, op, i)->dims[0] != in->dims[in->rank - 1])
            return fail(at, MOTE_ERR_SHAPE, "%s has %lld elements for %lld channels", names[i],
                        (long long)op_in(g, op, i)->dims[0], (long long)in->dims[in->rank - 1]);
    }
    return infer_set(at, op_out(g, op, 0), in->rank, in->dims);
}

const struct operator operator_batch_norm = {
    .infer = infer_batch_norm,
    .fuses = true,
};
