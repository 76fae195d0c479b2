/* SPDX-License-Identifier: Apache-2.0 */
/* ENERGY: squares of complex numbers from start_index to end_index - 1; 0 elsewhere. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/energy.h"

static enum mote_status infer_energy(const struct model *m, struct graph *g, const struct op *op,
                                     const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t numbers;

    (void)m;
    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    numbers = in->dims[in->rank - 1];
    if (numbers != DIM_UNKNOWN && numbers % 2 != 0)
        return fail(at, MOTE_ERR_SHAPE, "%lld numbers are no pairs of real and imaginary ones", (long long)numbers);
    return infer_frames(at, g, op, 0, numbers == DIM_UNKNOWN ? DIM_UNKNOWN : numbers / 2);
}

static enum mote_status lower_energy(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct energy_opts *o = op->opts;
    const struct graph *g = l->graph;

    TRY(want_type(at, g, op->in[0], TYPE_S16));
    TRY(want_type(at, g, op->out[0], TYPE_U32));

    struct frames f = frames_of(op_out(g, op, 0));
    struct mote_energy p = {.rows = f.rows, .len = f.len, .start = o->start_index, .end = o->end_index};

    TRY(want_option(at, "end_index", o->end_index, 0, f.len));
    TRY(want_option(at, "start_index", o->start_index, 0, o->end_index));

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_energy, &p, args, at);
}

const struct operator operator_energy = {
    .infer = infer_energy,
    .lower = lower_energy,
};
