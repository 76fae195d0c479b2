/* SPDX-License-Identifier: Apache-2.0 */
/* Operators as ELL's layers. Windows are square, with one stride, and padding is the same on all sides. */
#include "host/emit/ell/ell.h"

#include <math.h>

static const int64_t NO_SHAPE[3];

void ell_shape(const struct tensor *t, int64_t shape[3])
{
    shape[0] = shape[1] = 1;
    shape[2] = tensor_elements(t);
    for (int d = 0; t->rank >= 3 && d < 3; d++)
        shape[d] = t->dims[t->rank - 3 + d];
}

int ell_id_of(const struct ell_writer *w, int32_t tensor)
{
    const int32_t from = w->stands_for[tensor];

    for (int32_t i = 0; i < w->g->n_inputs; i++)
        if (w->g->inputs[i] == from)
            return ELL_FIRST_ID + (int)i;
    return w->made_by[from] < 0 ? -1 : ELL_FIRST_ID + (int)(w->g->n_inputs + w->made_by[from]);
}

/* ---- numbers ---- */
static float number_at(const struct tensor *t, int64_t i)
{
    const uint32_t bits = le32(t->data + 4 * i);
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

void ell_numbers(struct text *to, const struct tensor *t, int64_t first, int64_t step, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        text_add(to, "%s%.9g", i == 0 ? "" : ",", (double)number_at(t, first + i * step));
}

enum mote_status ell_want_constant(const struct tensor *t, const char *what, const struct frame *at)
{
    if (!t || !t->data || t->type != TYPE_F32)
        return fail(at, MOTE_ERR_UNSUPPORTED, "ELL wants its %s as constants", what);
    for (int64_t i = 0; i < tensor_elements(t); i++)
        if (!isfinite(number_at(t, i)))
            return fail(at, MOTE_ERR_UNSUPPORTED, "its %s are not all finite, and JSON has no others", what);
    return MOTE_OK;
}

/* ---- layers ---- */
static int readers(const struct ell_writer *w, int32_t tensor)
{
    int n = graph_uses(w->g, tensor);

    for (int32_t t = 0; t < w->g->n_tensors; t++) /* of what a reshape makes, and not the reshape */
        if (t != tensor && w->stands_for[t] == tensor)
            n += graph_uses(w->g, t) - 1;
    return n;
}

static bool same_shape(const int64_t a[3], const int64_t b[3]) { return memcmp(a, b, 3 * sizeof *a) == 0; }

/* The network that goes on behind a tensor: the one that makes it, if nobody else reads it and its shape is the
 * wanted one, else a new one. */
static struct ell_node *network_of(struct ell_writer *w, int32_t tensor, const int64_t shape[3])
{
    const int32_t from = w->stands_for[tensor], maker = w->made_by[from];
    const int id = ell_id_of(w, tensor);
    struct ell_node *node = maker >= 0 ? &w->nodes[maker] : NULL;

    if (node && node->n > 0 && readers(w, from) == 1 &&
        (same_shape(shape, NO_SHAPE) || same_shape(node->layers[node->n - 1].shape, shape))) {
        w->made_by[from] = -1;
        return node;
    }
    w->nodes = pool_grow(w->pool, w->nodes, (size_t)w->n, sizeof *w->nodes);
    node = &w->nodes[w->n++];
    *node = (struct ell_node){.in = {id}};
    if (same_shape(shape, NO_SHAPE))
        ell_shape(&w->g->tensors[tensor], node->shape);
    else
        memcpy(node->shape, shape, sizeof node->shape);
    return node;
}

static void add_layer(struct ell_writer *w, struct ell_node *node, const struct ell_layer *layer)
{
    node->layers = pool_grow(w->pool, node->layers, (size_t)node->n, sizeof *node->layers);
    node->layers[node->n++] = *layer;
}

static void end_network(struct ell_writer *w, struct ell_node *node, int32_t out)
{
    node->out = out;
    w->made_by[out] = (int32_t)(node - w->nodes);
}

static void add_simple(struct ell_writer *w, struct ell_node *node, const char *type, const int64_t shape[3],
                       const char *fields)
{
    struct ell_layer layer = {.type = type, .fields = fields};

    memcpy(layer.shape, shape, sizeof layer.shape);
    add_layer(w, node, &layer);
}

/* BiasLayer or ScalingLayer: a number a channel. */
static void add_channels(struct ell_writer *w, struct ell_node *node, const char *type, const char *field,
                         const int64_t shape[3], const struct tensor *t)
{
    struct text s = {.pool = w->pool};

    text_add(&s, ",\"%s\":[", field);
    ell_numbers(&s, t, 0, tensor_elements(t) == 1 ? 0 : 1, shape[2]);
    text_add(&s, "]");
    add_simple(w, node, type, shape, s.s);
}

static void add_function(struct ell_writer *w, struct ell_node *node, const char *function, const int64_t shape[3],
                         const char *fields)
{
    add_simple(
        w, node, "ActivationLayer<float>", shape,
        pool_printf(w->pool, ",\"activation\":{\"_type\":\"%s<float>\",\"_version\":\"0\"%s}", function, fields));
}

static enum mote_status add_activation(struct ell_writer *w, struct ell_node *node, int activation,
                                       const int64_t shape[3], const struct frame *at)
{
    switch (activation) {
    case ACTIVATION_NONE:
        return MOTE_OK;
    case ACTIVATION_RELU:
        add_function(w, node, "ReLUActivation", shape, "");
        return MOTE_OK;
    case ACTIVATION_RELU_N1_TO_1:
        add_function(w, node, "HardTanhActivation", shape, "");
        return MOTE_OK;
    case ACTIVATION_TANH:
        add_function(w, node, "TanhActivation", shape, "");
        return MOTE_OK;
    default:
        return fail(at, MOTE_ERR_UNSUPPORTED, "ELL has no activation %s", activation_name(activation));
    }
}

/* ---- windows ---- */
/* The one number of padding, if the operator's is so: as much on all sides, or less behind, where no window is. What is
 * more behind than in front goes in front, too, where `*more` is allowed: there windows have so many rows and columns
 * more. */
static enum mote_status square_padding(int padding, const int64_t in[2], int64_t kernel, int64_t stride,
                                       const int32_t before[2], const int32_t after[2], int *pad, int64_t *more,
                                       const struct frame *at)
{
    int64_t front[2] = {0}, extra[2] = {0};

    assert(in != NULL);
    for (int d = 0; d < 2; d++) {
        const struct window w = window_fit(padding, in[d], kernel, stride, 1, before[d], after[d]);
        const int64_t behind = (w.out - 1) * stride + kernel - in[d] - w.pad_before;

        front[d] = w.pad_before;
        extra[d] = behind > w.pad_before ? behind - w.pad_before : 0;
    }
    if (front[0] != front[1] || extra[0] != extra[1])
        return fail(at, MOTE_ERR_UNSUPPORTED, "its padding of rows is not that of columns, as in ELL");
    if (!more && extra[0] > 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its padding is more behind than in front; ELL has one number for both");
    *pad = (int)(front[0] + extra[0]);
    if (more)
        *more = extra[0];
    return MOTE_OK;
}

static enum mote_status want_square(int64_t kernel_h, int64_t kernel_w, int stride_h, int stride_w,
                                    const struct frame *at)
{
    if (kernel_h != kernel_w)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its window is %lldx%lld; ELL's are square", (long long)kernel_h,
                    (long long)kernel_w);
    if (stride_h != stride_w)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its strides are %d and %d; ELL has one", stride_h, stride_w);
    return MOTE_OK;
}

/* One filter, [kernel][kernel][channels], with `more` rows and columns of zeros in front. */
static void add_filter(struct text *s, const struct tensor *weights, bool depthwise, int64_t filter, int64_t more)
{
    const int64_t k = weights->dims[1], channels = depthwise ? 1 : weights->dims[3], whole = k + more;

    for (int64_t i = 0; i < whole * whole; i++) {
        const int64_t row = i / whole - more, column = i % whole - more, at = row * k + column;

        text_add(s, "%s", filter == 0 && i == 0 ? "" : ",");
        for (int64_t c = 0; (row < 0 || column < 0) && c < channels; c++)
            text_add(s, "%s0", c == 0 ? "" : ",");
        if (row >= 0 && column >= 0)
            ell_numbers(s, weights, depthwise ? at * weights->dims[3] + filter : (filter * k * k + at) * channels, 1,
                        channels);
    }
}

static const char *convolution_fields(struct ell_writer *w, const struct tensor *weights, bool depthwise,
                                      int64_t filters, int stride, int64_t more)
{
    const int64_t k = weights->dims[1] + more, channels = depthwise ? 1 : weights->dims[3];
    struct text s = {.pool = w->pool};

    text_add(&s,
             ",\"receptiveField\":%lld,\"stride\":%d,\"method\":0,\"numFiltersAtATime\":%lld,\"weights_rows\":%lld,"
             "\"weights_columns\":%lld,\"weights_channels\":%lld,\"weights_values\":[",
             (long long)k, stride, (long long)filters, (long long)filters * (long long)k, (long long)k,
             (long long)channels);
    for (int64_t f = 0; f < filters; f++)
        add_filter(&s, weights, depthwise, f, more);
    text_add(&s, "]");
    return s.s;
}

static enum mote_status add_conv(struct ell_writer *w, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(w->g, op, 0), *weights = op_in(w->g, op, 1), *bias = op_in(w->g, op, 2);
    const struct conv_opts *o = op->opts;
    const bool depthwise = op->id == OP_DEPTHWISE_CONV_2D;
    struct ell_layer layer = {.type = "ConvolutionalLayer<float>"};
    struct ell_node *node;
    int64_t shape[3], more = 0;

    TRY(ell_want_constant(weights, "weights", at));
    TRY(bias ? ell_want_constant(bias, "biases", at) : MOTE_OK);
    TRY(want_square(weights->dims[1], weights->dims[2], o->stride_h, o->stride_w, at));
    if (o->dilation_h != 1 || o->dilation_w != 1)
        return fail(at, MOTE_ERR_UNSUPPORTED, "it is dilated; ELL has no such convolution");
    if (weights->dims[3] != in->dims[3] && (!depthwise || in->dims[3] != 1)) /* of one channel any number */
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    depthwise ? "it makes several channels of each; ELL makes one"
                              : "its channels are in groups; ELL has no such convolution");
    TRY(square_padding(o->padding, in->dims + 1, weights->dims[1], o->stride_h, (int32_t[]){o->pad_top, o->pad_left},
                       (int32_t[]){o->pad_bottom, o->pad_right}, &layer.pad, &more, at));
    ell_shape(op_out(w->g, op, 0), layer.shape);
    ell_shape(in, shape);
    layer.fields = convolution_fields(w, weights, depthwise, layer.shape[2], o->stride_h, more);
    node = network_of(w, op->in[0], shape);
    add_layer(w, node, &layer);
    if (bias)
        add_channels(w, node, "BiasLayer<float>", "bias", layer.shape, bias);
    TRY(add_activation(w, node, o->activation, layer.shape, at));
    end_network(w, node, op->out[0]);
    return MOTE_OK;
}

static enum mote_status add_pooling(struct ell_writer *w, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(w->g, op, 0);
    const struct pool_opts *o = op->opts;
    const bool max = op->id == OP_MAX_POOL_2D;
    struct ell_layer layer = {.type = max ? "PoolingLayer<float,MaxPoolingFunction>"
                                          : "PoolingLayer<float,MeanPoolingFunction>",
                              .scheme = max ? ELL_MIN : ELL_ZEROS};
    struct ell_node *node;
    int64_t shape[3];

    TRY(want_square(o->filter_h, o->filter_w, o->stride_h, o->stride_w, at));
    TRY(square_padding(o->padding, in->dims + 1, o->filter_h, o->stride_h, (int32_t[]){o->pad_top, o->pad_left},
                       (int32_t[]){o->pad_bottom, o->pad_right}, &layer.pad, NULL, at));
    if (!max && layer.pad > 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "it leaves padding out of its means, which ELL counts as zeros");
    ell_shape(op_out(w->g, op, 0), layer.shape);
    ell_shape(in, shape);
    layer.fields = pool_printf(w->pool, ",\"poolingSize\":%d,\"stride\":%d", o->filter_h, o->stride_h);
    if (layer.pad == 0)
        layer.scheme = ELL_ZEROS;
    node = network_of(w, op->in[0], shape);
    add_layer(w, node, &layer);
    TRY(add_activation(w, node, o->activation, layer.shape, at));
    end_network(w, node, op->out[0]);
    return MOTE_OK;
}

/* Of a whole square image it is a pool. */
static enum mote_status add_mean(struct ell_writer *w, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(w->g, op, 0), *axes = op_in(w->g, op, 1);
    struct ell_node *node;
    int64_t shape[3], made[3] = {1, 1, 0};
    int bits = 0;

    for (int64_t i = 0; axes->data && i < tensor_elements(axes); i++) {
        const int64_t axis = const_int(axes, i);

        bits |= 1 << (axis < 0 ? axis + in->rank : axis);
    }
    if (in->rank != 4 || bits != (1 << 1 | 1 << 2) || in->dims[1] != in->dims[2])
        return fail(at, MOTE_ERR_UNSUPPORTED, "ELL has means of whole square images alone");
    ell_shape(in, shape);
    made[2] = shape[2];
    node = network_of(w, op->in[0], shape);
    add_simple(w, node, "PoolingLayer<float,MeanPoolingFunction>", made,
               pool_printf(w->pool, ",\"poolingSize\":%lld,\"stride\":%lld", (long long)shape[0], (long long)shape[0]));
    end_network(w, node, op->out[0]);
    return MOTE_OK;
}

/* ---- vectors ---- */
static enum mote_status add_fully_connected(struct ell_writer *w, const struct op *op, const struct frame *at)
{
    const struct tensor *weights = op_in(w->g, op, 1), *bias = op_in(w->g, op, 2);
    const struct fully_connected_opts *o = op->opts;
    const int64_t rows = weights->dims[0], shape[3] = {1, 1, rows};
    struct text s = {.pool = w->pool};
    struct ell_node *node;

    TRY(ell_want_constant(weights, "weights", at));
    TRY(bias ? ell_want_constant(bias, "biases", at) : MOTE_OK);
    if (tensor_elements(op_in(w->g, op, 0)) != weights->dims[1])
        return fail(at, MOTE_ERR_UNSUPPORTED, "it has several rows; ELL has vectors alone");
    text_add(&s, ",\"weights_rows\":%lld,\"weights_columns\":%lld,\"weights_values\":[", (long long)rows,
             (long long)weights->dims[1]);
    ell_numbers(&s, weights, 0, 1, tensor_elements(weights));
    text_add(&s, "]");
    node = network_of(w, op->in[0], NO_SHAPE);
    add_simple(w, node, "FullyConnectedLayer<float>", shape, s.s);
    if (bias)
        add_channels(w, node, "BiasLayer<float>", "bias", shape, bias);
    TRY(add_activation(w, node, o->activation, shape, at));
    end_network(w, node, op->out[0]);
    return MOTE_OK;
}

static enum mote_status add_softmax(struct ell_writer *w, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(w->g, op, 0);
    const struct softmax_opts *o = op->opts;
    struct ell_node *node;
    int64_t shape[3];

    if (o->beta != 1)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its beta is %g; ELL's is 1", (double)o->beta);
    if (in->rank < 1 || tensor_elements(in) != in->dims[in->rank - 1])
        return fail(at, MOTE_ERR_UNSUPPORTED, "ELL has softmax of all elements alone");
    ell_shape(in, shape);
    node = network_of(w, op->in[0], shape);
    add_simple(w, node, "SoftmaxLayer<float>", shape, "");
    end_network(w, node, op->out[0]);
    return MOTE_OK;
}

/* ---- element by element ---- */
static enum mote_status add_unary(struct ell_writer *w, const struct op *op, const char *function, const char *fields)
{
    struct ell_node *node;
    int64_t shape[3];

    ell_shape(op_in(w->g, op, 0), shape);
    node = network_of(w, op->in[0], shape);
    add_function(w, node, function, shape, fields);
    end_network(w, node, op->out[0]);
    return MOTE_OK;
}

static enum mote_status add_prelu(struct ell_writer *w, const struct op *op, const struct frame *at)
{
    const struct tensor *alpha = op_in(w->g, op, 1);
    const int64_t n = tensor_elements(alpha);
    struct text s = {.pool = w->pool};
    int64_t shape[3];

    TRY(ell_want_constant(alpha, "slopes", at));
    ell_shape(op_in(w->g, op, 0), shape);
    if (n != 1 && n != shape[2])
        return fail(at, MOTE_ERR_UNSUPPORTED, "its slopes are neither one nor one a channel");
    text_add(&s, ",\"alpha_rows\":%lld,\"alpha_columns\":%lld,\"alpha_channels\":%lld,\"alpha_values\":[",
             (long long)shape[0], (long long)shape[1], (long long)shape[2]);
    for (int64_t i = 0; i < shape[0] * shape[1]; i++) {
        text_add(&s, "%s", i == 0 ? "" : ",");
        ell_numbers(&s, alpha, 0, n == 1 ? 0 : 1, shape[2]);
    }
    text_add(&s, "]");
    return add_unary(w, op, "ParametricReLUActivation", s.s);
}

static const char *binary_name(enum op_id id)
{
    switch (id) {
    case OP_ADD:
        return "add";
    case OP_SUB:
        return "subtract";
    case OP_MUL:
        return "multiply";
    case OP_DIV:
        return "divide";
    case OP_MINIMUM:
        return "minimum";
    case OP_MAXIMUM:
        return "maximum";
    default:
        return NULL;
    }
}

/* Of two images; an activation is a network behind it. */
static enum mote_status add_binary_node(struct ell_writer *w, const struct op *op, int activation,
                                        const struct frame *at)
{
    struct ell_node *node;
    int64_t shape[3];

    if (!shape_equal(op_in(w->g, op, 0), op_in(w->g, op, 1)))
        return fail(at, MOTE_ERR_UNSUPPORTED, "its inputs have two shapes; ELL's have one");
    w->nodes = pool_grow(w->pool, w->nodes, (size_t)w->n, sizeof *w->nodes);
    node = &w->nodes[w->n++];
    *node =
        (struct ell_node){.in = {ell_id_of(w, op->in[0]), ell_id_of(w, op->in[1])}, .operation = binary_name(op->id)};
    ell_shape(op_out(w->g, op, 0), node->shape);
    memcpy(shape, node->shape, sizeof shape);
    end_network(w, node, op->out[0]);
    if (activation == ACTIVATION_NONE)
        return MOTE_OK;
    node = network_of(w, op->out[0], shape);
    TRY(add_activation(w, node, activation, shape, at));
    end_network(w, node, op->out[0]);
    return MOTE_OK;
}

/* A constant a channel is a layer. */
static enum mote_status add_binary(struct ell_writer *w, const struct op *op, const struct frame *at)
{
    const int constant = op_in(w->g, op, 0)->data ? 0 : op_in(w->g, op, 1)->data ? 1 : -1;
    const opt_activation *activation = op_activation(op);
    const struct tensor *t = constant < 0 ? NULL : op_in(w->g, op, constant);
    struct ell_node *node;
    int64_t shape[3];

    if (constant < 0)
        return add_binary_node(w, op, activation ? *activation : ACTIVATION_NONE, at);
    ell_shape(op_out(w->g, op, 0), shape);
    if (op->id != OP_ADD && op->id != OP_MUL)
        return fail(at, MOTE_ERR_UNSUPPORTED, "ELL adds and multiplies constants alone");
    if (tensor_elements(t) != 1 && tensor_elements(t) != shape[2])
        return fail(at, MOTE_ERR_UNSUPPORTED, "its constant is neither one number nor one a channel");
    TRY(ell_want_constant(t, "numbers", at));
    node = network_of(w, op->in[1 - constant], shape);
    if (op->id == OP_ADD)
        add_channels(w, node, "BiasLayer<float>", "bias", shape, t);
    else
        add_channels(w, node, "ScalingLayer<float>", "scales", shape, t);
    TRY(add_activation(w, node, activation ? *activation : ACTIVATION_NONE, shape, at));
    end_network(w, node, op->out[0]);
    return MOTE_OK;
}

/* ---- operators ---- */
static enum mote_status want_floats(const struct ell_writer *w, const struct op *op, const struct frame *at)
{
    const struct tensor *out = op_out(w->g, op, 0), *in = op_in(w->g, op, 0);

    if (out->type != TYPE_F32 || !in || (in->type != TYPE_F32 && !in->data))
        return fail(at, MOTE_ERR_TYPE, "it computes in %s; ELL has no such numbers in its layers",
                    type_name(out->type != TYPE_F32 || !in ? out->type : in->type));
    if (in->state || (out->rank > 1 && out->dims[0] != 1 && out->rank != 3) || out->rank > 4)
        return fail(at, MOTE_ERR_UNSUPPORTED, "ELL has no state and no batches");
    return MOTE_OK;
}

enum mote_status ell_add_op(struct ell_writer *w, const struct op *op, const struct frame *at)
{
    TRY(want_floats(w, op, at));
    switch (op->id) {
    case OP_CONV_2D:
    case OP_DEPTHWISE_CONV_2D:
        return add_conv(w, op, at);
    case OP_MAX_POOL_2D:
    case OP_AVERAGE_POOL_2D:
        return add_pooling(w, op, at);
    case OP_MEAN:
        return add_mean(w, op, at);
    case OP_FULLY_CONNECTED:
        return add_fully_connected(w, op, at);
    case OP_SOFTMAX:
        return add_softmax(w, op, at);
    case OP_RELU:
        return add_unary(w, op, "ReLUActivation", "");
    case OP_TANH:
        return add_unary(w, op, "TanhActivation", "");
    case OP_LOGISTIC:
        return add_unary(w, op, "SigmoidActivation", "");
    case OP_LEAKY_RELU:
        return add_unary(
            w, op, "LeakyReLUActivation",
            pool_printf(w->pool, ",\"leakyFactor\":%.9g", (double)((const struct leaky_relu_opts *)op->opts)->alpha));
    case OP_PRELU:
        return add_prelu(w, op, at);
    case OP_GRU:
        return ell_add_gru(w, op, at);
    case OP_UNIDIRECTIONAL_SEQUENCE_LSTM:
        return ell_add_lstm(w, op, at);
    case OP_ASSIGN_VARIABLE:
        return fail(at, MOTE_ERR_UNSUPPORTED, "its state begins anew in each inference; ELL's goes on");
    case OP_RESHAPE:
    case OP_SQUEEZE:
    case OP_EXPAND_DIMS:
        w->stands_for[op->out[0]] = w->stands_for[op->in[0]];
        return MOTE_OK;
    default:
        return binary_name(op->id) ? add_binary(w, op, at) : fail(at, MOTE_ERR_UNSUPPORTED, "ELL has no such layer");
    }
}
