/* SPDX-License-Identifier: Apache-2.0 */
#include "host/compress/layer.h"

#include "host/graph/op_info.h"

/* ---- which ---- */
static bool is_read_once(const struct graph *g, int32_t tensor)
{
    int32_t readers = 0;

    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_in; k++)
            readers += g->ops[i].in[k] == tensor;
    return readers == 1;
}

static bool has_weights(const struct graph *g, const struct op *op)
{
    const struct linear_inputs *l = op->id != OP_NOP ? op_info[op->id].is->linear : NULL;
    const struct tensor *in, *w, *bias;

    if (l == NULL || op->id == OP_TRANSPOSE_CONV)
        return false;
    in = op_in(g, op, l->input);
    w = op_in(g, op, l->weights);
    bias = op_in(g, op, l->bias);
    if (w == NULL || w->data == NULL || w->type != TYPE_S8 || w->quant.n < 1 || !is_read_once(g, op->in[l->weights]) ||
        in->data != NULL || in->quant.n != 1 || (in->type != TYPE_S8 && in->type != TYPE_S16))
        return false;
    for (int32_t i = 0; i < w->quant.n; i++)
        if (w->quant.zero[i] != 0)
            return false;
    return bias == NULL || (bias->data != NULL && bias->type == TYPE_S32 && is_read_once(g, op->in[l->bias]));
}

/* ---- shapes ---- */
static void see_fully_connected(const struct graph *g, const struct op *op, struct layer *l)
{
    l->columns = l->in_c = l->filter_c = (int32_t)op_in(g, op, 1)->dims[1];
    l->positions = tensor_elements(op_in(g, op, 0)) / l->columns;
    l->batch = (int32_t)l->positions;
    l->in_h = l->in_w = l->out_h = l->out_w = l->kernel_w = 1;
    l->stride_h = l->stride_w = l->dilation_h = l->dilation_w = 1;
}

static void see_convolution(const struct graph *g, const struct op *op, struct layer *l)
{
    const struct conv_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1), *out = op_out(g, op, 0);
    const struct window y = window_fit(o->padding, in->dims[1], w->dims[1], o->stride_h, o->dilation_h, o->pad_top,
                                       o->pad_bottom),
                        x = window_fit(o->padding, in->dims[2], w->dims[2], o->stride_w, o->dilation_w, o->pad_left,
                                       o->pad_right);

    l->batch = (int32_t)in->dims[0], l->in_h = (int32_t)in->dims[1], l->in_w = (int32_t)in->dims[2];
    l->in_c = (int32_t)in->dims[3], l->out_h = (int32_t)out->dims[1], l->out_w = (int32_t)out->dims[2];
    l->positions = (int64_t)l->batch * l->out_h * l->out_w;
    l->kernel_w = (int32_t)w->dims[2];
    l->filter_c = l->depthwise ? 1 : (int32_t)w->dims[3];
    l->columns = (int32_t)(w->dims[1] * w->dims[2]) * l->filter_c;
    l->stride_h = o->stride_h, l->stride_w = o->stride_w;
    l->dilation_h = o->dilation_h, l->dilation_w = o->dilation_w;
    l->pad_top = (int32_t)y.pad_before, l->pad_left = (int32_t)x.pad_before;
}

/* A block a group of channels, and of each as few columns as a block may have at most. */
static void cut(struct pool *pool, struct layer *l)
{
    const int32_t groups = l->in_c / l->filter_c, parts = (l->columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    struct layer_block *blocks = pool_array(pool, (size_t)groups * (size_t)parts, sizeof *blocks);

    for (int32_t i = 0; i < groups; i++)
        for (int32_t k = 0; k < parts; k++) {
            const int32_t first = (int32_t)((int64_t)l->columns * k / parts);

            blocks[l->n_blocks++] =
                (struct layer_block){.row = i * (l->rows / groups),
                                     .rows = l->rows / groups,
                                     .column = first,
                                     .columns = (int32_t)((int64_t)l->columns * (k + 1) / parts) - first,
                                     .channel = i * l->filter_c};
        }
    l->blocks = blocks;
}

static void see(const struct model *m, int32_t i, struct layer *l)
{
    const struct graph *g = &m->graphs[0];
    const struct op *op = &g->ops[i];
    const struct linear_inputs *at = op_info[op->id].is->linear;

    *l = (struct layer){.op = i,
                        .input = op->in[at->input],
                        .weights = op->in[at->weights],
                        .bias = op_in(g, op, at->bias) != NULL ? op->in[at->bias] : TENSOR_ABSENT,
                        .depthwise = op->id == OP_DEPTHWISE_CONV_2D};
    l->rows = (int32_t)g->tensors[l->weights].dims[at->channels];
    if (op->id == OP_FULLY_CONNECTED)
        see_fully_connected(g, op, l);
    else
        see_convolution(g, op, l);
    cut(m->pool, l);
}

struct layer *layers_find(const struct model *m, int32_t *n)
{
    const struct graph *g = &m->graphs[0];
    struct layer *layers = pool_array(m->pool, (size_t)g->n_ops + 1, sizeof *layers);

    *n = 0;
    for (int32_t i = 0; i < g->n_ops; i++)
        if (has_weights(g, &g->ops[i]))
            see(m, i, &layers[(*n)++]);
    return layers;
}

/* ---- inputs ---- */
static double stored(const struct tensor *t, const uint8_t *x, int64_t i)
{
    return (t->type == TYPE_S8 ? ((const int8_t *)x)[i] : ((const int16_t *)(const void *)x)[i]) - t->quant.zero[0];
}

static double tap(const struct layer *l, const struct layer_block *b, const struct tensor *input, const uint8_t *x,
                  int64_t position, int32_t column)
{
    const int64_t image = position / ((int64_t)l->out_h * l->out_w);
    const int32_t at = column / l->filter_c, c = b->channel + column % l->filter_c;
    const int64_t y = position / l->out_w % l->out_h * l->stride_h - l->pad_top + at / l->kernel_w * l->dilation_h;
    const int64_t z = position % l->out_w * l->stride_w - l->pad_left + at % l->kernel_w * l->dilation_w;

    if (y < 0 || y >= l->in_h || z < 0 || z >= l->in_w)
        return 0;
    return stored(input, x, ((image * l->in_h + y) * l->in_w + z) * l->in_c + c);
}

void layer_patches(const struct layer *l, const struct layer_block *b, const struct tensor *input, const uint8_t *x,
                   double *out)
{
    for (int64_t p = 0; p < l->positions; p++)
        for (int32_t k = 0; k < b->columns; k++)
            *out++ = tap(l, b, input, x, p, b->column + k);
}
