/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of ELL's networks, on images [1][rows][columns][channels] without padding. In ELL a layer writes the padding
 * that the next one needs around its output; here a layer puts it around its input. */
#include "host/import/ell/ell.h"
#include "host/import/window.h"

/* What values padding has; the file's numbers. */
enum scheme { SCHEME_ZEROS, SCHEME_MINUS_ONES, SCHEME_ALTERNATING, SCHEME_RANDOM, SCHEME_MIN, SCHEME_MAX };
#define LARGEST 3.40282347e38f

struct layer {
    const json_t *json;
    struct ell_type type;
    int32_t x;       /* [1][H][W][C] */
    int64_t out[4];  /* of the output, without its padding */
    int64_t padding; /* around the input */
    int64_t scheme;
};

static int64_t dim(const struct build *r, int32_t x, int d) { return tensor_at(r, x)->dims[d]; }

/* ---- padding ---- */
static float padding_value(struct build *r, int64_t scheme)
{
    switch (scheme) {
    case SCHEME_ZEROS:
        return 0;
    case SCHEME_MINUS_ONES:
        return -1;
    case SCHEME_MIN:
        return -LARGEST;
    case SCHEME_MAX:
        return LARGEST;
    default:
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a padding scheme %lld, alternating or random", (long long)scheme);
        return 0;
    }
}

/* The input with its padding, and with `more` zeros behind that. */
static int32_t padded(struct build *r, const struct layer *l, const int64_t more[2])
{
    const int64_t front[4] = {0, l->padding, l->padding, 0};
    const int64_t back[4] = {0, l->padding, l->padding, 0}, behind[4] = {0, more[0], more[1], 0};
    const float value = padding_value(r, l->scheme);
    const int64_t none[4] = {0};
    int32_t x = l->x;

    if (l->padding > 0)
        x = pad(r, x, front, back, value != 0 ? add_float(r, value) : TENSOR_ABSENT);
    return more[0] > 0 || more[1] > 0 ? pad(r, x, none, behind, TENSOR_ABSENT) : x;
}

static void expect_shape(struct build *r, const struct layer *l, int32_t y)
{
    for (int d = 1; d < 4 && r->status == MOTE_OK; d++)
        if (dim(r, y, d) != l->out[d])
            build_fail(r, MOTE_ERR_SHAPE, "its output shape says %lldx%lldx%lld, it makes %lldx%lldx%lld",
                       (long long)l->out[1], (long long)l->out[2], (long long)l->out[3], (long long)dim(r, y, 1),
                       (long long)dim(r, y, 2), (long long)dim(r, y, 3));
}

/* ---- windows ---- */
/* Square windows; what the last ones want behind the input is `after`. */
static struct spatial windows(struct build *r, const struct layer *l, int64_t kernel, int64_t stride)
{
    struct spatial s = {.n = 2};

    if (kernel < 1 || stride < 1)
        build_fail(r, MOTE_ERR_VALUE, "a window of %lld with a stride of %lld", (long long)kernel, (long long)stride);
    for (int i = 0; i < 2 && r->status == MOTE_OK; i++) {
        const int64_t in = dim(r, l->x, 1 + i), reach = (l->out[1 + i] - 1) * stride + kernel;

        s.in[i] = in;
        s.out[i] = l->out[1 + i];
        s.kernel[i] = kernel;
        s.stride[i] = stride;
        s.dilation[i] = 1;
        s.before[i] = l->padding;
        s.after[i] = reach > in + l->padding ? reach - in - l->padding : 0;
        if ((l->out[1 + i] - 1) * stride >= in + 2 * l->padding)
            build_fail(r, MOTE_ERR_SHAPE, "an output of %lld rows of windows of %lld with a stride of %lld, of %lld",
                       (long long)l->out[1 + i], (long long)kernel, (long long)stride, (long long)in);
    }
    return s;
}

static int32_t read_convolution(struct build *r, const struct layer *l)
{
    const int64_t k = ell_int(r, l->json, "receptiveField"), stride = ell_int(r, l->json, "stride");
    const int64_t channels = ell_int(r, l->json, "weights_channels"), in_c = dim(r, l->x, 3);
    const int64_t w_dims[4] = {l->out[3], k, k, channels};
    struct spatial s = windows(r, l, k, stride);
    int32_t w, x = l->x;

    if (r->status == MOTE_OK && channels != in_c && channels != 1)
        build_fail(r, MOTE_ERR_SHAPE, "weights of %lld channels for %lld", (long long)channels, (long long)in_c);
    if (r->status == MOTE_OK && channels != in_c && l->out[3] % in_c != 0)
        build_fail(r, MOTE_ERR_SHAPE, "%lld filters for %lld channels", (long long)l->out[3], (long long)in_c);
    for (int i = 0; i < 2 && r->status == MOTE_OK; i++)
        if (s.after[i] > l->padding)
            build_fail(r, MOTE_ERR_SHAPE, "its windows leave the padded input");
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    if (l->scheme != SCHEME_ZEROS && l->padding > 0) {
        x = padded(r, l, (int64_t[]){0, 0});
        for (int i = 0; i < 2; i++) {
            s.in[i] += 2 * l->padding;
            s.before[i] = s.after[i] = 0;
        }
    }
    w = ell_floats(r, l->json, "weights_values", 4, w_dims);
    w = transpose(r, w, (int[]){0, 3, 1, 2}); /* [filter][channel][row][column] */
    return convolution(r, x, w, TENSOR_ABSENT, channels == in_c ? 1 : in_c, &s);
}

static int32_t max_pool(struct build *r, const struct layer *l, struct spatial *s)
{
    int32_t x = l->x;

    if (l->padding > 0 && l->scheme != SCHEME_MIN) {
        x = padded(r, l, (int64_t[]){0, 0});
        for (int i = 0; i < 2; i++) {
            s->in[i] += 2 * l->padding;
            s->before[i] = 0;
            s->after[i] = s->after[i] > l->padding ? s->after[i] - l->padding : 0;
        }
    }
    return pooling(r, OP_MAX_POOL_2D, x, s);
}

/* What is behind the input counts as zeros. */
static int32_t mean_pool(struct build *r, const struct layer *l, struct spatial *s)
{
    int64_t more[2];
    int32_t x;

    for (int i = 0; i < 2; i++) {
        more[i] = s->after[i] > l->padding ? s->after[i] - l->padding : 0;
        s->in[i] += 2 * l->padding + more[i];
        s->before[i] = s->after[i] = 0;
    }
    x = padded(r, l, more);
    return pooling(r, OP_AVERAGE_POOL_2D, x, s);
}

static int32_t read_pooling(struct build *r, const struct layer *l)
{
    struct spatial s = windows(r, l, ell_int(r, l->json, "poolingSize"), ell_int(r, l->json, "stride"));

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    if (strcmp(l->type.argument, "MaxPoolingFunction") == 0)
        return max_pool(r, l, &s);
    return mean_pool(r, l, &s);
}

/* ---- element by element ---- */
static int32_t read_channels(struct build *r, const struct layer *l, const char *key)
{
    const int64_t c = dim(r, l->x, 3);

    return ell_floats(r, l->json, key, 1, &c);
}

static int32_t read_bias(struct build *r, const struct layer *l)
{
    return emit_binary(r, OP_ADD, l->x, read_channels(r, l, "bias"));
}

static int32_t read_scaling(struct build *r, const struct layer *l)
{
    return emit_binary(r, OP_MUL, l->x, read_channels(r, l, "scales"));
}

static int32_t read_batch_normalization(struct build *r, const struct layer *l)
{
    const int32_t y = emit_binary(r, OP_MUL, l->x, read_channels(r, l, "multiplicationValues"));

    return emit_binary(r, OP_ADD, y, read_channels(r, l, "additionValues"));
}

static int32_t read_prelu(struct build *r, int32_t x, const json_t *from)
{
    const int64_t dims[3] = {dim(r, x, 1), dim(r, x, 2), dim(r, x, 3)};

    return emit_binary(r, OP_PRELU, x, ell_floats(r, from, "alpha_values", 3, dims));
}

static int32_t of_operator(struct build *r, const struct function *f, int32_t x) { return emit_unary(r, f->id, x); }

static int32_t of_leaky_relu(struct build *r, const struct function *f, int32_t x)
{
    return leaky_relu(r, x, f->alpha);
}

static int32_t of_hard_sigmoid(struct build *r, const struct function *f, int32_t x)
{
    return hard_sigmoid(r, x, f->alpha, f->beta);
}

static int32_t of_hard_tanh(struct build *r, const struct function *f, int32_t x)
{
    (void)f;
    return clip(r, x, -1, 1);
}

static const struct function functions[] = {
    {"HardSigmoidActivation", of_hard_sigmoid, OP_NOP, 0, 0.2f, 0.5f},
    {"HardTanhActivation", of_hard_tanh, OP_NOP, 0, 0, 0},
    {"LeakyReLUActivation", of_leaky_relu, OP_NOP, 1, 0, 0},
    {"ReLUActivation", of_operator, OP_RELU, 0, 0, 0},
    {"SigmoidActivation", of_operator, OP_LOGISTIC, 0, 0, 0},
    {"TanhActivation", of_operator, OP_TANH, 0, 0, 0},
};

static const struct function *find_function(const char *name)
{
    for (size_t i = 0; i < COUNT(functions); i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    return NULL;
}

bool ell_function(struct build *r, struct ell_type type, const json_t *from, struct function *f)
{
    const struct function *found = find_function(type.base);

    if (!found)
        return false;
    *f = *found;
    if (f->n > 0)
        f->alpha = ell_float(r, from, "leakyFactor");
    return true;
}

static bool is_parametric(struct ell_type type) { return strcmp(type.base, "ParametricReLUActivation") == 0; }

/* Its function: an object of its own, or before archives of version 9 a parameter of the layer's type. */
static struct ell_type activation_type(const struct ell_type *layer, const json_t *json)
{
    struct ell_type t = {"", ""};

    if (ell_has(json, "activation"))
        return ell_type_of(json_object_get(json, "activation"));
    memcpy(t.base, layer->argument, sizeof t.base);
    return t;
}

static int32_t read_activation(struct build *r, const struct layer *l)
{
    const struct ell_type type = activation_type(&l->type, l->json);
    const json_t *from = ell_has(l->json, "activation") ? json_object_get(l->json, "activation") : l->json;
    struct function f;

    return ell_function(r, type, from, &f) ? f.of(r, &f, l->x) : read_prelu(r, l->x, from);
}

/* ---- vectors ---- */
static int32_t read_fully_connected(struct build *r, const struct layer *l)
{
    const int64_t n = tensor_elements(tensor_at(r, l->x)), rows = ell_int(r, l->json, "weights_rows");
    const int32_t w = ell_floats(r, l->json, "weights_values", 2, (int64_t[]){rows, n});
    const int32_t y = emit_binary(r, OP_FULLY_CONNECTED, reshape(r, l->x, 2, (int64_t[]){1, n}), w);

    if (r->status == MOTE_OK && dims_elements(3, l->out + 1) != rows)
        build_fail(r, MOTE_ERR_SHAPE, "%lld rows of weights for %lld outputs", (long long)rows,
                   (long long)dims_elements(3, l->out + 1));
    return reshape(r, y, 4, l->out);
}

static int32_t read_softmax(struct build *r, const struct layer *l)
{
    const int64_t n = tensor_elements(tensor_at(r, l->x));
    const int32_t y = softmax_last(r, OP_SOFTMAX, reshape(r, l->x, 2, (int64_t[]){1, n}));

    return reshape(r, y, 4, l->out);
}

/* ---- the table ---- */
static const struct {
    const char *base;
    int32_t (*read)(struct build *r, const struct layer *l);
} layers[] = {
    {"ActivationLayer", read_activation},
    {"BatchNormalizationLayer", read_batch_normalization},
    {"BiasLayer", read_bias},
    {"ConvolutionalLayer", read_convolution},
    {"FullyConnectedLayer", read_fully_connected},
    {"PoolingLayer", read_pooling},
    {"ScalingLayer", read_scaling},
    {"SoftmaxLayer", read_softmax},
};

static int layer_number(const char *base)
{
    for (int i = 0; (size_t)i < COUNT(layers); i++)
        if (strcmp(layers[i].base, base) == 0)
            return i;
    return -1;
}

bool ell_is_layer_node(const char *base)
{
    const size_t len = strlen(base);

    return len > 9 && strcmp(base + len - 9, "LayerNode") == 0;
}

/* ---- what Mote does not have ---- */
static void find_missing_layer(struct build *r, const json_t *json, int index, const struct frame *at)
{
    const struct ell_type type = ell_type_of(json), function = activation_type(&type, json);
    const char *shown = printable(r->pool, pool_strdup(r->pool, type.base));
    struct report_text failed = {.status = MOTE_OK};
    struct frame root = {.index = -1, .sink = &failed};
    struct frame up = {&root, at->kind, at->name, at->index, NULL}, here = {&up, "layer", shown, index, NULL};
    enum mote_status status = MOTE_OK;

    if (layer_number(type.base) < 0)
        status = fail(&here, MOTE_ERR_UNSUPPORTED, "Mote does not have it");
    else if (strcmp(type.base, "ActivationLayer") == 0 && !find_function(function.base) && !is_parametric(function))
        status = fail(&here, MOTE_ERR_UNSUPPORTED, "Mote does not have its function '%s'",
                      printable(r->pool, pool_strdup(r->pool, function.base)));
    else if (strcmp(type.base, "PoolingLayer") == 0 && strcmp(type.argument, "MaxPoolingFunction") != 0 &&
             strcmp(type.argument, "MeanPoolingFunction") != 0)
        status = fail(&here, MOTE_ERR_UNSUPPORTED, "Mote does not have its function '%s'",
                      printable(r->pool, pool_strdup(r->pool, type.argument)));
    if (status != MOTE_OK)
        faults_add(&ell_of(r)->missing, shown, &failed);
}

void ell_find_missing_layers(struct build *r, const json_t *node, const struct frame *at)
{
    const json_t *list = json_object_get(json_object_get(node, "predictor"), "layers");

    for (size_t i = 0; i < json_array_size(list); i++)
        find_missing_layer(r, json_array_get(list, i), (int)i, at);
    if (ell_has(node, "layer"))
        find_missing_layer(r, json_object_get(node, "layer"), -1, at);
}

/* ---- one layer after the other ---- */
/* Rows, columns and channels. */
static void read_shape(struct build *r, const json_t *json, const char *key, int64_t out[3])
{
    int64_t dims[RANK_MAX] = {0};

    if (ell_dims(r, json, key, dims) != 3 && r->status == MOTE_OK)
        build_fail(r, MOTE_ERR_SHAPE, "\"%s\" is not rows, columns and channels", key);
    memcpy(out, dims, 3 * sizeof *out);
}

static int32_t read_layer(struct build *r, const json_t *json, int32_t x, int index)
{
    const struct frame *outer = r->at;
    struct layer l = {.json = json, .type = ell_type_of(json), .x = x, .out = {1}};
    const struct frame here = {outer, "layer", l.type.base, index, NULL};
    const int number = layer_number(l.type.base);
    int64_t border;
    int32_t y;

    r->at = &here;
    l.padding = ell_int(r, json, "inputPaddingSize");
    l.scheme = ell_int(r, json, "inputPaddingScheme");
    border = ell_int(r, json, "outputPaddingSize");
    read_shape(r, json, "outputShape", l.out + 1);
    for (int d = 1; d < 3; d++)
        l.out[d] -= 2 * border;
    if (r->status == MOTE_OK && (l.out[1] < 1 || l.out[2] < 1))
        build_fail(r, MOTE_ERR_SHAPE, "its output is padding alone");
    y = r->status == MOTE_OK && number >= 0 ? layers[number].read(r, &l) : TENSOR_ABSENT;
    expect_shape(r, &l, y);
    r->at = outer;
    return y;
}

int32_t ell_network(struct build *r, const json_t *node)
{
    const json_t *predictor = ell_object(r, node, "predictor"), *list = NULL, *input = NULL;
    int64_t dims[RANK_MAX] = {1};
    int32_t x = ell_input(r, node, "input");
    float scale = 1;

    if (r->status == MOTE_OK) {
        list = ell_list(r, predictor, "layers");
        input = ell_object(r, predictor, "inputLayer");
    }
    if (r->status == MOTE_OK) {
        dims[1] = ell_int(r, input, "data_rows");
        dims[2] = ell_int(r, input, "data_columns");
        dims[3] = ell_int(r, input, "data_channels");
        scale = ell_has(input, "scale") ? ell_float(r, input, "scale") : 1;
    }
    if (r->status == MOTE_OK && dims_elements(4, dims) != tensor_elements(tensor_at(r, x)))
        build_fail(r, MOTE_ERR_SHAPE, "its input layer wants %lld elements, its input has %lld",
                   (long long)dims_elements(4, dims), (long long)tensor_elements(tensor_at(r, x)));
    x = times(r, reshape(r, x, 4, dims), scale);
    for (size_t i = 0; i < json_array_size(list) && r->status == MOTE_OK; i++)
        x = read_layer(r, json_array_get(list, i), x, (int)i);
    return reshape(r, x, 1, &(int64_t){tensor_elements(tensor_at(r, x))});
}

int32_t ell_layer_node(struct build *r, const json_t *node)
{
    const json_t *layer = ell_object(r, node, "layer");
    int64_t dims[RANK_MAX] = {1};
    int32_t x = ell_input(r, node, "input");

    if (r->status == MOTE_OK)
        read_shape(r, node, "inputShape", dims + 1);
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    for (int d = 1; d < 3; d++)
        if (dims_elements(4, dims) != tensor_elements(tensor_at(r, x)))
            dims[d] -= 2 * ell_int(r, layer, "inputPaddingSize"); /* the shape has the padding, the elements have not */
    if (r->status == MOTE_OK && dims_elements(4, dims) != tensor_elements(tensor_at(r, x)))
        build_fail(r, MOTE_ERR_SHAPE, "its input shape is not that of its input");
    x = read_layer(r, layer, reshape(r, x, 4, dims), -1);
    return reshape(r, x, 3, (int64_t[]){dim(r, x, 1), dim(r, x, 2), dim(r, x, 3)});
}
