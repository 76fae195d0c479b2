/* SPDX-License-Identifier: Apache-2.0 */
/* The layers of a recipe. Each element of `network:` is a mapping with one key, the kind; libcyaml checks its options
 * against the kind's fields, and the tables below check their ranges and fill in what is not given. */
#include <stdlib.h>

#include "host/base/yaml.h"
#include "host/train/layer.h"

const char *const layer_names[LAYER_COUNT] = {
#define LAYER(NAME, name) #name,
#include "host/train/layers.def"
};

struct frame layer_frame(struct pool *pool, const struct recipe_layer *layers, int32_t i, const struct frame *at)
{
    const char *kind = layer_names[layers[i].kind], *name = layers[i].name;

    if (!name)
        name = kind;
    else if (strncmp(name, kind, strlen(kind)) != 0)
        name = pool_printf(pool, "%s %s", kind, name);
    return (struct frame){.up = at, .kind = "layer", .name = name, .index = i + 1};
}

/* ---- schema ---- */
/* All options of all kinds; NULL where one is not given. Sizes are text: "3", or "10x4" for height and width. */
struct layer_yaml {
    const char *name, *from, *kernel, *stride, *dilation;
    const char **inputs;
    unsigned inputs_count, shape_count;
    const int32_t *filters, *units, *multiplier, *shape;
    const enum padding *padding;
    const enum layer_activation *activation;
    const bool *batch_norm, *bias, *global, *sequences;
    const float *rate, *alpha;
};

static const cyaml_schema_value_t word_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, YAML_TEXT_MAX)};
static const cyaml_schema_value_t int_schema = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int32_t)};
static const cyaml_strval_t paddings[] = {{"same", PADDING_SAME}, {"valid", PADDING_VALID}};
static const cyaml_strval_t activations[] = {
    {"none", LAYER_ACTIVATION_NONE},        {"relu", LAYER_ACTIVATION_RELU},
    {"relu6", LAYER_ACTIVATION_RELU6},      {"leaky_relu", LAYER_ACTIVATION_LEAKY_RELU},
    {"tanh", LAYER_ACTIVATION_TANH},        {"logistic", LAYER_ACTIVATION_LOGISTIC},
    {"sigmoid", LAYER_ACTIVATION_LOGISTIC},
};

#define NEEDED   CYAML_FLAG_POINTER
#define OPTIONAL CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL

#define TEXT(flags, key, member)  CYAML_FIELD_STRING_PTR(key, flags, struct layer_yaml, member, 1, YAML_TEXT_MAX)
#define INT(flags, key, member)   CYAML_FIELD_INT_PTR(key, flags, struct layer_yaml, member)
#define FLOAT(flags, key, member) CYAML_FIELD_FLOAT_PTR(key, flags, struct layer_yaml, member)
#define BOOL(key, member)         CYAML_FIELD_BOOL_PTR(key, OPTIONAL, struct layer_yaml, member)
#define ENUM(key, member, words)                                                                                       \
    CYAML_FIELD_ENUM_PTR(key, OPTIONAL | CYAML_FLAG_STRICT, struct layer_yaml, member, words, COUNT(words))
#define INPUTS     CYAML_FIELD_SEQUENCE("from", NEEDED, struct layer_yaml, inputs, &word_schema, 2, YAML_LIST_MAX)
#define NAME       TEXT(OPTIONAL, "name", name)
#define FROM       TEXT(OPTIONAL, "from", from)
#define ACTIVATION ENUM("activation", activation, activations)
#define PADDING    ENUM("padding", padding, paddings)
#define LINEAR     ACTIVATION, BOOL("batch_norm", batch_norm), BOOL("bias", bias)
#define WINDOW     TEXT(OPTIONAL, "stride", stride), PADDING

#define FIELDS(name, ...) static const cyaml_schema_field_t fields_##name[] = {NAME, __VA_ARGS__, CYAML_FIELD_END};

FIELDS(conv_2d, FROM, INT(NEEDED, "filters", filters), TEXT(NEEDED, "kernel", kernel), WINDOW,
       TEXT(OPTIONAL, "dilation", dilation), LINEAR)
FIELDS(depthwise_conv_2d, FROM, TEXT(NEEDED, "kernel", kernel), INT(OPTIONAL, "multiplier", multiplier), WINDOW,
       TEXT(OPTIONAL, "dilation", dilation), LINEAR)
FIELDS(fully_connected, FROM, INT(OPTIONAL, "units", units), LINEAR)
FIELDS(max_pool_2d, FROM, TEXT(OPTIONAL, "size", kernel), WINDOW, BOOL("global", global))
FIELDS(average_pool_2d, FROM, TEXT(OPTIONAL, "size", kernel), WINDOW, BOOL("global", global))
FIELDS(batch_norm, FROM, ACTIVATION)
FIELDS(relu, FROM)
FIELDS(relu6, FROM)
FIELDS(leaky_relu, FROM, FLOAT(OPTIONAL, "alpha", alpha))
FIELDS(tanh, FROM)
FIELDS(logistic, FROM)
FIELDS(add, INPUTS, ACTIVATION)
FIELDS(concatenation, INPUTS)
FIELDS(dropout, FROM, FLOAT(NEEDED, "rate", rate))
FIELDS(flatten, FROM)
FIELDS(reshape, FROM, CYAML_FIELD_SEQUENCE("shape", NEEDED, struct layer_yaml, shape, &int_schema, 1, LAYER_SHAPE_MAX))
FIELDS(lstm, FROM, INT(NEEDED, "units", units), BOOL("sequences", sequences))
FIELDS(softmax, FROM)

static const cyaml_schema_field_t entry_fields[] = {
#define LAYER(NAME, name) CYAML_FIELD_MAPPING_PTR(#name, OPTIONAL, struct layer_entry, of[LAYER_##NAME], fields_##name),
#include "host/train/layers.def"
    CYAML_FIELD_END,
};
const cyaml_schema_value_t layer_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct layer_entry, entry_fields)};

/* ---- ranges and defaults ---- */
#define AT(member) offsetof(struct layer_yaml, member), offsetof(struct recipe_layer, member)

static const void *given(const struct layer_yaml *y, size_t offset)
{
    const void *p;

    memcpy(&p, (const uint8_t *)y + offset, sizeof p);
    return p;
}

static void *place(struct recipe_layer *l, size_t offset) { return (uint8_t *)l + offset; }

static const struct {
    const char *name;
    size_t from, to;
    int32_t missing;
} ints[] = {{"filters", AT(filters), 1}, {"units", AT(units), 0}, {"multiplier", AT(multiplier), 1}};

static enum mote_status read_ints(const struct layer_yaml *y, struct recipe_layer *l, const struct frame *at)
{
    for (size_t i = 0; i < COUNT(ints); i++) {
        const int32_t *value = given(y, ints[i].from);

        if (value && (*value < 1 || *value > LAYER_DIM_MAX))
            return fail(at, MOTE_ERR_VALUE, "%s is %d: it must be from 1 to %d", ints[i].name, *value, LAYER_DIM_MAX);
        *(int32_t *)place(l, ints[i].to) = value ? *value : ints[i].missing;
    }
    return MOTE_OK;
}

static const struct {
    const char *name;
    size_t from, to;
    float missing, lowest, below;
} floats[] = {{"rate", AT(rate), 0, 0, 1}, {"alpha", AT(alpha), LEAKY_ALPHA, 0, 1}};

static enum mote_status read_floats(const struct layer_yaml *y, struct recipe_layer *l, const struct frame *at)
{
    for (size_t i = 0; i < COUNT(floats); i++) {
        const float *value = given(y, floats[i].from);

        if (value && !(*value >= floats[i].lowest && *value < floats[i].below))
            return fail(at, MOTE_ERR_VALUE, "%s is %g: it must be at least %g and below %g", floats[i].name,
                        (double)*value, (double)floats[i].lowest, (double)floats[i].below);
        *(float *)place(l, floats[i].to) = value ? *value : floats[i].missing;
    }
    return MOTE_OK;
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

static enum mote_status read_sizes(const struct layer_yaml *y, struct recipe_layer *l, const struct frame *at)
{
    bool pool = l->kind == LAYER_MAX_POOL_2D || l->kind == LAYER_AVERAGE_POOL_2D;
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
        if (sizes[i].text && !read_size(sizes[i].text, sizes[i].to))
            return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": write one number, or HEIGHTxWIDTH, each from 1 to %d",
                        sizes[i].name, sizes[i].text, LAYER_DIM_MAX);
    }
    if (pool && l->stride.h == 0)
        l->stride = l->kernel;
    return MOTE_OK;
}

static enum mote_status read_shape(const struct layer_yaml *y, struct recipe_layer *l, const struct frame *at)
{
    l->n_shape = (int32_t)y->shape_count;
    for (int32_t i = 0; i < l->n_shape; i++) {
        l->shape[i] = y->shape[i];
        if (l->shape[i] < 1)
            return fail(at, MOTE_ERR_VALUE, "shape has a dimension of %d: write a sample's, without the batch",
                        l->shape[i]);
    }
    return MOTE_OK;
}

/* Options that exclude each other. */
static enum mote_status read_flags(const struct layer_yaml *y, struct recipe_layer *l, const struct frame *at)
{
    bool is_conv = l->kind == LAYER_CONV_2D || l->kind == LAYER_DEPTHWISE_CONV_2D;

    l->padding = y->padding ? *y->padding : is_conv ? PADDING_SAME : PADDING_VALID;
    l->activation = y->activation ? *y->activation : LAYER_ACTIVATION_NONE;
    l->batch_norm = y->batch_norm && *y->batch_norm;
    l->bias = y->bias ? *y->bias : !l->batch_norm;
    l->global = y->global && *y->global;
    l->sequences = y->sequences && *y->sequences;
    if (l->batch_norm && l->bias)
        return fail(at, MOTE_ERR_VALUE, "batch_norm adds a beta of its own: leave `bias` out");
    if (l->global && (y->kernel || y->stride || y->padding))
        return fail(at, MOTE_ERR_VALUE, "`global: true` takes the whole image: leave size, stride and padding out");
    return MOTE_OK;
}

static enum mote_status read_layer(const struct layer_yaml *y, struct recipe_layer *l, const struct frame *at)
{
    TRY(read_ints(y, l, at));
    TRY(read_floats(y, l, at));
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

static enum mote_status read_names(struct pool *pool, const struct layer_yaml *y, struct recipe_layer *l,
                                   int32_t number, const struct frame *at)
{
    if (y->name && !is_word(y->name))
        return fail(at, MOTE_ERR_VALUE, "name is \"%s\": use letters, digits and '_'", y->name);
    l->name = y->name ? y->name : pool_printf(pool, "%s_%d", layer_names[l->kind], number);
    l->from = y->inputs;
    l->n_from = (int32_t)y->inputs_count;
    if (y->from) {
        l->from = pool_copy(pool, &y->from, sizeof y->from);
        l->n_from = 1;
    }
    return MOTE_OK;
}

static enum mote_status check_unique(const struct recipe_layer *layers, int32_t i, const struct frame *at)
{
    if (strcmp(layers[i].name, LAYER_INPUT) == 0)
        return fail(at, MOTE_ERR_VALUE, "the name \"" LAYER_INPUT "\" is the data's: choose another");
    for (int32_t j = 0; j < i; j++)
        if (strcmp(layers[j].name, layers[i].name) == 0)
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
        layers[i].name = y->name;
        here = layer_frame(pool, layers, i, at);
        TRY(read_names(pool, y, &layers[i], ++numbers[layers[i].kind], &here));
        TRY(check_unique(layers, i, &here));
        TRY(read_layer(y, &layers[i], &here));
    }
    *out = layers;
    return MOTE_OK;
}
