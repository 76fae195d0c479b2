/* SPDX-License-Identifier: Apache-2.0 */
#include "host/operators/conv.h"

struct conv conv_of(const struct graph *g, const struct op *op)
{
    const struct conv_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1);

    assert(in->rank == 4 && w->rank == 4);
    return (struct conv){
        .o = o,
        .in = in,
        .w = w,
        .out = op_out(g, op, 0),
        .y = window_fit(o->padding, in->dims[1], w->dims[1], o->stride_h, o->dilation_h, o->pad_top, o->pad_bottom),
        .x = window_fit(o->padding, in->dims[2], w->dims[2], o->stride_w, o->dilation_w, o->pad_left, o->pad_right),
    };
}

enum mote_status gradient_conv(struct backward *b, int32_t op, int32_t d, enum op_id by_input, enum op_id by_weights,
                               const struct frame *at)
{
    struct conv_opts o = *(const struct conv_opts *)b->g->ops[op].opts;
    int activation = o.activation;

    o.activation = ACTIVATION_NONE;
    return gradient_linear(b, op, d, by_input, by_weights, activation, &o, at);
}
