/* SPDX-License-Identifier: Apache-2.0 */
#include "host/program/builder.h"

#include <stdlib.h>
#include <time.h>

#include "host/plan/offsets.h"

#define ALIGN        64
#define PLACE_EFFORT 20000000 /* of offsets_solve: a few hundredths of a second */

extern void omp_set_num_threads(int n);
extern int omp_get_num_procs(void);

static build_fn *const builders[OP_LIMIT] = {
    [OP_CONV_2D] = build_conv,
    [OP_CONV_2D_GRAD_INPUT] = build_conv_grad_input,
    [OP_CONV_2D_GRAD_WEIGHTS] = build_conv_grad_weights,
    [OP_DEPTHWISE_CONV_2D] = build_conv,
    [OP_DEPTHWISE_CONV_2D_GRAD_INPUT] = build_conv_grad_input,
    [OP_DEPTHWISE_CONV_2D_GRAD_WEIGHTS] = build_conv_grad_weights,
    [OP_FULLY_CONNECTED] = build_fully_connected,
    [OP_FULLY_CONNECTED_GRAD_INPUT] = build_fully_connected_grad_input,
    [OP_FULLY_CONNECTED_GRAD_WEIGHTS] = build_fully_connected_grad_weights,
    [OP_AVERAGE_POOL_2D] = build_pool,
    [OP_MAX_POOL_2D] = build_pool,
    [OP_AVERAGE_POOL_2D_GRAD] = build_pool_grad,
    [OP_MAX_POOL_2D_GRAD] = build_pool_grad,
    [OP_MEAN] = build_mean,
    [OP_MEAN_GRAD] = build_mean_grad,
    [OP_BATCH_NORM] = build_batch_norm,
    [OP_BATCH_NORM_TRAINING] = build_batch_norm_training,
    [OP_BATCH_NORM_GRAD] = build_batch_norm_grad,
    [OP_RELU] = build_activation,
    [OP_RELU6] = build_activation,
    [OP_LEAKY_RELU] = build_activation,
    [OP_TANH] = build_activation,
    [OP_LOGISTIC] = build_activation,
    [OP_UNARY_GRAD] = build_unary_grad,
    [OP_RELU_GRAD] = build_activation_grad,
    [OP_RELU6_GRAD] = build_activation_grad,
    [OP_LEAKY_RELU_GRAD] = build_activation_grad,
    [OP_TANH_GRAD] = build_activation_grad,
    [OP_LOGISTIC_GRAD] = build_activation_grad,
    [OP_ADD] = build_add,
    [OP_RESHAPE] = build_reshape,
    [OP_DROPOUT] = build_dropout,
    [OP_CONCATENATION] = build_concatenation,
    [OP_SPLIT_V] = build_split_v,
    [OP_STRIDED_SLICE] = build_strided_slice,
    [OP_STRIDED_SLICE_GRAD] = build_strided_slice_grad,
    [OP_UNIDIRECTIONAL_SEQUENCE_LSTM] = build_lstm,
    [OP_UNIDIRECTIONAL_SEQUENCE_LSTM_GRAD] = build_lstm_grad,
    [OP_GRU] = build_gru,
    [OP_GRU_GRAD] = build_gru_grad,
    [OP_SOFTMAX] = build_softmax,
    [OP_SOFTMAX_CROSS_ENTROPY] = build_softmax_cross_entropy,
    [OP_SOFTMAX_CROSS_ENTROPY_GRAD] = build_softmax_cross_entropy_grad,
    [OP_SOFT_CROSS_ENTROPY] = build_soft_cross_entropy,
    [OP_SOFT_CROSS_ENTROPY_GRAD] = build_soft_cross_entropy_grad,
    [OP_FEATURE_LOSS] = build_feature_loss,
    [OP_FEATURE_LOSS_GRAD] = build_feature_loss_grad,
    [OP_MEAN_SQUARED_ERROR] = build_mean_squared_error,
    [OP_MEAN_SQUARED_ERROR_GRAD] = build_mean_squared_error_grad,
    [OP_CLIP_NORM] = build_clip_norm,
    [OP_SGD] = build_sgd,
    [OP_ADAM] = build_adam,
    [OP_MASK] = build_mask,
    [OP_LEVELS] = build_levels,
    [OP_PRUNE] = build_prune,
    [OP_PRUNE_CHANNELS] = build_prune_channels,
    [OP_ACTIVITY] = build_activity,
    [OP_CLUSTER] = build_cluster,
    [OP_SIMULATE_S8] = build_simulate_s8,
};

enum mote_status dnnl_check(const struct frame *at, dnnl_status_t status, const char *what)
{
    if (status == dnnl_success)
        return MOTE_OK;
    if (status == dnnl_out_of_memory)
        return fail(at, MOTE_ERR_MEMORY, "oneDNN: out of memory (%s)", what);
    return fail(at, MOTE_ERR_UNSUPPORTED, "oneDNN cannot do this %s (status %d)", what, (int)status);
}

/* ---- layouts ---- */
dnnl_memory_desc_t plain_dims(int n, const int64_t *dims)
{
    dnnl_memory_desc_t md;
    dnnl_dims_t sizes, strides;
    int64_t step = 1;

    assert(n >= 1 && n <= DNNL_MAX_NDIMS);
    for (int d = n - 1; d >= 0; d--) {
        sizes[d] = dims[d];
        strides[d] = step;
        step *= dims[d];
    }
    dnnl_memory_desc_init_by_strides(&md, n, sizes, dnnl_f32, strides);
    return md;
}

/* What oneDNN has a type for; all else is bytes, which the device's kernels alone compute. */
static bool is_words(const struct tensor *t) { return t->type == TYPE_F32 || t->type == TYPE_S32; }

/* [N,H,W,C] as N, C, H, W with the channels innermost; other ranks as they are; a scalar has one element. */
static dnnl_memory_desc_t plain_tensor(const struct tensor *t)
{
    dnnl_memory_desc_t md;
    int64_t one = 1, bytes = tensor_bytes(t);

    if (!is_words(t)) {
        md = plain_dims(1, &bytes);
        md.data_type = dnnl_u8;
        return md;
    }
    if (t->rank == 4) {
        dnnl_dims_t dims = {t->dims[0], t->dims[3], t->dims[1], t->dims[2]};

        dnnl_memory_desc_init_by_tag(&md, 4, dims, dnnl_f32, dnnl_nhwc);
    } else {
        md = t->rank == 0 ? plain_dims(1, &one) : plain_dims(t->rank, t->dims);
    }
    if (t->type == TYPE_S32)
        md.data_type = dnnl_s32;
    return md;
}

/* Filters with groups: OHWI of I channels each, or 1HWO, as G, O / G, I, H, W. */
static dnnl_memory_desc_t plain_groups(const struct tensor *w, bool depthwise, int64_t groups)
{
    int64_t h = w->dims[1], width = w->dims[2], i = w->dims[3], o = (depthwise ? i : w->dims[0]) / groups;
    dnnl_dims_t dims = {groups, o, depthwise ? 1 : i, h, width};
    dnnl_dims_t ohwi = {o * h * width * i, h * width * i, 1, width * i, i};
    dnnl_dims_t hwo = {o, 1, groups * o, width * i, i};
    dnnl_memory_desc_t md;

    dnnl_memory_desc_init_by_strides(&md, 5, dims, dnnl_f32, depthwise ? hwo : ohwi);
    return md;
}

static void plain_weights(struct program *p, const struct op *op)
{
    const struct graph *g = p->graph;
    const struct tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1);

    if (op->id == OP_DEPTHWISE_CONV_2D)
        p->plain[op->in[1]] = plain_groups(w, true, in->dims[3]);
    else if (op->id == OP_CONV_2D && w->dims[3] != in->dims[3])
        p->plain[op->in[1]] = plain_groups(w, false, in->dims[3] / w->dims[3]);
}

/* What has the shape of weights has their dimensions here, too: gradients and the optimizer's states. */
static void plain_like_weights(struct program *p, const struct op *op)
{
    if (op->id == OP_CONV_2D_GRAD_WEIGHTS || op->id == OP_DEPTHWISE_CONV_2D_GRAD_WEIGHTS)
        p->plain[op->out[0]] = p->plain[op->in[2]];
    if (op->id == OP_SGD)
        p->plain[op->in[2]] = p->plain[op->in[0]];
    if (op->id == OP_ADAM)
        p->plain[op->in[2]] = p->plain[op->in[3]] = p->plain[op->in[0]];
}

static void find_plain(struct program *p)
{
    const struct graph *g = p->graph;

    p->plain = pool_array(p->pool, (size_t)g->n_tensors, sizeof *p->plain);
    for (int32_t i = 0; i < g->n_tensors; i++)
        p->plain[i] = plain_tensor(&g->tensors[i]);
    for (int32_t i = 0; i < g->n_ops; i++)
        plain_weights(p, &g->ops[i]);
    for (int32_t i = 0; i < g->n_ops; i++)
        plain_like_weights(p, &g->ops[i]);
}

const dnnl_memory_desc_t *plain_of(const struct program *p, int32_t tensor) { return &p->plain[tensor]; }

dnnl_memory_desc_t any_of(const dnnl_memory_desc_t *md)
{
    dnnl_memory_desc_t any;

    dnnl_memory_desc_init_by_tag(&any, md->ndims, md->dims, md->data_type, dnnl_format_tag_any);
    return any;
}

const dnnl_memory_desc_t *layout_of(struct program *p, int32_t tensor)
{
    return p->home[tensor] < 0 ? &p->plain[tensor] : &p->values[p->home[tensor]].md;
}

bool same_layout(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b) { return dnnl_memory_desc_equal(a, b) != 0; }

/* ---- values ---- */
static int32_t value_add(struct program *p, const dnnl_memory_desc_t *md)
{
    int32_t i = p->n_values++;

    p->values = pool_grow(p->pool, p->values, (size_t)i, sizeof *p->values);
    p->values[i] = (struct program_value){
        .md = *md, .bytes = dnnl_memory_desc_get_size(md), .root = i, .first = INT32_MAX, .last = -1};
    return i;
}

int32_t value_scratch(struct program *p, const dnnl_memory_desc_t *md) { return value_add(p, md); }

int32_t value_view(struct program *p, int32_t value, const dnnl_memory_desc_t *md)
{
    int32_t i = value_add(p, md);

    assert(p->values[i].bytes <= p->values[value].bytes);
    assert(value >= 0 && value < i);
    p->values[i].root = p->values[value].root;
    return i;
}

static bool is_lasting(const struct graph *g, int32_t tensor)
{
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (g->inputs[i] == tensor)
            return true;
    return g->tensors[tensor].state || g->tensors[tensor].data != NULL || graph_is_output(g, tensor);
}

static void forget_copies(struct program *p, int32_t tensor)
{
    for (int32_t i = p->n_copies - 1; i >= 0; i--)
        if (p->copies[i].tensor == tensor)
            p->copies[i] = p->copies[--p->n_copies];
}

int32_t value_make(struct program *p, int32_t tensor, const dnnl_memory_desc_t *md)
{
    forget_copies(p, tensor);
    if (p->home[tensor] < 0) {
        p->home[tensor] = value_add(p, md);
        p->values[p->home[tensor]].lasting = is_lasting(p->graph, tensor);
    }
    assert(same_layout(&p->values[p->home[tensor]].md, md));
    return p->home[tensor];
}

int32_t value_make_as(struct program *p, int32_t tensor, int n, const int64_t *dims)
{
    dnnl_memory_desc_t md = plain_dims(n, dims);
    int32_t home = value_make(p, tensor, plain_of(p, tensor));

    return value_view(p, home, &md);
}

enum mote_status step_reorder(struct program *p, int32_t from, int32_t to, const struct frame *at)
{
    dnnl_primitive_desc_t pd;
    dnnl_primitive_attr_t attr;
    dnnl_status_t status;

    TRY(attributes(ACTIVATION_NONE, &attr, at));
    status =
        dnnl_reorder_primitive_desc_create(&pd, &p->values[from].md, p->engine, &p->values[to].md, p->engine, attr);
    dnnl_primitive_attr_destroy(attr);
    TRY(dnnl_check(at, status, "reorder"));
    return step_primitive(p, "reorder", pd, 2, (struct binding[]){{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}, at);
}

enum mote_status value_use(struct program *p, int32_t tensor, const dnnl_memory_desc_t *md, int32_t *out,
                           const struct frame *at)
{
    const struct tensor *t = &p->graph->tensors[tensor];
    int32_t copy;

    if (p->home[tensor] < 0 && (t->state || t->data))
        value_make(p, tensor, md);
    assert(p->home[tensor] >= 0);
    *out = p->home[tensor];
    if (same_layout(&p->values[*out].md, md))
        return MOTE_OK;
    for (int32_t i = 0; i < p->n_copies; i++)
        if (p->copies[i].tensor == tensor && same_layout(&p->values[p->copies[i].value].md, md)) {
            *out = p->copies[i].value;
            return MOTE_OK;
        }
    copy = value_add(p, md);
    TRY(step_reorder(p, *out, copy, at));
    p->copies = pool_grow(p->pool, p->copies, (size_t)p->n_copies, sizeof *p->copies);
    p->copies[p->n_copies++] = (struct copy){tensor, copy};
    *out = copy;
    return MOTE_OK;
}

enum mote_status value_use_as(struct program *p, int32_t tensor, int n, const int64_t *dims, int32_t *out,
                              const struct frame *at)
{
    dnnl_memory_desc_t md = plain_dims(n, dims);

    TRY(value_use(p, tensor, plain_of(p, tensor), out, at));
    *out = value_view(p, *out, &md);
    return MOTE_OK;
}

/* ---- steps ---- */
static void touch(struct program *p, int32_t value)
{
    struct program_value *v = &p->values[p->values[value].root];

    assert(value >= 0 && value < p->n_values && v->root == p->values[value].root);
    v->first = v->first < p->n_steps ? v->first : p->n_steps;
    v->last = p->n_steps;
}

static struct program_step *step_add(struct program *p, const struct program_step *s)
{
    for (int32_t i = 0; i < s->n; i++)
        touch(p, s->values[i]);
    if (p->few >= 0)
        touch(p, p->few);
    p->steps = pool_grow(p->pool, p->steps, (size_t)p->n_steps, sizeof *p->steps);
    p->steps[p->n_steps] = *s;
    p->steps[p->n_steps].few = p->few;
    return &p->steps[p->n_steps++];
}

enum mote_status step_primitive(struct program *p, const char *what, dnnl_primitive_desc_t pd, int n,
                                const struct binding *args, const struct frame *at)
{
    const dnnl_memory_desc_t *scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    struct program_step s = {.op = p->op, .what = what, .n = n, .reorder = strcmp(what, "reorder") == 0};
    dnnl_status_t status;

    assert(n < STEP_ARGS);
    s.names = pool_array(p->pool, STEP_ARGS, sizeof *s.names);
    s.values = pool_array(p->pool, STEP_ARGS, sizeof *s.values);
    for (int i = 0; i < n; i++) {
        s.names[i] = args[i].name;
        s.values[i] = args[i].value;
    }
    if (dnnl_memory_desc_get_size(scratch) > 0) {
        s.names[s.n] = DNNL_ARG_SCRATCHPAD;
        s.values[s.n++] = value_scratch(p, scratch);
    }
    status = dnnl_primitive_create(&s.primitive, pd);
    dnnl_primitive_desc_destroy(pd);
    TRY(dnnl_check(at, status, what));
    step_add(p, &s);
    return MOTE_OK;
}

void step_loop(struct program *p, const char *what, loop_fn *loop, const void *opts, int32_t n, const int32_t *values)
{
    struct program_step s = {.op = p->op, .what = what, .loop = loop, .opts = opts, .n = n};

    assert(loop != NULL && n > 0);
    s.values = pool_copy(p->pool, values, (size_t)n * sizeof *values);
    step_add(p, &s);
}

int32_t survivors_of(const struct program *p, int32_t tensor) { return p->survivors[tensor]; }

enum mote_status attributes(int activation, dnnl_primitive_attr_t *out, const struct frame *at)
{
    dnnl_post_ops_t ops;
    dnnl_status_t status;

    TRY(dnnl_check(at, dnnl_primitive_attr_create(out), "attribute"));
    dnnl_primitive_attr_set_scratchpad_mode(*out, dnnl_scratchpad_mode_user);
    if (activation == ACTIVATION_NONE)
        return MOTE_OK;
    TRY(dnnl_check(at, dnnl_post_ops_create(&ops), "attribute"));
    if (activation == ACTIVATION_RELU)
        status = dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0, 0);
    else if (activation == ACTIVATION_RELU6)
        status = dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_clip_v2, 0, 6);
    else if (activation == ACTIVATION_TANH)
        status = dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_tanh, 0, 0);
    else
        status = dnnl_unimplemented;
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_post_ops(*out, ops);
    dnnl_post_ops_destroy(ops);
    if (status != dnnl_success)
        dnnl_primitive_attr_destroy(*out);
    return dnnl_check(at, status, "fused activation");
}

enum mote_status describe(struct program *p, const void *desc, int activation, dnnl_primitive_desc_t hint,
                          const char *what, dnnl_primitive_desc_t *out, const struct frame *at)
{
    dnnl_primitive_attr_t attr;
    dnnl_status_t status;

    TRY(attributes(activation, &attr, at));
    status = dnnl_primitive_desc_create(out, desc, attr, p->engine, hint);
    dnnl_primitive_attr_destroy(attr);
    return dnnl_check(at, status, what);
}

/* ---- memory ---- */
/* All values that share no other's memory and are used: lasting ones side by side, the others by their lifetimes. */
static void place(struct program *p)
{
    struct buffer *buffers = pool_array(p->pool, (size_t)p->n_values + 1, sizeof *buffers);
    int32_t n = 0, *root_of = pool_array(p->pool, (size_t)p->n_values + 1, sizeof *root_of);
    struct offsets_result result;
    uint8_t *base;

    for (int32_t i = 0; i < p->n_values; i++) {
        struct program_value *v = &p->values[i];

        if (v->root != i || v->bytes == 0)
            continue;
        if (v->lasting) {
            v->data = pool_alloc(p->pool, align_up(v->bytes, ALIGN));
            p->bytes += (int64_t)align_up(v->bytes, ALIGN);
        } else if (v->last >= 0) {
            root_of[n] = i;
            buffers[n++] = (struct buffer){.lower = v->first, .upper = v->last + 1, .size = (int64_t)v->bytes};
        }
    }
    if (n == 0)
        return;
    result = offsets_solve(p->pool, buffers, n, ALIGN, PLACE_EFFORT);
    assert(result.total > 0);
    base = pool_alloc(p->pool, (size_t)result.total);
    p->bytes += result.total;
    for (int32_t i = 0; i < n; i++)
        p->values[root_of[i]].data = base + buffers[i].offset;
}

static enum mote_status bind_values(struct program *p, const struct frame *at)
{
    for (int32_t i = 0; i < p->n_values; i++) {
        struct program_value *v = &p->values[i];

        v->data = p->values[v->root].data;
        if (v->data != NULL)
            TRY(dnnl_check(at, dnnl_memory_create(&v->memory, &v->md, p->engine, v->data), "memory"));
    }
    return MOTE_OK;
}

static void bind_step(struct program *p, struct program_step *s)
{
    void **data = pool_array(p->pool, (size_t)s->n, sizeof *data);
    int64_t *n = pool_array(p->pool, (size_t)s->n, sizeof *n);

    s->args = pool_array(p->pool, (size_t)s->n, sizeof *s->args);
    for (int32_t i = 0; i < s->n; i++) {
        const struct program_value *v = &p->values[s->values[i]];

        assert(v->data != NULL || v->bytes == 0);
        data[i] = v->data;
        n[i] = (int64_t)(v->bytes / sizeof(float));
        if (s->primitive != NULL)
            s->args[i] = (dnnl_exec_arg_t){s->names[i], v->memory};
    }
    s->call = (struct call){data, n, s->n, s->opts};
    s->is_few = s->few >= 0 ? (const int32_t *)(const void *)p->values[s->few].data : NULL;
}

/* ---- building ---- */
/* Loops and primitives are of floats; int32 to them are constant lists, and labels and step numbers where a device has
 * no such operator. What else there is goes to the device's kernels. NULL: there is no builder. */
static build_fn *builder_of(const struct graph *g, const struct op *op)
{
    const bool lowers = op_info[op->id].is->lower != NULL;
    bool known = builders[op->id] != NULL;

    for (int32_t k = 0; k < op->n_in + op->n_out; k++) {
        const struct tensor *t = k < op->n_in ? op_in(g, op, k) : op_out(g, op, k - op->n_in);

        known = known && (t == NULL || t->type == TYPE_F32 || (is_words(t) && (t->data != NULL || !lowers)));
    }
    return known ? builders[op->id] : lowers ? build_computed : NULL;
}

static enum mote_status build_op(struct program *p, int32_t i, const struct frame *at)
{
    const struct op *op = &p->graph->ops[i];
    struct frame here = frame_op(at, p->graph, i);
    build_fn *builder;

    if (op->id == OP_NOP)
        return MOTE_OK;
    builder = builder_of(p->graph, op);
    if (builder == NULL)
        return fail(&here, MOTE_ERR_UNSUPPORTED, "training and its programs do not have this operator");
    for (int32_t k = 0; k < op->n_in; k++)
        if (op->in[k] != TENSOR_ABSENT)
            TRY(tensor_elements(op_in(p->graph, op, k)) > 0
                    ? MOTE_OK
                    : fail(&here, MOTE_ERR_SHAPE, "the shape of input %d is not known", (int)k));
    assert(op->id > OP_NOP && op->id < OP_LIMIT);
    p->op = i;
    return builder(p, op, &here);
}

static enum mote_status build(struct program *p, const struct frame *at)
{
    const struct graph *g = p->graph;

    TRY(dnnl_check(at, dnnl_engine_create(&p->engine, dnnl_cpu, 0), "engine"));
    TRY(dnnl_check(at, dnnl_stream_create(&p->stream, p->engine, dnnl_stream_default_flags), "stream"));
    find_plain(p);
    p->home = pool_array(p->pool, (size_t)g->n_tensors, sizeof *p->home);
    p->workspace = pool_array(p->pool, (size_t)g->n_tensors, sizeof *p->workspace);
    p->survivors = pool_array(p->pool, (size_t)g->n_tensors, sizeof *p->survivors);
    for (int32_t i = 0; i < g->n_tensors; i++)
        p->home[i] = p->workspace[i] = p->survivors[i] = -1;
    p->few = -1;
    for (int32_t i = 0; i < g->n_inputs; i++)
        value_make(p, g->inputs[i], plain_of(p, g->inputs[i]));
    for (int32_t i = 0; i < g->n_ops; i++)
        TRY(build_op(p, i, at));
    place(p);
    TRY(bind_values(p, at));
    for (int32_t i = 0; i < p->n_steps; i++)
        bind_step(p, &p->steps[i]);
    for (int32_t i = 0; i < g->n_tensors; i++) {
        const struct tensor *t = &g->tensors[i];

        if (p->home[i] >= 0 && (t->data || t->initial))
            program_write(p, i, t->data ? t->data : t->initial);
    }
    return MOTE_OK;
}

int program_threads(const struct program *p) { return p->threads; }

enum mote_status program_make(struct pool *pool, const struct model *m, int threads, struct program **out,
                              const struct frame *at)
{
    struct program *p = pool_alloc(pool, sizeof *p);
    enum mote_status status;

    *p = (struct program){.pool = pool, .model = m, .graph = &m->graphs[0]};
    p->threads = threads > 0 ? threads : omp_get_num_procs();
    omp_set_num_threads(p->threads); /* before primitives are made: they split their work by it */
    *out = p;                        /* for program_free() if memory runs out in a guard */
    status = build(p, at);
    if (status != MOTE_OK) {
        program_free(p);
        *out = NULL;
    }
    return status;
}

void program_free(struct program *p)
{
    if (p == NULL)
        return;
    for (int32_t i = 0; i < p->n_steps; i++)
        dnnl_primitive_destroy(p->steps[i].primitive);
    for (int32_t i = 0; i < p->n_values; i++)
        dnnl_memory_destroy(p->values[i].memory);
    if (p->stream != NULL)
        dnnl_stream_destroy(p->stream);
    if (p->engine != NULL)
        dnnl_engine_destroy(p->engine);
    p->n_steps = p->n_values = 0;
    p->stream = NULL;
    p->engine = NULL;
}

int64_t program_memory(const struct program *p) { return p->bytes; }

/* ---- running ---- */
static void run_step(struct program *p, const struct program_step *s)
{
    if (s->is_few != NULL && *s->is_few >= 0)
        return;
    if (s->primitive == NULL) {
        s->loop(&s->call);
        return;
    }
    if (dnnl_primitive_execute(s->primitive, p->stream, s->n, s->args) != dnnl_success)
        memory_ran_out(); /* nothing else is left to fail */
}

void program_run(struct program *p)
{
    omp_set_num_threads(p->threads);
    for (int32_t i = 0; i < p->n_steps; i++)
        run_step(p, &p->steps[i]);
}

/* Between the caller's row-major bytes and a tensor's home. */
static void transfer(struct program *p, int32_t tensor, void *plain, bool in)
{
    const struct program_value *v = &p->values[p->home[tensor]];
    dnnl_memory_t memory = NULL;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_primitive_t primitive = NULL;
    dnnl_memory_desc_t layout = *plain_of(p, tensor);
    bool done;

    assert(v->data != NULL && plain != NULL);
    if (same_layout(&v->md, &layout)) {
        memcpy(in ? v->data : plain, in ? plain : v->data, v->bytes);
        return;
    }
    done = dnnl_memory_create(&memory, &layout, p->engine, plain) == dnnl_success &&
           dnnl_reorder_primitive_desc_create(&pd, in ? &layout : &v->md, p->engine, in ? &v->md : &layout, p->engine,
                                              NULL) == dnnl_success &&
           dnnl_primitive_create(&primitive, pd) == dnnl_success &&
           dnnl_primitive_execute(primitive, p->stream, 2,
                                  (dnnl_exec_arg_t[]){{DNNL_ARG_FROM, in ? memory : v->memory},
                                                      {DNNL_ARG_TO, in ? v->memory : memory}}) == dnnl_success;
    dnnl_primitive_destroy(primitive);
    dnnl_primitive_desc_destroy(pd);
    dnnl_memory_destroy(memory);
    if (!done)
        memory_ran_out();
}

void program_write(struct program *p, int32_t tensor, const void *data)
{
    if (p->home[tensor] >= 0)
        transfer(p, tensor, (void *)(uintptr_t)data, true);
}

void program_read(struct program *p, int32_t tensor, void *data)
{
    assert(p->home[tensor] >= 0);
    transfer(p, tensor, data, false);
}

void *program_input(struct program *p, int32_t tensor)
{
    assert(p->home[tensor] >= 0 && p->values[p->home[tensor]].lasting);
    return p->values[p->home[tensor]].data;
}

/* ---- measuring ---- */
static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double time_step(struct program *p, const struct program_step *s, int repeats)
{
    double best = 1e9;

    for (int i = 0; i <= repeats; i++) { /* one to warm up */
        double start = now(), seconds;

        run_step(p, s);
        seconds = now() - start;
        if (i > 0 && seconds < best)
            best = seconds;
    }
    return best;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

struct program_times program_measure(struct program *p, int repeats)
{
    struct program_times t = {0};

    omp_set_num_threads(p->threads);
    for (int32_t i = 0; i < p->n_steps; i++) {
        const struct program_step *s = &p->steps[i];
        double seconds = time_step(p, s, repeats);

        *(s->primitive == NULL ? &t.loops : s->reorder ? &t.reorders : &t.primitives) += seconds;
    }
    return t;
}

/* In their order, so that each finds the caches as it does in training: the median of all runs. */
void program_profile(struct program *p, int repeats, FILE *to)
{
    double *seconds = pool_array(p->pool, (size_t)p->n_steps * (size_t)repeats, sizeof *seconds);

    omp_set_num_threads(p->threads);
    for (int k = 0; k < repeats; k++)
        for (int32_t i = 0; i < p->n_steps; i++) {
            double start = now();

            run_step(p, &p->steps[i]);
            seconds[(size_t)i * (size_t)repeats + (size_t)k] = now() - start;
        }
    for (int32_t i = 0; i < p->n_steps; i++) {
        const struct op *op = &p->graph->ops[p->steps[i].op];
        double *own = seconds + (size_t)i * (size_t)repeats;

        qsort(own, (size_t)repeats, sizeof *own, by_size);
        fprintf(to, "%9.1f us  %-16s %s %s\n", 1e6 * own[repeats / 2], p->steps[i].what, op_info[op->id].NAME,
                op->name);
    }
}
