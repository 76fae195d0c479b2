/* SPDX-License-Identifier: Apache-2.0 */
/* From a .tflite file's bytes to a model. Each subgraph becomes a graph, its tensors and operators in the file's order.
 * What Mote does not have is collected on the way, so that one message names it all: such an operator is left out, what
 * it makes becomes an input of the graph, and what it reads an output. */
#include "host/import/import.h"

#include "host/graph/own.h"
#include "host/import/tflite/complex.h"
#include "host/import/tflite/custom.h"
#include "host/import/tflite/power.h"
#include "host/import/tflite/decode.h"
#include "host/import/tflite/reader.h"
#include "host/import/tflite/streams.h"
#include "host/import/tflite/sparse.h"
#include "host/import/tflite/variables.h"

bool tflite_matches(struct bytes file) { return file.size >= 8 && memcmp(file.data + 4, TFL_IDENTIFIER, 4) == 0; }

/* ---- operators ---- */
static void mark(bool *made, const int32_t *list, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (list[i] != TENSOR_ABSENT)
            made[list[i]] = true;
}

static void leave_out(struct tfl_reader *r, const struct tfl_lists *l)
{
    mark(r->left_out_reads, l->in, l->n_in);
    mark(r->left_out_makes, l->out, l->n_out);
}

/* A list of tensors' indices, checked; *list is NULL if it is empty. */
static enum mote_status read_indices(struct tfl_reader *r, struct fb_table t, unsigned field, int32_t n_tensors,
                                     int32_t least, const char *what, int32_t **list, int32_t *n,
                                     const struct frame *at)
{
    struct fb_vector v = fb_get_vector(t, field, 4);

    TRY(fb_status(&r->fb, at));
    *n = (int32_t)v.n;
    *list = v.n > 0 ? pool_array(r->pool, v.n, sizeof **list) : NULL;
    for (uint32_t i = 0; i < v.n; i++) {
        (*list)[i] = fb_s32_at(v, i);
        if ((*list)[i] < least || (*list)[i] >= n_tensors)
            return fail(at, MOTE_ERR_FORMAT, "%s %u is tensor %d; the graph has %d tensors", what, (unsigned)i,
                        (int)(*list)[i], (int)n_tensors);
    }
    return MOTE_OK;
}

/* Where the largest is, fits into int32, whatever the file counts in; and so does what moves such numbers. */
static void narrow_places(struct tfl_reader *r, enum op_id id, const struct tfl_lists *l, struct graph *g)
{
    const bool finds = id == OP_ARG_MAX || id == OP_ARG_MIN,
               moves = id == OP_RESHAPE || id == OP_EXPAND_DIMS || id == OP_SQUEEZE || id == OP_TRANSPOSE;
    struct tensor *out = l->n_out == 1 ? &g->tensors[l->out[0]] : NULL;

    if (out == NULL || out->type != TYPE_S64 || out->data != NULL || l->n_in < 1 || l->in[0] == TENSOR_ABSENT)
        return;
    if (finds || (moves && r->narrowed[l->in[0]])) {
        out->type = TYPE_S32;
        r->narrowed[l->out[0]] = true;
    }
}

/* Options that Mote does not have: the operator goes again, after it has been noted. */
static enum mote_status read_options(struct tfl_reader *r, const struct tfl_op *row, struct fb_table t, struct graph *g,
                                     const struct tfl_lists *l, int32_t index, const struct frame *at)
{
    struct report_text failed = {.status = MOTE_OK};
    struct frame root = {.index = -1, .sink = &failed}, here = {&root, "op", at->name, index, NULL};
    struct op *op = graph_add_op(r->out, g, row->id, l->n_in, l->in, l->n_out, l->out);

    op->source = index;
    switch (tfl_read_options(row, t, op->opts, &here)) {
    case MOTE_OK:
        return MOTE_OK;
    case MOTE_ERR_UNSUPPORTED:
        faults_add(&r->faults, at->name, &failed);
        g->n_ops--;
        leave_out(r, l);
        return MOTE_OK;
    default:
        return fail(at, failed.status, "%.*s", (int)(failed.end - failed.message), failed.text + failed.message);
    }
}

/* `n_tensors`: those of the file; variables' state comes after them. */
static enum mote_status read_op(struct tfl_reader *r, struct fb_table t, int32_t index, struct graph *g,
                                int32_t n_tensors, const struct frame *at)
{
    struct frame here = {at, "op", NULL, index, NULL};
    const struct tfl_custom *custom;
    const struct tfl_op *row;
    struct tfl_code code;
    struct tfl_lists l;

    TRY(tfl_read_code(r, t, &code, &here));
    here.name = tfl_is_decode(&code) ? TFLM_DECODE : tfl_builtin_name(code.builtin);
    TRY(read_indices(r, t, TFL_OPERATOR_INPUTS, n_tensors, TENSOR_ABSENT, "input", &l.in, &l.n_in, &here));
    TRY(read_indices(r, t, TFL_OPERATOR_OUTPUTS, n_tensors, 0, "output", &l.out, &l.n_out, &here));
    if (tfl_is_setup(code.builtin))
        return tfl_read_setup(r, t, code.builtin, &l, g, &here);
    if (tfl_is_decode(&code))
        return tfl_read_decode(r, &l, g, &here);
    if (code.builtin == BUILTIN_DENSIFY)
        return tfl_read_densify(&l, g, &here);
    if (code.builtin == BUILTIN_POW) {
        TRY(tfl_use_pairs(r, OP_NOP, &l, g, &here));
        return tfl_read_power(r, &l, g, index, &here);
    }
    if (tfl_is_complex(code.builtin))
        return tfl_read_complex(r, code.builtin, &l, g, index, &here);
    row = tfl_op_find(code.builtin);
    custom = tfl_custom_find(code.custom);
    if (custom != NULL) {
        here.name = code.custom;
        TRY(tfl_use_pairs(r, OP_NOP, &l, g, &here));
        return tfl_read_custom(r, custom, t, g, &l, index, &here);
    }
    if (!row && code.custom != NULL && own_find(code.custom) != NULL) {
        here.name = code.custom;
        TRY(tfl_use_pairs(r, OP_NOP, &l, g, &here));
        return tfl_read_own(r, code.custom, t, g, &l, index, &here);
    }
    if (!row) { /* r->missing names it */
        leave_out(r, &l);
        return MOTE_OK;
    }
    TRY(tfl_use_variable(r, code.builtin, &l, g, &here));
    TRY(tfl_use_pairs(r, row->id, &l, g, &here));
    narrow_places(r, row->id, &l, g);
    return read_options(r, row, t, g, &l, index, &here);
}

/* ---- graphs ---- */
/* Constants without elements (the shape of a scalar) have an empty buffer, as tensors that are computed have. */
static void set_empty_constants(struct pool *pool, struct graph *g)
{
    bool *made = pool_array(pool, (size_t)g->n_tensors, sizeof *made);

    mark(made, g->inputs, g->n_inputs);
    for (int32_t i = 0; i < g->n_ops; i++)
        mark(made, g->ops[i].out, g->ops[i].n_out);
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (!made[i] && !g->tensors[i].state && !g->tensors[i].data && tensor_bytes(&g->tensors[i]) == 0)
            g->tensors[i].data = pool_alloc(pool, 0);
}

static enum mote_status read_tensors(struct tfl_reader *r, struct fb_vector tensors, struct graph *g,
                                     const struct frame *at)
{
    for (uint32_t i = 0; i < tensors.n; i++) {
        struct report_text failed = {.status = MOTE_OK};
        struct frame root = {.index = -1, .sink = &failed};
        enum mote_status status;
        struct tensor tensor;

        status = tfl_read_tensor(r, fb_table_at(tensors, i), (int32_t)i, &tensor, &root);
        if (status == MOTE_ERR_UNSUPPORTED)
            faults_add(&r->faults, "tensors", &failed);
        else if (status != MOTE_OK)
            return fail_again(at, &failed);
        else
            graph_add_tensor(r->out, g, &tensor);
    }
    return MOTE_OK;
}

/* What the signature leaves open is as in `shape`, unless the caller says it. */
static enum mote_status set_shapes(struct tfl_reader *r, struct fb_vector tensors, struct graph *g,
                                   const struct frame *at)
{
    for (int32_t i = 0; i < g->n_inputs; i++) {
        struct tensor *t = &g->tensors[g->inputs[i]];

        if (import_shape_of(r->options, t->name))
            tfl_open_dims(fb_table_at(tensors, (uint32_t)g->inputs[i]), t);
    }
    return import_set_shapes(r->out, r->options, at);
}

enum mote_status tfl_read_graph(struct tfl_reader *r, uint32_t index, const struct frame *up)
{
    struct frame here = {up, "graph", NULL, (int)index, NULL};
    const struct frame *at = r->subgraphs.n > 1 ? &here : up;
    struct fb_table t = fb_table_at(r->subgraphs, index);
    struct fb_vector tensors = fb_get_vector(t, TFL_SUBGRAPH_TENSORS, 4);
    struct fb_vector ops = fb_get_vector(t, TFL_SUBGRAPH_OPERATORS, 4);
    const char *name = tfl_string(r, t, TFL_SUBGRAPH_NAME);
    struct graph *g;
    int32_t n_tensors;

    if (name[0] == '\0')
        name = index == 0 ? "main" : pool_printf(r->pool, "graph_%u", (unsigned)index);
    here.name = name;
    g = model_add_graph(r->out, name);
    TRY(read_tensors(r, tensors, g, at));
    if (r->faults.n > 0 && (uint32_t)g->n_tensors < tensors.n)
        return faults_fail(&r->faults, at); /* without these tensors there is no graph */
    n_tensors = g->n_tensors;
    r->left_out_reads = pool_array(r->pool, (size_t)n_tensors, sizeof *r->left_out_reads);
    r->left_out_makes = pool_array(r->pool, (size_t)n_tensors, sizeof *r->left_out_makes);
    r->narrowed = pool_array(r->pool, (size_t)n_tensors, sizeof *r->narrowed);
    r->pairs = pool_array(r->pool, (size_t)n_tensors, sizeof *r->pairs);
    r->n_pairs = (int32_t)n_tensors;
    TRY(read_indices(r, t, TFL_SUBGRAPH_INPUTS, n_tensors, 0, "input", &g->inputs, &g->n_inputs, at));
    TRY(read_indices(r, t, TFL_SUBGRAPH_OUTPUTS, n_tensors, 0, "output", &g->outputs, &g->n_outputs, at));
    if (g == r->out->graphs && !r->initializing)
        TRY(set_shapes(r, tensors, g, at));
    tfl_begin_variables(r, g);
    for (uint32_t i = 0; i < ops.n; i++)
        TRY(read_op(r, fb_table_at(ops, i), (int32_t)i, g, n_tensors, at));
    TRY(tfl_hold_back(r, g, at));
    if (r->missing || r->faults.n > 0)
        graph_leave_out(r->out, g, r->left_out_makes, r->left_out_reads, n_tensors);
    set_empty_constants(r->pool, g);
    return fb_status(&r->fb, at);
}

/* ---- the file ---- */
static enum mote_status read_model(struct tfl_reader *r, const struct frame *at)
{
    struct fb_table t = fb_root(&r->fb);
    uint32_t version = fb_u32(t, TFL_MODEL_VERSION);

    r->codes = fb_get_vector(t, TFL_MODEL_OPERATOR_CODES, 4);
    r->subgraphs = fb_get_vector(t, TFL_MODEL_SUBGRAPHS, 4);
    r->buffers = fb_get_vector(t, TFL_MODEL_BUFFERS, 4);
    TRY(fb_status(&r->fb, at));
    if (version != TFL_VERSION)
        return fail(at, MOTE_ERR_VERSION, "schema version %u; Mote reads version %d", (unsigned)version, TFL_VERSION);
    if (r->subgraphs.n == 0)
        return fail(at, MOTE_ERR_FORMAT, "the file has no graph");
    TRY(tfl_check_operators(r, at));
    for (uint32_t i = 0; i < r->subgraphs.n; i++)
        if (!tfl_is_initializer(r, i))
            TRY(tfl_read_graph(r, i, at));
    return MOTE_OK;
}

/* A verified model of what could be read. */
static enum mote_status read_rest(struct tfl_reader *r, struct bytes file, const struct frame *at)
{
    TRY(read_model(r, at));
    if (!r->missing && r->faults.n == 0)
        TRY(import_control(r->out, r->limit, at));
    import_sizes(r->out);
    r->out->shapes_may_be_stale = true;
    TRY(model_verify(r->out, at));
    r->out->shapes_may_be_stale = false;
    TRY(import_dequantize(r->out, (int64_t)file.size, at));
    return import_bytes(r->out, (int64_t)file.size, at);
}

enum mote_status tflite_import_partly(struct pool *pool, const char *name, struct bytes file,
                                      const struct import_options *options, struct model *out,
                                      struct import_missing *missing, const struct frame *at)
{
    struct tfl_reader r = {.fb = fb_open(file),
                           .pool = pool,
                           .limit = pool->used + IMPORT_MEMORY(file.size),
                           .options = options,
                           .out = out,
                           .faults = {.pool = pool}};
    struct report_text failed = {.status = MOTE_OK};
    struct frame root = {.index = -1, .sink = &failed};

    *missing = (struct import_missing){MOTE_ERR_UNSUPPORTED, NULL};
    *out = (struct model){.pool = pool, .preprocess = {.kind = "none", .channels = ""}};
    out->name = model_name_from(pool, name);
    if (!tflite_matches(file))
        return fail(at, MOTE_ERR_FORMAT, "not a TFLite model: no \"%s\" at byte 4", TFL_IDENTIFIER);
    if (file.size > FILE_LIMIT)
        return fail(at, MOTE_ERR_MEMORY, "larger than %d MiB", (int)(FILE_LIMIT >> 20));
    if (read_rest(&r, file, &root) != MOTE_OK) {
        if (!r.missing && r.faults.n == 0)
            return fail_again(at, &failed);
        out->n_graphs = 0;
    }
    if (r.missing && r.faults.n > 0)
        missing->what = pool_printf(pool, "%s; %s", r.missing, faults_text(&r.faults));
    else
        missing->what = r.missing ? r.missing : r.faults.n > 0 ? faults_text(&r.faults) : NULL;
    return MOTE_OK;
}

enum mote_status tflite_import(struct pool *pool, const char *name, struct bytes file, struct model *out,
                               const struct frame *at)
{
    struct import_missing missing;

    TRY(tflite_import_partly(pool, name, file, NULL, out, &missing, at));
    return missing.what ? fail(at, missing.status, "%s", missing.what) : MOTE_OK;
}
