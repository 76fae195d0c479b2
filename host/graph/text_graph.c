/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of a graph: tensors, operators, what goes in and out. */
#include "host/graph/text_parse.h"

/* ---- items of lists ---- */
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

/* ---- tensors ---- */
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

enum mote_status parse_tensor(struct parser *ps)
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
    bool uint8;

    TRY(words_word(&ps->w, "an operator's name", &word));
    id = op_of_name(word);
    if (id == OP_NOP) /* what it makes is still to be read; of two failures the first is what is said */
        status = words_fail(&ps->w, MOTE_ERR_UNSUPPORTED, "no operator is named '%.*s'",
                            (int)(word.len < 48 ? word.len : 48), word.s);
    TRY(words_name(&ps->w, &name));
    uint8 = words_accept(&ps->w, "uint8");
    TRY(parse_lists(&ps->w, &ps->in, &ps->out));
    TRY(status);
    op = graph_add_op(ps->m, graph_now(ps), id, ps->in.n, ps->in.v, ps->out.n, ps->out.v);
    op->name = name;
    op->uint8 = uint8;
    return parse_options(&ps->w, op);
}

enum mote_status parse_op(struct parser *ps)
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

enum mote_status parse_inputs(struct parser *ps)
{
    struct graph *g = graph_now(ps);

    return parse_indices(ps, &ps->has_inputs, "inputs", &g->inputs, &g->n_inputs);
}

enum mote_status parse_outputs(struct parser *ps)
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

enum mote_status parse_end(struct parser *ps)
{
    if (ps->reads.n + ps->makes.n > 0)
        leave_out(ps);
    ps->in_graph = false;
    return MOTE_OK;
}
