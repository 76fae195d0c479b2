/* SPDX-License-Identifier: Apache-2.0 */
/* MAX_POOL_2D: input and output NHWC, of one quantization. */
#include "host/gradient/gradient.h"
#include "host/operators/pool.h"
#include "mote/kernels/pool/max_pool_2d_s8.h"

static enum mote_status lower_max_pool_2d_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct pool_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct window y, x;
    int32_t lo, hi;

    TRY(pool_range_s8(l->graph, op, &lo, &hi, at));
    TRY(pool_windows(l->graph, op, &y, &x, at));

    struct mote_max_pool_2d_s8 p = {POOL_GEOMETRY(in, out, o, y, x), .lo = lo, .hi = hi};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_max_pool_2d_s8, &p, args, at);
}

static enum mote_status lower_max_pool_2d(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_max_pool_2d_s8(l, op, at);
    case TYPE_S16:
        return lower_pool_2d_s16(l, op, false, at);
    case TYPE_F32:
        return lower_pool_2d_f32(l, op, false, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

static enum mote_status gradient_max_pool_2d(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)at;
    gradient_give(b, op.in[0], gradient_apply(b, OP_MAX_POOL_2D_GRAD, 3, (int32_t[]){d, op.in[0], op.out[0]}, op.opts));
    return MOTE_OK;
}

const struct operator operator_max_pool_2d = {
    .infer = infer_pool,
    .lower = lower_max_pool_2d,
    .scales = {.form = FORM_SAME, .wide = true},
    .fuses = true,
    .gradient = gradient_max_pool_2d,
};
