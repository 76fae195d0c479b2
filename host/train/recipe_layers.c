/* SPDX-License-Identifier: Apache-2.0 */
/* The layers of a recipe. Each element of `network:` is a mapping with one key, the kind; libcyaml checks its options
 * against the kind's fields, and the tables below check their ranges and fill in what is not given. */
#include <stdlib.h>

#include "host/yaml/yaml.h"
#include "host/train/layer.h"

const char *const layer_names[LAYER_COUNT] = {
#define LAYER(NAME, name) #name,
#include "host/train/layers.def"
};

struct frame layer_frame(struct pool *pool, const struct recipe_layer *layers, int32_t i, const struct frame *at)
{
    const char *kind = layer_names[layers[i].kind], *name = layers[i].name;

    if (strncmp(name, kind, strlen(kind)) != 0)
        name = pool_printf(pool, "%s %s", kind, name);
    return (struct frame){.up = at, .kind = "layer", .name = name, .index = i + 1};
}

/* ---- schema ---- */
/* All options of all kinds, numbers as text; NULL where one is not given. */
struct layer_yaml {
    const char *name, *from, *kernel, *stride, *dilation, *filters, *units, *multiplier, *rate, *alpha, *bands;
    const char *const *inputs, *const *shape, *const *take;
    unsigned inputs_count, shape_count, take_count;
    const enum padding *padding;
    const enum layer_activation *activation;
    const int *batch_norm, *bias, *global, *sequences;
};

static const cyaml_schema_value_t word_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, YAML_TEXT_MAX)};
static const cyaml_strval_t paddings[] = {{"same", PADDING_SAME}, {"valid", PADDING_VALID}};
static const cyaml_strval_t activations[] = {
    {"none", LAYER_ACTIVATION_NONE},        {"relu", LAYER_ACTIVATION_RELU},
    {"relu6", LAYER_ACTIVATION_RELU6},      {"leaky_relu", LAYER_ACTIVATION_LEAKY_RELU},
    {"tanh", LAYER_ACTIVATION_TANH},        {"logistic", LAYER_ACTIVATION_LOGISTIC},
    {"sigmoid", LAYER_ACTIVATION_LOGISTIC},
};

#define NEEDED   CYAML_FLAG_POINTER
#define OPTIONAL CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL

#define TEXT(flags, key, member) CYAML_FIELD_STRING_PTR(key, flags, struct layer_yaml, member, 1, YAML_TEXT_MAX)
#define ENUM(key, member, words)                                                                                       \
    CYAML_FIELD_ENUM_PTR(key, OPTIONAL | CYAML_FLAG_STRICT, struct layer_yaml, member, words, COUNT(words))
#define FLAG(key, member) ENUM(key, member, yaml_flags)

#define INPUTS CYAML_FIELD_SEQUENCE("from", NEEDED, struct layer_yaml, inputs, &word_schema, 2, YAML_LIST_MAX)

#define NAME       TEXT(OPTIONAL, "name", name)
#define FROM       TEXT(OPTIONAL, "from", from)
#define ACTIVATION ENUM("activation", activation, activations)
#define PADDING    ENUM("padding", padding, paddings)
#define LINEAR     ACTIVATION, FLAG("batch_norm", batch_norm), FLAG("bias", bias)
#define WINDOW     TEXT(OPTIONAL, "stride", stride), PADDING

#define FIELDS(name, ...) static const cyaml_schema_field_t fields_##name[] = {NAME, __VA_ARGS__, CYAML_FIELD_END};

FIELDS(conv_2d, FROM, TEXT(NEEDED, "filters", filters), TEXT(NEEDED, "kernel", kernel), WINDOW,
       TEXT(OPTIONAL, "dilation", dilation), LINEAR)
FIELDS(depthwise_conv_2d, FROM, TEXT(NEEDED, "kernel", kernel), TEXT(OPTIONAL, "multiplier", multiplier), WINDOW,
       TEXT(OPTIONAL, "dilation", dilation), LINEAR)
FIELDS(conv_1d, FROM, TEXT(NEEDED, "filters", filters), TEXT(NEEDED, "kernel", kernel), WINDOW,
       TEXT(OPTIONAL, "dilation", dilation), LINEAR)
FIELDS(depthwise_conv_1d, FROM, TEXT(NEEDED, "kernel", kernel), TEXT(OPTIONAL, "multiplier", multiplier), WINDOW,
       TEXT(OPTIONAL, "dilation", dilation), LINEAR)
FIELDS(fully_connected, FROM, TEXT(OPTIONAL, "units", units), LINEAR)
FIELDS(max_pool_2d, FROM, TEXT(OPTIONAL, "size", kernel), WINDOW, FLAG("global", global))
FIELDS(average_pool_2d, FROM, TEXT(OPTIONAL, "size", kernel), WINDOW, FLAG("global", global))
FIELDS(max_pool_1d, FROM, TEXT(OPTIONAL, "size", kernel), WINDOW)
FIELDS(average_pool_1d, FROM, TEXT(OPTIONAL, "size", kernel), WINDOW)
FIELDS(global_average_pool, FROM)
FIELDS(batch_norm, FROM, ACTIVATION)
FIELDS(leaky_relu, FROM, TEXT(OPTIONAL, "alpha", alpha))
FIELDS(add, INPUTS, ACTIVATION)
FIELDS(concatenation, INPUTS)
FIELDS(dropout, FROM, TEXT(NEEDED, "rate", rate))
FIELDS(columns, FROM, CYAML_FIELD_SEQUENCE("take", NEEDED, struct layer_yaml, take, &word_schema, 1, YAML_LIST_MAX))
FIELDS(flatten, FROM)
FIELDS(reshape, FROM, CYAML_FIELD_SEQUENCE("shape", NEEDED, struct layer_yaml, shape, &word_schema, 1, LAYER_SHAPE_MAX))
FIELDS(lstm, FROM, TEXT(NEEDED, "units", units), FLAG("sequences", sequences))
FIELDS(gru, FROM, TEXT(NEEDED, "units", units), FLAG("sequences", sequences))
FIELDS(statistics, FROM)
FIELDS(spectrum, FROM, TEXT(OPTIONAL, "bands", bands))
FIELDS(softmax, FROM)
#define LAYER(NAME, name)
#define LAYER_OP(NAME, name) FIELDS(name, FROM)
#include "host/train/layers.def"

#define ALIAS(word, NAME, name)                                                                                        \
    CYAML_FIELD_MAPPING_PTR(word, OPTIONAL, struct layer_entry, of[LAYER_##NAME], fields_##name)

static const cyaml_schema_field_t entry_fields[] = {
#define LAYER(NAME, name) CYAML_FIELD_MAPPING_PTR(#name, OPTIONAL, struct layer_entry, of[LAYER_##NAME], fields_##name),
#include "host/train/layers.def"
    /* What people type who know others' names. */
    ALIAS("dense", FULLY_CONNECTED, fully_connected),
    ALIAS("linear", FULLY_CONNECTED, fully_connected),
    ALIAS("conv2d", CONV_2D, conv_2d),
    ALIAS("conv1d", CONV_1D, conv_1d),
    ALIAS("depthwise_conv2d", DEPTHWISE_CONV_2D, depthwise_conv_2d),
    ALIAS("maxpool2d", MAX_POOL_2D, max_pool_2d),
    ALIAS("max_pooling2d", MAX_POOL_2D, max_pool_2d),
    ALIAS("average_pooling2d", AVERAGE_POOL_2D, average_pool_2d),
    ALIAS("batch_normalization", BATCH_NORM, batch_norm),
    ALIAS("global_average_pooling2d", GLOBAL_AVERAGE_POOL, global_average_pool),
    ALIAS("global_average_pooling1d", GLOBAL_AVERAGE_POOL, global_average_pool),
    CYAML_FIELD_END,
};
const cyaml_schema_value_t layer_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct layer_entry, entry_fields)};

/* ---- ranges and defaults ---- */
static enum mote_status read_whole(const char *name, const char *text, int32_t missing, int32_t *out,
                                   const struct frame *at)
{
    int64_t value = missing;

    if (text && (!yaml_whole(text, &value) || value < 1 || value > LAYER_DIM_MAX))
        return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": it must be a whole number from 1 to %d", name, text,
                    LAYER_DIM_MAX);
    *out = (int32_t)value;
    return MOTE_OK;
}

/* At least 0 and below 1. */
static enum mote_status read_part(const char *name, const char *text, float missing, float *out, const struct frame *at)
{
    *out = missing;
    if (text && (!yaml_real(text, out) || !(*out >= 0 && *out < 1)))
        return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": it must be a number of at least 0 and below 1", name, text);
    return MOTE_OK;
}

static enum mote_status read_numbers(const struct layer_yaml *y, struct recipe_layer *l, const struct frame *at)
{
    TRY(read_whole("filters", y->filters, 1, &l->filters, at));
    TRY(read_whole("units", y->units, 0, &l->units, at));
    TRY(read_whole("multiplier", y->multiplier, 1, &l->multiplier, at));
    TRY(read_whole("bands", y->bands, 0, &l->bands, at));
    TRY(read_part("rate", y->rate, 0, &l->rate, at));
    return read_part("alpha", y->alpha, LEAKY_ALPHA, &l->alpha, at);
}

/* A number from 1 to LAYER_DIM_MAX at *s, and *s moved behind it; 0 if there is none. */
static int32_t read_number(const char **s)
{
    size_t digits = strspn(*s, "0123456789");
    long value = digits > 0 && digits <= 5 ? strtol(*s, NULL, 10) : 0;

    *s += digits;
    return value <= LAYER_DIM_MAX ? (int32_t)value : 0;
}

/* "3", or "10x4": height, width. */
static bool read_size(const char *text, struct layer_size *out)
{
    out->h = out->w = read_number(&text);
    if (*text == 'x') {
        text++;
        out->w = read_number(&text);
    }
    return *text == '\0' && out->h > 0 && out->w > 0;
}

static bool is_of_series(enum layer_kind kind)
{
    return kind == LAYER_CONV_1D || kind == LAYER_DEPTHWISE_CONV_1D || kind == LAYER_MAX_POOL_1D ||
           kind == LAYER_AVERAGE_POOL_1D;
}

static enum mote_status read_sizes(const struct layer_yaml *y, struct recipe_layer *l, const struct frame *at)
{
    bool pool = l->kind == LAYER_MAX_POOL_2D || l->kind == LAYER_AVERAGE_POOL_2D || l->kind == LAYER_MAX_POOL_1D ||
                l->kind == LAYER_AVERAGE_POOL_1D;
    const struct {
        const char *name, *text;
        struct layer_size *to;
        int32_t missing;
    } sizes[] = {
        {pool ? "size" : "kernel", y->kernel, &l->kernel, 2},
        {"stride", y->stride, &l->stride, pool ? 0 : 1},
        {"dilation", y->dilation, &l->dilation, 1},
    };

    for (size_t i = 0; i < COUNT(sizes); i++) {
        *sizes[i].to = (struct layer_size){sizes[i].missing, sizes[i].missing};
        if (sizes[i].text && is_of_series(l->kind) && strchr(sizes[i].text, 'x') != NULL)
            return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": a series has one dimension, so write one number",
                        sizes[i].name, sizes[i].text);
        if (sizes[i].text && !read_size(sizes[i].text, sizes[i].to))
            return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": write one number, or HEIGHTxWIDTH, each from 1 to %d",
                        sizes[i].name, sizes[i].text, LAYER_DIM_MAX);
    }
    if (pool && l->stride.h == 0)
        l->stride = l->kernel;
    for (size_t i = 0; i < COUNT(sizes) && is_of_series(l->kind); i++)
        sizes[i].to->w = 1;
    return MOTE_OK;
}

static enum mote_status read_shape(const struct layer_yaml *y, struct recipe_layer *l, const struct frame *at)
{
    l->n_shape = (int32_t)y->shape_count;
    for (int32_t i = 0; i < l->n_shape; i++) {
        int64_t dim;

        if (!yaml_whole(y->shape[i], &dim) || dim < 1 || dim > INT32_MAX)
            return fail(at, MOTE_ERR_VALUE, "shape has a dimension of \"%s\": write a sample's, without the batch",
                        y->shape[i]);
        l->shape[i] = (int32_t)dim;
    }
    return MOTE_OK;
}

/* Options that exclude each other. */
static enum mote_status read_flags(const struct layer_yaml *y, struct recipe_layer *l, const struct frame *at)
{
    bool is_conv = l->kind == LAYER_CONV_2D || l->kind == LAYER_DEPTHWISE_CONV_2D || l->kind == LAYER_CONV_1D ||
                   l->kind == LAYER_DEPTHWISE_CONV_1D;

    l->padding = y->padding ? *y->padding : is_conv ? PADDING_SAME : PADDING_VALID;
    l->activation = y->activation ? *y->activation : LAYER_ACTIVATION_NONE;
    l->batch_norm = y->batch_norm && *y->batch_norm;
    l->bias = y->bias ? *y->bias : !l->batch_norm;
    l->global = y->global && *y->global;
    l->sequences = y->sequences && *y->sequences;
    if (l->batch_norm && l->bias)
        return fail(at, MOTE_ERR_VALUE, "batch_norm adds a beta of its own: leave `bias` out");
    if (l->global && (y->kernel || y->stride || y->padding))
        return fail(at, MOTE_ERR_VALUE, "`global: true` takes the whole picture: leave size, stride and padding out");
    return MOTE_OK;
}

static enum mote_status read_layer(const struct layer_yaml *y, struct recipe_layer *l, const struct frame *at)
{
    TRY(read_numbers(y, l, at));
    TRY(read_flags(y, l, at));
    TRY(read_sizes(y, l, at));
    return read_shape(y, l, at);
}

/* ---- names ---- */
static bool is_word(const char *s)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    return s[strspn(s, letters)] == '\0' && s[0] != '\0';
}

static void set_names(struct pool *pool, const struct layer_yaml *y, struct recipe_layer *l, int32_t number)
{
    l->name = y->name ? y->name : pool_printf(pool, "%s_%d", layer_names[l->kind], number);
    l->from = y->inputs;
    l->n_from = (int32_t)y->inputs_count;
    l->take = y->take;
    l->n_take = (int32_t)y->take_count;
    if (y->from) {
        l->from = pool_copy(pool, &y->from, sizeof y->from);
        l->n_from = 1;
    }
}

static enum mote_status check_name(const struct recipe_layer *layers, int32_t i, const struct frame *at)
{
    const char *name = layers[i].name;

    if (!is_word(name))
        return fail(at, MOTE_ERR_VALUE, "name is \"%s\": use letters, digits and '_'", name);
    if (strcmp(name, LAYER_INPUT) == 0)
        return fail(at, MOTE_ERR_VALUE, "the name \"" LAYER_INPUT "\" is the data's: choose another");
    for (int32_t j = 0; j < i; j++)
        if (strcmp(layers[j].name, name) == 0)
            return fail(at, MOTE_ERR_VALUE, "layer %d has the same name: choose another", j + 1);
    return MOTE_OK;
}

/* ---- all layers ---- */
static enum mote_status find_kind(const struct layer_entry *entry, struct recipe_layer *l, int32_t i,
                                  const struct frame *at)
{
    struct frame here = {.up = at, .kind = "layer", .index = i + 1};

    l->kind = LAYER_COUNT;
    for (int k = 0; k < LAYER_COUNT; k++) {
        if (!entry->of[k])
            continue;
        if (l->kind != LAYER_COUNT)
            return fail(&here, MOTE_ERR_FORMAT, "both %s and %s: each layer begins with a `-` of its own",
                        layer_names[l->kind], layer_names[k]);
        l->kind = (enum layer_kind)k;
    }
    if (l->kind == LAYER_COUNT)
        return fail(&here, MOTE_ERR_FORMAT, "has no kind: write, for example, `- relu: {}`");
    return MOTE_OK;
}

enum mote_status layers_read(struct pool *pool, const struct layer_entry *entries, unsigned n,
                             const struct recipe_layer **out, const struct frame *at)
{
    struct recipe_layer *layers = pool_array(pool, n, sizeof *layers);
    int32_t numbers[LAYER_COUNT] = {0};

    for (int32_t i = 0; i < (int32_t)n; i++) {
        const struct layer_yaml *y;
        struct frame here;

        TRY(find_kind(&entries[i], &layers[i], i, at));
        y = entries[i].of[layers[i].kind];
        set_names(pool, y, &layers[i], ++numbers[layers[i].kind]);
        here = layer_frame(pool, layers, i, at);
        TRY(check_name(layers, i, &here));
        TRY(read_layer(y, &layers[i], &here));
    }
    *out = layers;
    return MOTE_OK;
}
