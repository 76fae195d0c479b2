/* SPDX-License-Identifier: Apache-2.0 */
/* ELL's .ell files: from JSON to a model. Nodes stand in an order in which they can run. */
#include "host/import/ell/ell.h"

/* JSON takes some thirty times its text in memory. */
#define ELL_LIMIT ((size_t)128 << 20)

/* ---- text ---- */
/* ELL's own reader takes a comma before a closing bracket. */
static void drop_trailing_comma(char *s, char **comma)
{
    if ((*s == '}' || *s == ']') && *comma)
        **comma = ' ';
    if (!strchr(" \t\r\n", *s))
        *comma = *s == ',' ? s : NULL;
}

/* A string that is an activation's name, the second one of its object. */
static void tell_activations_apart(char *s, size_t n, bool *seen)
{
    static const char name[] = "\"" ELL_ACTIVATION "\"";
    size_t after = sizeof name - 1;

    if (n < sizeof name - 1 || memcmp(s, name, sizeof name - 1) != 0)
        return;
    while (after < n && strchr(" \t\r\n", s[after]))
        after++;
    if (after == n || s[after] != ':')
        return;
    if (*seen)
        memcpy(s + 1, ELL_SECOND_ACTIVATION, strlen(ELL_SECOND_ACTIVATION));
    *seen = true;
}

/* What ELL's reader takes and JSON does not. Of brackets within brackets the parser takes no more than DEPTH_MAX. */
static void make_json(char *s, size_t n)
{
    enum { DEPTH_MAX = 2048 };
    bool seen[DEPTH_MAX] = {false}, quoted = false;
    char *comma = NULL;
    int depth = 0;

    for (size_t i = 0; i < n; i++) {
        if (quoted) {
            if (s[i] == '\\')
                i++;
            else
                quoted = s[i] != '"';
            continue;
        }
        drop_trailing_comma(&s[i], &comma);
        quoted = s[i] == '"';
        if (quoted)
            tell_activations_apart(&s[i], n - i, &seen[depth]);
        if (s[i] == '{' && depth < DEPTH_MAX - 1)
            seen[++depth] = false;
        if (s[i] == '}' && depth > 0)
            depth--;
    }
}

/* Bits, in words of 64, have no room in JSON's whole numbers. No layer that Mote has has such, but which one it is only
 * the whole file says: it is read, and *overflow is why nothing else can come of it. */
static enum mote_status parse(struct pool *pool, struct bytes file, json_t **out, const char **overflow,
                              const struct frame *at)
{
    char *text = pool_copy(pool, file.data, file.size);
    const char *why;
    json_error_t error;

    make_json(text, file.size);
    *overflow = NULL;
    *out = json_loadb(text, file.size, 0, &error);
    if (*out)
        return MOTE_OK;
    why = pool_printf(pool, "line %d, column %d: %s", error.line, error.column,
                      printable(pool, pool_strdup(pool, error.text)));
    if (json_error_code(&error) == json_error_numeric_overflow)
        *out = json_loadb(text, file.size, JSON_DECODE_INT_AS_REAL, &error);
    *overflow = why;
    return *out ? MOTE_OK : fail(at, MOTE_ERR_FORMAT, "%s", why);
}

/* ---- nodes ---- */
static const char *node_id(const json_t *node)
{
    const char *id = json_string_value(json_object_get(node, "id"));

    return id ? id : "";
}

static struct frame frame_node(const struct build *r, const struct frame *at, const json_t *node, int index)
{
    return (struct frame){at, "node", printable(r->pool, pool_strdup(r->pool, ell_type_of(node).base)), index, NULL};
}

static bool is_input(const json_t *node) { return strcmp(ell_type_of(node).base, "InputNode") == 0; }

static bool is_constant(const json_t *node) { return strcmp(ell_type_of(node).base, "ConstantNode") == 0; }

static bool has_type(const json_t *node, const char *parameter)
{
    const char *type = json_string_value(json_object_get(node, "_type"));

    return type && strstr(type, parameter);
}

static void find_missing(struct build *r, const json_t *nodes)
{
    for (size_t i = 0; i < json_array_size(nodes); i++) {
        const json_t *node = json_array_get(nodes, i);
        struct report_text failed = {.status = MOTE_OK};
        const struct frame root = {.index = -1, .sink = &failed}, here = frame_node(r, &root, node, (int)i);
        enum mote_status status = MOTE_OK;

        if (!is_input(node) && !ell_node_find(ell_type_of(node).base))
            status = fail(&here, MOTE_ERR_UNSUPPORTED, "Mote does not have it");
        else if ((has_type(node, "<int") || has_type(node, "<bool>")) && !is_constant(node))
            status = fail(&here, MOTE_ERR_UNSUPPORTED, "it computes with whole numbers; Mote has float and double");
        if (status != MOTE_OK)
            faults_add(&ell_of(r)->missing, here.name, &failed);
        ell_find_missing_layers(r, node, &here);
    }
}

/* The map's name of an input node. */
static const char *input_name(const json_t *map, const char *id)
{
    const json_t *ids = json_object_get(map, "inputIds"), *names = json_object_get(map, "inputNames");

    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *its = json_string_value(json_array_get(ids, i)),
                   *name = json_string_value(json_array_get(names, i));

        if (its && name && strcmp(its, id) == 0)
            return name;
    }
    return id;
}

static int32_t read_input(struct build *r, const json_t *node, const json_t *map)
{
    struct tensor t = {.type = TYPE_F32, .source = -1};

    /* before there were layouts an input had a shape */
    t.rank = ell_has(node, "shape") ? ell_dims(r, node, "shape", t.dims) : ell_layout(r, node, "layout", t.dims);
    t.name = printable(r->pool, pool_strdup(r->pool, input_name(map, node_id(node))));
    if (r->status == MOTE_OK)
        r->status = build_check_size(&t, r->at);
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    r->g->inputs = pool_grow(r->pool, r->g->inputs, (size_t)r->g->n_inputs, sizeof *r->g->inputs);
    r->g->inputs[r->g->n_inputs] = graph_add_tensor(r->m, r->g, &t);
    return r->g->inputs[r->g->n_inputs++];
}

static enum mote_status read_node(struct build *r, const json_t *node, const json_t *map, int index,
                                  const struct frame *at)
{
    const struct frame here = frame_node(r, at, node, index);
    const char *id = pool_strdup(r->pool, node_id(node));
    const int32_t first = r->g->n_ops;
    int32_t y;

    r->at = &here;
    if (id[0] == '\0' || names_get(&ell_of(r)->values, id) != NAME_ABSENT)
        build_fail(r, MOTE_ERR_FORMAT, "its id is missing or another node's");
    if (r->status == MOTE_OK) {
        y = is_input(node) ? read_input(r, node, map) : ell_node_find(ell_type_of(node).base)(r, node);
        if (r->status == MOTE_OK)
            names_set(r->pool, &ell_of(r)->values, id, y);
        if (r->status == MOTE_OK && !r->g->tensors[y].name[0])
            r->g->tensors[y].name = printable(r->pool, id);
        build_number(r, first, printable(r->pool, id), index);
    }
    r->at = at;
    return r->status;
}

/* ---- outputs ---- */
static void add_output(struct build *r, int32_t tensor, const char *name)
{
    if (r->status != MOTE_OK)
        return;
    tensor = build_output(r, tensor, printable(r->pool, pool_strdup(r->pool, name)));
    r->g->tensors[tensor].name = printable(r->pool, pool_strdup(r->pool, name));
    r->g->outputs = pool_grow(r->pool, r->g->outputs, (size_t)r->g->n_outputs, sizeof *r->g->outputs);
    r->g->outputs[r->g->n_outputs++] = tensor;
}

static enum mote_status read_outputs(struct build *r, const json_t *map, const struct frame *at)
{
    const json_t *list = ell_list(r, map, "outputElements");

    for (size_t i = 0; i < json_array_size(list) && r->status == MOTE_OK; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        const char *name = json_string_value(json_array_get(json_object_get(map, "outputNames"), i));

        if (text)
            add_output(r, ell_reference(r, pool_strdup(r->pool, text)), name ? name : "output");
        else
            build_fail(r, MOTE_ERR_FORMAT, "output %zu is no reference", i);
    }
    if (r->status == MOTE_OK && r->g->n_outputs == 0)
        return fail(at, MOTE_ERR_FORMAT, "the map has no outputs");
    return r->status;
}

/* ---- the file ---- */
static enum mote_status read_map(struct build *r, const json_t *map, const char *overflow,
                                 struct import_missing *missing, const struct frame *at)
{
    const json_t *model = ell_object(r, map, "model"), *nodes = model ? ell_list(r, model, "nodes") : NULL;

    TRY(r->status);
    find_missing(r, nodes);
    if (ell_of(r)->missing.n > 0) {
        missing->what = faults_text(&ell_of(r)->missing);
        return MOTE_OK;
    }
    if (overflow)
        return fail(at, MOTE_ERR_FORMAT, "%s", overflow);
    r->g = model_add_graph(r->m, "main");
    for (size_t i = 0; i < json_array_size(nodes); i++)
        TRY(read_node(r, json_array_get(nodes, i), map, (int)i, at));
    TRY(read_outputs(r, map, at));
    graph_compact(r->m, r->g);
    TRY(import_set_shapes(r->m, ell_of(r)->options, at));
    return model_verify(r->m, at);
}

enum mote_status ell_import(struct pool *pool, const char *name, struct bytes file,
                            const struct import_options *options, struct model *out, struct import_missing *missing,
                            const struct frame *at)
{
    struct ell e = {.options = options, .missing = {.pool = pool}};
    struct build r = {.pool = pool, .m = out, .limit = pool->used + IMPORT_MEMORY(file.size), .reader = &e, .at = at};
    enum mote_status status;
    const char *overflow;
    json_t *map;

    *missing = (struct import_missing){MOTE_ERR_UNSUPPORTED, NULL};
    *out = (struct model){.pool = pool, .preprocess = {.kind = "none", .channels = ""}};
    out->name = model_name_from(pool, name);
    if (file.size > ELL_LIMIT)
        return fail(at, MOTE_ERR_MEMORY, "larger than %d MiB", (int)(ELL_LIMIT >> 20));
    TRY(parse(pool, file, &map, &overflow, at));
    status = read_map(&r, map, overflow, missing, at);
    json_decref(map);
    return status;
}

/* An object whose first field is its type, a map. */
bool ell_matches(struct bytes file)
{
    char start[64];
    size_t n = 0;

    for (size_t i = 0; i < file.size && n < sizeof start - 1; i++)
        if (!strchr(" \t\r\n", file.data[i]))
            start[n++] = (char)file.data[i];
    start[n] = '\0';
    return strncmp(start, "{\"_type\":\"Map\"", 14) == 0 || strncmp(start, "{\"_type\":\"DynamicMap\"", 21) == 0 ||
           strncmp(start, "{\"_version\"", 11) == 0;
}
