/* SPDX-License-Identifier: Apache-2.0 */
/* PAD joins the convolutions that read it, as explicit padding. Exact: both surround the image with real zero, and the
 * weights are finite: a padded zero is multiplied, a position outside the image is skipped. Only if every reader can
 * take it, since otherwise the padded image is needed all the same. */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"

#define PADDING_MAX 65535 /* of the device's kernels (MOTE_DIM_MAX) */

enum { HEIGHT = 1, WIDTH = 2 };

/* The type is one whose convolutions know padding, and the third input, if there is one, is real zero. */
static bool pads_with_zero(const struct tensor *in, const struct tensor *value)
{
    float real;

    if (value && (!value->data || value->type != in->type || tensor_elements(value) != 1))
        return false;
    switch (in->type) {
    case TYPE_S8:
        return in->quant.n == 1 && (!value || (int8_t)value->data[0] == in->quant.zero[0]);
    case TYPE_F32:
        if (value)
            memcpy(&real, value->data, sizeof real);
        return !value || real == 0.0f;
    default:
        return false;
    }
}

/* The constant paddings, [4][2], of a PAD that surrounds the image with real zero and keeps batch and channels. */
static bool spatial_zero_padding(const struct graph *g, const struct op *op, int64_t pad[4][2])
{
    const struct tensor *in = op_in(g, op, 0), *list = op_in(g, op, 1), *value = op_in(g, op, 2);
    const struct tensor *out = op_out(g, op, 0);

    if (in->rank != 4 || in->type != out->type || !quant_equal(&in->quant, &out->quant) || !pads_with_zero(in, value) ||
        !list->data || (list->type != TYPE_S32 && list->type != TYPE_S64) || tensor_elements(list) != 8)
        return false;
    for (int d = 0; d < 4; d++)
        for (int side = 0; side < 2; side++) {
            pad[d][side] = const_int(list, 2 * d + side);
            if (pad[d][side] < 0 || pad[d][side] > PADDING_MAX || (pad[d][side] != 0 && d != HEIGHT && d != WIDTH))
                return false;
        }
    return true;
}

/* The padding of both that a convolution has along a dimension, before and after; false if it cannot be told. */
static bool add_padding(const struct graph *g, const struct op *conv, int d, const int64_t pad[2], int32_t both[2])
{
    const struct conv_opts *o = conv->opts;
    int64_t in = op_in(g, conv, 0)->dims[d], filter = op_in(g, conv, 1)->dims[d], out = op_out(g, conv, 0)->dims[d];
    int32_t stride = d == HEIGHT ? o->stride_h : o->stride_w, dilation = d == HEIGHT ? o->dilation_h : o->dilation_w;
    int64_t before = d == HEIGHT ? o->pad_top : o->pad_left, after = d == HEIGHT ? o->pad_bottom : o->pad_right;
    struct window w = window_fit(o->padding, in, filter, stride, dilation, before, after);

    if (o->padding == PADDING_VALID)
        before = after = 0;
    if (o->padding == PADDING_SAME) {
        int64_t end = (w.out - 1) * stride + (filter - 1) * dilation + 1;

        before = w.pad_before;
        after = end - in - before > 0 ? end - in - before : 0;
    }
    before += pad[0];
    after += pad[1];
    if (before > PADDING_MAX || after > PADDING_MAX)
        return false;
    both[0] = (int32_t)before;
    both[1] = (int32_t)after;
    return window_fit(PADDING_EXPLICIT, in - pad[0] - pad[1], filter, stride, dilation, before, after).out == out;
}

static bool join(struct graph *g, struct op *conv, int32_t padded, const int64_t pad[4][2], bool change)
{
    struct conv_opts *o = conv->opts;
    int32_t y[2], x[2];

    if ((conv->id != OP_CONV_2D && conv->id != OP_DEPTHWISE_CONV_2D) || conv->in[0] != padded ||
        op_in(g, conv, 1)->rank != 4 || !weights_are_finite(op_in(g, conv, 1)) ||
        !add_padding(g, conv, HEIGHT, pad[HEIGHT], y) || !add_padding(g, conv, WIDTH, pad[WIDTH], x))
        return false;
    for (int32_t k = 1; k < conv->n_in; k++)
        if (conv->in[k] == padded)
            return false;
    if (!change)
        return true;
    o->padding = PADDING_EXPLICIT;
    o->pad_top = y[0], o->pad_bottom = y[1];
    o->pad_left = x[0], o->pad_right = x[1];
    return true;
}

static bool reads(const struct op *op, int32_t tensor)
{
    for (int32_t k = 0; k < op->n_in; k++)
        if (op->in[k] == tensor)
            return op->id != OP_NOP;
    return false;
}

enum mote_status pass_fuse_pad(struct model *m, struct graph *g, const struct frame *at)
{
    (void)m;
    (void)at;
    for (int32_t i = 0; i < g->n_ops; i++) {
        struct op *op = &g->ops[i];
        int64_t pad[4][2];
        bool possible;

        if (op->id != OP_PAD || !tensor_is_internal(g, op->out[0]) || op_in(g, op, 0)->state)
            continue;
        possible = spatial_zero_padding(g, op, pad);
        for (int32_t k = 0; k < g->n_ops && possible; k++)
            possible = !reads(&g->ops[k], op->out[0]) || join(g, &g->ops[k], op->out[0], pad, false);
        if (!possible)
            continue;
        for (int32_t k = 0; k < g->n_ops; k++)
            if (reads(&g->ops[k], op->out[0]))
                join(g, &g->ops[k], op->out[0], pad, true);
        graph_redirect(g, op->out[0], op->in[0]);
        op_kill(op);
    }
    return MOTE_OK;
}
