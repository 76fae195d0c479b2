/* SPDX-License-Identifier: Apache-2.0 */
/* Batch normalization, over all dimensions but the channels, in the layout in which the input is. A ReLU is done with
 * it; the forward operator then leaves a mask (a workspace) for the backward one. */
#include "host/program/builder.h"
#include "host/program/loops.h"

struct norm {
    dnnl_memory_desc_t x;
    float epsilon;
    unsigned flags;
};

/* Of rank 2 and 4 oneDNN has the channels second; [rows, C] of other ranks are a matrix. */
static dnnl_memory_desc_t matrix_of(const struct tensor *t)
{
    int64_t channels = t->dims[t->rank - 1];

    return plain_dims(2, (int64_t[]){tensor_elements(t) / channels, channels});
}

static struct norm norm(struct program *p, int32_t x, float epsilon, int activation, unsigned more)
{
    const struct tensor *t = &p->graph->tensors[x];

    return (struct norm){t->rank == 4 ? *layout_of(p, x) : matrix_of(t), epsilon,
                         dnnl_use_scale | dnnl_use_shift | more |
                             (activation == ACTIVATION_RELU ? dnnl_fuse_norm_relu : 0)};
}

static enum mote_status want_relu(int activation, const struct frame *at)
{
    if (activation == ACTIVATION_NONE || activation == ACTIVATION_RELU)
        return MOTE_OK;
    return fail(at, MOTE_ERR_UNSUPPORTED, "training has batch normalization with a fused relu, not with %s",
                activation_name(activation));
}

/* A tensor of the input's shape in the norm's layout. */
static enum mote_status use(struct program *p, const struct norm *n, int32_t tensor, int32_t *out,
                            const struct frame *at)
{
    if (p->graph->tensors[tensor].rank == 4)
        return value_use(p, tensor, &n->x, out, at);
    return value_use_as(p, tensor, 2, n->x.dims, out, at);
}

static int32_t make(struct program *p, const struct norm *n, int32_t tensor)
{
    if (p->graph->tensors[tensor].rank == 4)
        return value_make(p, tensor, &n->x);
    return value_make_as(p, tensor, 2, n->x.dims);
}

static enum mote_status forward(struct program *p, const struct norm *n, dnnl_prop_kind_t kind,
                                dnnl_primitive_desc_t *pd, const struct frame *at)
{
    dnnl_batch_normalization_desc_t d;

    TRY(dnnl_check(at, dnnl_batch_normalization_forward_desc_init(&d, kind, &n->x, n->epsilon, n->flags),
                   "batch normalization"));
    return describe(p, &d, ACTIVATION_NONE, NULL, "batch normalization", pd, at);
}

enum mote_status build_batch_norm(struct program *p, const struct op *op, const struct frame *at)
{
    static const int names[] = {DNNL_ARG_SRC, DNNL_ARG_SCALE, DNNL_ARG_SHIFT, DNNL_ARG_MEAN, DNNL_ARG_VARIANCE};
    const struct batch_norm_opts *o = op->opts;
    struct norm n = norm(p, op->in[0], o->epsilon, o->activation, dnnl_use_global_stats);
    struct binding args[6] = {{DNNL_ARG_DST, 0}};
    dnnl_primitive_desc_t pd;

    TRY(want_relu(o->activation, at));
    TRY(forward(p, &n, dnnl_forward_inference, &pd, at));
    for (int i = 1; i < 5; i++) {
        args[i + 1].name = names[i];
        TRY(value_use(p, op->in[i], plain_of(p, op->in[i]), &args[i + 1].value, at));
    }
    args[1].name = DNNL_ARG_SRC;
    TRY(use(p, &n, op->in[0], &args[1].value, at));
    args[0].value = make(p, &n, op->out[0]);
    return step_primitive(p, "batch norm", pd, 6, args, at);
}

/* The running statistics follow the batch's. */
static enum mote_status update_running(struct program *p, const struct op *op, const struct frame *at)
{
    int32_t v[4];

    for (int i = 0; i < 2; i++) {
        TRY(value_use(p, op->out[1 + i], plain_of(p, op->out[1 + i]), &v[i], at));
        TRY(value_use(p, op->in[3 + i], plain_of(p, op->in[3 + i]), &v[2 + i], at));
    }
    step_loop(p, "running mean", loop_running, op->opts, 4, v);
    return MOTE_OK;
}

enum mote_status build_batch_norm_training(struct program *p, const struct op *op, const struct frame *at)
{
    const struct batch_norm_training_opts *o = op->opts;
    struct norm n = norm(p, op->in[0], o->epsilon, o->activation, 0);
    struct binding args[7] = {{DNNL_ARG_SRC, 0},      {DNNL_ARG_SCALE, 0}, {DNNL_ARG_SHIFT, 0},    {DNNL_ARG_MEAN, 0},
                              {DNNL_ARG_VARIANCE, 0}, {DNNL_ARG_DST, 0},   {DNNL_ARG_WORKSPACE, 0}};
    const dnnl_memory_desc_t *workspace;
    dnnl_primitive_desc_t pd;
    int count = 6;

    TRY(want_relu(o->activation, at));
    TRY(forward(p, &n, dnnl_forward_training, &pd, at));
    TRY(use(p, &n, op->in[0], &args[0].value, at));
    TRY(value_use(p, op->in[1], plain_of(p, op->in[1]), &args[1].value, at));
    TRY(value_use(p, op->in[2], plain_of(p, op->in[2]), &args[2].value, at));
    args[3].value = value_make(p, op->out[1], plain_of(p, op->out[1]));
    args[4].value = value_make(p, op->out[2], plain_of(p, op->out[2]));
    args[5].value = make(p, &n, op->out[0]);
    workspace = dnnl_primitive_desc_query_md(pd, dnnl_query_workspace_md, 0);
    if (dnnl_memory_desc_get_size(workspace) > 0)
        args[count++].value = p->workspace[op->out[0]] = value_scratch(p, workspace);
    TRY(step_primitive(p, "batch norm", pd, count, args, at));
    return update_running(p, op, at);
}

enum mote_status build_batch_norm_grad(struct program *p, const struct op *op, const struct frame *at)
{
    const struct batch_norm_training_opts *o = op->opts;
    struct norm n = norm(p, op->in[1], o->epsilon, o->activation, 0);
    struct binding args[10] = {{DNNL_ARG_DIFF_DST, 0}, {DNNL_ARG_SRC, 0},        {DNNL_ARG_SCALE, 0},
                               {DNNL_ARG_SHIFT, 0},    {DNNL_ARG_MEAN, 0},       {DNNL_ARG_VARIANCE, 0},
                               {DNNL_ARG_DIFF_SRC, 0}, {DNNL_ARG_DIFF_SCALE, 0}, {DNNL_ARG_DIFF_SHIFT, 0},
                               {DNNL_ARG_WORKSPACE, 0}};
    dnnl_batch_normalization_desc_t d;
    dnnl_primitive_desc_t pd, hint;
    enum mote_status status;

    TRY(forward(p, &n, dnnl_forward_training, &hint, at));
    status =
        dnnl_check(at, dnnl_batch_normalization_backward_desc_init(&d, dnnl_backward, &n.x, &n.x, n.epsilon, n.flags),
                   "batch normalization");
    if (status == MOTE_OK)
        status = describe(p, &d, ACTIVATION_NONE, hint, "batch normalization", &pd, at);
    dnnl_primitive_desc_destroy(hint);
    TRY(status);
    TRY(use(p, &n, op->in[0], &args[0].value, at));
    TRY(use(p, &n, op->in[1], &args[1].value, at));
    for (int i = 0; i < 4; i++)
        TRY(value_use(p, op->in[3 + i], plain_of(p, op->in[3 + i]), &args[2 + i].value, at));
    args[6].value = make(p, &n, op->out[0]);
    args[7].value = value_make(p, op->out[1], plain_of(p, op->out[1]));
    args[8].value = value_make(p, op->out[2], plain_of(p, op->out[2]));
    args[9].value = p->workspace[op->in[2]];
    if (args[9].value < 0 && o->activation == ACTIVATION_RELU)
        return fail(at, MOTE_ERR_FORMAT, "the operator that it is the gradient of is not in the graph");
    return step_primitive(p, "batch norm", pd, args[9].value >= 0 ? 10 : 9, args, at);
}
