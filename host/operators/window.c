/* SPDX-License-Identifier: Apache-2.0 */
/* WINDOW: frames times the shape of a window, which is 1 where it has 2^shift. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/window_s16.h"

static enum mote_status lower_window(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct window_opts *o = op->opts;
    const struct graph *g = l->graph;

    TRY(want_type(at, g, op->in[0], TYPE_S16));
    TRY(want_type(at, g, op->out[0], TYPE_S16));
    TRY(want_rank(at, op_in(g, op, 0), "input", 1, RANK_MAX));
    TRY(want_table(at, g, op, 1, TYPE_S16, "window"));
    TRY(want_option(at, "shift", o->shift, 0, 31));

    struct frames f = frames_of(op_in(g, op, 0));
    struct mote_window_s16 p = {.rows = f.rows, .len = f.len, .down = o->shift};

    if (op_in(g, op, 1)->dims[0] != f.len)
        return fail(at, MOTE_ERR_SHAPE, "a frame has %d samples, the window %lld", (int)f.len,
                    (long long)op_in(g, op, 1)->dims[0]);

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_window_s16, &p, args, at);
}

const struct operator operator_window = {
    .infer = infer_same,
    .lower = lower_window,
};
