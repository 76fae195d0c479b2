/* SPDX-License-Identifier: Apache-2.0 */
/* CUMSUM: sums along an axis, which the second input, a constant, names, up to each element. `exclusive` leaves the
 * element itself out, `reverse` sums from the end.
 *
 * In int8 the reference's sum starts at minus the input's zero point and is lost beyond 4095 steps of the input (docs/
 * EXACT.md), so it has no `scales`: models that are quantized here compute it in float. */
#include "host/gradient/gradient.h"
#include "host/operators/elementwise.h"
#include "mote/kernels/pool/cumsum.h"

static enum mote_status infer_cumsum(const struct model *m, struct graph *g, const struct op *op,
                                     const struct frame *at)
{
    int axis;

    TRY(want_axis_input(at, g, op, 0, 1, &axis));
    return infer_same(m, g, op, at);
}

static enum mote_status want_cumsum_s8(struct lowering *l, const struct op *op, struct mote_cumsum *p,
                                       const struct frame *at)
{
    float in, out;
    double scale;

    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &in, &p->in_zero));
    TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S8, &out, &p->out_zero));
    scale = 2 * (double)in / (0x1p20 * (double)out);
    TRY(want_multiplier(at, scale, &p->mult, &p->shift));
    if (p->shift > 0)
        return fail(at, MOTE_ERR_QUANT, "the output's scale %g is too small beside the input's, %g", (double)out,
                    (double)in);
    return MOTE_OK;
}

static enum mote_status lower_cumsum(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct cumsum_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0);
    struct mote_cumsum p = {
        .rows = 1,
        .inner = 1,
        .type = (int32_t)in->type,
        .exclusive = o->exclusive,
        .reverse = o->reverse,
    };
    int axis = 0;

    if (in->type != TYPE_S8 && in->type != TYPE_F32)
        return refuse_type(at, l->graph, op->in[0], "s8 and f32");
    TRY(want_type(at, l->graph, op->out[0], in->type));
    TRY(want_axis_input(at, l->graph, op, 0, 1, &axis));
    if (in->type == TYPE_S8)
        TRY(want_cumsum_s8(l, op, &p, at));
    p.len = (int32_t)in->dims[axis];
    for (int d = 0; d < in->rank; d++)
        if (d != axis)
            *(d < axis ? &p.rows : &p.inner) *= (int32_t)in->dims[d];

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_cumsum, &p, args, at);
}

/* An element is in the sums of those after it: its gradient is the sum of theirs. */
static enum mote_status gradient_cumsum(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i]; /* the array moves */
    struct cumsum_opts opts = *(const struct cumsum_opts *)op.opts;

    (void)at;
    opts.reverse = !opts.reverse;
    gradient_give(b, op.in[0], gradient_apply(b, OP_CUMSUM, 2, (int32_t[]){d, op.in[1]}, &opts));
    return MOTE_OK;
}

const struct operator operator_cumsum = {
    .infer = infer_cumsum,
    .lower = lower_cumsum,
    .gradient = gradient_cumsum,
};
