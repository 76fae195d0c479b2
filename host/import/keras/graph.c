/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of layers, each when what it reads is there. A model that is a layer is called as others are: its layers, anew
 * for each call. */
#include "host/import/keras/keras.h"

#define CALLS_MAX 65536 /* of layers, those of models again and again */

/* What one call of a model has made so far. */
struct run {
    const struct keras_layer *model;
    struct outputs {
        int32_t n; /* 0: not yet */
        int32_t *tensors;
    } * *made; /* [layer][call] */
};

static const struct outputs *made_by(const struct run *run, const struct keras_ref *ref)
{
    const struct keras_layer *l = &run->model->children[ref->layer];

    return ref->call < l->n_calls || (ref->call == 0 && l->n_calls == 0) ? &run->made[ref->layer][ref->call] : NULL;
}

static void set_made(struct build *r, struct run *run, int32_t layer, int32_t call, int32_t n, const int32_t *tensors)
{
    run->made[layer][call] = (struct outputs){n, pool_copy(r->pool, tensors, (size_t)n * sizeof *tensors)};
}

static bool is_ready(const struct run *run, const struct keras_call *call)
{
    for (int32_t i = 0; i < call->n; i++) {
        const struct outputs *o = call->args[i].ref.layer < 0 ? NULL : made_by(run, &call->args[i].ref);

        if (call->args[i].ref.layer >= 0 && (!o || o->n == 0))
            return false;
    }
    return true;
}

static int32_t tensor_of(struct build *r, const struct run *run, const struct keras_ref *ref)
{
    const struct outputs *o = made_by(run, ref);

    if (o && ref->output < o->n)
        return o->tensors[ref->output];
    build_fail(r, MOTE_ERR_FORMAT, "there is no output %d of call %d of layer '%s'", (int)ref->output, (int)ref->call,
               printable(r->pool, run->model->children[ref->layer].name));
    return TENSOR_ABSENT;
}

static void call_layer(struct build *r, struct run *run, int32_t layer, int32_t call)
{
    const struct keras_layer *l = &run->model->children[layer];
    const struct keras_call *c = &l->calls[call];
    int32_t *in = pool_array(r->pool, (size_t)c->n + 1, sizeof *in), out[MODEL_OUTPUTS_MAX], n;

    for (int32_t i = 0; i < c->n; i++)
        in[i] = c->args[i].ref.layer < 0 ? add_float(r, c->args[i].number) : tensor_of(r, run, &c->args[i].ref);
    n = keras_call(r, l, c, c->n, in, out);
    if (r->status == MOTE_OK)
        set_made(r, run, layer, call, n, out);
}

/* All calls that can be; gives their number. */
static int call_ready(struct build *r, struct run *run)
{
    int n = 0;

    for (int32_t i = 0; i < run->model->n_children; i++)
        for (int32_t c = 0; c < run->model->children[i].n_calls && r->status == MOTE_OK; c++)
            if (run->made[i][c].n == 0 && is_ready(run, &run->model->children[i].calls[c])) {
                call_layer(r, run, i, c);
                n++;
            }
    return n;
}

static void want_all(struct build *r, const struct run *run)
{
    for (int32_t i = 0; i < run->model->n_outputs && r->status == MOTE_OK; i++) {
        const struct keras_ref *ref = &run->model->outputs[i];
        const struct outputs *o = made_by(run, ref);

        if (!o || o->n == 0)
            build_fail(r, MOTE_ERR_FORMAT, "layer '%s' is never called, or layers go in a circle",
                       printable(r->pool, run->model->children[ref->layer].name));
    }
}

static int32_t run_model(struct build *r, const struct keras_layer *model, int32_t n_in, const int32_t *in,
                         int32_t *out)
{
    struct run run = {.model = model};
    int64_t calls = 0;

    for (int32_t i = 0; i < model->n_children; i++)
        calls += model->children[i].n_calls + 1;
    if (!has_room(r, calls * (int64_t)sizeof **run.made + model->n_children * (int64_t)(sizeof *run.made + 64)))
        return 0;
    run.made = pool_array(r->pool, (size_t)model->n_children, sizeof *run.made);
    if (n_in != model->n_inputs)
        build_fail(r, MOTE_ERR_FORMAT, "a model of %d inputs is called with %d", (int)model->n_inputs, (int)n_in);
    for (int32_t i = 0; i < model->n_children; i++)
        run.made[i] = pool_array(r->pool, (size_t)model->children[i].n_calls + 1, sizeof *run.made[i]);
    for (int32_t i = 0; i < n_in && r->status == MOTE_OK; i++)
        set_made(r, &run, model->inputs[i].layer, 0, 1, &in[i]);
    while (r->status == MOTE_OK && call_ready(r, &run) > 0)
        ;
    want_all(r, &run);
    for (int32_t i = 0; i < model->n_outputs && r->status == MOTE_OK; i++)
        out[i] = tensor_of(r, &run, &model->outputs[i]);
    return model->n_outputs;
}

/* ---- one call ---- */
static void name_all(struct build *r, const struct keras_layer *l, int32_t first, int32_t n_out, const int32_t *out)
{
    build_number(r, first, l->name, keras_of(r)->calls);
    for (int32_t i = 0; i < n_out; i++)
        if (r->g->tensors[out[i]].name[0] == '\0')
            r->g->tensors[out[i]].name = printable(r->pool, l->name);
}

/* Only what is called `mask` changes what layers compute of all else that may be said by name. */
static void refuse_masks(struct build *r, const struct keras_call *call)
{
    for (int32_t i = 0; i < call->n && r->status == MOTE_OK; i++)
        if (call->args[i].name && strstr(call->args[i].name, "mask"))
            build_fail(r, MOTE_ERR_UNSUPPORTED, "a mask of its input; Mote computes all steps");
}

int32_t keras_call(struct build *r, const struct keras_layer *l, const struct keras_call *call, int32_t n_in,
                   const int32_t *in, int32_t *out)
{
    struct keras *k = keras_of(r);
    const struct keras outer = *k;
    const char *shown = pool_printf(r->pool, "%s (%s)", printable(r->pool, l->name), printable(r->pool, l->class));
    const struct frame *up = r->at, here = {up, "layer", shown, -1, NULL};
    int32_t own[OUTPUTS_MAX], first = r->g->n_ops, n;

    r->at = &here;
    if (++k->calls > CALLS_MAX)
        build_fail(r, MOTE_ERR_MEMORY, "more than %d calls of layers", CALLS_MAX);
    refuse_masks(r, call);
    if (!has_room(r, 0)) {
        n = 0;
    } else if (!l->of) {
        n = run_model(r, l, n_in, in, out);
    } else {
        k->layer = l, k->call = call, k->n_in = n_in, k->in = in, k->n_out = 0, k->out = own;
        layer_in(r, 0);
        if (r->status == MOTE_OK)
            l->of->read(r);
        n = k->n_out;
        memcpy(out, own, (size_t)n * sizeof *own);
    }
    if (r->status == MOTE_OK)
        name_all(r, l, first, n, out);
    k->layer = outer.layer, k->call = outer.call, k->n_in = outer.n_in, k->in = outer.in;
    k->n_out = outer.n_out, k->out = outer.out, k->turn_sequence = outer.turn_sequence;
    r->at = up;
    return n;
}

int32_t keras_apply(struct build *r, const struct keras_layer *l, int32_t x)
{
    static const struct keras_call plain = {.n = 0};
    int32_t out[MODEL_OUTPUTS_MAX] = {TENSOR_ABSENT};

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    if (keras_call(r, l, &plain, 1, &x, out) != 1)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a layer of several outputs in another one");
    return r->status == MOTE_OK ? out[0] : TENSOR_ABSENT;
}

/* ---- the graph ---- */
static enum mote_type input_type(struct build *r)
{
    static const struct {
        const char *name;
        enum mote_type type;
    } types[] = {{"float", TYPE_F32},  {"bfloat16", TYPE_F32}, {"int8", TYPE_S8},  {"int16", TYPE_S16},
                 {"int32", TYPE_S32},  {"int64", TYPE_S32},    {"uint8", TYPE_U8}, {"uint16", TYPE_U16},
                 {"uint32", TYPE_S32}, {"uint64", TYPE_S32},   {"bool", TYPE_BOOL}};
    const json_t *dtype = setting(r, "dtype"), *policy = json_object_get(json_object_get(dtype, "config"), "name");
    const char *name = json_string_value(policy ? policy : dtype);

    for (size_t i = 0; name && i < COUNT(types); i++)
        if (i == 0 ? strncmp(name, "float", 5) == 0 || strncmp(name, "mixed_", 6) == 0
                   : strcmp(name, types[i].name) == 0)
            return types[i].type;
    if (name)
        build_fail(r, MOTE_ERR_TYPE, "elements of type %s, with which nothing computes here", printable(r->pool, name));
    return TYPE_F32;
}

static const json_t *input_shape(struct build *r)
{
    static const char *const names[] = {"batch_input_shape", "batch_shape", "build_input_shape", "input_shape"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (json_is_array(setting(r, names[i])))
            return setting(r, names[i]);
    build_fail(r, MOTE_ERR_SHAPE, "an input without a shape; call the model once, or build() it, before it is saved");
    return NULL;
}

static void add_input(struct build *r, const struct keras_layer *l)
{
    struct tensor t = {.name = printable(r->pool, l->name), .source = -1};
    const json_t *shape;

    keras_of(r)->layer = l;
    t.type = input_type(r);
    shape = input_shape(r);
    if (json_array_size(shape) > RANK_MAX)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%zu dimensions; Mote has up to %d", json_array_size(shape), RANK_MAX);
    if (r->status != MOTE_OK)
        return;
    t.rank = (int32_t)json_array_size(shape);
    for (int d = 0; d < t.rank; d++) {
        const json_t *dim = json_array_get(shape, (size_t)d);
        json_int_t n = json_integer_value(dim);

        if (!json_is_null(dim) && (!json_is_integer(dim) || n < 1 || n > INT32_MAX))
            build_fail(r, MOTE_ERR_SHAPE, "dimension %d is no number from 1", d);
        t.dims[d] = json_is_null(dim) ? DIM_UNKNOWN : (int64_t)n;
    }
    if (r->status != MOTE_OK)
        return;
    r->g->inputs[r->g->n_inputs++] = graph_add_tensor(r->m, r->g, &t);
}

static void add_inputs(struct build *r, const struct keras_layer *model)
{
    r->g->inputs = pool_array(r->pool, (size_t)model->n_inputs, sizeof *r->g->inputs);
    for (int32_t i = 0; i < model->n_inputs && r->status == MOTE_OK; i++) {
        const struct keras_layer *l = &model->children[model->inputs[i].layer];
        const struct frame *up = r->at, here = {up, "input", printable(r->pool, l->name), i, NULL};

        r->at = &here;
        add_input(r, l);
        r->at = up;
    }
    if (r->status == MOTE_OK)
        r->status = import_set_shapes(r->m, keras_of(r)->options, r->at);
    for (int32_t i = 0; i < r->g->n_inputs && r->status == MOTE_OK; i++) {
        import_assume_batch(&r->g->tensors[r->g->inputs[i]]);
        r->status = build_check_size(&r->g->tensors[r->g->inputs[i]], r->at);
    }
    if (r->status == MOTE_OK)
        r->status = import_want_shapes(r->m, r->at);
}

enum mote_status keras_build(struct build *r, const struct keras_layer *model, const struct frame *at)
{
    int32_t out[MODEL_OUTPUTS_MAX], n;

    r->g = model_add_graph(r->m, "main");
    r->at = at;
    add_inputs(r, model);
    TRY(r->status);
    n = run_model(r, model, r->g->n_inputs, r->g->inputs, out);
    TRY(r->status);
    r->g->outputs = pool_array(r->pool, (size_t)n, sizeof *r->g->outputs);
    for (int32_t i = 0; i < n; i++)
        r->g->outputs[r->g->n_outputs++] = build_output(r, out[i], model->children[model->outputs[i].layer].name);
    graph_compact(r->m, r->g);
    return model_verify(r->m, at);
}
