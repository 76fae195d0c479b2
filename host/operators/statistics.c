/* SPDX-License-Identifier: Apache-2.0 */
/* STATISTICS: of windows [.., time, channels] six numbers a channel: mean, standard deviation, root of the mean square,
 * least, largest, and the share of steps that cross the mean. Float: int8 would round them to one scale. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/statistics_f32.h"

static enum mote_status infer_statistics(const struct model *m, struct graph *g, const struct op *op,
                                         const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t dims[RANK_MAX];

    (void)m;
    assert(in != NULL);
    TRY(want_rank(at, in, "input", 2, RANK_MAX));
    memcpy(dims, in->dims, sizeof dims);
    dims[in->rank - 2] = in->dims[in->rank - 1];
    dims[in->rank - 1] = MOTE_STATISTICS;
    return infer_set(at, op_out(g, op, 0), in->rank, dims);
}

static enum mote_status lower_statistics(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct graph *g = l->graph;
    const struct tensor *in = op_in(g, op, 0);
    struct mote_statistics_f32 p = {.rows = 1};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    TRY(want_type(at, g, op->in[0], TYPE_F32));
    TRY(want_type(at, g, op->out[0], TYPE_F32));
    p.len = (int32_t)in->dims[in->rank - 2];
    p.channels = (int32_t)in->dims[in->rank - 1];
    for (int d = 0; d < in->rank - 2; d++)
        p.rows *= (int32_t)in->dims[d];
    return lower_step(l, KERNEL_statistics_f32, &p, args, at);
}

const struct operator operator_statistics = {
    .infer = infer_statistics,
    .lower = lower_statistics,
    .scales = {.form = FORM_FLOAT, .features = true},
};
