/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a graph file (docs/GRAPH.md): one pass, a statement a line. The file may be hostile: what a line says about
 * sizes is compared with what is there before anything is allocated, so that memory is bounded by the text's length
 * (GRAPH_FILE_MEMORY). Constants in the blob are not copied. A wrong line of a tensor or an operator is noted and the
 * next one read, so that one message names them all: such an operator is left out, what it makes becomes an input of
 * the graph, and what it reads an output. */
#include "host/graph/text.h"

#include "host/base/faults.h"
#include "host/graph/text_words.h"

#include <inttypes.h>
#include <math.h>

#define OF_SPLIT (-1) /* in place of a graph; the "tensor" is 0 for what was trained on, 1 for what was checked on */

struct i32_list {
    int32_t *v, n;
};

struct late_data { /* a constant that waits for the blob */
    int32_t graph, tensor;
    int line;
    size_t offset;
};

struct parser {
    struct words w;              /* the rest of the current line */
    const char *rest, *file_end; /* the lines after it */
    struct model *m;
    int32_t n_graphs; /* as the model's line says */
    bool has_model, in_graph, has_inputs, has_outputs;
    struct late_data *late;
    int32_t n_late;
    size_t late_end; /* end of the last constant in the blob */
    struct faults *faults;
    struct tensor tensor;         /* of the current line */
    struct i32_list in, out;      /* of the current line's operator */
    struct i32_list reads, makes; /* of this graph's operators that are left out */
    bool lacks_tensors;
};

/* ---- items of lists ---- */
struct f32_list {
    float *v;
    int32_t n;
};
struct u64_list {
    uint64_t *v;
    int32_t n;
};

static void i32_add(struct words *ws, struct i32_list *list, int32_t value)
{
    list->v = pool_grow(ws->pool, list->v, (size_t)list->n, sizeof *list->v);
    list->v[list->n++] = value;
}

static void i32_append(struct words *ws, struct i32_list *list, const struct i32_list *more)
{
    for (int32_t i = 0; i < more->n; i++)
        i32_add(ws, list, more->v[i]);
}

static enum mote_status item_index(struct words *ws, void *into)
{
    int32_t v = 0;

    TRY(words_i32(ws, "a tensor's index", 0, INT32_MAX, &v));
    i32_add(ws, into, v);
    return MOTE_OK;
}

static enum mote_status item_index_or_absent(struct words *ws, void *into)
{
    if (!words_char(ws, '-'))
        return item_index(ws, into);
    i32_add(ws, into, TENSOR_ABSENT);
    return MOTE_OK;
}

static enum mote_status item_zero(struct words *ws, void *into)
{
    int32_t v = 0;

    TRY(words_i32(ws, "a zero point", INT32_MIN, INT32_MAX, &v));
    i32_add(ws, into, v);
    return MOTE_OK;
}

static enum mote_status item_f32(struct words *ws, void *into)
{
    struct f32_list *list = into;
    float v = 0;

    TRY(words_f32(ws, &v));
    list->v = pool_grow(ws->pool, list->v, (size_t)list->n, sizeof *list->v);
    list->v[list->n++] = v;
    return MOTE_OK;
}

static enum mote_status item_dim(struct words *ws, void *into)
{
    struct tensor *t = into;
    int64_t dim = DIM_UNKNOWN;

    if (t->rank == RANK_MAX)
        return words_fail(ws, MOTE_ERR_SHAPE, "more than %d dimensions", RANK_MAX);
    if (!words_char(ws, '?'))
        TRY(words_int(ws, "a dimension", 0, INT32_MAX, &dim));
    t->dims[t->rank++] = dim;
    return MOTE_OK;
}

/* ---- constants ---- */
struct data_items {
    const struct tensor *t;
    uint8_t *data;
    int64_t i, n;
};

static void store(uint8_t *data, int64_t i, int bits, uint64_t v)
{
    if (bits < 8)
        data[i * bits / 8] |= (uint8_t)((v & ((1u << bits) - 1)) << (i * bits % 8));
    else
        for (int b = 0; b < bits / 8; b++)
            data[i * (bits / 8) + b] = (uint8_t)(v >> (8 * b));
}

/* Refuses what the type cannot hold. */
static enum mote_status parse_integer(struct words *ws, enum mote_type type, uint64_t *out)
{
    uint64_t max, min_magnitude;
    struct number n;
    int bits = type == TYPE_BOOL ? 1 : type_bits(type);

    TRY(words_number(ws, "an integer", &n));
    if (type_spelling(type) == SPELL_SIGNED) {
        max = ((uint64_t)1 << (bits - 1)) - 1;
        min_magnitude = max + 1;
    } else {
        max = UINT64_MAX >> (64 - bits);
        min_magnitude = 0;
    }
    if (n.magnitude > (n.negative ? min_magnitude : max))
        return words_fail(ws, MOTE_ERR_VALUE, "%s%" PRIu64 " does not fit %s", n.negative ? "-" : "", n.magnitude,
                          type_name(type));
    *out = n.negative ? 0 - n.magnitude : n.magnitude;
    return MOTE_OK;
}

static enum mote_status item_element(struct words *ws, void *into)
{
    struct data_items *d = into;
    int bits = type_bits(d->t->type);
    uint64_t v = 0;
    float f = 0;

    if (d->i == d->n)
        return words_fail(ws, MOTE_ERR_SHAPE, "more than the %" PRId64 " elements of the shape", d->n);
    switch (type_spelling(d->t->type)) {
    case SPELL_SIGNED:
    case SPELL_UNSIGNED:
        TRY(parse_integer(ws, d->t->type, &v));
        store(d->data, d->i, bits, v);
        break;
    case SPELL_F32:
        TRY(words_f32(ws, &f));
        memcpy(d->data + 4 * d->i, &f, sizeof f);
        break;
    case SPELL_F64: {
        double real = 0;

        TRY(words_f64(ws, &real));
        memcpy(d->data + 8 * d->i, &real, sizeof real);
        break;
    }
    case SPELL_BITS:
    case SPELL_NONE:
        TRY(words_hex(ws, d->data + d->i * (bits / 8), bits / 8));
        break;
    }
    d->i++;
    return MOTE_OK;
}

static enum mote_status parse_inline(struct words *ws, struct tensor *t)
{
    struct data_items d = {t, NULL, 0, tensor_elements(t)};

    if (d.n > ws->end - ws->p) /* an element is a character at least: refuse before there is memory for them */
        return words_fail(ws, MOTE_ERR_SHAPE, "fewer than the %" PRId64 " elements of the shape", d.n);
    t->data = d.data = pool_alloc(ws->pool, (size_t)tensor_bytes(t));
    TRY(words_items(ws, ']', item_element, &d));
    if (d.i < d.n)
        return words_fail(ws, MOTE_ERR_SHAPE, "%" PRId64 " elements, but the shape has %" PRId64, d.i, d.n);
    return MOTE_OK;
}

static enum mote_status parse_blob_offset(struct parser *ps, size_t bytes, int32_t graph, int32_t tensor)
{
    struct late_data *late;
    int64_t offset = 0;

    TRY(words_int(&ps->w, "an offset in the blob", 0, (int64_t)FILE_LIMIT, &offset));
    if (offset % BLOB_CONST_ALIGN != 0)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "offset %" PRId64 " in the blob is not a multiple of %d", offset,
                          BLOB_CONST_ALIGN);
    if ((size_t)offset < ps->late_end)
        return words_fail(&ps->w, MOTE_ERR_FORMAT,
                          "offset %" PRId64 " in the blob is before the end of the constant above", offset);
    ps->late = pool_grow(ps->m->pool, ps->late, (size_t)ps->n_late, sizeof *ps->late);
    late = &ps->late[ps->n_late++];
    *late = (struct late_data){graph, tensor, ps->w.number, (size_t)offset};
    ps->late_end = (size_t)offset + bytes;
    return MOTE_OK;
}

static enum mote_status parse_data(struct parser *ps, struct tensor *t, int32_t graph, int32_t tensor)
{
    int64_t bytes = tensor_bytes(t);

    if (bytes < 0)
        return words_fail(&ps->w, MOTE_ERR_SHAPE, "a constant needs a known shape and a type of fixed size");
    if (bytes > TENSOR_BYTES_MAX)
        return words_fail(&ps->w, MOTE_ERR_MEMORY, "a constant of more than %" PRId64 " bytes", TENSOR_BYTES_MAX);
    if (words_char(&ps->w, '@')) {
        t->data = (const uint8_t *)ps->w.p; /* until the blob is known: a tensor has its data once */
        return parse_blob_offset(ps, (size_t)bytes, graph, tensor);
    }
    if (words_char(&ps->w, '['))
        return parse_inline(&ps->w, t);
    return words_expected(&ps->w, "'[' or '@'");
}

/* ---- statements of a graph ---- */
static struct graph *graph_now(struct parser *ps) { return &ps->m->graphs[ps->m->n_graphs - 1]; }

static enum mote_status parse_sequence(struct parser *ps, const char *what, int32_t next)
{
    int32_t i = 0;

    TRY(words_i32(&ps->w, what, 0, INT32_MAX, &i));
    if (i != next)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "%s is %d, but the next one is %d", what, i, next);
    return MOTE_OK;
}

static enum mote_status parse_quant(struct words *ws, struct quant *q)
{
    struct f32_list scales = {NULL, 0};
    struct i32_list zeros = {NULL, 0};

    if (words_accept(ws, "axis"))
        TRY(words_i32(ws, "the axis", 0, RANK_MAX - 1, &q->axis));
    if (!words_char(ws, '['))
        return words_expected(ws, "'['");
    TRY(words_items(ws, ';', item_f32, &scales));
    TRY(words_items(ws, ']', item_zero, &zeros));
    if (scales.n == 0 || (zeros.n != 1 && zeros.n != scales.n))
        return words_fail(ws, MOTE_ERR_QUANT,
                          "%d scales and %d zero points: give one zero point, or one for each scale", scales.n,
                          zeros.n);
    while (zeros.n < scales.n)
        i32_add(ws, &zeros, zeros.v[0]);
    q->n = scales.n;
    q->scale = scales.v;
    q->zero = zeros.v;
    return MOTE_OK;
}

static enum mote_status parse_range(struct words *ws, struct range *r)
{
    struct f32_list ends = {NULL, 0};

    TRY(words_list(ws, item_f32, &ends));
    if (ends.n != 2)
        return words_fail(ws, MOTE_ERR_VALUE, "%d numbers: a range has two, the smallest and the largest", ends.n);
    *r = (struct range){ends.v[0], ends.v[1]};
    return MOTE_OK;
}

/* Parses the rest of a line. What is wrong there is noted. */
static bool parse_or_note(struct parser *ps, enum mote_status (*parse)(struct parser *ps))
{
    struct report_text failed = {.status = MOTE_OK};
    const struct frame root = {.index = -1, .sink = &failed}, *at = ps->w.at;
    int32_t n_late = ps->n_late;
    enum mote_status status;

    ps->w.at = &root;
    status = parse(ps);
    ps->w.at = at;
    if (status == MOTE_OK)
        return true;
    faults_add(ps->faults, "like it", &failed);
    ps->n_late = n_late;
    ps->w.p = ps->w.end;
    return false;
}

static enum mote_status rest_of_tensor(struct parser *ps)
{
    struct graph *g = graph_now(ps);
    struct tensor *t = &ps->tensor;
    struct word type;

    TRY(words_name(&ps->w, &t->name));
    TRY(words_word(&ps->w, "a type", &type));
    t->type = type_of_name(type.s, type.len);
    if (t->type == TYPE_NONE)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "no type is named '%.*s'", (int)(type.len < 48 ? type.len : 48),
                          type.s);
    TRY(words_list(&ps->w, item_dim, t));
    while (!words_at_end(&ps->w)) {
        if (t->quant.n == 0 && words_accept(&ps->w, "quant"))
            TRY(parse_quant(&ps->w, &t->quant));
        else if (!t->ranged && (t->ranged = words_accept(&ps->w, "range")))
            TRY(parse_range(&ps->w, &t->range));
        else if (!t->state && words_accept(&ps->w, "state"))
            t->state = true;
        else if (t->source < 0 && words_accept(&ps->w, "source"))
            TRY(words_i32(&ps->w, "the source", 0, INT32_MAX, &t->source));
        else if (!t->data && words_accept(&ps->w, "data"))
            TRY(parse_data(ps, t, ps->m->n_graphs - 1, g->n_tensors));
        else
            return words_expected(&ps->w, "quant, range, state, source or data, each once");
    }
    if (t->state) { /* the data are what it starts with */
        t->initial = t->data;
        t->data = NULL;
    }
    return MOTE_OK;
}

static enum mote_status parse_tensor(struct parser *ps)
{
    struct graph *g = graph_now(ps);

    TRY(parse_sequence(ps, "a tensor's index", g->n_tensors));
    ps->tensor = (struct tensor){.source = -1};
    if (!parse_or_note(ps, rest_of_tensor)) {
        ps->tensor = (struct tensor){.source = -1, .name = ""};
        ps->lacks_tensors = true;
    }
    graph_add_tensor(ps->m, g, &ps->tensor);
    return MOTE_OK;
}

static enum mote_status parse_enum(struct words *ws, const char *field, const char *(*name)(int), int n, int32_t *out)
{
    struct word w = words_peek(ws);

    for (int i = 0; i < n; i++)
        if (word_is(w, name(i))) {
            *out = i;
            ws->p += w.len;
            return MOTE_OK;
        }
    return words_expected(ws, field);
}

static enum mote_status parse_option(struct words *ws, const struct opt_field *field, void *word)
{
    int32_t value = 0;
    float real = 0;

    switch (field->kind) {
    case OPT_INT:
        TRY(words_i32(ws, field->name, INT32_MIN, INT32_MAX, &value));
        break;
    case OPT_FLAG:
        TRY(words_i32(ws, field->name, 0, 1, &value));
        break;
    case OPT_FLOAT:
        TRY(words_f32(ws, &real));
        memcpy(&value, &real, sizeof value);
        break;
    case OPT_PADDING:
        TRY(parse_enum(ws, "same, valid or explicit", padding_name, PADDING_COUNT, &value));
        break;
    case OPT_ACTIVATION:
        TRY(parse_enum(ws, "none, relu, relu_n1_to_1, relu6, tanh or sign_bit", activation_name, ACTIVATION_COUNT,
                       &value));
        break;
    }
    memcpy(word, &value, sizeof value);
    return MOTE_OK;
}

static enum mote_status parse_options(struct words *ws, struct op *op)
{
    const struct opts_info *opts = &opts_info[op_info[op->id].opts];
    uint64_t seen = 0;

    for (int32_t f = 0; f < opts->n; f++) {
        uint32_t word = option_default(&opts->fields[f]);

        memcpy((uint8_t *)op->opts + 4 * f, &word, sizeof word);
    }
    while (!words_at_end(ws)) {
        struct word w = words_peek(ws);
        int32_t f = 0;

        if (op->source < 0 && words_accept(ws, "source")) {
            TRY(words_i32(ws, "the source", 0, INT32_MAX, &op->source));
            continue;
        }
        while (f < opts->n && !word_is(w, opts->fields[f].name))
            f++;
        if (w.len == 0)
            return words_expected(ws, "an option's name");
        if (f == opts->n)
            return words_fail(ws, MOTE_ERR_FORMAT, "%s has no option '%.*s'", op_info[op->id].name,
                              (int)(w.len < 24 ? w.len : 24), w.s);
        if (seen >> f & 1)
            return words_fail(ws, MOTE_ERR_FORMAT, "%s is there twice", opts->fields[f].name);
        seen |= (uint64_t)1 << f;
        ws->p += w.len;
        TRY(parse_option(ws, &opts->fields[f], (uint8_t *)op->opts + 4 * f));
    }
    return MOTE_OK;
}

static enum op_id op_of_name(struct word w)
{
    for (int id = 1; id < OP_LIMIT; id++)
        if (op_info[id].name && word_is(w, op_info[id].name))
            return (enum op_id)id;
    return OP_NOP;
}

static enum mote_status parse_lists(struct words *ws, struct i32_list *in, struct i32_list *out)
{
    if (!words_accept(ws, "in"))
        return words_expected(ws, "in");
    TRY(words_list(ws, item_index_or_absent, in));
    if (!words_accept(ws, "out"))
        return words_expected(ws, "out");
    return words_list(ws, item_index, out);
}

static enum mote_status rest_of_op(struct parser *ps)
{
    enum mote_status status = MOTE_OK;
    const char *name;
    struct word word;
    enum op_id id;
    struct op *op;

    TRY(words_word(&ps->w, "an operator's name", &word));
    id = op_of_name(word);
    if (id == OP_NOP) /* what it makes is still to be read; of two failures the first is what is said */
        status = words_fail(&ps->w, MOTE_ERR_UNSUPPORTED, "no operator is named '%.*s'",
                            (int)(word.len < 48 ? word.len : 48), word.s);
    TRY(words_name(&ps->w, &name));
    TRY(parse_lists(&ps->w, &ps->in, &ps->out));
    TRY(status);
    op = graph_add_op(ps->m, graph_now(ps), id, ps->in.n, ps->in.v, ps->out.n, ps->out.v);
    op->name = name;
    return parse_options(&ps->w, op);
}

static enum mote_status parse_op(struct parser *ps)
{
    struct graph *g = graph_now(ps);
    int32_t index = g->n_ops;

    TRY(parse_sequence(ps, "an operator's index", index));
    ps->in = ps->out = (struct i32_list){NULL, 0};
    if (parse_or_note(ps, rest_of_op))
        return MOTE_OK;
    g->n_ops = index;
    graph_add_op(ps->m, g, OP_NOP, 0, NULL, 0, NULL);
    i32_append(&ps->w, &ps->reads, &ps->in);
    i32_append(&ps->w, &ps->makes, &ps->out);
    return MOTE_OK;
}

static enum mote_status parse_indices(struct parser *ps, bool *seen, const char *what, int32_t **v, int32_t *n)
{
    struct i32_list list = {NULL, 0};

    if (*seen)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second list of the graph's %s", what);
    *seen = true;
    TRY(words_list(&ps->w, item_index, &list));
    *v = list.v;
    *n = list.n;
    return MOTE_OK;
}

static enum mote_status parse_inputs(struct parser *ps)
{
    struct graph *g = graph_now(ps);

    return parse_indices(ps, &ps->has_inputs, "inputs", &g->inputs, &g->n_inputs);
}

static enum mote_status parse_outputs(struct parser *ps)
{
    struct graph *g = graph_now(ps);

    return parse_indices(ps, &ps->has_outputs, "outputs", &g->outputs, &g->n_outputs);
}

/* False if one is out of range, which is for the verifier to say. */
static bool mark(const struct graph *g, const int32_t *list, int32_t n, bool *marked)
{
    for (int32_t i = 0; i < n; i++) {
        if (list[i] >= g->n_tensors)
            return false;
        if (list[i] != TENSOR_ABSENT)
            marked[list[i]] = true;
    }
    return true;
}

static void leave_out(struct parser *ps)
{
    struct graph *g = graph_now(ps);
    bool *marks = pool_array(ps->m->pool, (size_t)g->n_tensors, 3), *reads = marks + g->n_tensors,
         *makes = reads + g->n_tensors;

    if (mark(g, g->inputs, g->n_inputs, marks) && mark(g, g->outputs, g->n_outputs, marks) &&
        mark(g, ps->reads.v, ps->reads.n, reads) && mark(g, ps->makes.v, ps->makes.n, makes))
        graph_leave_out(ps->m, g, makes, reads, g->n_tensors);
    ps->reads = ps->makes = (struct i32_list){NULL, 0};
}

static enum mote_status parse_end(struct parser *ps)
{
    if (ps->reads.n + ps->makes.n > 0)
        leave_out(ps);
    ps->in_graph = false;
    return MOTE_OK;
}

/* ---- statements of a model ---- */
static enum mote_status parse_model(struct parser *ps)
{
    struct word name;
    int64_t version = 0;

    if (ps->has_model)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second model");
    ps->has_model = true;
    TRY(words_word(&ps->w, "the model's name", &name));
    ps->m->name = memcpy(pool_alloc(ps->m->pool, name.len + 1), name.s, name.len);
    if (words_accept(&ps->w, "version"))
        TRY(words_int(&ps->w, "the version", 0, UINT32_MAX, &version));
    ps->m->version = (uint32_t)version;
    if (words_accept(&ps->w, "graphs"))
        return words_i32(&ps->w, "the number of graphs", 1, INT32_MAX, &ps->n_graphs);
    return MOTE_OK;
}

static enum mote_status parse_classes(struct parser *ps)
{
    struct model *m = ps->m;

    if (m->n_classes > 0)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second list of classes");
    do {
        m->classes = pool_grow(m->pool, m->classes, (size_t)m->n_classes, sizeof *m->classes);
        TRY(words_string(&ps->w, "a class's name in quotes", &m->classes[m->n_classes]));
        m->n_classes++;
    } while (!words_at_end(&ps->w));
    return MOTE_OK;
}

static enum mote_status parse_preprocess(struct parser *ps)
{
    static const enum mote_type types[] = {TYPE_U8, TYPE_S8, TYPE_S16, TYPE_F32};
    struct preprocess *p = &ps->m->preprocess;
    struct f32_list mean = {NULL, 0}, std = {NULL, 0};

    if (strcmp(p->kind, "none") != 0)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second preprocess");
    for (int i = 1; i < KINDS; i++)
        if (words_accept(&ps->w, raw_kind_names[i]))
            p->kind = raw_kind_names[i];
    if (strcmp(p->kind, "none") == 0)
        return words_expected(&ps->w, "image, audio or values");
    for (int i = 1; i < ORDERS && !p->channels[0]; i++)
        if (words_accept(&ps->w, order_names[i]))
            p->channels = order_names[i];
    for (size_t i = 0; i < COUNT(types) && p->type == TYPE_NONE; i++)
        if (words_accept(&ps->w, type_name(types[i])))
            p->type = types[i];
    if (words_at_end(&ps->w) && p->type == TYPE_NONE)
        return MOTE_OK;
    if (!words_accept(&ps->w, "mean"))
        return words_expected(&ps->w, p->type != TYPE_NONE ? "mean"
                                      : p->channels[0]     ? "u8, s8, s16, f32 or mean"
                                                           : "rgb, bgr, gray, u8, s8, s16, f32 or mean");
    TRY(words_list(&ps->w, item_f32, &mean));
    if (!words_accept(&ps->w, "std"))
        return words_expected(&ps->w, "std");
    TRY(words_list(&ps->w, item_f32, &std));
    if (mean.n != std.n)
        return words_fail(&ps->w, MOTE_ERR_VALUE, "%d values of mean, %d of std", mean.n, std.n);
    preprocess_scale(ps->m->pool, p, mean.n, mean.v, std.v);
    return MOTE_OK;
}

static enum mote_status parse_task(struct parser *ps)
{
    struct task *t = &ps->m->task;

    if (t->kind != MOTE_TASK_NONE)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second task");
    for (int k = 1; k < TASKS; k++)
        if (words_accept(&ps->w, task_names[k]))
            t->kind = (enum mote_task)k;
    if (t->kind == MOTE_TASK_NONE)
        return words_expected(&ps->w, "classification, regression or anomaly");
    if (t->kind != MOTE_TASK_ANOMALY)
        return MOTE_OK;
    *t = (struct task){MOTE_TASK_ANOMALY, INFINITY, -1};
    if (words_accept(&ps->w, "threshold"))
        TRY(words_f32(&ps->w, &t->threshold));
    return words_accept(&ps->w, "normal") ? words_i32(&ps->w, "the normal class", 0, INT32_MAX, &t->normal) : MOTE_OK;
}

static enum mote_status item_u64(struct words *ws, void *into)
{
    struct u64_list *list = into;
    uint8_t bytes[8] = {0};

    TRY(words_hex(ws, bytes, 8));
    list->v = pool_grow(ws->pool, list->v, (size_t)list->n, sizeof *list->v);
    list->v[list->n++] = le64(bytes);
    return MOTE_OK;
}

static enum mote_status item_digest(struct words *ws, void *into)
{
    struct text *list = into;
    uint8_t bytes[DIGEST_BYTES] = {0};

    TRY(words_hex(ws, bytes, DIGEST_BYTES));
    text_bytes(list, bytes, DIGEST_BYTES);
    return MOTE_OK;
}

static enum mote_status parse_digests(struct parser *ps, struct split_digests *d, int32_t which)
{
    struct text list = {.pool = ps->m->pool};

    if (words_char(&ps->w, '[')) {
        TRY(words_items(&ps->w, ']', item_digest, &list));
        *d = (struct split_digests){(int32_t)(list.len / DIGEST_BYTES), (const uint8_t *)list.s};
        return MOTE_OK;
    }
    TRY(words_i32(&ps->w, "the number of digests", 1, (int32_t)(FILE_LIMIT / DIGEST_BYTES), &d->n));
    if (!words_char(&ps->w, '@'))
        return words_expected(&ps->w, "'@'");
    return parse_blob_offset(ps, (size_t)d->n * DIGEST_BYTES, OF_SPLIT, which);
}

static enum mote_status parse_cutoffs(struct words *ws, struct split_memory *s)
{
    struct u64_list test = {NULL, 0}, validation = {NULL, 0};

    if (!words_char(ws, '['))
        return words_expected(ws, "'['");
    TRY(words_items(ws, ';', item_u64, &test));
    TRY(words_items(ws, ']', item_u64, &validation));
    if (test.n < 1 || test.n != validation.n)
        return words_fail(ws, MOTE_ERR_VALUE, "%d cutoffs of test and %d of validation: as many are wanted", test.n,
                          validation.n);
    s->n_cutoffs = test.n;
    s->test = test.v;
    s->validation = validation.v;
    return MOTE_OK;
}

static enum mote_status parse_seed(struct words *ws, uint64_t *out)
{
    struct number n;

    TRY(words_number(ws, "the seed", &n));
    if (n.negative && n.magnitude > 0)
        return words_fail(ws, MOTE_ERR_VALUE, "a seed below 0");
    *out = n.magnitude;
    return MOTE_OK;
}

static enum mote_status parse_split(struct parser *ps)
{
    struct split_memory *s = &ps->m->split;
    bool seed = false;

    if (s->known)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second split");
    s->known = true;
    while (!words_at_end(&ps->w)) {
        if (s->group == NULL && words_accept(&ps->w, "group"))
            TRY(words_string(&ps->w, "a group in quotes", &s->group));
        else if (!seed && words_accept(&ps->w, "seed")) {
            seed = true;
            TRY(parse_seed(&ps->w, &s->seed));
        } else if (s->n_cutoffs == 0 && words_accept(&ps->w, "cutoffs"))
            TRY(parse_cutoffs(&ps->w, s));
        else if (s->trained.n == 0 && words_accept(&ps->w, "trained"))
            TRY(parse_digests(ps, &s->trained, 0));
        else if (s->checked.n == 0 && words_accept(&ps->w, "checked"))
            TRY(parse_digests(ps, &s->checked, 1));
        else
            return words_expected(&ps->w, "group, seed, cutoffs, trained or checked, each once");
    }
    return MOTE_OK;
}

static enum mote_status parse_graph(struct parser *ps)
{
    const char *name;

    if (!ps->has_model)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "expected a line with model and its name before the first graph");
    TRY(words_name(&ps->w, &name));
    model_add_graph(ps->m, name);
    ps->in_graph = true;
    ps->has_inputs = ps->has_outputs = false;
    return MOTE_OK;
}

static size_t late_bytes(const struct parser *ps, const struct late_data *late)
{
    const struct split_memory *s = &ps->m->split;

    if (late->graph == OF_SPLIT)
        return (size_t)(late->tensor == 0 ? s->trained.n : s->checked.n) * DIGEST_BYTES;
    return (size_t)tensor_bytes(&ps->m->graphs[late->graph].tensors[late->tensor]);
}

static void late_set(struct parser *ps, const struct late_data *late, const uint8_t *data)
{
    struct tensor *t;

    if (late->graph == OF_SPLIT) {
        *(late->tensor == 0 ? &ps->m->split.trained.data : &ps->m->split.checked.data) = data;
        return;
    }
    t = &ps->m->graphs[late->graph].tensors[late->tensor];
    *(t->state ? &t->initial : &t->data) = data;
}

/* The last statement: what follows its line is the blob. */
static enum mote_status parse_blob(struct parser *ps, const uint8_t *file, size_t size)
{
    size_t start = align_up((size_t)((const uint8_t *)ps->rest - file), BLOB_ALIGN);
    int64_t bytes = 0;

    TRY(words_int(&ps->w, "the blob's size", 0, (int64_t)FILE_LIMIT, &bytes));
    if (!words_at_end(&ps->w))
        return words_expected(&ps->w, "the end of the line");
    if (bytes == 0 && ps->rest == ps->file_end)
        start = size;
    if (start > size || size - start != (size_t)bytes)
        return words_fail(&ps->w, MOTE_ERR_FORMAT,
                          "the blob has %" PRId64 " bytes, but %zu are there: is the file truncated?", bytes,
                          start > size ? 0 : size - start);
    for (int32_t i = 0; i < ps->n_late; i++) {
        const struct late_data *late = &ps->late[i];
        size_t wanted = late_bytes(ps, late);

        ps->w.number = late->line;
        if (late->offset > (size_t)bytes || wanted > (size_t)bytes - late->offset)
            return words_fail(&ps->w, MOTE_ERR_BOUNDS, "%zu bytes at offset %zu: the blob has only %" PRId64, wanted,
                              late->offset, bytes);
        late_set(ps, late, file + start + late->offset);
    }
    ps->n_late = 0;
    ps->rest = ps->file_end;
    return MOTE_OK;
}

/* ---- lines ---- */
static const struct statement {
    const char *word;
    bool in_graph;
    enum mote_status (*parse)(struct parser *ps);
} statements[] = {
    {"model", false, parse_model},
    {"classes", false, parse_classes},
    {"preprocess", false, parse_preprocess},
    {"task", false, parse_task},
    {"graph", false, parse_graph},
    {"tensor", true, parse_tensor},
    {"split", false, parse_split},
    {"op", true, parse_op},
    {"inputs", true, parse_inputs},
    {"outputs", true, parse_outputs},
    {"end", true, parse_end},
};

static enum mote_status parse_statement(struct parser *ps)
{
    struct word w = words_peek(&ps->w);

    for (size_t i = 0; i < COUNT(statements); i++) {
        const struct statement *s = &statements[i];

        if (s->in_graph != ps->in_graph || !word_is(w, s->word))
            continue;
        ps->w.p += w.len;
        TRY(s->parse(ps));
        return words_at_end(&ps->w) ? MOTE_OK : words_expected(&ps->w, "the end of the line");
    }
    return words_expected(&ps->w, ps->in_graph ? "tensor, op, inputs, outputs or end"
                                               : "model, classes, preprocess, task, split, graph or blob");
}

static bool next_line(struct parser *ps)
{
    const char *newline;

    if (ps->rest == ps->file_end)
        return false;
    newline = memchr(ps->rest, '\n', (size_t)(ps->file_end - ps->rest));
    ps->w.p = ps->rest;
    ps->w.end = newline ? newline : ps->file_end;
    ps->rest = newline ? newline + 1 : ps->file_end;
    if (ps->w.end > ps->w.p && ps->w.end[-1] == '\r')
        ps->w.end--;
    if (ps->w.number < INT32_MAX)
        ps->w.number++;
    return true;
}

static enum mote_status parse_magic(struct parser *ps)
{
    int64_t version = 0;

    if (!next_line(ps) || ps->w.end - ps->w.p < 11 || memcmp(ps->w.p, "mote-graph ", 11) != 0)
        return fail(ps->w.at, MOTE_ERR_FORMAT, "not a graph file: it does not begin with 'mote-graph'");
    ps->w.p += 11;
    TRY(words_int(&ps->w, "the format's version", 0, INT64_MAX, &version));
    if (version != GRAPH_FILE_VERSION)
        return words_fail(&ps->w, MOTE_ERR_VERSION, "graph file version %" PRId64 ": this Mote reads version %d",
                          version, GRAPH_FILE_VERSION);
    return words_at_end(&ps->w) ? MOTE_OK : words_expected(&ps->w, "the end of the line");
}

static enum mote_status parse_file(struct parser *ps, struct bytes file)
{
    const struct frame *at = ps->w.at;

    TRY(parse_magic(ps));
    while (next_line(ps)) {
        if (words_at_end(&ps->w) || *ps->w.p == '#')
            continue;
        if (!ps->in_graph && words_accept(&ps->w, "blob"))
            TRY(parse_blob(ps, file.data, file.size));
        else
            TRY(parse_statement(ps));
    }
    if (ps->in_graph)
        return fail(at, MOTE_ERR_FORMAT, "the file ends within a graph: is it truncated?");
    if (ps->n_late > 0) {
        ps->w.number = ps->late[0].line;
        return words_fail(&ps->w, MOTE_ERR_FORMAT,
                          "the constant is in the blob, but the file has none: is it truncated?");
    }
    if (!ps->has_model)
        return fail(at, MOTE_ERR_FORMAT, "the file has no line with model and its name");
    if (ps->m->n_graphs != ps->n_graphs)
        return fail(at, MOTE_ERR_FORMAT, "the file has %d graphs, but its model line says %d: is it truncated?",
                    ps->m->n_graphs, ps->n_graphs);
    return MOTE_OK;
}

/* Passes renumber what is left; messages have the file's numbers. */
static void set_sources(struct model *m)
{
    for (int32_t i = 0; i < m->n_graphs; i++) {
        struct graph *g = &m->graphs[i];

        for (int32_t t = 0; t < g->n_tensors; t++)
            if (g->tensors[t].source < 0)
                g->tensors[t].source = t;
        for (int32_t o = 0; o < g->n_ops; o++)
            if (g->ops[o].source < 0)
                g->ops[o].source = o;
    }
}

enum mote_status model_parse_partly(struct model *m, struct bytes file, struct faults *faults, const struct frame *at)
{
    const char *text = file.size ? (const char *)file.data : "";
    struct report_text failed = {.status = MOTE_OK};
    const struct frame root = {.index = -1, .sink = &failed};
    struct parser ps = {.w = {.at = &root, .pool = m->pool},
                        .rest = text,
                        .file_end = text + file.size,
                        .m = m,
                        .n_graphs = 1,
                        .faults = faults};
    bool whole;

    *m = (struct model){.pool = m->pool, .preprocess = {.kind = "none", .channels = ""}};
    *faults = (struct faults){.pool = m->pool};
    whole = parse_file(&ps, file) == MOTE_OK;
    if (faults->n == 0)
        return whole ? model_verify(m, at) : fail_again(at, &failed);
    if (!whole)
        faults_add(faults, "like it", &failed);
    if (!whole || ps.lacks_tensors || model_verify(m, NULL) != MOTE_OK)
        m->n_graphs = 0;
    set_sources(m);
    return MOTE_OK;
}

enum mote_status model_parse(struct model *m, struct bytes file, const struct frame *at)
{
    struct faults faults;

    TRY(model_parse_partly(m, file, &faults, at));
    return faults_fail(&faults, at);
}
