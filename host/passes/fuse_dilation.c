/* SPDX-License-Identifier: Apache-2.0 */
/* A convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND of one block is a dilated one: each phase of the
 * picture is a batch, and a step in it is a block in the picture. The borders become explicit padding, as fuse_pad
 * says; where the crops take more than there is, the chain stays. */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"

#define PADDING_MAX 65535 /* of the device's kernels (MOTE_DIM_MAX) */

enum { HEIGHT = 1, WIDTH = 2 };

/* Along height and width; where pictures have one dimension, reshapes are around the convolution, whose other dimension
 * is 1. */
struct chain {
    struct op *apart, *widen, *conv, *narrow, *together;
    struct pictures {
        int64_t size[2], block[2], border[2][2];
    } in, out;
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

/* Of the operator, whose pictures are `t`, with a dimension of theirs at `first` (HEIGHT, if there are two). */
static bool pictures_of(const struct graph *g, const struct op *op, const struct tensor *t, int first,
                        struct pictures *p)
{
    const struct tensor *in = op_in(g, op, 0), *out = op_out(g, op, 0);
    const int n = t->rank - 2, at = first - HEIGHT;

    *p = (struct pictures){.size = {1, 1}, .block = {1, 1}};
    if (in->state || in->type != out->type || !quant_equal(&in->quant, &out->quant))
        return false;
    for (int i = 0; i < n; i++)
        p->size[at + i] = t->dims[1 + i];
    return list_of(op_in(g, op, 1), n, &p->block[at]) && list_of(op_in(g, op, 2), 2 * n, p->border[at]);
}

/* The operator that makes the tensor for one reader; NULL if there is none. */
static struct op *maker_of(struct graph *g, int32_t tensor, enum op_id id)
{
    const int32_t i = graph_producer(g, tensor);

    return i >= 0 && g->ops[i].id == id && tensor_is_internal(g, tensor) && only_reader(g, tensor) >= 0 ? &g->ops[i]
                                                                                                        : NULL;
}

static struct op *reader_of(struct graph *g, int32_t tensor, enum op_id id)
{
    const int32_t i = tensor_is_internal(g, tensor) ? only_reader(g, tensor) : -1;

    return i >= 0 && g->ops[i].id == id ? &g->ops[i] : NULL;
}

/* Where the one dimension of pictures [B, S, C] is in the tensor of rank 4; 0 if it is none of the two. */
static int place_of(const struct tensor *narrow, const struct tensor *wide)
{
    if (narrow->rank != 3 || wide->rank != 4 || narrow->dims[0] != wide->dims[0] || narrow->dims[2] != wide->dims[3])
        return 0;
    if (wide->dims[WIDTH] == 1 && wide->dims[HEIGHT] == narrow->dims[1])
        return HEIGHT;
    return wide->dims[HEIGHT] == 1 && wide->dims[WIDTH] == narrow->dims[1] ? WIDTH : 0;
}

static bool find_chain(struct graph *g, struct op *conv, struct chain *c)
{
    const struct conv_opts *o = conv->opts;
    int first = HEIGHT;

    *c = (struct chain){.conv = conv, .widen = maker_of(g, conv->in[0], OP_RESHAPE)};
    c->narrow = reader_of(g, conv->out[0], OP_RESHAPE);
    c->apart = maker_of(g, c->widen ? c->widen->in[0] : conv->in[0], OP_SPACE_TO_BATCH_ND);
    c->together = reader_of(g, c->narrow ? c->narrow->out[0] : conv->out[0], OP_BATCH_TO_SPACE_ND);
    if (!c->apart || !c->together || !c->widen != !c->narrow || o->stride_h != 1 || o->stride_w != 1)
        return false;
    if (c->widen)
        first = place_of(op_in(g, c->widen, 0), op_in(g, conv, 0));
    if (c->widen && (first == 0 || place_of(op_out(g, c->narrow, 0), op_out(g, conv, 0)) != first))
        return false;
    return pictures_of(g, c->apart, op_in(g, c->apart, 0), first, &c->in) &&
           pictures_of(g, c->together, op_out(g, c->together, 0), first, &c->out) &&
           c->in.block[0] == c->out.block[0] && c->in.block[1] == c->out.block[1];
}

/* The dilation, and the padding before and after, along a dimension; false if there is none such. */
static bool dilate(const struct graph *g, const struct chain *c, int d, int32_t *dilation, int32_t both[2])
{
    const struct conv_opts *o = c->conv->opts;
    const int64_t block = c->in.block[d - 1], filter = op_in(g, c->conv, 1)->dims[d];
    const int64_t own = d == HEIGHT ? o->dilation_h : o->dilation_w;
    struct window w = window_fit(o->padding, op_in(g, c->conv, 0)->dims[d], filter, 1, own,
                                 d == HEIGHT ? o->pad_top : o->pad_left, d == HEIGHT ? o->pad_bottom : o->pad_right);
    int64_t before = c->in.border[d - 1][0] + w.pad_before * block - c->out.border[d - 1][0];
    int64_t after = c->out.size[d - 1] + (filter - 1) * own * block - before - c->in.size[d - 1];

    if (before < 0 || after < 0 || before > PADDING_MAX || after > PADDING_MAX || own * block > PADDING_MAX)
        return false;
    *dilation = (int32_t)(own * block);
    both[0] = (int32_t)before;
    both[1] = (int32_t)after;
    return true;
}

static void set_pictures(struct tensor *t, int64_t batch, const struct pictures *p)
{
    t->dims[0] = batch;
    t->dims[HEIGHT] = p->size[0];
    t->dims[WIDTH] = p->size[1];
}

/* The ends of the chain go; its reshapes, if it has any, are of pictures now. */
static void shorten(struct model *m, struct graph *g, const struct chain *c)
{
    const int64_t batch = op_in(g, c->apart, 0)->dims[0];

    (c->widen ? c->widen : c->conv)->in[0] = c->apart->in[0];
    (c->narrow ? c->narrow : c->conv)->out[0] = c->together->out[0];
    if (c->widen && c->narrow) {
        op_set_inputs(m, c->widen, 1, (int32_t[]){c->widen->in[0]});
        op_set_inputs(m, c->narrow, 1, (int32_t[]){c->narrow->in[0]});
        set_pictures(op_in(g, c->conv, 0), batch, &c->in);
        set_pictures(op_out(g, c->conv, 0), batch, &c->out);
    }
    op_kill(c->apart);
    op_kill(c->together);
}

static void fuse(struct model *m, struct graph *g, struct op *conv)
{
    struct conv_opts *o = conv->opts;
    const struct tensor *in = op_in(g, conv, 0);
    struct chain c;
    int32_t y[2], x[2], dilation_h, dilation_w;

    if ((in->type != TYPE_S8 && in->type != TYPE_F32) || in->rank != 4 || !find_chain(g, conv, &c) ||
        !weights_are_finite(op_in(g, conv, 1)) || !dilate(g, &c, HEIGHT, &dilation_h, y) ||
        !dilate(g, &c, WIDTH, &dilation_w, x))
        return;
    o->padding = PADDING_EXPLICIT;
    o->pad_top = y[0], o->pad_bottom = y[1];
    o->pad_left = x[0], o->pad_right = x[1];
    o->dilation_h = dilation_h;
    o->dilation_w = dilation_w;
    shorten(m, g, &c);
}

enum mote_status pass_fuse_dilation(struct model *m, struct graph *g, const struct frame *at)
{
    (void)at;
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_CONV_2D || g->ops[i].id == OP_DEPTHWISE_CONV_2D)
            fuse(m, g, &g->ops[i]);
    return MOTE_OK;
}
