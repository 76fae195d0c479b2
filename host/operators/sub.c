/* SPDX-License-Identifier: Apache-2.0 */
/* SUB: the first tensor minus the second, of any shapes that broadcast, with a fused activation. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/binary_s32.h"

static enum mote_status lower_sub(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct binary_opts *o = op->opts;

    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
    case TYPE_S16:
        return lower_add_sub(l, op, true, at);
    case TYPE_F32:
        return lower_binary_f32(l, op, MOTE_BINARY_SUB, o->activation, at);
    case TYPE_S32:
        return lower_binary_s32(l, op, MOTE_BINARY_S32_SUB, o->activation, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16, s32 and f32");
    }
}

const struct operator operator_sub = {
    .infer = infer_broadcast,
    .lower = lower_sub,
    .scales = {.form = FORM_OWN, .wide = true},
    .fuses = true,
};
