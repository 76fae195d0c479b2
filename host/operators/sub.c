/* SPDX-License-Identifier: Apache-2.0 */
/* SUB: the first tensor minus the second, of any shapes that broadcast, with a fused activation. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/binary_f32.h"

enum mote_status infer_sub(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    (void)m;
    return infer_broadcast(g, op, at);
}

MACS_NONE(sub)

enum mote_status lower_sub(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct binary_opts *o = op->opts;

    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
    case TYPE_S16:
        return lower_add_sub(l, op, true, at);
    case TYPE_F32:
        return lower_binary_f32(l, op, MOTE_BINARY_SUB, o->activation, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}
