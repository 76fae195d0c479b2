/* SPDX-License-Identifier: Apache-2.0 */
/* REDUCE_MAX: input and output of one quantization. */
#include "host/operators/reduce.h"
#include "mote/kernels/pool/reduce_f32.h"
#include "mote/kernels/pool/reduce_max_s8.h"

static enum mote_status lower_reduce_max_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct reduction r;
    float in_scale, out_scale;
    int32_t in_zero, out_zero;

    TRY(want_reduction(l->graph, op, &r, at));
    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &in_scale, &in_zero));
    TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S8, &out_scale, &out_zero));

    struct mote_reduce_max_s8 p = {REDUCTION_FIELDS(r)};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_reduce_max_s8, &p, args, at);
}

static enum mote_status lower_reduce_max(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_reduce_max_s8(l, op, at);
    case TYPE_F32:
        return lower_reduce_f32(l, op, MOTE_REDUCE_MAX, at);
    case TYPE_S16:
    case TYPE_S32:
        return lower_reduce_extreme(l, op, false, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16, s32 and f32");
    }
}

const struct operator operator_reduce_max = {
    .infer = infer_reduce,
    .lower = lower_reduce_max,
    .scales = {.form = FORM_SAME, .wide = true},
};
