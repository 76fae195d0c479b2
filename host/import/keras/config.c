/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: layers, what they wrap, and who calls whom. Of Keras 2 a tensor is ["layer", node, output, {}], of
 * Keras 3 an object with that as its history. */
#include <ctype.h>

#include "host/import/keras/keras.h"

#define DEPTH_MAX  16 /* models and wrappers within each other */
#define LAYERS_MAX 4096
#define ARGS_MAX   4096

struct reading {
    struct pool *pool;
    size_t limit;
    struct faults *missing;
    int layers, args; /* in all */
};

static const char *string_at(const json_t *json, const char *name)
{
    const char *s = json_string_value(json_object_get(json, name));

    return s ? s : "";
}

static enum mote_status count(struct reading *c, int *n, int most, const struct frame *at)
{
    if (++*n > most)
        return fail(at, MOTE_ERR_MEMORY, "more than %d layers, or inputs of layers", most);
    return c->pool->used < c->limit ? MOTE_OK
                                    : fail(at, MOTE_ERR_MEMORY, "its layers take more than %zu bytes", c->limit);
}

/* A list of n of what has `size` bytes. */
static enum mote_status want_room(const struct reading *c, size_t n, size_t size, const struct frame *at)
{
    if (c->pool->used < c->limit && n < (c->limit - c->pool->used) / (size + 64))
        return MOTE_OK;
    return fail(at, MOTE_ERR_MEMORY, "its layers take more than %zu bytes, the most for a file of its size", c->limit);
}

/* ---- what is missing ---- */
static const char *why_missing(struct reading *c, const char *class, const json_t *json)
{
    const char *near = keras_class_nearest(class), *registered = string_at(json, "registered_name");

    if (strcmp(class, "Lambda") == 0)
        return "a Python function, which is not in the file as a network; write it with layers, and save the model "
               "again";
    if (strcmp(class, "Masking") == 0)
        return "a mask, by which later layers leave out steps; Mote computes all steps: train without it";
    if (strchr(registered, '>') && strncmp(registered, "Custom>", 7) != 0)
        return pool_printf(c->pool, "a class of '%s', which Mote does not have; write it with Keras's own layers",
                           printable(c->pool, registered));
    if (class[0] == 'Q' && isupper((unsigned char)class[1]))
        return "a layer of QKeras; Mote quantizes itself: convert the model to Keras's own layers";
    if (*registered && strncmp(registered, "Custom>", 7) == 0)
        return "a class of the model's author; write it with Keras's own layers, and save the model again";
    return pool_printf(c->pool, "a layer that Mote does not have%s%s", near ? "; it has " : "", near ? near : "");
}

static void miss(struct reading *c, const char *class, const char *name, const json_t *json)
{
    struct report_text failed = {.status = MOTE_OK};
    const char *shown = pool_printf(c->pool, "%s (%s)", printable(c->pool, name), printable(c->pool, class));
    const struct frame root = {.index = -1, .sink = &failed}, here = {&root, "layer", shown, -1, NULL};

    if (fail(&here, MOTE_ERR_UNSUPPORTED, "%s", why_missing(c, class, json)) != MOTE_OK)
        faults_add(c->missing, class, &failed);
}

/* ---- variables ---- */
/* One word of a class's: "!name", "name?setting", "name?~setting". */
static void add_var(struct pool *pool, struct keras_layer *l, const char *word, size_t n)
{
    const char *condition = memchr(word, '?', n);
    bool trained = *word != '!';

    if (condition) {
        const char *name = condition + 1 + (condition[1] == '~');
        const json_t *set = json_object_get(l->config, pool_printf(pool, "%.*s", (int)(word + n - name), name));

        if (condition[1] == '~' ? set && !json_is_null(set) : json_is_false(set))
            return;
        n = (size_t)(condition - word);
    }
    assert(l->n_vars < VARS_MAX);
    l->trained[l->n_vars] = trained;
    l->var_names[l->n_vars++] = pool_printf(pool, "%.*s", (int)(n - !trained), word + !trained);
}

static void add_vars(struct pool *pool, struct keras_layer *l)
{
    for (const char *word = l->of->vars; *word; word += strspn(word, " ")) {
        add_var(pool, l, word, strcspn(word, " "));
        word += strcspn(word, " ");
    }
    l->vars = pool_array(pool, (size_t)l->n_vars, sizeof *l->vars);
    l->added = pool_array(pool, (size_t)l->n_vars, sizeof *l->added);
    for (int32_t i = 0; i < l->n_vars; i++)
        l->added[i] = TENSOR_ABSENT;
}

/* ---- tensors of the configuration ---- */
static int32_t layer_named(const struct keras_layer *model, const char *name)
{
    for (int32_t i = 0; i < model->n_children; i++)
        if (strcmp(model->children[i].name, name) == 0)
            return i;
    return -1;
}

static bool is_history(const json_t *json)
{
    return json_is_array(json) && json_array_size(json) >= 3 && json_is_string(json_array_get(json, 0)) &&
           json_is_integer(json_array_get(json, 1));
}

/* Models' nodes count from 1, as they have been called once when they were made. */
static enum mote_status read_history(const struct keras_layer *model, const json_t *json, struct keras_ref *out,
                                     struct pool *pool, const struct frame *at)
{
    const char *name = json_string_value(json_array_get(json, 0));
    json_int_t node = json_integer_value(json_array_get(json, 1)), output = json_integer_value(json_array_get(json, 2));

    out->layer = layer_named(model, name);
    if (out->layer < 0)
        return fail(at, MOTE_ERR_FORMAT, "its input '%s' is no layer of the model", printable(pool, name));
    if (model->children[out->layer].n_children > 0 && !model->children[out->layer].of && node > 0)
        node--;
    if (node < 0 || node > INT16_MAX || output < 0 || output > INT16_MAX)
        return fail(at, MOTE_ERR_FORMAT, "its input is node %lld, output %lld of '%s'", (long long)node,
                    (long long)output, printable(pool, name));
    out->call = (int32_t)node;
    out->output = (int32_t)output;
    return MOTE_OK;
}

static enum mote_status add_arg(struct reading *c, struct keras_call *call, const struct keras_arg *arg,
                                const struct frame *at)
{
    TRY(count(c, &c->args, ARGS_MAX * 16, at));
    if (call->n >= ARGS_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "more than %d inputs", ARGS_MAX);
    call->args = pool_grow(c->pool, call->args, (size_t)call->n, sizeof *call->args);
    call->args[call->n++] = *arg;
    return MOTE_OK;
}

static enum mote_status read_args(struct reading *c, const struct keras_layer *model, const json_t *json,
                                  const char *name, struct keras_call *call, const struct frame *at);

static enum mote_status read_kwargs(struct reading *c, const struct keras_layer *model, const json_t *kwargs,
                                    struct keras_call *call, const struct frame *at)
{
    const char *key;
    json_t *value;

    if (json_object_size(kwargs) == 0)
        return MOTE_OK;
    call->kwargs = kwargs;
    json_object_foreach((json_t *)(uintptr_t)kwargs, key, value) if (json_is_array(value) || json_is_object(value))
        TRY(read_args(c, model, value, key, call, at));
    return MOTE_OK;
}

static enum mote_status read_object(struct reading *c, const struct keras_layer *model, const json_t *json,
                                    const char *name, struct keras_call *call, const struct frame *at)
{
    const char *class = string_at(json, "class_name"), *key;
    struct keras_arg arg = {.name = name};
    json_t *value;

    if (strcmp(class, "__keras_tensor__") == 0) {
        const json_t *history = json_object_get(json_object_get(json, "config"), "keras_history");

        if (!is_history(history))
            return fail(at, MOTE_ERR_FORMAT, "an input without a keras_history");
        TRY(read_history(model, history, &arg.ref, c->pool, at));
        return add_arg(c, call, &arg, at);
    }
    if (*class)
        return read_args(c, model, json_object_get(json, "items"), name, call, at);
    json_object_foreach((json_t *)(uintptr_t)json, key, value) TRY(read_args(c, model, value, name, call, at));
    return MOTE_OK;
}

/* Tensors and numbers, in lists of lists or alone. */
static enum mote_status read_args(struct reading *c, const struct keras_layer *model, const json_t *json,
                                  const char *name, struct keras_call *call, const struct frame *at)
{
    struct keras_arg arg = {.name = name};

    if (json_is_number(json)) {
        arg.ref.layer = -1;
        arg.number = (float)json_number_value(json);
        return add_arg(c, call, &arg, at);
    }
    if (json_is_object(json))
        return read_object(c, model, json, name, call, at);
    if (is_history(json) && strcmp(json_string_value(json_array_get(json, 0)), "_CONSTANT_VALUE") == 0) {
        TRY(read_args(c, model, json_array_get(json, 2), name, call, at));
        return read_kwargs(c, model, json_array_get(json, 3), call, at);
    }
    if (is_history(json)) {
        TRY(read_history(model, json, &arg.ref, c->pool, at));
        TRY(add_arg(c, call, &arg, at));
        return read_kwargs(c, model, json_array_get(json, 3), call, at);
    }
    for (size_t i = 0; i < json_array_size(json); i++)
        TRY(read_args(c, model, json_array_get(json, i), name, call, at));
    return MOTE_OK;
}

static enum mote_status read_call(struct reading *c, const struct keras_layer *model, const json_t *node,
                                  struct keras_call *call, const struct frame *at)
{
    if (!json_is_object(node))
        return read_args(c, model, node, NULL, call, at);
    TRY(read_args(c, model, json_object_get(node, "args"), NULL, call, at));
    return read_kwargs(c, model, json_object_get(node, "kwargs"), call, at);
}

static enum mote_status read_calls(struct reading *c, const struct keras_layer *model, const json_t *json,
                                   struct keras_layer *l, const struct frame *at)
{
    const json_t *nodes = json_object_get(json, "inbound_nodes");
    const struct frame here = {at, "layer", printable(c->pool, l->name), -1, NULL};

    TRY(want_room(c, json_array_size(nodes) + 1, sizeof *l->calls, &here));
    l->calls = pool_array(c->pool, json_array_size(nodes) + 1, sizeof *l->calls);
    for (size_t i = 0; i < json_array_size(nodes); i++) {
        TRY(count(c, &c->args, ARGS_MAX * 16, &here));
        TRY(read_call(c, model, json_array_get(nodes, i), &l->calls[l->n_calls++], &here));
    }
    return MOTE_OK;
}

/* ---- layers ---- */
static enum mote_status read_layer(struct reading *c, const json_t *json, int depth, struct keras_layer *out,
                                   const struct frame *at);

static bool is_model(const char *class, const json_t *config)
{
    return strcmp(class, "Sequential") == 0 || strcmp(class, "Functional") == 0 || strcmp(class, "Model") == 0 ||
           (json_object_get(config, "layers") && json_object_get(config, "input_layers"));
}

/* ["a", 0, 0], or a list or an object of such. */
static enum mote_status read_ends(struct reading *c, const struct keras_layer *model, const char *name, int32_t *n,
                                  struct keras_ref **out, const struct frame *at)
{
    struct keras_call ends = {.n = 0};

    TRY(read_args(c, model, json_object_get(model->config, name), NULL, &ends, at));
    if (ends.n == 0 || ends.n > MODEL_OUTPUTS_MAX)
        return fail(at, MOTE_ERR_FORMAT, "%s has %d tensors; 1 to %d can be", name, (int)ends.n, MODEL_OUTPUTS_MAX);
    *n = ends.n;
    *out = pool_array(c->pool, (size_t)ends.n, sizeof **out);
    for (int32_t i = 0; i < ends.n; i++) {
        (*out)[i] = ends.args[i].ref;
        if ((*out)[i].layer < 0)
            return fail(at, MOTE_ERR_FORMAT, "%s has a number, not a layer", name);
    }
    return MOTE_OK;
}

/* Each layer reads the one before it; the first one says what the input is, where it is no InputLayer. */
static void connect_sequence(struct reading *c, struct keras_layer *model)
{
    for (int32_t i = 1; i < model->n_children; i++) {
        struct keras_layer *l = &model->children[i];

        l->n_calls = 1;
        l->calls = pool_array(c->pool, 1, sizeof *l->calls);
        l->calls->n = 1;
        l->calls->args = pool_array(c->pool, 1, sizeof *l->calls->args);
        l->calls->args->ref.layer = i - 1;
    }
    model->n_inputs = model->n_outputs = 1;
    model->inputs = pool_array(c->pool, 1, sizeof *model->inputs);
    model->outputs = pool_array(c->pool, 1, sizeof *model->outputs);
    model->outputs->layer = model->n_children - 1;
}

static void add_input_layer(struct reading *c, struct keras_layer *model, const json_t *first, const json_t *json)
{
    const json_t *config = json_object_get(first, "config"), *built = json_object_get(json, "build_config");

    if (!json_object_get(config, "batch_input_shape") && !json_object_get(config, "batch_shape")) {
        config = json_object_get(model->config, "build_input_shape") ? model->config : built;
        if (!config)
            config = json_object_get(first, "build_config");
    }
    model->children[model->n_children++] = (struct keras_layer){
        .class = "InputLayer",
        .name = pool_printf(c->pool, "%s_input", string_at(json_object_get(first, "config"), "name")),
        .config = config,
        .of = keras_class_find("InputLayer"),
    };
}

static enum mote_status read_sequence(struct reading *c, const json_t *json, const json_t *layers, int depth,
                                      struct keras_layer *model, const struct frame *at)
{
    const json_t *first = json_array_get(layers, 0);

    model->sequential = true;
    TRY(want_room(c, json_array_size(layers) + 1, 2 * sizeof *model->children, at)); /* and what connects them */
    model->children = pool_array(c->pool, json_array_size(layers) + 1, sizeof *model->children);
    if (strcmp(string_at(first, "class_name"), "InputLayer") != 0)
        add_input_layer(c, model, first, json);
    for (size_t i = 0; i < json_array_size(layers); i++)
        TRY(read_layer(c, json_array_get(layers, i), depth, &model->children[model->n_children++], at));
    connect_sequence(c, model);
    return MOTE_OK;
}

static enum mote_status read_functional(struct reading *c, const json_t *layers, int depth, struct keras_layer *model,
                                        const struct frame *at)
{
    TRY(want_room(c, json_array_size(layers), sizeof *model->children, at));
    model->children = pool_array(c->pool, json_array_size(layers), sizeof *model->children);
    for (size_t i = 0; i < json_array_size(layers); i++)
        TRY(read_layer(c, json_array_get(layers, i), depth, &model->children[model->n_children++], at));
    for (int32_t i = 0; i < model->n_children; i++)
        TRY(read_calls(c, model, json_array_get(layers, (size_t)i), &model->children[i], at));
    TRY(read_ends(c, model, "input_layers", &model->n_inputs, &model->inputs, at));
    return read_ends(c, model, "output_layers", &model->n_outputs, &model->outputs, at);
}

/* Of the first versions of Keras the configuration of a Sequential is the list. */
static enum mote_status read_layers(struct reading *c, const json_t *json, int depth, struct keras_layer *model,
                                    const struct frame *at)
{
    const json_t *layers = json_is_array(model->config) ? model->config : json_object_get(model->config, "layers");
    const struct frame here = {at, *model->name ? "model" : NULL, printable(c->pool, model->name), -1, NULL};
    const struct frame *place = here.kind && depth > 0 ? &here : at;

    if (json_array_size(layers) == 0 || json_array_size(layers) > LAYERS_MAX)
        return fail(place, MOTE_ERR_FORMAT, "a model of %zu layers; 1 to %d can be", json_array_size(layers),
                    LAYERS_MAX);
    if (strcmp(model->class, "Sequential") == 0)
        return read_sequence(c, json, layers, depth + 1, model, place);
    return read_functional(c, layers, depth + 1, model, place);
}

/* Another object whose configuration is a setting of this one's. */
static enum mote_status read_wrapped(struct reading *c, const char *name, int depth, struct keras_layer *l,
                                     const struct frame *at)
{
    const json_t *json = json_object_get(l->config, name);

    if (!json || json_is_null(json))
        json = json_object_get(l->config, "layer");
    if (!json_is_object(json))
        return fail(at, MOTE_ERR_FORMAT, "layer '%s' wraps nothing", printable(c->pool, l->name));
    return read_layer(c, json, depth, &l->children[l->n_children++], at);
}

static enum mote_status read_wrapper(struct reading *c, int depth, struct keras_layer *l, const struct frame *at)
{
    l->children = pool_array(c->pool, 2, sizeof *l->children);
    TRY(read_wrapped(c, "layer", depth + 1, l, at));
    if (strcmp(l->class, "Bidirectional") != 0)
        return MOTE_OK;
    TRY(read_wrapped(c, "backward_layer", depth + 1, l, at));
    l->children[1].turned = !json_is_object(json_object_get(l->config, "backward_layer"));
    return MOTE_OK;
}

/* An RNN is its cell. */
static const char *cell_of(struct pool *pool, const char *class, const json_t *config)
{
    const char *cell = string_at(json_object_get(config, "cell"), "class_name");
    size_t n = strlen(cell);

    return strcmp(class, "RNN") == 0 && n > 4 && strcmp(cell + n - 4, "Cell") == 0
               ? pool_printf(pool, "%.*s", (int)n - 4, cell)
               : class;
}

static enum mote_status read_layer(struct reading *c, const json_t *json, int depth, struct keras_layer *out,
                                   const struct frame *at)
{
    const json_t *config = json_object_get(json, "config");
    const char *name = *string_at(json, "name") ? string_at(json, "name") : string_at(config, "name");

    TRY(count(c, &c->layers, LAYERS_MAX * 4, at));
    if (depth > DEPTH_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "models more than %d deep in each other", DEPTH_MAX);
    if (!*string_at(json, "class_name") || !config)
        return fail(at, MOTE_ERR_FORMAT, "a layer without class_name or config");
    *out = (struct keras_layer){.class = pool_strdup(c->pool, string_at(json, "class_name")),
                                .name = pool_strdup(c->pool, name),
                                .config = config,
                                .trainable = !json_is_false(json_object_get(config, "trainable"))};
    if (is_model(out->class, config))
        return read_layers(c, json, depth, out, at);
    out->of = keras_class_find(cell_of(c->pool, out->class, config));
    if (!out->of) {
        miss(c, out->class, name, json);
        return MOTE_OK;
    }
    if (strcmp(out->class, "TimeDistributed") == 0 || strcmp(out->class, "Bidirectional") == 0)
        return read_wrapper(c, depth, out, at);
    add_vars(c->pool, out);
    return MOTE_OK;
}

enum mote_status keras_read_model(struct pool *pool, size_t limit, const json_t *json, struct keras_layer *out,
                                  struct faults *missing, const struct frame *at)
{
    struct reading c = {.pool = pool, .limit = limit, .missing = missing};

    TRY(read_layer(&c, json, 0, out, at));
    if (out->of || out->n_children == 0) {
        if (missing->n == 0)
            return fail(at, MOTE_ERR_FORMAT, "the file has a layer, %s, and no model", printable(pool, out->class));
        return fail(
            at, MOTE_ERR_UNSUPPORTED,
            "a subclassed model, %s, whose calls are Python that is not in the file; build it with the functional API, "
            "and save it again",
            printable(pool, out->class));
    }
    return MOTE_OK;
}
