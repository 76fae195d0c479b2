/* SPDX-License-Identifier: Apache-2.0 */
/* From handles to state tensors. */
#include "host/import/tflite/variables.h"

struct tfl_variable {
    const char *container, *name;
    int32_t state;    /* tensor, TENSOR_ABSENT until an operator says what type and shape the variable has */
    bool used;        /* READ_VARIABLE or ASSIGN_VARIABLE has been there, */
    bool assigned;    /* the latter has, */
    bool initialized; /* CALL_ONCE has */
};

#define VARIABLES_MAX 4096

enum { CALLED_NEVER, CALLED_ONCE, CALLED_ALREADY };

bool tfl_is_setup(int32_t builtin) { return builtin == BUILTIN_VAR_HANDLE || builtin == BUILTIN_CALL_ONCE; }

void tfl_begin_variables(struct tfl_reader *r, const struct graph *g)
{
    struct tfl_variables *v = &r->variables;

    *v = (struct tfl_variables){0};
    v->of_handle = pool_array(r->pool, (size_t)g->n_tensors, sizeof *v->of_handle);
    for (int32_t i = 0; i < g->n_tensors; i++)
        v->of_handle[i] = -1;
}

static enum mote_status options_of(struct fb_table operator_table, enum tfl_options want, struct fb_table *out,
                                   const struct frame *at)
{
    *out = operator_table;
    if ((uint8_t)fb_s8(operator_table, TFL_OPERATOR_BUILTIN_OPTIONS_TYPE) != want)
        return fail(at, MOTE_ERR_FORMAT, "the options are missing, or another operator's");
    *out = fb_get_table(operator_table, TFL_OPERATOR_BUILTIN_OPTIONS);
    return fb_status(operator_table.fb, at);
}

/* ---- handles ---- */
/* As the reference compares them: without a container any container will do. */
static int32_t find_variable(const struct tfl_variables *v, const char *container, const char *name)
{
    for (int32_t i = 0; i < v->n; i++)
        if (strcmp(v->list[i].name, name) == 0 &&
            (container[0] == '\0' || strcmp(v->list[i].container, container) == 0))
            return i;
    return -1;
}

static int32_t add_variable(struct tfl_reader *r, const char *container, const char *name)
{
    struct tfl_variables *v = &r->variables;
    int32_t i = find_variable(v, container, name);

    if (i >= 0)
        return i;
    v->list = pool_grow(r->pool, v->list, (size_t)v->n, sizeof *v->list);
    v->list[v->n] = (struct tfl_variable){.container = container, .name = name, .state = TENSOR_ABSENT};
    return v->n++;
}

static enum mote_status read_var_handle(struct tfl_reader *r, struct fb_table t, const struct tfl_lists *lists,
                                        const struct frame *at)
{
    struct fb_table options;
    int32_t variable;

    TRY(options_of(t, TFL_VarHandleOptions, &options, at));
    if (lists->n_in != 0 || lists->n_out != 1)
        return fail(at, MOTE_ERR_FORMAT, "%d inputs and %d outputs: it has none and one", lists->n_in, lists->n_out);
    if (r->variables.n == VARIABLES_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "more than %d variables", VARIABLES_MAX);
    variable =
        add_variable(r, tfl_string(r, options, TFL_VARIABLE_CONTAINER), tfl_string(r, options, TFL_VARIABLE_NAME));
    r->variables.of_handle[lists->out[0]] = variable;
    return fb_status(&r->fb, at);
}

/* ---- state ---- */
/* The reference fills a variable with its zero point's low byte, whatever the type: for wider ones only 0 makes sense.
 */
static bool starts_odd(const struct tfl_variable *v, const struct tensor *t)
{
    return !v->initialized && type_bits(t->type) > 8 && t->quant.n > 0 && (uint8_t)t->quant.zero[0] != 0;
}

/* The variable is like the tensor that is read or assigned: the first assigned one, if any, but its bytes never change.
 */
static enum mote_status shape_variable(struct tfl_reader *r, struct graph *g, struct tfl_variable *v,
                                       const struct tensor *like, bool decides, const struct frame *at)
{
    struct tensor t = {
        .name = v->name, .type = like->type, .rank = like->rank, .quant = like->quant, .state = true, .source = -1};

    memcpy(t.dims, like->dims, sizeof t.dims);
    if (tensor_bytes(&t) < 0 || tensor_bytes(&t) > TENSOR_BYTES_MAX)
        return fail(at, MOTE_ERR_SHAPE, "variable \"%s\" has no known size, or one beyond %lld bytes", v->name,
                    (long long)TENSOR_BYTES_MAX);
    if (v->state == TENSOR_ABSENT) {
        v->state = graph_add_tensor(r->out, g, &t);
    } else {
        const struct tensor *old = &g->tensors[v->state];

        if (old->type != t.type || tensor_bytes(old) != tensor_bytes(&t))
            return fail(at, MOTE_ERR_SHAPE, "variable \"%s\" has two types or sizes", v->name);
        if (!decides)
            return MOTE_OK;
        t.initial = old->initial;
        g->tensors[v->state] = t;
    }
    if (starts_odd(v, &t))
        return fail(at, MOTE_ERR_QUANT, "variable \"%s\" is %s with zero point %d and has no initial value", v->name,
                    type_name(t.type), t.quant.zero[0]);
    return MOTE_OK;
}

enum mote_status tfl_use_variable(struct tfl_reader *r, int32_t builtin, struct tfl_lists *lists, struct graph *g,
                                  const struct frame *at)
{
    bool read = builtin == BUILTIN_READ_VARIABLE;
    struct tfl_variable *v;

    if (!read && builtin != BUILTIN_ASSIGN_VARIABLE)
        return MOTE_OK;
    if (lists->n_in != (read ? 1 : 2) || lists->n_out != (read ? 1 : 0))
        return fail(at, MOTE_ERR_FORMAT, "%d inputs and %d outputs", lists->n_in, lists->n_out);
    if (lists->in[0] < 0 || r->variables.of_handle[lists->in[0]] < 0 || (!read && lists->in[1] < 0))
        return fail(at, MOTE_ERR_UNSUPPORTED, "input 0 is no handle that VAR_HANDLE has made in the same graph");
    v = &r->variables.list[r->variables.of_handle[lists->in[0]]];
    TRY(shape_variable(r, g, v, &g->tensors[read ? lists->out[0] : lists->in[1]], !read && !v->assigned, at));
    v->used = true;
    v->assigned |= !read;
    if (read) {
        lists->in[0] = v->state;
        return MOTE_OK;
    }
    lists->in++;
    lists->n_in = lists->n_out = 1;
    lists->out = pool_copy(r->pool, &v->state, sizeof v->state);
    return MOTE_OK;
}

/* ---- CALL_ONCE ---- */
static enum mote_status initializer_of(struct tfl_reader *r, struct fb_table t, uint32_t *graph, const struct frame *at)
{
    struct fb_table options;

    TRY(options_of(t, TFL_CallOnceOptions, &options, at));
    *graph = fb_u32(options, 0);
    if (*graph == 0 || *graph >= r->subgraphs.n)
        return fail(at, MOTE_ERR_FORMAT, "it calls graph %u of %u", (unsigned)*graph, (unsigned)r->subgraphs.n);
    return fb_status(&r->fb, at);
}

enum mote_status tfl_note_initializer(struct tfl_reader *r, struct fb_table operator_table, const struct frame *at)
{
    uint32_t graph = 0;

    TRY(initializer_of(r, operator_table, &graph, at));
    if (!r->called_once)
        r->called_once = pool_array(r->pool, r->subgraphs.n, sizeof *r->called_once);
    r->called_once[graph] = CALLED_ONCE;
    return MOTE_OK;
}

bool tfl_is_initializer(const struct tfl_reader *r, uint32_t graph)
{
    return r->called_once && r->called_once[graph] != CALLED_NEVER;
}

/* The initializer's graph assigns constants to variables: they are what the variables of graph g start with. */
static enum mote_status take_initial_values(struct tfl_reader *r, const struct graph *from,
                                            const struct tfl_variables *its, struct graph *g, const struct frame *at)
{
    for (int32_t i = 0; i < from->n_ops; i++) {
        const struct op *op = &from->ops[i];
        const struct tfl_variable *name = its->list;
        const struct tensor *value;
        struct tfl_variable *v;
        int32_t mine;

        if (op->id != OP_ASSIGN_VARIABLE || from->tensors[op->in[0]].data == NULL)
            return fail(at, MOTE_ERR_UNSUPPORTED, "its graph does more than assigning constants to variables");
        value = &from->tensors[op->in[0]];
        while (name->state != op->out[0])
            name++;
        mine = add_variable(r, name->container, name->name);
        v = &r->variables.list[mine];
        if (v->used)
            return fail(at, MOTE_ERR_UNSUPPORTED, "variable \"%s\" is used before its initial value is set", v->name);
        v->initialized = true;
        TRY(shape_variable(r, g, v, value, false, at));
        g->tensors[v->state].initial = value->data;
    }
    return MOTE_OK;
}

/* What a reader knows of the graph that it reads. */
static void go_on_with(struct tfl_reader *r, const struct tfl_reader *graph)
{
    r->out = graph->out;
    r->variables = graph->variables;
    r->left_out_reads = graph->left_out_reads;
    r->left_out_makes = graph->left_out_makes;
    r->pairs = graph->pairs;
    r->n_pairs = graph->n_pairs;
    r->narrowed = graph->narrowed;
    r->initializing = graph->initializing;
}

static enum mote_status read_call_once(struct tfl_reader *r, struct fb_table t, struct graph *g, const struct frame *at)
{
    const struct tfl_reader mine = *r;
    struct model initializer = {.pool = r->pool};
    struct tfl_variables its;
    uint32_t index = 0;

    TRY(initializer_of(r, t, &index, at));
    if (r->initializing || r->called_once[index] != CALLED_ONCE)
        return fail(at, MOTE_ERR_UNSUPPORTED, "graph %u is called twice, or from a graph that is called",
                    (unsigned)index);
    r->called_once[index] = CALLED_ALREADY;
    r->initializing = true;
    r->out = &initializer;
    TRY(tfl_read_graph(r, index, at));
    its = r->variables;
    go_on_with(r, &mine);
    return take_initial_values(r, &initializer.graphs[0], &its, g, at);
}

enum mote_status tfl_read_setup(struct tfl_reader *r, struct fb_table operator_table, int32_t builtin,
                                const struct tfl_lists *lists, struct graph *g, const struct frame *at)
{
    return builtin == BUILTIN_VAR_HANDLE ? read_var_handle(r, operator_table, lists, at)
                                         : read_call_once(r, operator_table, g, at);
}
