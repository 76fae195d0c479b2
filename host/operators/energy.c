/* SPDX-License-Identifier: Apache-2.0 */
/* ENERGY: squares of complex numbers from start_index to end_index - 1; 0 elsewhere. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/energy.h"

static enum mote_status infer_energy(const struct model *m, struct graph *g, const struct op *op,
                                     const struct frame *at)
{
    (void)m;
    return infer_pairs(at, g, op);
}

static enum mote_status lower_energy(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct energy_opts *o = op->opts;
    const struct graph *g = l->graph;

    struct frames f = frames_of(op_out(g, op, 0));
    struct mote_energy p = {.rows = f.rows, .len = f.len, .start = o->start_index, .end = o->end_index};

    TRY(want_option(at, "end_index", o->end_index, 0, f.len));
    TRY(want_option(at, "start_index", o->start_index, 0, o->end_index));

    if (op_in(g, op, 0)->type == TYPE_F32)
        return lower_spectrum(l, op, o->start_index, o->end_index, false, at);
    TRY(want_type(at, g, op->in[0], TYPE_S16));
    TRY(want_type(at, g, op->out[0], TYPE_U32));

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_energy, &p, args, at);
}

const struct operator operator_energy = {
    .infer = infer_energy,
    .lower = lower_energy,
    .scales = {.form = FORM_FLOAT, .features = true},
};
