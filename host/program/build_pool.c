/* SPDX-License-Identifier: Apache-2.0 */
/* Pools, in the layout in which their input is. MEAN over height and width is an average pool of the whole picture. */
#include "host/program/builder.h"

struct pool_shape {
    dnnl_alg_kind_t kind;
    dnnl_memory_desc_t x, y;
    dnnl_dims_t stride, filter, before, after;
};

static void window(struct pool_shape *s, int d, int64_t in, int64_t out, int64_t filter, int64_t stride, int64_t before)
{
    s->stride[d] = stride;
    s->filter[d] = filter;
    s->before[d] = before;
    s->after[d] = (out - 1) * stride + filter - in - before;
}

static struct pool_shape pool_shape(struct program *p, enum op_id id, const struct pool_opts *o, int32_t x, int32_t y)
{
    const struct tensor *in = &p->graph->tensors[x], *out = &p->graph->tensors[y];
    bool max = id == OP_MAX_POOL_2D || id == OP_MAX_POOL_2D_GRAD;
    struct pool_shape s = {.kind = max ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding,
                           .x = *layout_of(p, x),
                           .y = any_of(plain_of(p, y))};
    struct window v = window_fit(o->padding, in->dims[1], o->filter_h, o->stride_h, 1, o->pad_top, o->pad_bottom);
    struct window h = window_fit(o->padding, in->dims[2], o->filter_w, o->stride_w, 1, o->pad_left, o->pad_right);

    window(&s, 0, in->dims[1], out->dims[1], o->filter_h, o->stride_h, v.pad_before);
    window(&s, 1, in->dims[2], out->dims[2], o->filter_w, o->stride_w, h.pad_before);
    return s;
}

/* MEAN's, whose output is seen as [N,C,1,1]. */
static struct pool_shape whole_picture(struct program *p, int32_t x)
{
    const struct tensor *in = &p->graph->tensors[x];
    dnnl_dims_t dims = {in->dims[0], in->dims[3], 1, 1};
    struct pool_shape s = {.kind = dnnl_pooling_avg_exclude_padding, .x = *layout_of(p, x)};

    dnnl_memory_desc_init_by_tag(&s.y, 4, dims, dnnl_f32, dnnl_nhwc);
    window(&s, 0, in->dims[1], 1, in->dims[1], 1, 0);
    window(&s, 1, in->dims[2], 1, in->dims[2], 1, 0);
    return s;
}

static enum mote_status forward(struct program *p, const struct pool_shape *s, dnnl_primitive_desc_t *pd,
                                const struct frame *at)
{
    dnnl_pooling_desc_t d;

    TRY(dnnl_check(at,
                   dnnl_pooling_forward_desc_init(&d, dnnl_forward_training, s->kind, &s->x, &s->y, s->stride,
                                                  s->filter, s->before, s->after),
                   "pool"));
    return describe(p, &d, ACTIVATION_NONE, NULL, "pool", pd, at);
}

static enum mote_status backward(struct program *p, const struct pool_shape *s, dnnl_primitive_desc_t *pd,
                                 const struct frame *at)
{
    dnnl_pooling_desc_t d;
    dnnl_primitive_desc_t hint;
    enum mote_status status;

    TRY(forward(p, s, &hint, at));
    status = dnnl_check(
        at, dnnl_pooling_backward_desc_init(&d, s->kind, &s->x, &s->y, s->stride, s->filter, s->before, s->after),
        "pool");
    if (status == MOTE_OK)
        status = describe(p, &d, ACTIVATION_NONE, hint, "pool", pd, at);
    dnnl_primitive_desc_destroy(hint);
    return status;
}

static enum mote_status no_activation(const struct pool_opts *o, const struct frame *at)
{
    return o->activation == ACTIVATION_NONE
               ? MOTE_OK
               : fail(at, MOTE_ERR_UNSUPPORTED, "training does not have pools with a fused activation");
}

enum mote_status build_pool(struct program *p, const struct op *op, const struct frame *at)
{
    struct pool_shape s = pool_shape(p, op->id, op->opts, op->in[0], op->out[0]);
    struct binding args[3] = {{DNNL_ARG_SRC, 0}, {DNNL_ARG_DST, 0}, {DNNL_ARG_WORKSPACE, 0}};
    const dnnl_memory_desc_t *workspace;
    dnnl_primitive_desc_t pd;

    TRY(no_activation(op->opts, at));
    TRY(forward(p, &s, &pd, at));
    workspace = dnnl_primitive_desc_query_md(pd, dnnl_query_workspace_md, 0);
    TRY(value_use(p, op->in[0], &s.x, &args[0].value, at));
    args[1].value = value_make(p, op->out[0], dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0));
    if (dnnl_memory_desc_get_size(workspace) == 0)
        return step_primitive(p, "pool", pd, 2, args, at);
    args[2].value = p->workspace[op->out[0]] = value_scratch(p, workspace);
    return step_primitive(p, "pool", pd, 3, args, at);
}

enum mote_status build_pool_grad(struct program *p, const struct op *op, const struct frame *at)
{
    bool max = op->id == OP_MAX_POOL_2D_GRAD;
    int32_t y = max ? op->in[2] : op->in[0];
    struct pool_shape s = pool_shape(p, op->id, op->opts, op->in[1], y);
    struct binding args[3] = {{DNNL_ARG_DIFF_DST, 0}, {DNNL_ARG_DIFF_SRC, 0}, {DNNL_ARG_WORKSPACE, 0}};
    dnnl_primitive_desc_t pd;

    TRY(no_activation(op->opts, at));
    TRY(backward(p, &s, &pd, at));
    TRY(value_use(p, op->in[0], dnnl_primitive_desc_query_md(pd, dnnl_query_diff_dst_md, 0), &args[0].value, at));
    args[1].value = value_make(p, op->out[0], dnnl_primitive_desc_query_md(pd, dnnl_query_diff_src_md, 0));
    args[2].value = max ? p->workspace[y] : -1;
    if (max && args[2].value < 0)
        return fail(at, MOTE_ERR_FORMAT, "the operator that it is the gradient of is not in the graph");
    return step_primitive(p, "pool", pd, max ? 3 : 2, args, at);
}

/* Axes 1 and 2 of four. */
static bool is_picture(const struct program *p, int32_t x, int32_t axes)
{
    const struct tensor *list = &p->graph->tensors[axes];
    int64_t a, b;

    if (p->graph->tensors[x].rank != 4 || list->data == NULL || tensor_elements(list) != 2)
        return false;
    a = const_int(list, 0);
    b = const_int(list, 1);
    return (a + 4) % 4 + (b + 4) % 4 == 3 && (a + 4) % 4 != 0 && (b + 4) % 4 != 0;
}

static enum mote_status want_picture(const struct program *p, int32_t x, int32_t axes, const struct frame *at)
{
    if (is_picture(p, x, axes))
        return MOTE_OK;
    return fail(at, MOTE_ERR_UNSUPPORTED, "training goes through means over height and width (axes 1 and 2 of 4) only");
}

enum mote_status build_mean(struct program *p, const struct op *op, const struct frame *at)
{
    struct binding args[2] = {{DNNL_ARG_SRC, 0}, {DNNL_ARG_DST, 0}};
    struct pool_shape s;
    dnnl_primitive_desc_t pd;

    if (!is_picture(p, op->in[0], op->in[1]))
        return build_computed(p, op, at);
    s = whole_picture(p, op->in[0]);
    TRY(forward(p, &s, &pd, at));
    TRY(value_use(p, op->in[0], &s.x, &args[0].value, at));
    args[1].value = value_view(p, value_make(p, op->out[0], plain_of(p, op->out[0])), &s.y);
    return step_primitive(p, "pool", pd, 2, args, at);
}

enum mote_status build_mean_grad(struct program *p, const struct op *op, const struct frame *at)
{
    struct binding args[2] = {{DNNL_ARG_DIFF_DST, 0}, {DNNL_ARG_DIFF_SRC, 0}};
    struct pool_shape s;
    dnnl_primitive_desc_t pd;
    int32_t d;

    TRY(want_picture(p, op->in[1], op->in[2], at));
    s = whole_picture(p, op->in[1]);
    TRY(backward(p, &s, &pd, at));
    TRY(value_use(p, op->in[0], plain_of(p, op->in[0]), &d, at));
    args[0].value = value_view(p, d, &s.y);
    args[1].value = value_make(p, op->out[0], dnnl_primitive_desc_query_md(pd, dnnl_query_diff_src_md, 0));
    return step_primitive(p, "pool", pd, 2, args, at);
}
