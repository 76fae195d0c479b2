/* SPDX-License-Identifier: Apache-2.0 */
/* The operators of each kind of layer. The first one has the layer's name, others that name with a part: "c1",
 * "c1/batch_norm"; a tensor has its operator's name, and weights are "c1/weights", "c1/bias", and so on. */
#include "host/train/initial.h"
#include "host/train/network.h"

#include <math.h>
#include <stdlib.h>

#define BATCH_NORM_EPSILON 1e-3F

/* ---- pieces ---- */
static const char *part(const struct building *b, const char *name)
{
    return name ? pool_printf(b->n->m->pool, "%s/%s", b->layer->name, name) : b->layer->name;
}

static struct tensor *tensor_of(const struct building *b, int32_t t) { return &b->n->g->tensors[t]; }

/* Appends an operator and works out its output's shape. `name`: NULL, or the part of the layer that it is. */
static enum mote_status add_op(struct building *b, enum op_id id, const char *name, int32_t n_in, const int32_t *in,
                               const void *opts, int32_t *out)
{
    struct model *m = b->n->m;
    struct tensor t = {.name = part(b, name), .type = TYPE_F32, .source = -1};
    struct op *op;

    *out = graph_add_tensor(m, b->n->g, &t);
    op = graph_add_op(m, b->n->g, id, n_in, in, 1, out);
    op->name = t.name;
    if (opts)
        memcpy(op->opts, opts, (size_t)opts_info[op_info[id].opts].n * 4);
    return op_infer(m, b->n->g, op, b->at);
}

static enum mote_status add_const(struct building *b, struct tensor t, const char *name, int32_t *out)
{
    char shape[96];

    *out = TENSOR_ABSENT;
    t.name = part(b, name);
    t.source = -1;
    if (tensor_bytes(&t) > TENSOR_BYTES_MAX)
        return fail(b->at, MOTE_ERR_VALUE, "%s would be %s, more than %lld bytes: make the layer smaller", name,
                    shape_text(&t, shape), (long long)TENSOR_BYTES_MAX);
    *out = graph_add_tensor(b->n->m, b->n->g, &t);
    return MOTE_OK;
}

static void set_data(struct building *b, int32_t t, const void *data) { tensor_of(b, t)->data = data; }

static bool follows_relu(enum layer_activation a)
{
    return a == LAYER_ACTIVATION_RELU || a == LAYER_ACTIVATION_RELU6 || a == LAYER_ACTIVATION_LEAKY_RELU;
}

static enum mote_status add_weights(struct building *b, const char *name, int rank, const int64_t *dims, int64_t fan_in,
                                    int64_t fan_out, int32_t *out)
{
    struct tensor t = {.type = TYPE_F32, .rank = rank};
    const struct initial how = {.seed = b->n->recipe->training.seed,
                                .layer = b->index,
                                .tensor = b->n_weights++,
                                .fan_in = fan_in,
                                .fan_out = fan_out,
                                .relu = follows_relu(b->layer->activation)};

    memcpy(t.dims, dims, (size_t)rank * sizeof *dims);
    TRY(add_const(b, t, name, out));
    set_data(b, *out, initial_weights(b->n->m->pool, tensor_elements(&t), &how));
    return MOTE_OK;
}

static enum mote_status add_vector(struct building *b, const char *name, int64_t elements, float value, int32_t *out)
{
    TRY(add_const(b, (struct tensor){.type = TYPE_F32, .rank = 1, .dims = {elements}}, name, out));
    set_data(b, *out, initial_fill(b->n->m->pool, elements, value));
    return MOTE_OK;
}

static enum mote_status add_ints(struct building *b, const char *name, int32_t elements, const int32_t *values,
                                 int32_t *out)
{
    TRY(add_const(b, (struct tensor){.type = TYPE_S32, .rank = 1, .dims = {elements}}, name, out));
    set_data(b, *out, pool_copy(b->n->m->pool, values, (size_t)elements * sizeof *values));
    return MOTE_OK;
}

/* Without the batch. */
static const char *sample_text(const struct tensor *t, char text[96])
{
    struct tensor sample = *t;

    sample.rank--;
    memmove(sample.dims, sample.dims + 1, (size_t)sample.rank * sizeof sample.dims[0]);
    return shape_text(&sample, text);
}

/* An image, for layers that want one. */
static enum mote_status want_image(const struct building *b)
{
    const struct tensor *in = tensor_of(b, b->in[0]);
    char shape[96];

    if (in->rank == 4)
        return MOTE_OK;
    return fail(b->at, MOTE_ERR_SHAPE,
                "it reads pictures of height x width x channels, but its input is %s: put a `reshape` before it",
                sample_text(in, shape));
}

/* ---- activations and batch normalization ---- */
static int32_t fused(enum layer_activation a)
{
    return a == LAYER_ACTIVATION_RELU    ? ACTIVATION_RELU
           : a == LAYER_ACTIVATION_RELU6 ? ACTIVATION_RELU6
                                         : ACTIVATION_NONE;
}

/* The operator of an activation that none carries; *t becomes its output. */
static enum mote_status add_activation(struct building *b, int32_t *t)
{
    static const struct {
        enum op_id op;
        const char *name;
    } ops[] = {
        [LAYER_ACTIVATION_LEAKY_RELU] = {OP_LEAKY_RELU, "leaky_relu"},
        [LAYER_ACTIVATION_TANH] = {OP_TANH, "tanh"},
        [LAYER_ACTIVATION_LOGISTIC] = {OP_LOGISTIC, "logistic"},
    };
    const struct leaky_relu_opts leaky = {.alpha = b->layer->alpha};
    enum layer_activation a = b->layer->activation;
    int32_t in = *t;

    if (a == LAYER_ACTIVATION_NONE || fused(a) != ACTIVATION_NONE)
        return MOTE_OK;
    return add_op(b, ops[a].op, ops[a].name, 1, &in, a == LAYER_ACTIVATION_LEAKY_RELU ? &leaky : NULL, t);
}

static enum mote_status add_batch_norm(struct building *b, const char *name, int32_t *t)
{
    static const struct {
        const char *name;
        float value;
    } parameters[] = {{"gamma", 1}, {"beta", 0}, {"mean", 0}, {"variance", 1}};
    const struct batch_norm_opts o = {.epsilon = BATCH_NORM_EPSILON, .activation = fused(b->layer->activation)};
    const struct tensor *x = tensor_of(b, *t);
    int64_t channels = x->dims[x->rank - 1];
    int32_t in[5] = {*t};

    for (size_t i = 0; i < COUNT(parameters); i++)
        TRY(add_vector(b, parameters[i].name, channels, parameters[i].value, &in[1 + i]));
    TRY(add_op(b, OP_BATCH_NORM, name, 5, in, &o, t));
    return add_activation(b, t);
}

/* What comes after the products of a layer with weights: x, weights, and a bias or batch normalization. */
static enum mote_status add_linear(struct building *b, enum op_id id, int64_t channels, int32_t weights,
                                   const void *opts, int32_t *out)
{
    int32_t in[3] = {b->in[0], weights};

    if (b->layer->bias)
        TRY(add_vector(b, "bias", channels, 0, &in[2]));
    TRY(add_op(b, id, NULL, b->layer->bias ? 3 : 2, in, opts, out));
    return b->layer->batch_norm ? add_batch_norm(b, "batch_norm", out) : add_activation(b, out);
}

static int32_t fused_in_linear(const struct recipe_layer *l)
{
    return l->batch_norm ? ACTIVATION_NONE : fused(l->activation);
}

static enum mote_status build_batch_norm(struct building *b, int32_t *out)
{
    *out = b->in[0];
    return add_batch_norm(b, NULL, out);
}

/* The operators that are layers as they are. */
#define LAYER(NAME, name)
#define LAYER_OP(NAME, name)                                                                                           \
    static enum mote_status build_##name(struct building *b, int32_t *out)                                             \
    {                                                                                                                  \
        return add_op(b, OP_##NAME, NULL, 1, b->in, NULL, out);                                                        \
    }
#include "host/train/layers.def"

static enum mote_status build_leaky_relu(struct building *b, int32_t *out)
{
    const struct leaky_relu_opts o = {.alpha = b->layer->alpha};

    return add_op(b, OP_LEAKY_RELU, NULL, 1, b->in, &o, out);
}

/* ---- layers with weights ---- */
static struct conv_opts conv_opts(const struct recipe_layer *l)
{
    return (struct conv_opts){.padding = l->padding,
                              .stride_h = l->stride.h,
                              .stride_w = l->stride.w,
                              .dilation_h = l->dilation.h,
                              .dilation_w = l->dilation.w,
                              .activation = fused_in_linear(l)};
}

static int64_t scaled(const struct building *b)
{
    int64_t filters = (int64_t)((double)b->layer->filters * (double)b->n->recipe->width);

    return filters < 1 ? 1 : filters;
}

static enum mote_status build_conv_2d(struct building *b, int32_t *out)
{
    const struct recipe_layer *l = b->layer;
    const struct conv_opts o = conv_opts(l);
    int64_t filters = scaled(b), area = (int64_t)l->kernel.h * l->kernel.w, channels;
    int32_t weights;

    TRY(want_image(b));
    channels = tensor_of(b, b->in[0])->dims[3];
    TRY(add_weights(b, "weights", 4, (int64_t[]){filters, l->kernel.h, l->kernel.w, channels}, area * channels,
                    area * filters, &weights));
    return add_linear(b, OP_CONV_2D, filters, weights, &o, out);
}

static enum mote_status build_depthwise_conv_2d(struct building *b, int32_t *out)
{
    const struct recipe_layer *l = b->layer;
    const struct conv_opts o = conv_opts(l);
    int64_t area = (int64_t)l->kernel.h * l->kernel.w, channels;
    int32_t weights;

    TRY(want_image(b));
    channels = tensor_of(b, b->in[0])->dims[3] * l->multiplier;
    TRY(add_weights(b, "weights", 4, (int64_t[]){1, l->kernel.h, l->kernel.w, channels}, area, area * l->multiplier,
                    &weights));
    return add_linear(b, OP_DEPTHWISE_CONV_2D, channels, weights, &o, out);
}

/* A reshape whose first dimension, the batch, is worked out when it runs. */
static enum mote_status add_reshape(struct building *b, const char *name, int32_t n, const int32_t *sample,
                                    int32_t *out)
{
    int32_t shape[RANK_MAX] = {DIM_UNKNOWN}, in[2] = {b->in[0]};

    memcpy(shape + 1, sample, (size_t)n * sizeof *sample);
    TRY(add_ints(b, "shape", n + 1, shape, &in[1]));
    return add_op(b, OP_RESHAPE, name, 2, in, NULL, out);
}

/* ---- series: images of a width of 1, so that all that knows images knows them ---- */
/* [time, numbers], or [time] of one number each, becomes [time, 1, numbers] for the first layer that reads it. */
static enum mote_status want_series(struct building *b, int32_t series[1])
{
    const struct tensor *in = tensor_of(b, b->in[0]);
    const int32_t numbers = in->rank == 3 ? (int32_t)in->dims[2] : 1;
    char shape[96];

    if (in->rank == 2 || in->rank == 3) {
        TRY(add_reshape(b, "series", 3, (int32_t[]){(int32_t)in->dims[1], 1, numbers}, series));
        b->in = series;
        return MOTE_OK;
    }
    if (in->rank == 4 && in->dims[2] == 1)
        return MOTE_OK;
    return fail(
        b->at, MOTE_ERR_SHAPE,
        "it reads series of time x numbers, but its input is %s: images have conv_2d, or put a `reshape` before it",
        sample_text(in, shape));
}

static enum mote_status build_conv_1d(struct building *b, int32_t *out)
{
    int32_t series[1];

    TRY(want_series(b, series));
    return build_conv_2d(b, out);
}

static enum mote_status build_depthwise_conv_1d(struct building *b, int32_t *out)
{
    int32_t series[1];

    TRY(want_series(b, series));
    return build_depthwise_conv_2d(b, out);
}

static enum mote_status build_fully_connected(struct building *b, int32_t *out)
{
    const struct fully_connected_opts o = {.activation = fused_in_linear(b->layer)};
    int64_t n = tensor_elements(tensor_of(b, b->in[0])), units = b->layer->units;
    int32_t weights;

    if (units == 0)
        units = b->n->data->targets != NULL ? 1 : b->n->data->n_classes;
    if (units < 1)
        return fail(b->at, MOTE_ERR_VALUE, "units is missing, and the data has no classes whose number it could be");
    TRY(add_weights(b, "weights", 2, (int64_t[]){units, n}, n, units, &weights));
    return add_linear(b, OP_FULLY_CONNECTED, units, weights, &o, out);
}

/* ---- pools ---- */
static enum mote_status build_pool(struct building *b, enum op_id id, int32_t *out)
{
    const struct recipe_layer *l = b->layer;
    const struct tensor *in = tensor_of(b, b->in[0]);
    struct layer_size size = l->kernel, stride = l->stride;

    TRY(want_image(b));
    if (l->global)
        size = stride = (struct layer_size){(int32_t)in->dims[1], (int32_t)in->dims[2]};

    const struct pool_opts o = {
        .padding = l->padding, .stride_h = stride.h, .stride_w = stride.w, .filter_h = size.h, .filter_w = size.w};

    return add_op(b, id, NULL, 1, b->in, &o, out);
}

static enum mote_status build_max_pool_2d(struct building *b, int32_t *out)
{
    return build_pool(b, OP_MAX_POOL_2D, out);
}

static enum mote_status build_average_pool_2d(struct building *b, int32_t *out)
{
    return build_pool(b, OP_AVERAGE_POOL_2D, out);
}

static enum mote_status build_max_pool_1d(struct building *b, int32_t *out)
{
    int32_t series[1];

    TRY(want_series(b, series));
    return build_pool(b, OP_MAX_POOL_2D, out);
}

static enum mote_status build_average_pool_1d(struct building *b, int32_t *out)
{
    int32_t series[1];

    TRY(want_series(b, series));
    return build_pool(b, OP_AVERAGE_POOL_2D, out);
}

/* A number a channel, of an image or a series. */
static enum mote_status build_global_average_pool(struct building *b, int32_t *out)
{
    const struct tensor *in;
    struct pool_opts o = {.padding = PADDING_VALID};
    int32_t series[1], channels;

    if (tensor_of(b, b->in[0])->rank < 4)
        TRY(want_series(b, series));
    TRY(want_image(b));
    in = tensor_of(b, b->in[0]);
    channels = (int32_t)in->dims[3];
    o.stride_h = o.filter_h = (int32_t)in->dims[1];
    o.stride_w = o.filter_w = (int32_t)in->dims[2];
    TRY(add_op(b, OP_AVERAGE_POOL_2D, "pool", 1, b->in, &o, out));
    series[0] = *out;
    b->in = series;
    return add_reshape(b, NULL, 1, &channels, out);
}

/* ---- several inputs ---- */
/* All of the same shape; more than two are added one after the other. */
static enum mote_status build_add(struct building *b, int32_t *out)
{
    const struct binary_opts none = {0}, last = {.activation = fused(b->layer->activation)};
    char first[96], other[96];

    *out = b->in[0];
    for (int32_t i = 1; i < b->n_in; i++) {
        const struct tensor *x = tensor_of(b, *out), *y = tensor_of(b, b->in[i]);
        int32_t in[2] = {*out, b->in[i]};

        if (!shape_equal(x, y))
            return fail(b->at, MOTE_ERR_SHAPE, "its inputs have the shapes %s and %s: they must be the same",
                        shape_text(x, first), shape_text(y, other));
        TRY(add_op(b, OP_ADD, i > 1 ? pool_printf(b->n->m->pool, "add_%d", i) : NULL, 2, in,
                   i == b->n_in - 1 ? &last : &none, out));
    }
    return add_activation(b, out);
}

static enum mote_status build_concatenation(struct building *b, int32_t *out)
{
    const struct concatenation_opts o = {.axis = tensor_of(b, b->in[0])->rank - 1};

    if (b->n_in > op_info[OP_CONCATENATION].in_max)
        return fail(b->at, MOTE_ERR_VALUE, "%d inputs: at most %d are possible", b->n_in,
                    op_info[OP_CONCATENATION].in_max);
    return add_op(b, OP_CONCATENATION, NULL, b->n_in, b->in, &o, out);
}

/* ---- columns: some numbers of the last dimension ---- */
/* The data, perhaps some columns of them, in another shape: nothing is trained there. */
static bool is_data(const struct building *b, int32_t t)
{
    const struct graph *g = b->n->g;
    bool *is = pool_array(b->n->m->pool, (size_t)g->n_tensors, sizeof *is);

    is[g->inputs[0]] = true;
    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct op *op = &g->ops[i];
        const int32_t n = op->id == OP_CONCATENATION ? op->n_in : 1;

        is[op->out[0]] = op->id == OP_RESHAPE || op->id == OP_STRIDED_SLICE || op->id == OP_CONCATENATION;
        for (int32_t k = 0; k < n; k++)
            is[op->out[0]] &= is[op->in[k]];
    }
    return is[t];
}

#define NAMES_SHOWN 16

struct run {
    int32_t first, end;
};

static bool number_at(const char **s, int32_t *out)
{
    const size_t digits = strspn(*s, "0123456789");

    *out = digits > 0 && digits < 10 ? (int32_t)strtol(*s, NULL, 10) : -1;
    *s += digits;
    return *out >= 0;
}

/* A name of the data's columns, "3", or "3-7". */
static bool read_run(const struct building *b, const char *word, struct run *out)
{
    const struct dataset *d = b->n->data;

    for (int32_t i = 0; b->in[0] == b->n->g->inputs[0] && d->columns != NULL && i < d->dims[d->rank - 1]; i++)
        if (strcmp(d->columns[i], word) == 0) {
            *out = (struct run){i, i + 1};
            return true;
        }
    if (!number_at(&word, &out->first))
        return false;
    out->end = out->first + 1;
    if (*word == '-') {
        word++;
        if (!number_at(&word, &out->end))
            return false;
        out->end++;
    }
    return *word == '\0' && out->first < out->end;
}

static enum mote_status fail_column(const struct building *b, const char *word, int64_t n)
{
    const struct dataset *d = b->n->data;
    struct text names = {.pool = b->n->m->pool};

    for (int64_t i = 0; i < n && i < NAMES_SHOWN && d->columns != NULL && b->in[0] == b->n->g->inputs[0]; i++)
        text_add(&names, "\"%s\", ", d->columns[i]);
    return fail(b->at, MOTE_ERR_VALUE, "take: there is no column \"%s\"; write %s%sa number from 0 to %lld", word,
                names.len > 0 ? names.s : "", names.len > 0 && n > NAMES_SHOWN ? "..., " : "", (long long)n - 1);
}

/* Runs of neighbors: each becomes a slice. */
static enum mote_status find_runs(const struct building *b, struct run *runs, int32_t *n)
{
    const struct tensor *in = tensor_of(b, b->in[0]);
    const int64_t columns = in->dims[in->rank - 1];

    for (int32_t i = 0; i < b->layer->n_take; i++) {
        struct run next;

        if (!read_run(b, b->layer->take[i], &next) || next.end > columns)
            return fail_column(b, b->layer->take[i], columns);
        if (*n > 0 && runs[*n - 1].end == next.first)
            runs[*n - 1].end = next.end;
        else
            runs[(*n)++] = next;
    }
    return MOTE_OK;
}

/* All of the other dimensions. */
static enum mote_status add_slice(struct building *b, const char *name, struct run run, int32_t *out)
{
    const char *lists = name != NULL ? name : "taken";
    const int32_t rank = tensor_of(b, b->in[0])->rank, all = (1 << (rank - 1)) - 1;
    const struct strided_slice_opts o = {.begin_mask = all, .end_mask = all};
    int32_t begin[RANK_MAX] = {0}, end[RANK_MAX] = {0}, strides[RANK_MAX], in[4] = {b->in[0]};

    for (int32_t i = 0; i < rank; i++)
        strides[i] = 1;
    begin[rank - 1] = run.first;
    end[rank - 1] = run.end;
    TRY(add_ints(b, pool_printf(b->n->m->pool, "%s/begin", lists), rank, begin, &in[1]));
    TRY(add_ints(b, pool_printf(b->n->m->pool, "%s/end", lists), rank, end, &in[2]));
    TRY(add_ints(b, pool_printf(b->n->m->pool, "%s/strides", lists), rank, strides, &in[3]));
    return add_op(b, OP_STRIDED_SLICE, name, 4, in, &o, out);
}

static enum mote_status build_columns(struct building *b, int32_t *out)
{
    struct pool *pool = b->n->m->pool;
    struct run *runs = pool_array(pool, (size_t)b->layer->n_take, sizeof *runs);
    const struct concatenation_opts o = {.axis = tensor_of(b, b->in[0])->rank - 1};
    int32_t n = 0, *slices;

    TRY(find_runs(b, runs, &n));
    if (n == 1)
        return add_slice(b, NULL, runs[0], out);
    if (n > op_info[OP_CONCATENATION].in_max)
        return fail(b->at, MOTE_ERR_VALUE, "take: %d runs of neighbors: at most %d are possible", n,
                    op_info[OP_CONCATENATION].in_max);
    slices = pool_array(pool, (size_t)n, sizeof *slices);
    for (int32_t i = 0; i < n; i++)
        TRY(add_slice(b, pool_printf(pool, "take_%d", i), runs[i], &slices[i]));
    return add_op(b, OP_CONCATENATION, NULL, n, slices, &o, out);
}

/* ---- shapes ---- */
static enum mote_status build_flatten(struct building *b, int32_t *out)
{
    int64_t n = tensor_elements(tensor_of(b, b->in[0]));
    int32_t elements = (int32_t)n;

    if (n > TENSOR_BYTES_MAX)
        return fail(b->at, MOTE_ERR_MEMORY, "its input has %lld elements", (long long)n);
    return add_reshape(b, NULL, 1, &elements, out);
}

static enum mote_status build_reshape(struct building *b, int32_t *out)
{
    int64_t elements = tensor_elements(tensor_of(b, b->in[0])), wanted = 1;

    for (int32_t i = 0; i < b->layer->n_shape && wanted <= TENSOR_BYTES_MAX; i++)
        wanted *= b->layer->shape[i];
    if (wanted != elements)
        return fail(b->at, MOTE_ERR_SHAPE, "its input has %lld elements, which do not fill the shape's %lld",
                    (long long)elements, (long long)wanted);
    return add_reshape(b, NULL, b->layer->n_shape, b->layer->shape, out);
}

/* ---- features of sensors: what stays float on the device, too (float_head in host/graph/scales.h) ---- */
#define PI             3.14159265358979323846
#define SPECTRUM_BANDS 8     /* where a recipe does not say */
#define SPECTRUM_TIMES 4096  /* the longest window */
#define SPECTRUM_FLOOR 1e-4F /* the least power: its logarithm is wanted */

/* A window [time, numbers] of a series in any of its forms. */
static enum mote_status want_window(struct building *b, int32_t window[1])
{
    const struct tensor *in = tensor_of(b, b->in[0]);
    char shape[96];

    if (!is_data(b, b->in[0]))
        return fail(b->at, MOTE_ERR_VALUE, "it reads the data, not what a layer makes of them: write `from: input`");

    if (in->rank == 3)
        return MOTE_OK;
    if (in->rank == 2 || (in->rank == 4 && in->dims[2] == 1)) {
        const int32_t numbers = in->rank == 4 ? (int32_t)in->dims[3] : 1;

        TRY(add_reshape(b, "window", 2, (int32_t[]){(int32_t)in->dims[1], numbers}, window));
        b->in = window;
        return MOTE_OK;
    }
    return fail(b->at, MOTE_ERR_SHAPE,
                "it reads windows of time x numbers, but its input is %s: put a `reshape` before it",
                sample_text(in, shape));
}

/* [channels, n] as a row. */
static enum mote_status add_row(struct building *b, int32_t *t)
{
    int32_t n = (int32_t)tensor_elements(tensor_of(b, *t)), in[1] = {*t};

    b->in = in;
    return add_reshape(b, NULL, 1, &n, t);
}

static enum mote_status build_statistics(struct building *b, int32_t *out)
{
    int32_t window[1];

    TRY(want_window(b, window));
    TRY(add_op(b, OP_STATISTICS, "numbers", 1, b->in, NULL, out));
    return add_row(b, out);
}

static enum mote_status add_floats(struct building *b, const char *name, int64_t n, const float *values, int32_t *out)
{
    TRY(add_const(b, (struct tensor){.type = TYPE_F32, .rank = 1, .dims = {n}}, name, out));
    set_data(b, *out, pool_copy(b->n->m->pool, values, (size_t)n * sizeof *values));
    return MOTE_OK;
}

/* t becomes what the operator makes of it and a constant of floats. */
static enum mote_status add_with(struct building *b, enum op_id id, const char *name, const char *constant, int64_t n,
                                 const float *values, int32_t *t)
{
    int32_t in[2] = {*t};

    TRY(add_floats(b, constant, n, values, &in[1]));
    return add_op(b, id, name, 2, in, NULL, t);
}

/* Its squares have the sum 1. */
static const float *hann_of(struct pool *pool, int32_t time)
{
    float *hann = pool_array(pool, (size_t)time, sizeof *hann);
    double power = 0;

    for (int32_t i = 0; i < time; i++)
        power += pow(sin(PI * (i + 0.5) / time), 4);
    for (int32_t i = 0; i < time; i++)
        hann[i] = (float)(pow(sin(PI * (i + 0.5) / time), 2) / sqrt(power));
    return hann;
}

/* Without the mean, which is no vibration; [time, numbers] as [numbers, time] under a Hann window. */
static enum mote_status add_frames(struct building *b, int32_t time, int32_t *t)
{
    const struct reduce_opts keep = {.keep_dims = 1};
    int32_t in[2] = {*t}, mean[2] = {*t};

    TRY(add_ints(b, "axis", 1, (int32_t[]){1}, &mean[1]));
    TRY(add_op(b, OP_MEAN, "mean", 2, mean, &keep, &in[1]));
    TRY(add_op(b, OP_SUB, "swings", 2, in, NULL, t));
    in[0] = *t;
    TRY(add_ints(b, "axes", 3, (int32_t[]){0, 2, 1}, &in[1]));
    TRY(add_op(b, OP_TRANSPOSE, "frames", 2, in, NULL, t));
    return add_with(b, OP_MUL, "windowed", "hann", time, hann_of(b->n->m->pool, time), t);
}

/* Where n bands of equal ratios begin, of frequencies from 1 on: each has one at least. */
static const int32_t *firsts_of(struct pool *pool, int32_t n, int32_t frequencies)
{
    int32_t *firsts = pool_array(pool, (size_t)n + 1, sizeof *firsts);

    for (int32_t i = 0; i <= n; i++) {
        const int32_t at = (int32_t)lround(pow(frequencies + 1, (double)i / n)), most = frequencies + 1 - (n - i);

        firsts[i] = i > 0 && at <= firsts[i - 1] ? firsts[i - 1] + 1 : at < most ? at : most;
    }
    return firsts;
}

/* Means of powers in n bands, from the first frequency above 0 to half the rate. 0: as many as there usually are. */
static enum mote_status add_bands(struct building *b, int32_t n, int32_t *t)
{
    const int32_t frequencies = (int32_t)tensor_of(b, *t)->dims[2] - 1;
    struct pool *pool = b->n->m->pool;
    float *shares = pool_array(pool, (size_t)frequencies, sizeof *shares);
    int32_t in[4] = {*t}, *widths;
    const int32_t *firsts;

    if (n > frequencies)
        return fail(b->at, MOTE_ERR_VALUE, "%d bands: the spectrum of this window has %d frequencies", n, frequencies);
    if (n == 0)
        n = frequencies < SPECTRUM_BANDS ? frequencies : SPECTRUM_BANDS;
    firsts = firsts_of(pool, n, frequencies);
    widths = pool_array(pool, (size_t)n, sizeof *widths);
    for (int32_t i = 0; i < n; i++) {
        widths[i] = firsts[i + 1] - firsts[i];
        for (int32_t k = firsts[i]; k < firsts[i + 1]; k++)
            shares[k - 1] = 1.0F / (float)widths[i];
    }
    TRY(add_floats(b, "shares", frequencies, shares, &in[1]));
    TRY(add_ints(b, "firsts", n, firsts, &in[2]));
    TRY(add_ints(b, "widths", n, widths, &in[3]));
    return add_op(b, OP_BANDS, "bands", 4, in, NULL, t);
}

static int32_t transform_of(int32_t time)
{
    int32_t length = 4;

    while (length < time)
        length *= 2;
    return length;
}

static enum mote_status build_spectrum(struct building *b, int32_t *out)
{
    struct rfft_opts transform = {0};
    struct energy_opts energy = {.start_index = 1};
    const float least = SPECTRUM_FLOOR;
    int32_t window[1], time;

    TRY(want_window(b, window));
    time = (int32_t)tensor_of(b, b->in[0])->dims[1];
    if (time < 2 || time > SPECTRUM_TIMES)
        return fail(b->at, MOTE_ERR_SHAPE, "a window of %d times: 2 to %d have a spectrum", time, SPECTRUM_TIMES);
    transform.fft_length = transform_of(time);
    energy.end_index = transform.fft_length / 2 + 1;
    *out = b->in[0];
    TRY(add_frames(b, time, out));
    TRY(add_op(b, OP_RFFT, "transform", 1, &(int32_t){*out}, &transform, out));
    TRY(add_op(b, OP_ENERGY, "powers", 1, &(int32_t){*out}, &energy, out));
    TRY(add_bands(b, b->layer->bands, out));
    TRY(add_with(b, OP_MAXIMUM, "floored", "floor", 1, &least, out));
    TRY(add_op(b, OP_LOG, "logarithms", 1, &(int32_t){*out}, NULL, out));
    return add_row(b, out);
}

/* ---- the rest ---- */
static enum mote_status build_dropout(struct building *b, int32_t *out)
{
    const struct dropout_opts o = {.rate = b->layer->rate, .stream = b->index};

    return add_op(b, OP_DROPOUT, NULL, 1, b->in, &o, out);
}

static enum mote_status build_softmax(struct building *b, int32_t *out)
{
    const struct softmax_opts o = {.beta = 1};

    return add_op(b, OP_SOFTMAX, NULL, 1, b->in, &o, out);
}

/* ---- LSTM ---- */
/* The operator's inputs; gates are in the order input, forget, cell, output. */
enum { GATES = 4, FORGET = 1, LSTM_INPUTS = 20, LSTM_X = 1, LSTM_H = 5, LSTM_BIAS = 12, LSTM_HIDDEN = 18 };

static enum mote_status add_gates(struct building *b, int64_t n, int64_t units, int32_t in[LSTM_INPUTS])
{
    static const char *const gates[GATES] = {"input", "forget", "cell", "output"};
    struct pool *pool = b->n->m->pool;

    for (int g = 0; g < GATES; g++) {
        TRY(add_weights(b, pool_printf(pool, "%s/weights", gates[g]), 2, (int64_t[]){units, n}, n, units,
                        &in[LSTM_X + g]));
        TRY(add_weights(b, pool_printf(pool, "%s/recurrent", gates[g]), 2, (int64_t[]){units, units}, units, units,
                        &in[LSTM_H + g]));
        TRY(add_vector(b, pool_printf(pool, "%s/bias", gates[g]), units, g == FORGET ? 1 : 0, &in[LSTM_BIAS + g]));
    }
    return MOTE_OK;
}

/* [batch, time, units] to [batch, units]. */
static enum mote_status add_last_step(struct building *b, int32_t *t)
{
    int32_t time = (int32_t)tensor_of(b, *t)->dims[1], in[4] = {*t};
    const struct strided_slice_opts o = {.begin_mask = 5, .end_mask = 5, .shrink_axis_mask = 2};

    TRY(add_ints(b, "begin", 3, (int32_t[]){0, time - 1, 0}, &in[1]));
    TRY(add_ints(b, "end", 3, (int32_t[]){0, time, 0}, &in[2]));
    TRY(add_ints(b, "strides", 3, (int32_t[]){1, 1, 1}, &in[3]));
    return add_op(b, OP_STRIDED_SLICE, "last", 4, in, &o, t);
}

static enum mote_status want_steps(const struct building *b)
{
    const int rank = tensor_of(b, b->in[0])->rank;

    if (rank != 3)
        return fail(b->at, MOTE_ERR_SHAPE,
                    "it reads a row of numbers a step, time x numbers, but its input has %d dimensions: put a "
                    "`reshape` before it",
                    rank - 1);
    return MOTE_OK;
}

static enum mote_status build_lstm(struct building *b, int32_t *out)
{
    const struct lstm_opts o = {.activation = ACTIVATION_TANH};
    const struct tensor *x = tensor_of(b, b->in[0]);
    int64_t units = b->layer->units;
    int32_t in[LSTM_INPUTS];

    TRY(want_steps(b));
    for (int i = 0; i < LSTM_INPUTS; i++)
        in[i] = TENSOR_ABSENT;
    in[0] = b->in[0];
    TRY(add_gates(b, x->dims[2], units, in));
    for (int i = 0; i < 2; i++)
        TRY(add_const(b, (struct tensor){.type = TYPE_F32, .rank = 2, .dims = {1, units}, .state = true},
                      i == 0 ? "hidden" : "cell", &in[LSTM_HIDDEN + i]));
    TRY(add_op(b, OP_UNIDIRECTIONAL_SEQUENCE_LSTM, NULL, LSTM_INPUTS, in, &o, out));
    return b->layer->sequences ? MOTE_OK : add_last_step(b, out);
}

/* ---- GRU ---- */
/* Gates in the order update, reset, new; the reset gate multiplies the product of h. */
static enum mote_status build_gru(struct building *b, int32_t *out)
{
    enum { GRU_GATES = 3, INPUTS = 6 };
    const struct gru_opts o = {.reset_after = true};
    const int64_t units = b->layer->units, rows = GRU_GATES * units;
    int32_t in[INPUTS] = {b->in[0]};
    int64_t n;

    TRY(want_steps(b));
    n = tensor_of(b, b->in[0])->dims[2];
    TRY(add_weights(b, "weights", 2, (int64_t[]){rows, n}, n, units, &in[1]));
    TRY(add_weights(b, "recurrent", 2, (int64_t[]){rows, units}, units, units, &in[2]));
    TRY(add_vector(b, "bias", rows, 0, &in[3]));
    TRY(add_vector(b, "recurrent_bias", rows, 0, &in[4]));
    TRY(add_const(b, (struct tensor){.type = TYPE_F32, .rank = 2, .dims = {1, units}, .state = true}, "hidden",
                  &in[5]));
    TRY(add_op(b, OP_GRU, NULL, INPUTS, in, &o, out));
    return b->layer->sequences ? MOTE_OK : add_last_step(b, out);
}

layer_build_fn *const layer_build[LAYER_COUNT] = {
#define LAYER(NAME, name) build_##name,
#include "host/train/layers.def"
};
