/* SPDX-License-Identifier: Apache-2.0 */
/* A convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND of one block is a dilated one: each phase of the
 * picture is a batch, and a step in it is a block in the picture. The borders become explicit padding, as fuse_pad
 * says; where the crops take more than there is, the chain stays. */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"

#define PADDING_MAX 65535 /* of the device's kernels (MOTE_DIM_MAX) */

enum { HEIGHT = 1, WIDTH = 2 };

struct chain {
    struct op *apart, *conv, *together;
    int64_t block[2], pad[2][2], crop[2][2];
};

/* The constant list of n integers; false if it is none. */
static bool list_of(const struct tensor *t, int64_t n, int64_t *values)
{
    if (t == NULL || t->data == NULL || (t->type != TYPE_S32 && t->type != TYPE_S64) || tensor_elements(t) != n)
        return false;
    for (int64_t i = 0; i < n; i++)
        values[i] = const_int(t, i);
    return true;
}

/* A block and borders of pictures, which keep their type and quantization. */
static bool blocks_of(const struct graph *g, const struct op *op, int64_t block[2], int64_t border[2][2])
{
    const struct tensor *in = op_in(g, op, 0), *out = op_out(g, op, 0);

    return in->rank == 4 && !in->state && in->type == out->type && quant_equal(&in->quant, &out->quant) &&
           list_of(op_in(g, op, 1), 2, block) && list_of(op_in(g, op, 2), 4, border[0]);
}

static bool find_chain(struct graph *g, struct op *conv, struct chain *c)
{
    const struct conv_opts *o = conv->opts;
    int32_t first = graph_producer(g, conv->in[0]),
            last = tensor_is_internal(g, conv->out[0]) ? only_reader(g, conv->out[0]) : -1;
    int64_t block[2];

    if (first < 0 || last < 0 || g->ops[first].id != OP_SPACE_TO_BATCH_ND || g->ops[last].id != OP_BATCH_TO_SPACE_ND ||
        !tensor_is_internal(g, conv->in[0]) || only_reader(g, conv->in[0]) < 0 || o->stride_h != 1 || o->stride_w != 1)
        return false;
    *c = (struct chain){.apart = &g->ops[first], .conv = conv, .together = &g->ops[last]};
    return blocks_of(g, c->apart, c->block, c->pad) && blocks_of(g, c->together, block, c->crop) &&
           block[0] == c->block[0] && block[1] == c->block[1];
}

/* The dilation, and the padding before and after, along a dimension; false if there is none such. */
static bool dilate(const struct graph *g, const struct chain *c, int d, int32_t *dilation, int32_t both[2])
{
    const struct conv_opts *o = c->conv->opts;
    const int64_t block = c->block[d - 1], filter = op_in(g, c->conv, 1)->dims[d], in = op_in(g, c->apart, 0)->dims[d];
    const int64_t own = d == HEIGHT ? o->dilation_h : o->dilation_w, out = op_out(g, c->together, 0)->dims[d];
    struct window w = window_fit(o->padding, op_in(g, c->conv, 0)->dims[d], filter, 1, own,
                                 d == HEIGHT ? o->pad_top : o->pad_left, d == HEIGHT ? o->pad_bottom : o->pad_right);
    int64_t before = c->pad[d - 1][0] + w.pad_before * block - c->crop[d - 1][0];
    int64_t after = out + (filter - 1) * own * block - before - in;

    if (before < 0 || after < 0 || before > PADDING_MAX || after > PADDING_MAX || own * block > PADDING_MAX)
        return false;
    *dilation = (int32_t)(own * block);
    both[0] = (int32_t)before;
    both[1] = (int32_t)after;
    return true;
}

static bool fuse(struct graph *g, struct op *conv)
{
    struct conv_opts *o = conv->opts;
    const struct tensor *in = op_in(g, conv, 0);
    struct chain c;
    int32_t y[2], x[2], dilation_h, dilation_w;

    if ((in->type != TYPE_S8 && in->type != TYPE_F32) || !find_chain(g, conv, &c) ||
        !weights_are_finite(op_in(g, conv, 1)) || !dilate(g, &c, HEIGHT, &dilation_h, y) ||
        !dilate(g, &c, WIDTH, &dilation_w, x))
        return false;
    o->padding = PADDING_EXPLICIT;
    o->pad_top = y[0], o->pad_bottom = y[1];
    o->pad_left = x[0], o->pad_right = x[1];
    o->dilation_h = dilation_h;
    o->dilation_w = dilation_w;
    conv->in[0] = c.apart->in[0];
    conv->out[0] = c.together->out[0];
    op_kill(c.apart);
    op_kill(c.together);
    return true;
}

enum mote_status pass_fuse_dilation(struct model *m, struct graph *g, const struct frame *at)
{
    (void)m;
    (void)at;
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_CONV_2D || g->ops[i].id == OP_DEPTHWISE_CONV_2D)
            fuse(g, &g->ops[i]);
    return MOTE_OK;
}
