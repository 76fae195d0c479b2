/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions, pools, biases and normalization. Images have their channels last, or with data_format NCHW before rows
 * and columns: then they are moved, and back again. */
#include "host/import/tensorflow/ops.h"
#include "host/import/window.h"

static int32_t channels_last(struct build *r, int32_t x, bool planes)
{
    return planes && r->status == MOTE_OK ? transpose_move(r, x, 1, tensor_at(r, x)->rank - 1) : x;
}

static int32_t as_before(struct build *r, int32_t x, bool planes)
{
    return planes && r->status == MOTE_OK ? transpose_move(r, x, tensor_at(r, x)->rank - 1, 1) : x;
}

/* ---- windows ---- */
/* A list of four numbers in the image's order of dimensions: those of rows and columns. */
static void read_pair(struct build *r, const char *name, bool planes, int64_t *pair)
{
    int64_t all[4];
    int n;

    tf_ints(r, name, 4, &n, all);
    pair[0] = n == 4 ? all[planes ? 2 : 1] : 1;
    pair[1] = n == 4 ? all[planes ? 3 : 2] : 1;
    if (r->status == MOTE_OK && n > 0 && n != 4)
        build_fail(r, MOTE_ERR_FORMAT, "attribute %s has %d numbers, not 4", name, n);
    if (r->status == MOTE_OK && n == 4 && (all[0] != 1 || all[planes ? 1 : 3] != 1))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "attribute %s goes over images or channels", name);
    for (int i = 0; i < 2; i++)
        if (r->status == MOTE_OK && (pair[i] < 1 || pair[i] > INT16_MAX))
            build_fail(r, MOTE_ERR_VALUE, "attribute %s is %lld", name, (long long)pair[i]);
}

/* Two numbers a dimension. */
static void read_explicit(struct build *r, bool planes, struct spatial *s)
{
    int64_t all[8] = {0};
    int n;

    tf_ints(r, "explicit_paddings", 8, &n, all);
    if (r->status == MOTE_OK && n != 8)
        build_fail(r, MOTE_ERR_FORMAT, "attribute explicit_paddings has %d numbers, not 8", n);
    for (int i = 0; i < 2; i++) {
        s->before[i] = all[2 * (i + (planes ? 2 : 1))];
        s->after[i] = all[2 * (i + (planes ? 2 : 1)) + 1];
        if (r->status == MOTE_OK &&
            (s->before[i] < 0 || s->after[i] < 0 || s->before[i] > INT16_MAX || s->after[i] > INT16_MAX))
            build_fail(r, MOTE_ERR_VALUE, "a padding of %lld and %lld", (long long)s->before[i],
                       (long long)s->after[i]);
    }
}

/* Windows over `image`, rows and columns; the kernel is set. */
static void read_windows(struct build *r, const int64_t *image, bool planes, struct spatial *s)
{
    const char *padding = tf_string(r, "padding", "VALID");

    s->n = 2;
    memcpy(s->in, image, 2 * sizeof *image);
    read_pair(r, "strides", planes, s->stride);
    read_pair(r, "dilations", planes, s->dilation);
    for (int i = 0; i < 2 && r->status == MOTE_OK; i++)
        if (s->kernel[i] < 1 || s->kernel[i] > INT16_MAX)
            build_fail(r, MOTE_ERR_VALUE, "a window of %lld", (long long)s->kernel[i]);
    if (strcmp(padding, "EXPLICIT") == 0)
        read_explicit(r, planes, s);
    else if (strcmp(padding, "SAME") != 0 && strcmp(padding, "VALID") != 0)
        build_fail(r, MOTE_ERR_VALUE, "padding is '%s'", printable(r->pool, padding));
    for (int i = 0; i < 2 && r->status == MOTE_OK && strcmp(padding, "SAME") == 0; i++)
        spatial_pad_same(s, i, false);
}

static bool is_image(struct build *r, int32_t x)
{
    if (r->status == MOTE_OK && tensor_at(r, x)->rank != 4)
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions, not of 4", tensor_at(r, x)->rank);
    return r->status == MOTE_OK;
}

/* ---- convolutions ---- */
/* `w` is [filters][C / groups][h][w]. */
static void convolve(struct build *r, int32_t x, int32_t w, int64_t groups, bool planes)
{
    struct spatial s = {.n = 2};
    const struct tensor *t = tensor_at(r, w);

    if (!is_image(r, x))
        return;
    s.kernel[0] = t->dims[2], s.kernel[1] = t->dims[3];
    read_windows(r, &tensor_at(r, x)->dims[1], planes, &s);
    spatial_fit(r, &s, false);
    tf_out(r, 0, as_before(r, convolution(r, x, w, TENSOR_ABSENT, groups, &s), planes));
}

/* Filters are [h][w][C / groups][filters]. */
void tf_conv_2d(struct build *r)
{
    const bool planes = tf_planes(r);
    int32_t x = tf_in(r, 0), w = tf_in(r, 1);
    int64_t channels, part;

    if (!is_image(r, x) || !is_image(r, w))
        return;
    x = channels_last(r, x, planes);
    channels = tensor_at(r, x)->dims[3], part = tensor_at(r, w)->dims[2];
    if (part < 1 || channels % part != 0 || tensor_at(r, w)->dims[3] % (channels / part) != 0) {
        build_fail(r, MOTE_ERR_SHAPE, "filters of %lld channels for %lld channels", (long long)part,
                   (long long)channels);
        return;
    }
    convolve(r, x, transpose(r, w, (int[]){3, 2, 0, 1}), channels / part, planes);
}

/* Filters are [h][w][C][of each channel]. */
void tf_depthwise_conv_2d(struct build *r)
{
    const bool planes = tf_planes(r);
    int32_t x = tf_in(r, 0), w = tf_in(r, 1);
    struct tensor t;

    if (!is_image(r, x) || !is_image(r, w))
        return;
    x = channels_last(r, x, planes);
    t = *tensor_at(r, w);
    if (t.dims[2] != tensor_at(r, x)->dims[3]) {
        build_fail(r, MOTE_ERR_SHAPE, "filters of %lld channels for %lld channels", (long long)t.dims[2],
                   (long long)tensor_at(r, x)->dims[3]);
        return;
    }
    w = transpose(r, w, (int[]){2, 3, 0, 1});
    w = reshape(r, w, 4, (int64_t[]){t.dims[2] * t.dims[3], 1, t.dims[0], t.dims[1]});
    convolve(r, x, w, t.dims[2], planes);
}

/* The output's shape, filters [h][w][filters][C], x: what a convolution of the output gathers, this one scatters. */
void tf_conv_2d_transposed(struct build *r)
{
    const bool planes = tf_planes(r);
    int32_t x = tf_in(r, 2), w = tf_in(r, 1);
    int64_t shape[4] = {0};
    struct spatial s = {.n = 2};
    int n;

    const_ints(r, tf_in(r, 0), "the output's shape", 4, &n, shape);
    if (!is_image(r, x) || !is_image(r, w))
        return;
    x = channels_last(r, x, planes);
    if (n != 4 || tensor_at(r, w)->dims[3] != tensor_at(r, x)->dims[3]) {
        build_fail(r, MOTE_ERR_SHAPE, "filters of %lld channels for %lld channels, an output of %d dimensions",
                   (long long)tensor_at(r, w)->dims[3], (long long)tensor_at(r, x)->dims[3], n);
        return;
    }
    memcpy(s.kernel, tensor_at(r, w)->dims, 2 * sizeof *s.kernel);
    read_windows(r, &shape[planes ? 2 : 1], planes, &s);
    for (int i = 0; i < 2 && r->status == MOTE_OK; i++) {
        const int64_t whole = s.stride[i] * (tensor_at(r, x)->dims[1 + i] - 1) + (s.kernel[i] - 1) * s.dilation[i] + 1;

        s.out[i] = s.in[i];
        s.in[i] = tensor_at(r, x)->dims[1 + i];
        s.after[i] = whole - s.out[i] - s.before[i];
    }
    x = transposed_convolution(r, x, transpose(r, w, (int[]){3, 2, 0, 1}), TENSOR_ABSENT, 1, &s);
    tf_out(r, 0, as_before(r, x, planes));
}

/* ---- pools ---- */
static void pool(struct build *r, enum op_id id)
{
    const bool planes = tf_planes(r);
    int32_t x = tf_in(r, 0);
    struct spatial s = {.n = 2};

    if (!is_image(r, x))
        return;
    x = channels_last(r, x, planes);
    read_pair(r, "ksize", planes, s.kernel);
    read_windows(r, &tensor_at(r, x)->dims[1], planes, &s);
    spatial_fit(r, &s, false);
    tf_out(r, 0, as_before(r, pooling(r, id, x, &s), planes));
}

void tf_max_pool(struct build *r) { pool(r, OP_MAX_POOL_2D); }

void tf_average_pool(struct build *r) { pool(r, OP_AVERAGE_POOL_2D); }

/* ---- numbers a channel ---- */
void tf_bias_add(struct build *r)
{
    int32_t x = tf_in(r, 0), bias = tf_in(r, 1);
    const struct tensor b = *tensor_at(r, bias);
    const int rank = tensor_at(r, x)->rank;
    int64_t dims[RANK_MAX];

    if (r->status == MOTE_OK && (b.rank != 1 || rank < 2))
        build_fail(r, MOTE_ERR_SHAPE, "a bias of %d dimensions for an input of %d", b.rank, rank);
    if (tf_planes(r) && r->status == MOTE_OK && rank > 2) {
        for (int d = 0; d < rank - 1; d++)
            dims[d] = d == 0 ? b.dims[0] : 1;
        bias = reshape(r, bias, rank - 1, dims);
    }
    tf_out(r, 0, emit_binary(r, OP_ADD, x, bias));
}

void tf_fused_batch_norm(struct build *r)
{
    const struct batch_norm_opts opts = {.epsilon = tf_float(r, "epsilon", 1e-4f)};
    const bool planes = tf_planes(r);
    int32_t in[5];

    if (tf_bool(r, "is_training", true))
        build_fail(r, MOTE_ERR_UNSUPPORTED,
                   "a batch normalization in training mode; freeze the graph for inference (is_training false)");
    for (int i = 0; i < 5; i++) {
        in[i] = tf_in(r, i);
        if (r->status == MOTE_OK && i > 0 && !is_const(r, in[i]))
            build_fail(r, MOTE_ERR_UNSUPPORTED, "input %d is %s; a constant is wanted", i, graph_origin(r->g, in[i]));
    }
    in[0] = channels_last(r, in[0], planes);
    tf_out(r, 0, as_before(r, emit(r, OP_BATCH_NORM, &opts, TYPE_NONE, 5, in), planes));
}
