/* SPDX-License-Identifier: Apache-2.0 */
/* FFT_AUTO_SCALE: frames shifted up until they use 16 bits, and by how many bits each was. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/fft_auto_scale.h"

static enum mote_status infer_fft_auto_scale(const struct model *m, struct graph *g, const struct op *op,
                                             const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);

    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(infer_set(at, op_out(g, op, 1), in->rank - 1, in->dims));
    return infer_same(m, g, op, at);
}

static enum mote_status lower_fft_auto_scale(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct fft_auto_scale_opts *o = op->opts;
    const struct graph *g = l->graph;

    TRY(want_type(at, g, op->in[0], TYPE_S16));
    TRY(want_type(at, g, op->out[0], TYPE_S16));
    TRY(want_type(at, g, op->out[1], TYPE_S32));

    struct frames f = frames_of(op_in(g, op, 0));
    struct mote_fft_auto_scale p = {.rows = f.rows, .len = f.len, .frontend = o->frontend};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0]), lower_tensor(l, op->out[1])};

    return lower_step(l, KERNEL_fft_auto_scale, &p, args, at);
}

const struct operator operator_fft_auto_scale = {
    .infer = infer_fft_auto_scale,
    .lower = lower_fft_auto_scale,
};
