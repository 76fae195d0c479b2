/* SPDX-License-Identifier: Apache-2.0 */
/* PCAN: channels with a gain that falls as their noise rises. */
#include "mote/kernels/signal/pcan.h"

#include "host/operators/signal.h"

static enum mote_status lower_pcan(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct pcan_opts *o = op->opts;
    const struct graph *g = l->graph;

    TRY(want_type(at, g, op->in[0], TYPE_U32));
    TRY(want_type(at, g, op->in[1], TYPE_U32));
    TRY(want_type(at, g, op->out[0], TYPE_U32));
    TRY(want_same_frames(at, g, op, 1));
    TRY(want_table(at, g, op, 2, TYPE_S16, "gains"));
    TRY(want_option(at, "snr_shift", o->snr_shift, 0, 63));
    if (op_in(g, op, 2)->dims[0] != MOTE_PCAN_GAINS)
        return fail(at, MOTE_ERR_SHAPE, "there are %lld gains: %d are wanted", (long long)op_in(g, op, 2)->dims[0],
                    MOTE_PCAN_GAINS);

    struct frames f = frames_of(op_in(g, op, 0));
    struct mote_pcan p = {.rows = f.rows, .len = f.len, .snr_down = o->snr_shift};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1]), lower_tensor(l, op->in[2]),
                      lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_pcan, &p, args, at);
}

const struct operator operator_pcan = {
    .infer = infer_same,
    .lower = lower_pcan,
};
