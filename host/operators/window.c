/* SPDX-License-Identifier: Apache-2.0 */
/* WINDOW: frames times the shape of a window, which is 1 where it has 2^shift; with a window of floats, the last
 * samples of a frame, of each of which some of the one before is taken off. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/window_f32.h"
#include "mote/kernels/signal/window_s16.h"

static enum mote_status infer_window(const struct model *m, struct graph *g, const struct op *op,
                                     const struct frame *at)
{
    const struct tensor *window = op_in(g, op, 1);

    (void)m;
    TRY(want_rank(at, window, "window", 1, 1));
    return infer_frames(at, g, op, 0, window->dims[0]);
}

static enum mote_status lower_floats(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct window_opts *o = op->opts;
    const struct graph *g = l->graph;

    TRY(want_type(at, g, op->in[0], TYPE_S16));
    TRY(want_type(at, g, op->out[0], TYPE_F32));
    TRY(want_table(at, g, op, 1, TYPE_F32, "window"));
    if (o->shift != 0)
        return fail(at, MOTE_ERR_VALUE, "shift is %d: a window of floats has none", (int)o->shift);

    struct frames f = frames_of(op_in(g, op, 0));
    struct mote_window_f32 p = {
        .rows = f.rows, .in_len = f.len, .len = (int32_t)op_in(g, op, 1)->dims[0], .emphasis = float_bits(o->emphasis)};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1]), lower_tensor(l, op->out[0])};

    if (p.len > p.in_len)
        return fail(at, MOTE_ERR_SHAPE, "a frame has %d samples, the window %d", (int)p.in_len, (int)p.len);
    return lower_step(l, KERNEL_window_f32, &p, args, at);
}

static enum mote_status lower_window(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct window_opts *o = op->opts;
    const struct graph *g = l->graph;

    if (op_in(g, op, 1)->type == TYPE_F32)
        return lower_floats(l, op, at);
    TRY(want_type(at, g, op->in[0], TYPE_S16));
    TRY(want_type(at, g, op->out[0], TYPE_S16));
    TRY(want_rank(at, op_in(g, op, 0), "input", 1, RANK_MAX));
    TRY(want_table(at, g, op, 1, TYPE_S16, "window"));
    TRY(want_option(at, "shift", o->shift, 0, 31));
    if (o->emphasis != 0)
        return fail(at, MOTE_ERR_VALUE, "emphasis is %g: a window of int16 has none", (double)o->emphasis);

    struct frames f = frames_of(op_in(g, op, 0));
    struct mote_window_s16 p = {.rows = f.rows, .len = f.len, .down = o->shift};

    if (op_in(g, op, 1)->dims[0] != f.len)
        return fail(at, MOTE_ERR_SHAPE, "a frame has %d samples, the window %lld", (int)f.len,
                    (long long)op_in(g, op, 1)->dims[0]);

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_window_s16, &p, args, at);
}

const struct operator operator_window = {
    .infer = infer_window,
    .lower = lower_window,
};
