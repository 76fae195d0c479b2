/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions, with groups and depthwise, forward and backward. The library chooses layouts and algorithms. */
#include "host/program/survivors.h"

struct geometry {
    dnnl_alg_kind_t algorithm;
    struct few_conv few;
    int32_t list;                  /* of weights that a mask leaves: pictures are row-major, then; -1 */
    dnnl_memory_desc_t x, w, y, b; /* layouts open, but for what choose() has set; b.ndims 0: no bias */
    dnnl_dims_t stride, dilation, before, after;
};

/* The padding after the picture is what makes the output's size come out. */
static void window(struct geometry *c, int d, int64_t in, int64_t filter, int64_t out, int32_t stride, int32_t dilation,
                   int64_t before)
{
    c->stride[d] = stride;
    c->dilation[d] = dilation - 1;
    c->before[d] = before;
    c->after[d] = (out - 1) * stride + (filter - 1) * dilation + 1 - in - before;
}

/* Measured on AVX-512, in training steps: Winograd's algorithm, which `auto` allows, gains from 32 channels on and
 * loses with 16; few channels, and channels that do not fill blocks of 16, are faster row-major. */
static void choose(struct geometry *c, const dnnl_memory_desc_t *x, const dnnl_memory_desc_t *y)
{
    int64_t in = x->dims[1], out = y->dims[1];

    c->algorithm = in >= 32 && out >= 32 ? dnnl_convolution_auto : dnnl_convolution_direct;
    if (out < 32 || out % 16 != 0 || c->list >= 0) {
        c->x = *x;
        c->y = *y;
    }
}

/* Of filters that read all channels. */
static int32_t list_of(const struct program *p, const struct few_conv *f, int32_t weights)
{
    const struct tensor *w = &p->graph->tensors[weights];
    bool pays = w->dims[1] * w->dims[2] * w->dims[3] >= SURVIVORS_CONV_SIZE;

    return pays && w->dims[0] == f->out && w->dims[3] == f->in ? survivors_of(p, weights) : -1;
}

static struct geometry geometry(const struct program *p, const struct conv_opts *o, int32_t x, int32_t w, int32_t y)
{
    const struct tensor *in = &p->graph->tensors[x], *filter = &p->graph->tensors[w], *out = &p->graph->tensors[y];
    struct geometry c = {.x = any_of(plain_of(p, x)), .w = any_of(plain_of(p, w)), .y = any_of(plain_of(p, y))};
    struct window v =
        window_fit(o->padding, in->dims[1], filter->dims[1], o->stride_h, o->dilation_h, o->pad_top, o->pad_bottom);
    struct window h =
        window_fit(o->padding, in->dims[2], filter->dims[2], o->stride_w, o->dilation_w, o->pad_left, o->pad_right);

    c.few = (struct few_conv){.n = in->dims[0],
                              .in_h = in->dims[1],
                              .in_w = in->dims[2],
                              .in = in->dims[3],
                              .out_h = out->dims[1],
                              .out_w = out->dims[2],
                              .out = out->dims[3],
                              .kernel_h = filter->dims[1],
                              .kernel_w = filter->dims[2],
                              .stride_h = o->stride_h,
                              .stride_w = o->stride_w,
                              .dilation_h = o->dilation_h,
                              .dilation_w = o->dilation_w,
                              .pad_top = v.pad_before,
                              .pad_left = h.pad_before};
    c.list = list_of(p, &c.few, w);
    choose(&c, plain_of(p, x), plain_of(p, y));
    window(&c, 0, in->dims[1], filter->dims[1], out->dims[1], o->stride_h, o->dilation_h, v.pad_before);
    window(&c, 1, in->dims[2], filter->dims[2], out->dims[2], o->stride_w, o->dilation_w, h.pad_before);
    return c;
}

static enum mote_status forward(struct program *p, const struct geometry *c, int activation, dnnl_primitive_desc_t *pd,
                                const struct frame *at)
{
    dnnl_convolution_desc_t d;

    TRY(dnnl_check(at,
                   dnnl_dilated_convolution_forward_desc_init(&d, dnnl_forward_training, c->algorithm, &c->x, &c->w,
                                                              c->b.ndims ? &c->b : NULL, &c->y, c->stride, c->dilation,
                                                              c->before, c->after),
                   "convolution"));
    return describe(p, &d, activation, NULL, "convolution", pd, at);
}

/* Backward primitives want a forward one as a hint. */
static enum mote_status backward(struct program *p, const struct geometry *c, const dnnl_convolution_desc_t *d,
                                 dnnl_primitive_desc_t *pd, const struct frame *at)
{
    dnnl_primitive_desc_t hint;
    enum mote_status status;

    TRY(forward(p, c, ACTIVATION_NONE, &hint, at));
    status = describe(p, d, ACTIVATION_NONE, hint, "gradient of a convolution", pd, at);
    dnnl_primitive_desc_destroy(hint);
    return status;
}

static int32_t scratch_for(struct program *p, int64_t elements)
{
    const dnnl_memory_desc_t md = plain_dims(1, &elements);

    return value_scratch(p, &md);
}

/* Only while there are many weights. */
static enum mote_status step_many(struct program *p, const struct geometry *c, dnnl_primitive_desc_t pd, int n,
                                  const struct binding *args, const struct frame *at)
{
    enum mote_status status;

    p->few = c->list;
    status = step_primitive(p, "convolution", pd, n, args, at);
    p->few = -1;
    return status;
}

/* The loop that is for few: of these values, weights among them row-major, and of a bias if there is a fourth. */
static void step_few(struct program *p, const struct geometry *c, loop_fn *few, int n, const int32_t *values)
{
    int32_t all[7] = {values[0], values[1], values[2], c->list};

    if (c->list < 0)
        return;
    all[4] = scratch_for(p, few_conv_input_scratch(&c->few));
    all[5] = scratch_for(p, few_conv_output_scratch(&c->few));
    if (n > 3)
        all[6] = values[3];
    step_loop(p, "survivors' convolution", few, pool_copy(p->pool, &c->few, sizeof c->few), n + 3, all);
}

#define LAYOUT(pd, what) dnnl_primitive_desc_query_md(pd, dnnl_query_##what##_md, 0)

enum mote_status build_conv(struct program *p, const struct op *op, const struct frame *at)
{
    const struct conv_opts *o = op->opts;
    struct geometry c = geometry(p, o, op->in[0], op->in[1], op->out[0]);
    bool bias = op->n_in > 2 && op->in[2] != TENSOR_ABSENT;
    struct binding args[4] = {{DNNL_ARG_SRC, 0}, {DNNL_ARG_WEIGHTS, 0}, {DNNL_ARG_DST, 0}, {DNNL_ARG_BIAS, 0}};
    dnnl_primitive_desc_t pd;

    if (o->activation != ACTIVATION_NONE && o->activation != ACTIVATION_RELU && o->activation != ACTIVATION_RELU6)
        c.list = -1;
    c.few.activation = o->activation;
    if (bias)
        c.b = *plain_of(p, op->in[2]);
    TRY(forward(p, &c, o->activation, &pd, at));
    TRY(value_use(p, op->in[0], LAYOUT(pd, src), &args[0].value, at));
    TRY(value_use(p, op->in[1], LAYOUT(pd, weights), &args[1].value, at));
    if (bias)
        TRY(value_use(p, op->in[2], &c.b, &args[3].value, at));
    args[2].value = value_make(p, op->out[0], LAYOUT(pd, dst));
    TRY(step_many(p, &c, pd, bias ? 4 : 3, args, at));
    step_few(p, &c, loop_few_conv, bias ? 4 : 3,
             (int32_t[]){args[0].value, p->home[op->in[1]], args[2].value, args[3].value});
    return MOTE_OK;
}

enum mote_status build_conv_grad_input(struct program *p, const struct op *op, const struct frame *at)
{
    struct geometry c = geometry(p, op->opts, op->in[2], op->in[1], op->in[0]);
    struct binding args[3] = {{DNNL_ARG_DIFF_DST, 0}, {DNNL_ARG_WEIGHTS, 0}, {DNNL_ARG_DIFF_SRC, 0}};
    dnnl_convolution_desc_t d;
    dnnl_primitive_desc_t pd;

    TRY(dnnl_check(at,
                   dnnl_dilated_convolution_backward_data_desc_init(&d, c.algorithm, &c.x, &c.w, &c.y, c.stride,
                                                                    c.dilation, c.before, c.after),
                   "gradient of a convolution"));
    TRY(backward(p, &c, &d, &pd, at));
    TRY(value_use(p, op->in[0], LAYOUT(pd, diff_dst), &args[0].value, at));
    TRY(value_use(p, op->in[1], LAYOUT(pd, weights), &args[1].value, at));
    args[2].value = value_make(p, op->out[0], LAYOUT(pd, diff_src));
    TRY(step_many(p, &c, pd, 3, args, at));
    step_few(p, &c, loop_few_conv_grad_input, 3, (int32_t[]){args[0].value, p->home[op->in[1]], args[2].value});
    return MOTE_OK;
}

enum mote_status build_conv_grad_weights(struct program *p, const struct op *op, const struct frame *at)
{
    struct geometry c = geometry(p, op->opts, op->in[1], op->in[2], op->in[0]);
    bool bias = op->n_out > 1;
    struct binding args[4] = {
        {DNNL_ARG_DIFF_DST, 0}, {DNNL_ARG_SRC, 0}, {DNNL_ARG_DIFF_WEIGHTS, 0}, {DNNL_ARG_DIFF_BIAS, 0}};
    dnnl_convolution_desc_t d;
    dnnl_primitive_desc_t pd;
    enum mote_status status;
    int32_t home;

    if (bias)
        c.b = *plain_of(p, op->out[1]);
    TRY(dnnl_check(at,
                   dnnl_dilated_convolution_backward_weights_desc_init(&d, c.algorithm, &c.x, &c.w, bias ? &c.b : NULL,
                                                                       &c.y, c.stride, c.dilation, c.before, c.after),
                   "gradient of a convolution"));
    TRY(backward(p, &c, &d, &pd, at));
    TRY(value_use(p, op->in[0], LAYOUT(pd, diff_dst), &args[0].value, at));
    TRY(value_use(p, op->in[1], LAYOUT(pd, src), &args[1].value, at));
    home = value_make(p, op->out[0], c.list < 0 ? LAYOUT(pd, diff_weights) : plain_of(p, op->out[0]));
    args[2].value = c.list < 0 ? home : value_scratch(p, LAYOUT(pd, diff_weights));
    if (bias)
        args[3].value = value_make(p, op->out[1], &c.b);
    p->survivors[op->out[0]] = c.list;
    TRY(step_many(p, &c, pd, bias ? 4 : 3, args, at));
    if (c.list < 0)
        return MOTE_OK;
    p->few = c.list;
    status = step_reorder(p, args[2].value, home, at);
    p->few = -1;
    step_few(p, &c, loop_few_conv_grad_weights, bias ? 4 : 3,
             (int32_t[]){args[0].value, args[1].value, home, args[3].value});
    return status;
}
