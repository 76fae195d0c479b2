/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about a graph, and building one. */
#include "host/graph/graph.h"

#include "host/graph/op_info.h"

/* ---- types and tensors ---- */
struct type_row {
    const char *name;
    int bits;
};
static const struct type_row types[] = {
#define TYPE(number, NAME, name, bits, ctype) [number] = {#name, bits},
#include "mote/ops/types_def.h"
};

static const struct type_row *type_row(enum mote_type type)
{
    static const struct type_row none = {"none", 0};

    return (size_t)type < COUNT(types) && types[type].name ? &types[type] : &none;
}

int type_bits(enum mote_type type) { return type_row(type)->bits; }
const char *type_name(enum mote_type type) { return type_row(type)->name; }

enum mote_type type_of_name(const char *name, size_t len)
{
    for (size_t i = 1; i < COUNT(types); i++)
        if (types[i].name && strlen(types[i].name) == len && memcmp(types[i].name, name, len) == 0)
            return (enum mote_type)i;
    return TYPE_NONE;
}

int64_t tensor_elements(const struct tensor *t)
{
    int64_t n = 1;

    for (int i = 0; i < t->rank; i++) {
        if (t->dims[i] < 0)
            return -1;
        if (t->dims[i] > 0 && n > INT64_MAX / t->dims[i])
            n = INT64_MAX; /* too large for any use: stays so unless a dimension is 0 */
        else
            n *= t->dims[i];
    }
    return n;
}

int64_t tensor_bytes(const struct tensor *t)
{
    int64_t n = tensor_elements(t);
    int bits = type_bits(t->type);

    assert(t->rank >= 0 && t->rank <= RANK_MAX);
    if (n < 0 || bits == 0)
        return -1; /* strings and handles have no size of their own */
    if (n > INT64_MAX / bits - 7)
        return INT64_MAX;
    return (n * bits + 7) / 8;
}

bool quant_equal(const struct quant *a, const struct quant *b)
{
    if (a->n != b->n || (a->n > 1 && a->axis != b->axis))
        return false;
    for (int32_t i = 0; i < a->n; i++)
        if (a->scale[i] != b->scale[i] || a->zero[i] != b->zero[i])
            return false;
    return true;
}

/* ---- splits ---- */
static bool same_bytes(const void *a, const void *b, size_t bytes) { return bytes == 0 || memcmp(a, b, bytes) == 0; }

static bool same_digests(const struct split_digests *a, const struct split_digests *b)
{
    return a->n == b->n && same_bytes(a->data, b->data, (size_t)a->n * DIGEST_BYTES);
}

bool split_equal(const struct split_memory *a, const struct split_memory *b)
{
    size_t cutoffs = (size_t)a->n_cutoffs * sizeof *a->test;
    bool same_group = a->group != NULL && b->group != NULL ? strcmp(a->group, b->group) == 0 : a->group == b->group;

    return a->known == b->known && same_group && a->n_cutoffs == b->n_cutoffs && a->seed == b->seed &&
           same_bytes(a->test, b->test, cutoffs) && same_bytes(a->validation, b->validation, cutoffs) &&
           same_digests(&a->trained, &b->trained) && same_digests(&a->checked, &b->checked);
}

bool split_has(const struct split_digests *list, uint64_t digest)
{
    int32_t from = 0, to = list->n;

    assert(list->n == 0 || list->data != NULL);
    while (from < to) {
        int32_t middle = from + (to - from) / 2;
        uint64_t x = le64(list->data + (size_t)middle * DIGEST_BYTES);

        if (x == digest)
            return true;
        if (x < digest)
            from = middle + 1;
        else
            to = middle;
    }
    return false;
}

bool shape_equal(const struct tensor *a, const struct tensor *b)
{
    assert(a->rank <= RANK_MAX && b->rank <= RANK_MAX);
    return a->rank == b->rank && memcmp(a->dims, b->dims, (size_t)a->rank * sizeof a->dims[0]) == 0;
}

const char *shape_text(const struct tensor *t, char out[96])
{
    int len = 0;

    if (t->rank == 0)
        snprintf(out, 96, "scalar");
    for (int i = 0; i < t->rank && len < 96; i++) {
        const char *by = i > 0 ? "x" : "";

        if (t->dims[i] == DIM_UNKNOWN)
            len += snprintf(out + len, 96 - (size_t)len, "%s?", by);
        else
            len += snprintf(out + len, 96 - (size_t)len, "%s%lld", by, (long long)t->dims[i]);
    }
    return out;
}

/* ---- graphs ---- */
static int count(const int32_t *list, int32_t n, int32_t tensor)
{
    int uses = 0;

    for (int32_t i = 0; i < n; i++)
        uses += list[i] == tensor;
    return uses;
}

int graph_uses(const struct graph *g, int32_t tensor)
{
    int uses = count(g->outputs, g->n_outputs, tensor);

    assert(tensor >= 0 && tensor < g->n_tensors);
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP)
            uses += count(g->ops[i].in, g->ops[i].n_in, tensor);
    return uses;
}

const char *graph_origin(const struct graph *g, int32_t tensor)
{
    return count(g->inputs, g->n_inputs, tensor) > 0 ? "an input of the model" : "computed by the model";
}

int32_t graph_producer(const struct graph *g, int32_t tensor)
{
    assert(tensor >= 0 && tensor < g->n_tensors);
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP && count(g->ops[i].out, g->ops[i].n_out, tensor) > 0)
            return i;
    return -1;
}

bool graph_is_output(const struct graph *g, int32_t tensor) { return count(g->outputs, g->n_outputs, tensor) > 0; }

/* The user looks in the source file: its numbers are printed where there are any. */
struct frame frame_op(const struct frame *up, const struct graph *g, int32_t op)
{
    const struct op *o = &g->ops[op];
    bool known = o->id > OP_NOP && o->id < OP_LIMIT && op_info[o->id].NAME;

    assert(op >= 0 && op < g->n_ops);
    return (struct frame){up, "op", known ? op_info[o->id].NAME : "NOP", o->source >= 0 ? o->source : op, NULL};
}

struct frame frame_tensor(const struct frame *up, const struct graph *g, int32_t tensor)
{
    const struct tensor *t = &g->tensors[tensor];

    assert(tensor >= 0 && tensor < g->n_tensors);
    return (struct frame){up, "tensor", t->name, t->source >= 0 ? t->source : tensor, NULL};
}

/* ---- building ---- */
struct graph *model_add_graph(struct model *m, const char *name)
{
    struct graph *g;

    m->graphs = pool_grow(m->pool, m->graphs, (size_t)m->n_graphs, sizeof *m->graphs);
    g = &m->graphs[m->n_graphs++];
    *g = (struct graph){.name = pool_strdup(m->pool, name)};
    return g;
}

int32_t graph_add_tensor(struct model *m, struct graph *g, const struct tensor *t)
{
    struct tensor copy = *t; /* t may be in the array that moves */

    assert(copy.rank >= 0 && copy.rank <= RANK_MAX && copy.quant.n >= 0);
    g->tensors = pool_grow(m->pool, g->tensors, (size_t)g->n_tensors, sizeof *g->tensors);
    if (!copy.name)
        copy.name = "";
    g->tensors[g->n_tensors] = copy;
    return g->n_tensors++;
}

static int32_t *copy_list(struct pool *pool, const int32_t *list, int32_t n)
{
    return pool_copy(pool, list, (size_t)n * sizeof *list);
}

static size_t opts_bytes(enum op_id id)
{
    return id > OP_NOP && id < OP_LIMIT ? (size_t)opts_info[op_info[id].opts].n * 4 : 0;
}

struct op *graph_add_op(struct model *m, struct graph *g, enum op_id id, int n_in, const int32_t *in, int n_out,
                        const int32_t *out)
{
    size_t bytes = opts_bytes(id);
    struct op op = {.id = id,
                    .name = "",
                    .n_in = n_in,
                    .n_out = n_out,
                    .in = copy_list(m->pool, in, n_in),
                    .out = copy_list(m->pool, out, n_out),
                    .opts = bytes ? pool_alloc(m->pool, bytes) : NULL,
                    .source = -1};

    assert(id >= OP_NOP && id < OP_LIMIT && n_in >= 0 && n_out >= 0);
    g->ops = pool_grow(m->pool, g->ops, (size_t)g->n_ops, sizeof *g->ops);
    g->ops[g->n_ops] = op;
    return &g->ops[g->n_ops++];
}

/* `list` and what `also` names, each once, constants and state apart. */
static int32_t *add_marked(struct pool *pool, const struct graph *g, const int32_t *list, int32_t *n, bool *also,
                           int32_t n_tensors)
{
    int32_t *all = pool_array(pool, (size_t)*n + (size_t)n_tensors, sizeof *all);

    for (int32_t i = 0; i < *n; i++) {
        all[i] = list[i];
        also[list[i]] = false;
    }
    for (int32_t i = 0; i < n_tensors; i++)
        if (also[i] && !g->tensors[i].data && !g->tensors[i].state)
            all[(*n)++] = i;
    return all;
}

void graph_leave_out(struct model *m, struct graph *g, bool *made, bool *read, int32_t n)
{
    assert(n <= g->n_tensors);
    g->inputs = add_marked(m->pool, g, g->inputs, &g->n_inputs, made, n);
    for (int32_t i = 0; i < g->n_inputs; i++)
        read[g->inputs[i]] = false;
    g->outputs = add_marked(m->pool, g, g->outputs, &g->n_outputs, read, n);
}

void quant_set(struct model *m, struct quant *q, float scale, int32_t zero)
{
    assert(scale > 0);
    *q = (struct quant){1, 0, pool_copy(m->pool, &scale, sizeof scale), pool_copy(m->pool, &zero, sizeof zero)};
}

/* ---- compacting ---- */
static void mark(bool *used, const int32_t *list, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (list[i] != TENSOR_ABSENT)
            used[list[i]] = true;
}

static void renumber(const int32_t *to, int32_t *list, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (list[i] != TENSOR_ABSENT)
            list[i] = to[list[i]];
}

void graph_compact(struct model *m, struct graph *g)
{
    bool *used = pool_array(m->pool, (size_t)g->n_tensors, sizeof *used);
    int32_t *to = pool_array(m->pool, (size_t)g->n_tensors, sizeof *to), n = 0;

    for (int32_t i = 0; i < g->n_ops; i++) {
        if (g->ops[i].id == OP_NOP)
            continue;
        g->ops[n] = g->ops[i];
        mark(used, g->ops[n].in, g->ops[n].n_in);
        mark(used, g->ops[n].out, g->ops[n].n_out);
        n++;
    }
    g->n_ops = n;
    mark(used, g->inputs, g->n_inputs);
    mark(used, g->outputs, g->n_outputs);
    n = 0;
    for (int32_t i = 0; i < g->n_tensors; i++) {
        to[i] = n;
        if (used[i])
            g->tensors[n++] = g->tensors[i];
    }
    g->n_tensors = n;
    for (int32_t i = 0; i < g->n_ops; i++) {
        renumber(to, g->ops[i].in, g->ops[i].n_in);
        renumber(to, g->ops[i].out, g->ops[i].n_out);
    }
    renumber(to, g->inputs, g->n_inputs);
    renumber(to, g->outputs, g->n_outputs);
}

/* ---- copying ---- */
/* An array with the capacity that pool_grow() expects of one with n elements. */
static void *copy_growable(struct pool *pool, const void *array, int32_t n, size_t size)
{
    size_t capacity = 8;
    void *copy;

    assert(n > 0 ? array != NULL : n == 0);
    if (n == 0)
        return NULL;
    while (capacity < (size_t)n)
        capacity *= 2;
    copy = pool_array(pool, capacity, size);
    return memcpy(copy, array, (size_t)n * size);
}

static void copy_graph(struct pool *pool, const struct graph *from, struct graph *to)
{
    *to = *from;
    to->tensors = copy_growable(pool, from->tensors, from->n_tensors, sizeof *from->tensors);
    to->ops = copy_growable(pool, from->ops, from->n_ops, sizeof *from->ops);
    to->inputs = copy_list(pool, from->inputs, from->n_inputs);
    to->outputs = copy_list(pool, from->outputs, from->n_outputs);
    for (int32_t i = 0; i < to->n_tensors; i++) {
        struct quant *q = &to->tensors[i].quant;

        if (q->n > 0) {
            q->scale = pool_copy(pool, q->scale, (size_t)q->n * sizeof *q->scale);
            q->zero = pool_copy(pool, q->zero, (size_t)q->n * sizeof *q->zero);
        }
    }
    for (int32_t i = 0; i < to->n_ops; i++) {
        struct op *op = &to->ops[i];

        op->in = copy_list(pool, op->in, op->n_in);
        op->out = copy_list(pool, op->out, op->n_out);
        if (op->opts)
            op->opts = pool_copy(pool, op->opts, opts_bytes(op->id));
    }
}

const char *const raw_kind_names[KINDS] = {"none", "values", "image", "audio"};
const char *const order_names[ORDERS] = {"", "rgb", "bgr", "gray"};

static int number_of(const char *name, const char *const *names, int n)
{
    for (int i = 0; i < n && name != NULL; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    return -1;
}

int raw_kind_number(const char *name) { return number_of(name, raw_kind_names, KINDS); }

int order_number(const char *name) { return number_of(name, order_names, ORDERS); }

void preprocess_scale(struct pool *pool, struct preprocess *p, int32_t n, const float *mean, const float *std)
{
    float *inverse = pool_array(pool, (size_t)n, sizeof *inverse);

    assert(n >= 0);
    for (int32_t i = 0; i < n; i++)
        inverse[i] = 1.0f / std[i];
    p->n = n;
    p->mean = pool_copy(pool, mean, (size_t)n * sizeof *mean);
    p->std = pool_copy(pool, std, (size_t)n * sizeof *std);
    p->inverse = inverse;
}

const char *const posterior_names[POSTERIORS] = {"none", "average", "sum", "hits"};
const char *const task_names[TASKS] = {"none", "classification", "regression", "anomaly"};

void model_copy(const struct model *from, struct model *to)
{
    struct pool *pool = to->pool ? to->pool : from->pool;

    *to = *from;
    to->pool = pool;
    to->graphs = copy_growable(pool, from->graphs, from->n_graphs, sizeof *from->graphs);
    for (int32_t i = 0; i < from->n_graphs; i++)
        copy_graph(pool, &from->graphs[i], &to->graphs[i]);
    to->classes = copy_growable(pool, from->classes, from->n_classes, sizeof *from->classes);
    preprocess_scale(pool, &to->preprocess, from->preprocess.n, from->preprocess.mean, from->preprocess.std);
}
