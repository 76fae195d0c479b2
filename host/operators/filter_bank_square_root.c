/* SPDX-License-Identifier: Apache-2.0 */
/* FILTER_BANK_SQUARE_ROOT: roots of sums of energies, without the bits that FFT_AUTO_SCALE had put there. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/filter_bank_square_root.h"

static enum mote_status lower_filter_bank_square_root(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct graph *g = l->graph;

    TRY(want_type(at, g, op->in[0], TYPE_U64));
    TRY(want_type(at, g, op->in[1], TYPE_S32));
    TRY(want_type(at, g, op->out[0], TYPE_U32));
    TRY(want_one_a_frame(at, g, op, 1));

    struct frames f = frames_of(op_in(g, op, 0));
    struct mote_filter_bank_square_root p = {.rows = f.rows, .len = f.len};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_filter_bank_square_root, &p, args, at);
}

const struct operator operator_filter_bank_square_root = {
    .infer = infer_same,
    .lower = lower_filter_bank_square_root,
};
