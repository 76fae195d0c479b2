/* SPDX-License-Identifier: Apache-2.0 */
/* Activations by name, and those that are layers. */
#include <math.h>

#include "host/import/keras/keras.h"

/* ---- of several operators ---- */
static int32_t of_identity(struct build *r, const struct function *f, int32_t x) { return (void)r, (void)f, x; }

static int32_t of_unary(struct build *r, const struct function *f, int32_t x) { return emit_unary(r, f->id, x); }

static int32_t of_softmax(struct build *r, const struct function *f, int32_t x) { return softmax_last(r, f->id, x); }

static int32_t of_leaky(struct build *r, const struct function *f, int32_t x) { return leaky_relu(r, x, f->alpha); }

static int32_t of_elu(struct build *r, const struct function *f, int32_t x) { return elu(r, x, f->alpha, 1); }

static int32_t of_celu(struct build *r, const struct function *f, int32_t x) { return elu(r, x, f->alpha, f->alpha); }

static int32_t of_selu(struct build *r, const struct function *f, int32_t x)
{
    return times(r, elu(r, x, f->alpha, 1), f->beta);
}

static int32_t of_gelu(struct build *r, const struct function *f, int32_t x) { return gelu(r, x, f->alpha != 0); }

static int32_t of_softplus(struct build *r, const struct function *f, int32_t x) { return (void)f, softplus(r, x); }

static int32_t of_softsign(struct build *r, const struct function *f, int32_t x) { return (void)f, softsign(r, x); }

static int32_t of_mish(struct build *r, const struct function *f, int32_t x) { return (void)f, mish(r, x); }

static int32_t of_silu(struct build *r, const struct function *f, int32_t x)
{
    return (void)f, emit_binary(r, OP_MUL, x, emit_unary(r, OP_LOGISTIC, x));
}

static int32_t of_log_sigmoid(struct build *r, const struct function *f, int32_t x)
{
    return (void)f, times(r, softplus(r, times(r, x, -1)), -1);
}

static int32_t of_tanh_shrink(struct build *r, const struct function *f, int32_t x)
{
    return (void)f, emit_binary(r, OP_SUB, x, emit_unary(r, OP_TANH, x));
}

static int32_t of_clip(struct build *r, const struct function *f, int32_t x) { return clip(r, x, f->alpha, f->beta); }

/* Of Keras 3 it is another function than before. */
static int32_t of_hard_sigmoid(struct build *r, const struct function *f, int32_t x)
{
    return (void)f, keras_of(r)->version < 3 ? hard_sigmoid(r, x, 0.2f, 0.5f) : hard_sigmoid(r, x, 1.0f / 6, 0.5f);
}

static const struct function by_name[] = {
    {"linear", of_identity, OP_NOP, 0, 0, 0},
    {"relu", of_unary, OP_RELU, 0, 0, 0},
    {"relu6", of_unary, OP_RELU6, 0, 0, 0},
    {"sigmoid", of_unary, OP_LOGISTIC, 0, 0, 0},
    {"hard_sigmoid", of_hard_sigmoid, OP_NOP, 0, 0, 0},
    {"tanh", of_unary, OP_TANH, 0, 0, 0},
    {"hard_tanh", of_clip, OP_NOP, 2, -1, 1},
    {"tanh_shrink", of_tanh_shrink, OP_NOP, 0, 0, 0},
    {"softmax", of_softmax, OP_SOFTMAX, 0, 0, 0},
    {"log_softmax", of_softmax, OP_LOG_SOFTMAX, 0, 0, 0},
    {"elu", of_elu, OP_NOP, 1, 1, 0},
    {"celu", of_celu, OP_NOP, 1, 1, 0},
    {"selu", of_selu, OP_NOP, 2, 1.67326319217681884765625f, 1.05070102214813232421875f},
    {"gelu", of_gelu, OP_NOP, 1, 0, 0},
    {"softplus", of_softplus, OP_NOP, 0, 0, 0},
    {"softsign", of_softsign, OP_NOP, 0, 0, 0},
    {"swish", of_silu, OP_NOP, 0, 0, 0},
    {"silu", of_silu, OP_NOP, 0, 0, 0},
    {"hard_swish", of_unary, OP_HARD_SWISH, 0, 0, 0},
    {"hard_silu", of_unary, OP_HARD_SWISH, 0, 0, 0},
    {"exponential", of_unary, OP_EXP, 0, 0, 0},
    {"mish", of_mish, OP_NOP, 0, 0, 0},
    {"log_sigmoid", of_log_sigmoid, OP_NOP, 0, 0, 0},
    {"leaky_relu", of_leaky, OP_NOP, 1, 0.2f, 0},
};

static const struct function *find(const char *name)
{
    for (size_t i = 0; i < COUNT(by_name); i++)
        if (strcmp(by_name[i].name, name) == 0)
            return &by_name[i];
    return NULL;
}

static const char *nearest_name(const char *name)
{
    struct nearest n = {.word = name};

    for (size_t i = 0; i < COUNT(by_name); i++)
        nearest_try(&n, by_name[i].name);
    return n.found;
}

static float number_of(const json_t *config, const char *name, float absent)
{
    const json_t *value = json_object_get(config, name);

    return json_is_number(value) ? (float)json_number_value(value) : absent;
}

/* ---- layers that may be settings of others, too ---- */
/* ReLU's max_value, negative_slope and threshold: what is below the threshold has the slope. */
static int32_t relu_of(struct build *r, const json_t *config, int32_t x)
{
    float slope = number_of(config, "negative_slope", 0), threshold = number_of(config, "threshold", 0);
    float max = number_of(config, "max_value", INFINITY);

    if (threshold != 0) {
        int32_t keep = emit(r, OP_GREATER_EQUAL, NULL, TYPE_BOOL, 2, (int32_t[]){x, add_float(r, threshold)});
        int32_t below = times(r, plus(r, x, -threshold), slope);

        x = emit(r, OP_SELECT_V2, NULL, TYPE_F32, 3, (int32_t[]){keep, x, below});
        return max < INFINITY ? emit_binary(r, OP_MINIMUM, x, add_float(r, max)) : x;
    }
    if (slope == 0)
        return clip(r, x, 0, max);
    x = leaky_relu(r, x, slope);
    return max < INFINITY ? emit_binary(r, OP_MINIMUM, x, add_float(r, max)) : x;
}

static int32_t leaky_of(struct build *r, const json_t *config, int32_t x)
{
    return leaky_relu(r, x, number_of(config, "negative_slope", number_of(config, "alpha", 0.3f)));
}

static int32_t softmax_of(struct build *r, const json_t *config, int32_t x)
{
    const float given = number_of(config, "axis", -1);
    int rank = tensor_at(r, x)->rank;
    int axis = axis_of(r, given > -RANK_MAX - 1 && given < RANK_MAX ? (int64_t)given : RANK_MAX, rank);

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    if (json_is_array(json_object_get(config, "axis")))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a softmax over several dimensions");
    return transpose_move(r, softmax_last(r, OP_SOFTMAX, transpose_move(r, x, axis, rank - 1)), rank - 1, axis);
}

static const struct {
    const char *name;
    int32_t (*of)(struct build *r, const json_t *config, int32_t x);
} layers[] = {{"ReLU", relu_of}, {"LeakyReLU", leaky_of}, {"Softmax", softmax_of}};

/* ---- as a setting ---- */
/* The name, of a word or of an object that says a function by its name. */
static const char *name_of(const json_t *value)
{
    const char *class = json_string_value(json_object_get(value, "class_name"));
    const json_t *config = json_object_get(value, "config");

    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_string(config))
        return json_string_value(config);
    if (class && strcmp(class, "Activation") == 0)
        return json_string_value(json_object_get(config, "activation"));
    return class ? class : "";
}

static const struct function *want_function(struct build *r, const char *name)
{
    const struct function *f = find(name);
    const char *near = nearest_name(name);

    if (!f)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "the activation '%s', which Mote does not have%s%s",
                   printable(r->pool, name), near ? "; it has " : "", near ? near : "");
    return f;
}

int32_t activated(struct build *r, const char *setting_name, int32_t x)
{
    const json_t *value = setting(r, setting_name);
    const char *name = name_of(value);
    const struct function *f;

    if (!value || r->status != MOTE_OK)
        return x;
    for (size_t i = 0; i < COUNT(layers); i++)
        if (name && strcmp(layers[i].name, name) == 0)
            return layers[i].of(r, json_object_get(value, "config"), x);
    f = want_function(r, name ? name : "");
    return f ? f->of(r, f, x) : TENSOR_ABSENT;
}

void activation_function(struct build *r, const char *setting_name, const char *absent, struct function *out)
{
    const json_t *value = setting(r, setting_name);
    const char *name = value ? name_of(value) : absent;
    const struct function *f = want_function(r, name ? name : "");

    *out = f ? *f : by_name[0];
    if (out->of == of_hard_sigmoid) { /* what it was until Keras 3, and since */
        out->alpha = keras_of(r)->version >= 3 ? 1.0f / 6 : 0.2f;
        out->beta = 0.5f;
    }
}

/* ---- layers ---- */
void keras_activation(struct build *r) { layer_out(r, activated(r, "activation", layer_in(r, 0))); }

void keras_relu(struct build *r) { layer_out(r, relu_of(r, keras_of(r)->layer->config, layer_in(r, 0))); }

void keras_leaky_relu(struct build *r) { layer_out(r, leaky_of(r, keras_of(r)->layer->config, layer_in(r, 0))); }

void keras_softmax(struct build *r) { layer_out(r, softmax_of(r, keras_of(r)->layer->config, layer_in(r, 0))); }

void keras_elu(struct build *r) { layer_out(r, elu(r, layer_in(r, 0), setting_float(r, "alpha", 1), 1)); }

/* x where it is above theta, else 0 */
void keras_thresholded_relu(struct build *r)
{
    int32_t x = layer_in(r, 0), theta = add_float(r, setting_float(r, "theta", 1));
    int32_t above = emit(r, OP_GREATER, NULL, TYPE_BOOL, 2, (int32_t[]){x, theta});

    layer_out(r, emit(r, OP_SELECT_V2, NULL, TYPE_F32, 3, (int32_t[]){above, x, add_float(r, 0)}));
}

/* A slope an element, or shared along some dimensions, where it is 1. */
void keras_prelu(struct build *r)
{
    int32_t x = layer_in(r, 0);
    int rank = tensor_at(r, x)->rank;

    layer_out(r, emit_binary(r, OP_PRELU, x, weight(r, "alpha", rank - 1, (int64_t[RANK_MAX]){0})));
}

void keras_identity(struct build *r) { layer_out(r, layer_in(r, 0)); }
