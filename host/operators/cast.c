/* SPDX-License-Identifier: Apache-2.0 */
/* CAST: numbers of one type as numbers of another; quantization is not looked at. */
#include "mote/kernels/elementwise/cast.h"

#include "host/operators/elementwise.h"

static enum mote_status lower_cast(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct row_split split = split_rows(in);
    struct mote_cast p = {
        .rows = split.rows, .len = split.len, .in_type = (int32_t)in->type, .out_type = (int32_t)out->type};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    if (mote_cast_size(p.in_type) == 0 || mote_cast_size(p.out_type) == 0)
        return fail(at, MOTE_ERR_TYPE, "from %s to %s: s8, u8, s16, s32, u32, f32 and bool are there",
                    type_name(in->type), type_name(out->type));
    return lower_step(l, KERNEL_cast, &p, args, at);
}

const struct operator operator_cast = {
    .infer = infer_same,
    .lower = lower_cast,
};
