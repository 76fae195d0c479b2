/* SPDX-License-Identifier: Apache-2.0 */
/* CNTK v2 models: from dictionaries to a graph, from the root on. */
#include "host/import/cntk/cntk.h"

#include <stdlib.h>

#define DEPTH_MAX     3000 /* functions within functions, on the stack */
#define FUNCTIONS_MAX 16384
#define VALUES_MAX    4000000 /* functions times steps */

enum { OP_COMBINE = 44, OP_BLOCK = 57, OP_PAST = 37, OP_FUTURE = 38, OP_STACK = 49 };

/* ---- who is who ---- */
/* A variable, or a function's output. */
struct place {
    int32_t function, variable; /* one is -1 */
};

static const char *block_name(const struct cntk_function *f)
{
    return f->op == OP_BLOCK ? cntk_string(f->json, "block_function_op_name") : "";
}

static bool is_sequence_slice(const struct cntk_function *f) { return strcmp(block_name(f), "Sequence::Slice") == 0; }

/* "F_Output_3": F and 3. */
static int32_t function_of(struct build *r, const char *uid, int64_t *output)
{
    static const char mark[] = "_Output_";
    const char *at = NULL;

    for (const char *p = strstr(uid, mark); p; p = strstr(p + 1, mark))
        at = p;
    if (!at)
        return -1;
    *output = strtoll(at + sizeof mark - 1, NULL, 10);
    return names_get(&cntk_of(r)->functions, pool_printf(r->pool, "%.*s", (int)(at - uid), uid));
}

/* What a block or a Combine hands on: the uid of its output. */
static const char *passed_on(struct build *r, const struct cntk_function *f, int64_t output)
{
    const Cntk__Value *composite;
    const char *root;
    int32_t inner;

    if (f->op == OP_COMBINE)
        return cntk_string_at(f->json, "inputs", (size_t)output);
    composite = cntk_get(f->json, "block_function_composite");
    root = composite ? cntk_string(composite->dictionary, "root") : "";
    inner = names_get(&cntk_of(r)->functions, root);
    if (inner >= 0 && cntk_of(r)->f[inner].op == OP_COMBINE)
        return cntk_string_at(cntk_of(r)->f[inner].json, "inputs", (size_t)output);
    return pool_printf(r->pool, "%s_Output_%lld", root, (long long)output);
}

/* Through placeholders, blocks and Combines. */
static struct place find(struct build *r, const char *uid)
{
    const struct cntk *c = cntk_of(r);
    const char *asked = uid;

    for (int32_t i = 0; i <= c->n_f + c->n_v + c->n_mapped && has_room(r, 0); i++) {
        const int32_t mapped = names_get(&c->mapped, uid);
        int64_t output = 0;
        int32_t f;

        if (mapped >= 0 && c->targets) {
            uid = c->targets[mapped];
            continue;
        }
        f = function_of(r, uid, &output);
        if (f < 0)
            f = -1;
        if (f >= 0 && (c->f[f].op == OP_COMBINE || (c->f[f].op == OP_BLOCK && !is_sequence_slice(&c->f[f])))) {
            uid = passed_on(r, &c->f[f], output);
            continue;
        }
        if (f >= 0 && output != 0)
            build_fail(r, MOTE_ERR_UNSUPPORTED, "output %lld of '%s'", (long long)output, printable(r->pool, uid));
        if (f < 0 && names_get(&c->variables, uid) < 0)
            break;
        return (struct place){f, f >= 0 ? -1 : names_get(&c->variables, uid)};
    }
    build_fail(r, MOTE_ERR_FORMAT, "nothing is called '%s'", printable(r->pool, asked));
    return (struct place){-1, -1};
}

int cntk_inputs(const struct build *r)
{
    const size_t n = cntk_count(cntk_of(r)->now->json, "inputs");

    return (int)(n < 4096 ? n : 4096);
}

/* The argument of a Sequence::Slice: what its placeholder stands for. */
static const char *input_uid(const struct cntk_function *f, int i)
{
    if (is_sequence_slice(f))
        return cntk_string_at(f->json, "block_function_composite_arguments_map_values", (size_t)i);
    return cntk_string_at(f->json, "inputs", (size_t)i);
}

static int count_inputs(const struct cntk_function *f)
{
    return is_sequence_slice(f) ? 1 : (int)cntk_count(f->json, "inputs");
}

/* ---- what depends on a sequence ---- */
static bool is_free(const struct cntk_variable *v) { return v->kind == CNTK_INPUT || v->kind == CNTK_PLACEHOLDER; }

/* Two dynamic axes: a sequence, and the batch. */
static bool variable_is_sequence(const struct cntk *c, int32_t v)
{
    return c->recurrent && is_free(&c->v[v]) && cntk_count(c->v[v].json, "dynamic_axis") != 1;
}

static bool is_sequence(struct build *r, struct place p)
{
    struct cntk *c = cntk_of(r);
    struct cntk_function *f;
    bool yes = false;

    if (p.variable >= 0)
        return variable_is_sequence(c, p.variable);
    if (p.function < 0 || r->status != MOTE_OK)
        return false;
    f = &c->f[p.function];
    if (f->sequence != SEQUENCE_UNKNOWN)
        return f->sequence != SEQUENCE_NO;
    f->sequence = SEQUENCE_ASKED; /* who asks again is in a loop, and that is a sequence */
    if (++c->depth > DEPTH_MAX)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "more than %d functions within functions", DEPTH_MAX);
    for (int i = 0; i < count_inputs(f) && !yes && !is_sequence_slice(f) && r->status == MOTE_OK; i++)
        yes = is_sequence(r, find(r, input_uid(f, i)));
    c->depth--;
    f->sequence = yes ? SEQUENCE_YES : SEQUENCE_NO;
    return yes;
}

/* ---- variables ---- */
/* Floats are the file's; of doubles there is a copy. */
static const float *numbers(struct build *r, const Cntk__Array *a, int64_t n)
{
    const size_t has = a->floats ? a->floats->n_value : a->doubles ? a->doubles->n_value : 0;
    float *values;

    if (a->storage_format != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "its numbers are stored as a sparse array");
    else if (!a->floats && !a->doubles)
        build_fail(r, MOTE_ERR_TYPE, "its numbers are neither floats nor doubles");
    else if (n < 0 || has != (uint64_t)n)
        build_fail(r, MOTE_ERR_SHAPE, "%zu numbers, where its shape wants %lld", has, (long long)n);
    if (a->floats)
        return a->floats->value;
    if (r->status != MOTE_OK || !a->doubles || !has_room(r, n * (int64_t)sizeof *values))
        return NULL;
    values = pool_array(r->pool, (size_t)n, sizeof *values);
    numbers_convert(NUMBER_F64, (const uint8_t *)a->doubles->value, n, (uint8_t *)values);
    return values;
}

static int32_t read_constant(struct build *r, const struct cntk_variable *v)
{
    const Cntk__Value *value = cntk_get(v->json, "value");
    int64_t dims[RANK_MAX];
    const int rank = cntk_shape(r, v->json, "shape", dims);
    const float *data;

    if (rank < 0 || !value || !value->array) {
        build_fail(r, MOTE_ERR_FORMAT, "it has no shape or no value");
        return TENSOR_ABSENT;
    }
    data = numbers(r, value->array, dims_elements(rank, dims));
    return r->status == MOTE_OK ? add_const(r, TYPE_F32, rank, dims, data) : TENSOR_ABSENT;
}

static const char *shown_name(struct build *r, const struct cntk_variable *v)
{
    const char *name = cntk_string(v->json, "name");

    return printable(r->pool, name[0] ? name : v->uid);
}

/* The whole input: of a sequence, its steps first. */
static int32_t add_input(struct build *r, const struct cntk_variable *v, bool sequence)
{
    struct tensor t = {.name = shown_name(r, v), .type = TYPE_F32, .source = -1};
    const int rank = cntk_shape(r, v->json, "shape", t.dims + sequence);

    if (rank < 0)
        build_fail(r, MOTE_ERR_SHAPE, "it has no shape");
    if (cntk_bool(v->json, "is_sparse"))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "it is sparse");
    t.rank = (int32_t)rank + sequence;
    if (sequence)
        t.dims[0] = cntk_of(r)->steps;
    if (r->status == MOTE_OK)
        r->status = build_check_size(&t, r->at);
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    r->g->inputs = pool_grow(r->pool, r->g->inputs, (size_t)r->g->n_inputs, sizeof *r->g->inputs);
    r->g->inputs[r->g->n_inputs] = graph_add_tensor(r->m, r->g, &t);
    return r->g->inputs[r->g->n_inputs++];
}

/* Each step of it. */
static void read_input(struct build *r, struct cntk_variable *v, bool sequence)
{
    const int32_t x = add_input(r, v, sequence);
    const struct tensor t = *tensor_at(r, x);

    v->whole = sequence ? x + 1 : 0;
    for (int64_t i = 0; i < (sequence ? cntk_of(r)->steps : 1) && r->status == MOTE_OK; i++)
        v->values[i] = sequence ? reshape(r, rows(r, x, i, 1), t.rank - 1, t.dims + 1) : x;
}

static int32_t variable_value(struct build *r, int32_t index, int64_t step)
{
    struct cntk_variable *v = &cntk_of(r)->v[index];
    const bool sequence = variable_is_sequence(cntk_of(r), index);
    const struct frame *outer = r->at, here = {outer, "variable", shown_name(r, v), -1, NULL};

    if (!v->values) {
        v->values = pool_array(r->pool, (size_t)(sequence ? cntk_of(r)->steps : 1), sizeof *v->values);
        r->at = &here;
        if (is_free(v))
            read_input(r, v, sequence);
        else
            v->values[0] = read_constant(r, v);
        r->at = outer;
    }
    return r->status == MOTE_OK ? v->values[sequence ? step : 0] : TENSOR_ABSENT;
}

/* ---- functions ---- */
static int32_t value_at(struct build *r, struct place p, int64_t step);

/* The last step, or the first: which, the function within the block says that looks at the next one, or the one before.
 */
static int32_t read_sequence_slice(struct build *r, const struct cntk_function *f)
{
    const struct place p = find(r, input_uid(f, 0));
    const char *key = cntk_string_at(f->json, "block_function_composite_arguments_map_keys", 0);
    const struct cntk *c = cntk_of(r);
    const bool whole = p.function >= 0 && c->f[p.function].op == OP_STACK; /* made in one */
    int op = 0;
    int32_t y = TENSOR_ABSENT;

    for (int32_t i = 0; i < c->n_f && op == 0;
         i++) /* PastValue or FutureValue of a mask that is as long as the placeholder */
        if (c->f[i].op == OP_PAST || c->f[i].op == OP_FUTURE) {
            int64_t output = 0;
            const int32_t mask = function_of(r, cntk_string_at(c->f[i].json, "inputs", 0), &output);

            if (mask >= 0 && strcmp(cntk_string_at(c->f[mask].json, "inputs", 1), key) == 0)
                op = c->f[i].op;
        }
    if (op == 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a part of a sequence that is neither its first step nor its last");
    if (op == OP_PAST)
        return value_at(r, p, 0);
    for (int64_t i = whole ? c->steps - 1 : 0; i < c->steps && r->status == MOTE_OK;
         i++) /* in order, so that loops go one step deep */
        y = value_at(r, p, i);
    return y;
}

/* The step of a stack, all of whose steps are made at once. */
static int32_t read_stack(struct build *r, struct cntk_function *f)
{
    if (f->whole == 0)
        f->whole = cntk_rnn_stack(r) + 1;
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    return reshape(r, rows(r, f->whole - 1, cntk_of(r)->step, 1), 1, &(int64_t){tensor_at(r, f->whole - 1)->dims[2]});
}

static int32_t run(struct build *r, struct cntk_function *f, int64_t step)
{
    struct cntk *c = cntk_of(r);
    struct cntk_function *outer_f = c->now;
    const int64_t outer_step = c->step;
    const struct frame *outer = r->at;
    const struct frame here = {outer, "function", printable(r->pool, f->uid), -1, NULL};
    const int32_t first = r->g->n_ops;
    int32_t y = TENSOR_ABSENT;

    if (++c->depth > DEPTH_MAX)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "more than %d functions within functions", DEPTH_MAX);
    r->at = &here;
    c->now = f;
    c->step = step;
    if (!is_sequence_slice(f) && cntk_inputs(r) < f->row->n_in)
        build_fail(r, MOTE_ERR_FORMAT, "%d inputs; it has %d", cntk_inputs(r), f->row->n_in);
    if (r->status == MOTE_OK)
        y = is_sequence_slice(f) ? read_sequence_slice(r, f) : f->op == OP_STACK ? read_stack(r, f) : f->row->read(r);
    build_number(r, first, here.name, (int32_t)(f - c->f));
    c->now = outer_f;
    c->step = outer_step;
    r->at = outer;
    c->depth--;
    return y;
}

enum { VALUE_NONE, VALUE_ASKED = -2 }; /* tensors are kept one higher */

static int32_t value_at(struct build *r, struct place p, int64_t step)
{
    struct cntk *c = cntk_of(r);
    struct cntk_function *f;
    int64_t steps;
    int32_t y;

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    if (p.variable >= 0)
        return variable_value(r, p.variable, step);
    f = &c->f[p.function];
    steps = is_sequence(r, p) ? c->steps : 1;
    if (!f->values)
        f->values = pool_array(r->pool, (size_t)steps, sizeof *f->values);
    step = steps == 1 ? 0 : step;
    if (f->values[step] == VALUE_ASKED)
        build_fail(r, MOTE_ERR_FORMAT, "a circle of functions goes through '%s'", printable(r->pool, f->uid));
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    if (f->values[step] != VALUE_NONE)
        return f->values[step] - 1;
    f->values[step] = VALUE_ASKED;
    y = run(r, f, step);
    f->values[step] = r->status == MOTE_OK ? y + 1 : VALUE_NONE;
    return y;
}

/* All steps of what is a sequence. */
static int32_t all_steps(struct build *r, struct place p)
{
    const int32_t first = value_at(r, p, 0);
    const int32_t whole = r->status != MOTE_OK ? 0
                          : p.variable >= 0    ? cntk_of(r)->v[p.variable].whole
                                               : cntk_of(r)->f[p.function].whole;
    int32_t *steps = pool_array(r->pool, (size_t)cntk_of(r)->steps, sizeof *steps);

    if (whole > 0 || first < 0)
        return whole - 1;
    for (int64_t i = 0; i < cntk_of(r)->steps && r->status == MOTE_OK; i++) {
        const struct tensor t = *tensor_at(r, value_at(r, p, i));
        int64_t dims[RANK_MAX] = {1};

        memcpy(dims + 1, t.dims, (RANK_MAX - 1) * sizeof *dims);
        steps[i] = r->status == MOTE_OK ? reshape(r, value_at(r, p, i), t.rank + 1, dims) : TENSOR_ABSENT;
    }
    return r->status == MOTE_OK ? concat(r, 0, (int)cntk_of(r)->steps, steps) : TENSOR_ABSENT;
}

int32_t cntk_whole(struct build *r, int i)
{
    const struct place p = find(r, input_uid(cntk_of(r)->now, i));

    if (r->status == MOTE_OK && !is_sequence(r, p))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "input %d is no sequence", i);
    return r->status == MOTE_OK ? all_steps(r, p) : TENSOR_ABSENT;
}

int32_t cntk_in_at(struct build *r, int i, int64_t step)
{
    const struct place p = find(r, input_uid(cntk_of(r)->now, i));

    return value_at(r, p, step);
}

int32_t cntk_in(struct build *r, int i) { return cntk_in_at(r, i, cntk_of(r)->step); }

/* ---- the file's lists ---- */
static enum mote_status read_variables(struct build *r, const Cntk__Dictionary *model, const struct frame *at)
{
    struct cntk *c = cntk_of(r);

    c->n_v = (int32_t)cntk_count(model, "inputs");
    c->v = pool_array(r->pool, (size_t)c->n_v, sizeof *c->v);
    for (int32_t i = 0; i < c->n_v; i++) {
        struct cntk_variable *v = &c->v[i];
        int64_t kind;

        v->json = cntk_at(model, "inputs", (size_t)i)->dictionary;
        kind = cntk_int(v->json, "kind", -1);
        v->uid = cntk_string(v->json, "uid");
        v->kind = (enum cntk_kind)kind;
        if (kind < CNTK_INPUT || kind > CNTK_PLACEHOLDER || !v->uid[0])
            return fail(at, MOTE_ERR_FORMAT, "variable %d has no uid, or a kind %lld", (int)i, (long long)kind);
        names_set(r->pool, &c->variables, v->uid, i);
    }
    return MOTE_OK;
}

/* The placeholders of a block and what they stand for. */
static void map_arguments(struct build *r, const Cntk__Dictionary *block)
{
    static const char keys[] = "block_function_composite_arguments_map_keys";
    static const char values[] = "block_function_composite_arguments_map_values";
    struct cntk *c = cntk_of(r);

    for (size_t i = 0; i < cntk_count(block, keys) && i < cntk_count(block, values); i++) {
        const char *key = cntk_string_at(block, keys, i), *value = cntk_string_at(block, values, i);

        if (strcmp(key, value) == 0)
            continue;
        c->targets = pool_grow(r->pool, c->targets, (size_t)c->n_mapped, sizeof *c->targets);
        names_set(r->pool, &c->mapped, key, c->n_mapped);
        c->targets[c->n_mapped++] = value;
    }
}

static enum mote_status read_functions(struct build *r, const Cntk__Dictionary *model, const struct frame *at)
{
    static const char key[] = "primitive_functions";
    struct cntk *c = cntk_of(r);

    if (cntk_count(model, key) == 0 || cntk_count(model, key) > FUNCTIONS_MAX)
        return fail(at, MOTE_ERR_FORMAT, "%zu functions; there are 1 to %d", cntk_count(model, key), FUNCTIONS_MAX);
    c->n_f = (int32_t)cntk_count(model, key);
    c->f = pool_array(r->pool, (size_t)c->n_f, sizeof *c->f);
    for (int32_t i = 0; i < c->n_f; i++) {
        struct cntk_function *f = &c->f[i];
        const Cntk__Value *attributes;
        int64_t op;

        f->json = cntk_at(model, key, (size_t)i)->dictionary;
        f->uid = cntk_string(f->json, "uid");
        op = cntk_int(f->json, "op", -1);
        f->op = op >= 0 && op < INT16_MAX ? (int)op : -1;
        f->row = cntk_op_find(f->op);
        attributes = cntk_get(f->json, "attributes");
        f->attributes = attributes ? attributes->dictionary : NULL;
        if (!f->uid[0])
            return fail(at, MOTE_ERR_FORMAT, "function %d has no uid", (int)i);
        names_set(r->pool, &c->functions, f->uid, i);
        c->recurrent |= f->op == OP_PAST || f->op == OP_FUTURE || f->op == OP_STACK;
        if (f->op == OP_BLOCK)
            map_arguments(r, f->json);
    }
    return MOTE_OK;
}

/* ---- what Mote does not have ---- */
static void note_missing(struct build *r, const struct cntk_function *f, struct faults *faults)
{
    const char *module = cntk_string(f->json, "module");
    const char *what = module[0] ? "a user's function" : pool_printf(r->pool, "function %d", f->op);
    struct report_text failed = {.status = MOTE_OK};
    const struct frame root = {.index = -1, .sink = &failed};
    const struct frame here = {&root, "function", printable(r->pool, f->uid), -1, NULL};

    if (fail(&here, MOTE_ERR_UNSUPPORTED,
             module[0] ? "its code is outside the file, in a module of the user's" : "Mote does not have it") !=
        MOTE_OK)
        faults_add(faults, what, &failed);
}

/* Of all that the root wants. */
static void find_missing(struct build *r, const char *root, struct faults *faults)
{
    struct cntk *c = cntk_of(r);
    bool *seen = pool_array(r->pool, (size_t)c->n_f, sizeof *seen);
    int32_t *todo = pool_array(r->pool, (size_t)c->n_f + 1, sizeof *todo), n = 0;
    struct place p = find(r, root);

    if (r->status == MOTE_OK && p.function >= 0) {
        seen[p.function] = true;
        todo[n++] = p.function;
    }
    while (n > 0 && r->status == MOTE_OK) {
        const struct cntk_function *f = &c->f[todo[--n]];

        if (!f->row) {
            note_missing(r, f, faults);
            continue;
        }
        for (int i = 0; i < count_inputs(f) && r->status == MOTE_OK; i++) {
            p = find(r, input_uid(f, i));
            if (p.function >= 0 && !seen[p.function]) {
                seen[p.function] = true;
                todo[n++] = p.function;
            }
        }
    }
}

/* ---- how long sequences are ---- */
/* As --shape says of a free variable, whose first dimension it is. */
static enum mote_status find_steps(struct build *r, const struct frame *at)
{
    struct cntk *c = cntk_of(r);
    const char *open = NULL;

    c->steps = c->recurrent ? 0 : 1;
    for (int32_t i = 0; i < c->n_v && c->recurrent; i++) {
        const char *name = shown_name(r, &c->v[i]);
        const struct import_shape *s = import_shape_of(c->options, name);

        if (!variable_is_sequence(c, i) || names_get(&c->mapped, c->v[i].uid) >= 0)
            continue;
        open = open ? open : name;
        if (s && s->rank > 0)
            c->steps = s->dims[0];
    }
    if (c->steps == 0)
        return fail(at, MOTE_ERR_SHAPE,
                    "how many steps its sequences have is not in the file; say it, as by --shape %s=100,… with the "
                    "steps first",
                    open ? open : "input");
    if (c->steps > VALUES_MAX / (1 + c->n_f + c->n_v))
        return fail(at, MOTE_ERR_MEMORY, "%lld steps of %d functions", (long long)c->steps, (int)c->n_f);
    return MOTE_OK;
}

/* ---- outputs ---- */
static void add_output(struct build *r, const char *uid)
{
    const struct place p = find(r, uid);
    int32_t y = r->status != MOTE_OK ? TENSOR_ABSENT : is_sequence(r, p) ? all_steps(r, p) : value_at(r, p, 0);

    if (r->status == MOTE_OK)
        y = build_output(r, y, uid);
    if (r->status != MOTE_OK)
        return;
    r->g->outputs = pool_grow(r->pool, r->g->outputs, (size_t)r->g->n_outputs, sizeof *r->g->outputs);
    r->g->outputs[r->g->n_outputs++] = y;
}

/* ---- the model ---- */
static enum mote_status read_model(struct build *r, const Cntk__Dictionary *model, struct import_missing *missing,
                                   const struct frame *at)
{
    const char *root = cntk_string(model, "root");
    struct faults faults = {.pool = r->pool};
    struct cntk *c = cntk_of(r);
    int32_t combine;

    r->g = model_add_graph(r->m, "main");
    TRY(read_variables(r, model, at));
    TRY(read_functions(r, model, at));
    combine = names_get(&c->functions, root);
    if (combine < 0 || !c->f)
        return fail(at, MOTE_ERR_FORMAT, "the root '%s' is no function", printable(r->pool, root));
    for (int64_t i = 0, n = c->f[combine].op == OP_COMBINE ? (int64_t)cntk_count(c->f[combine].json, "inputs") : 1;
         i < n; i++)
        find_missing(r, pool_printf(r->pool, "%s_Output_%lld", root, (long long)i), &faults);
    TRY(r->status);
    if (faults.n > 0) {
        missing->what = faults_text(&faults);
        r->m->n_graphs = 0;
        return MOTE_OK;
    }
    TRY(find_steps(r, at));
    for (int64_t i = 0, n = c->f[combine].op == OP_COMBINE ? (int64_t)cntk_count(c->f[combine].json, "inputs") : 1;
         i < n && r->status == MOTE_OK; i++)
        add_output(r, pool_printf(r->pool, "%s_Output_%lld", root, (long long)i));
    TRY(r->status);
    graph_compact(r->m, r->g);
    TRY(import_set_shapes(r->m, c->options, at));
    return model_verify(r->m, at);
}

/* CNTK v1 begins with "BCN" in UTF-16. */
static bool is_v1(struct bytes file)
{
    static const uint8_t magic[8] = {'B', 0, 'C', 0, 'N', 0, 0, 0};

    return file.size >= sizeof magic && memcmp(file.data, magic, sizeof magic) == 0;
}

enum mote_status cntk_import(struct pool *pool, const char *name, struct bytes file,
                             const struct import_options *options, struct model *out, struct import_missing *missing,
                             const struct frame *at)
{
    struct cntk c = {.options = options};
    struct build r = {.pool = pool, .m = out, .limit = pool->used + IMPORT_MEMORY(file.size), .reader = &c, .at = at};
    void *message;

    *missing = (struct import_missing){MOTE_ERR_UNSUPPORTED, NULL};
    *out = (struct model){.pool = pool, .preprocess = {.kind = "none", .channels = ""}};
    out->name = model_name_from(pool, name);
    if (is_v1(file))
        return fail(at, MOTE_ERR_VERSION,
                    "a model of CNTK v1; load it with CNTK 2 and save it in its own format, or as .onnx");
    if (file.size > FILE_LIMIT)
        return fail(at, MOTE_ERR_MEMORY, "larger than %d MiB", (int)(FILE_LIMIT >> 20));
    TRY(protobuf_decode(pool, r.limit - IMPORT_MEMORY(file.size) / 4, &cntk__dictionary__descriptor, file, &message,
                        at));
    return read_model(&r, message, missing, at);
}

/* A dictionary of version 1 or 2 whose first entry has one of the keys of a model. */
bool cntk_matches(struct bytes file)
{
    static const char *const keys[] = {"type", "version", "uid", "root", "inputs", "primitive_functions",
                                       "name", "state"};
    size_t at = 3;

    if (is_v1(file))
        return true;
    if (file.size < 12 || file.data[0] != 0x08 || file.data[1] < 1 || file.data[1] > 2 || file.data[2] != 0x12)
        return false;
    while (at < 8 && file.data[at] & 0x80)
        at++;
    if (file.data[at + 1] != 0x0a)
        return false;
    for (size_t i = 0; i < COUNT(keys); i++)
        if (file.data[at + 2] == strlen(keys[i]) && file.size - at - 3 >= strlen(keys[i]) &&
            memcmp(file.data + at + 3, keys[i], strlen(keys[i])) == 0)
            return true;
    return false;
}
