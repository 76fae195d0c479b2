/* SPDX-License-Identifier: Apache-2.0 */
/* A graph as a .tflite file. Constants are aligned to 16 bytes, as TFLite promises its kernels; tensors and operators
 * keep the graph's order. Variables, which are tensors in Mote, are handles there: VAR_HANDLE makes each of a name
 * before anything else runs, and CALL_ONCE assigns what they start with. */
#include "host/emit/tflite/tflite.h"

#include "host/emit/emit.h"

#define DATA_ALIGN  16
#define SIGNATURE   "serving_default"
#define DESCRIPTION "made by Mote " MOTE_VERSION

struct code {
    int32_t builtin, version;
};

struct constant {
    const uint8_t *data;
    size_t size;
};

struct tfl_writer {
    struct fb_writer fb;
    const struct model *m;
    struct code *codes;
    struct constant *constants; /* buffer i + 1 */
    size_t n_codes, n_constants;
};

/* ---- codes and buffers, each once ---- */
static uint32_t code_index(struct tfl_writer *w, int32_t builtin, int32_t version)
{
    for (size_t i = 0; i < w->n_codes; i++)
        if (w->codes[i].builtin == builtin && w->codes[i].version == version)
            return (uint32_t)i;
    w->codes = pool_grow(w->m->pool, w->codes, w->n_codes, sizeof *w->codes);
    w->codes[w->n_codes] = (struct code){builtin, version};
    return (uint32_t)w->n_codes++;
}

static uint32_t op_code(struct tfl_writer *w, const struct graph *g, const struct op *op)
{
    const int32_t builtin = tfl_builtin_of(op->id, op->n_in);

    return code_index(w, builtin, tfl_version(g, op, builtin));
}

static uint32_t buffer_index(struct tfl_writer *w, const struct tensor *t)
{
    const size_t size = t->data ? (size_t)tensor_bytes(t) : 0;

    if (size == 0)
        return 0;
    for (size_t i = 0; i < w->n_constants; i++)
        if (w->constants[i].data == t->data && w->constants[i].size == size)
            return (uint32_t)i + 1;
    w->constants = pool_grow(w->m->pool, w->constants, w->n_constants, sizeof *w->constants);
    w->constants[w->n_constants++] = (struct constant){t->data, size};
    return (uint32_t)w->n_constants;
}

static void write_codes(struct tfl_writer *w, size_t from)
{
    const size_t list = fb_write_references(&w->fb, from, w->n_codes);

    for (size_t i = 0; i < w->n_codes; i++) {
        const int32_t builtin = w->codes[i].builtin;
        struct fb_fields f = {0};

        fb_put_u8(&f, TFL_CODE_DEPRECATED_BUILTIN_CODE,
                  (uint8_t)(builtin < BUILTIN_PLACEHOLDER_FOR_GREATER_OP_CODES
                                ? builtin
                                : BUILTIN_PLACEHOLDER_FOR_GREATER_OP_CODES),
                  0);
        fb_put_u32(&f, TFL_CODE_VERSION, (uint32_t)w->codes[i].version, 1);
        fb_put_u32(&f, TFL_CODE_BUILTIN_CODE, (uint32_t)builtin, 0);
        fb_write_table(&w->fb, list + 4 * i, &f);
    }
}

/* The first buffer is empty: that of all tensors that are computed. */
static void write_buffers(struct tfl_writer *w, size_t from)
{
    const size_t list = fb_write_references(&w->fb, from, w->n_constants + 1);

    fb_write_table(&w->fb, list, &(struct fb_fields){0});
    for (size_t i = 0; i < w->n_constants; i++) {
        struct fb_fields f = {0};
        size_t table;

        fb_refer(&f, TFL_BUFFER_DATA);
        table = fb_write_table(&w->fb, list + 4 * (i + 1), &f);
        fb_write_bytes(&w->fb, fb_slot(&w->fb, table, TFL_BUFFER_DATA), w->constants[i].data, w->constants[i].size,
                       DATA_ALIGN);
    }
}

/* ---- tensors ---- */
static void write_quantization(struct tfl_writer *w, size_t from, const struct quant *q)
{
    struct fb_fields f = {0};
    size_t table;

    fb_refer(&f, TFL_QUANT_SCALE);
    fb_refer(&f, TFL_QUANT_ZERO_POINT);
    fb_put_u32(&f, TFL_QUANT_QUANTIZED_DIMENSION, q->n > 1 ? (uint32_t)q->axis : 0, 0);
    table = fb_write_table(&w->fb, from, &f);
    fb_write_f32s(&w->fb, fb_slot(&w->fb, table, TFL_QUANT_SCALE), q->scale, (size_t)q->n);
    fb_write_s64s(&w->fb, fb_slot(&w->fb, table, TFL_QUANT_ZERO_POINT), q->zero, (size_t)q->n);
}

static void write_shape(struct tfl_writer *w, size_t from, const struct tensor *t, bool handle)
{
    int32_t dims[RANK_MAX];

    for (int32_t d = 0; d < t->rank; d++)
        dims[d] = (int32_t)t->dims[d];
    fb_write_s32s(&w->fb, from, dims, handle ? 0 : (size_t)t->rank);
}

static void write_tensor(struct tfl_writer *w, size_t from, const struct graph *g, int32_t index)
{
    const struct tensor *t = &g->tensors[index];
    const bool handle = tfl_is_variable(g, index), quantized = !handle && t->quant.n > 0;
    struct fb_fields f = {0};
    size_t table;

    fb_refer(&f, TFL_TENSOR_SHAPE);
    fb_put_u8(&f, TFL_TENSOR_TYPE, (uint8_t)tfl_type_number(handle ? TYPE_RESOURCE : t->type), 0);
    fb_put_u32(&f, TFL_TENSOR_BUFFER, buffer_index(w, t), 0);
    fb_refer(&f, TFL_TENSOR_NAME);
    if (quantized)
        fb_refer(&f, TFL_TENSOR_QUANTIZATION);
    fb_put_u8(&f, TFL_TENSOR_IS_VARIABLE, t->state && !handle, 0);
    fb_put_u8(&f, TFL_TENSOR_HAS_RANK, 1, 0);
    table = fb_write_table(&w->fb, from, &f);
    write_shape(w, fb_slot(&w->fb, table, TFL_TENSOR_SHAPE), t, handle);
    fb_write_string(&w->fb, fb_slot(&w->fb, table, TFL_TENSOR_NAME), t->name);
    if (quantized)
        write_quantization(w, fb_slot(&w->fb, table, TFL_TENSOR_QUANTIZATION), &t->quant);
}

static void write_tensors(struct tfl_writer *w, size_t from, const struct graph *g)
{
    const size_t list = fb_write_references(&w->fb, from, (size_t)g->n_tensors);

    for (int32_t i = 0; i < g->n_tensors; i++)
        write_tensor(w, list + 4 * (size_t)i, g, i);
}

/* ---- operators ---- */
struct lists {
    int32_t n_in, n_out;
    const int32_t *in, *out;
};

/* Returns the place of the reference to the operator's options. */
static size_t write_op(struct tfl_writer *w, size_t from, uint32_t code, const struct lists *l,
                       enum tfl_options options)
{
    struct fb_fields f = {0};
    size_t table;

    fb_put_u32(&f, TFL_OPERATOR_OPCODE_INDEX, code, 0);
    fb_refer(&f, TFL_OPERATOR_INPUTS);
    fb_refer(&f, TFL_OPERATOR_OUTPUTS);
    fb_put_u8(&f, TFL_OPERATOR_BUILTIN_OPTIONS_TYPE, (uint8_t)options, TFL_NoOptions);
    if (options != TFL_NoOptions)
        fb_refer(&f, TFL_OPERATOR_BUILTIN_OPTIONS);
    table = fb_write_table(&w->fb, from, &f);
    fb_write_s32s(&w->fb, fb_slot(&w->fb, table, TFL_OPERATOR_INPUTS), l->in, (size_t)l->n_in);
    fb_write_s32s(&w->fb, fb_slot(&w->fb, table, TFL_OPERATOR_OUTPUTS), l->out, (size_t)l->n_out);
    return options != TFL_NoOptions ? fb_slot(&w->fb, table, TFL_OPERATOR_BUILTIN_OPTIONS) : 0;
}

static void write_call_once(struct tfl_writer *w, size_t from)
{
    const struct lists none = {0};
    struct fb_fields f = {0};

    fb_put_u32(&f, 0, 1, 0); /* the graph that it calls */
    fb_write_table(&w->fb, write_op(w, from, code_index(w, BUILTIN_CALL_ONCE, 1), &none, TFL_CallOnceOptions), &f);
}

static bool is_taken(const struct graph *g, const int32_t *tensors, int32_t n, const char *name)
{
    for (int32_t i = 0; i < n; i++)
        if (strcmp(g->tensors[tensors[i]].name, name) == 0)
            return true;
    return false;
}

/* Names tell variables apart, so that each has its own: state i of graph 0. */
static const char *variable_name(struct pool *pool, const struct graph *g, int32_t i)
{
    const char *name = g->tensors[i].name;

    for (int32_t k = 0; k < i; k++)
        if (g->tensors[k].state && strcmp(g->tensors[k].name, name) == 0)
            return pool_printf(pool, "%s:%d", name, (int)i);
    return name[0] != '\0' ? name : pool_printf(pool, "variable:%d", (int)i);
}

static void write_var_handle(struct tfl_writer *w, size_t from, const struct graph *g, int32_t state)
{
    const struct lists l = {.n_out = 1, .out = &state};
    const struct graph *main = &w->m->graphs[0];
    struct fb_fields f = {0};
    size_t at = write_op(w, from, code_index(w, BUILTIN_VAR_HANDLE, 1), &l, TFL_VarHandleOptions);

    fb_refer(&f, TFL_VARIABLE_CONTAINER);
    fb_refer(&f, TFL_VARIABLE_NAME);
    at = fb_write_table(&w->fb, at, &f);
    fb_write_string(&w->fb, fb_slot(&w->fb, at, TFL_VARIABLE_CONTAINER), "");
    fb_write_string(&w->fb, fb_slot(&w->fb, at, TFL_VARIABLE_NAME),
                    variable_name(w->m->pool, main, g == main ? state : g->tensors[state].source));
}

static void write_own_op(struct tfl_writer *w, size_t from, const struct graph *g, const struct op *op)
{
    const struct tfl_op *row = tfl_op_find(tfl_builtin_of(op->id, op->n_in));
    const int32_t assigned[2] = {op->out[0], op->in[0]}; /* the handle, the value */
    const struct lists l = {op->n_in, op->n_out, op->in, op->out}, assignment = {2, 0, assigned, NULL};
    const size_t options =
        write_op(w, from, op_code(w, g, op), op->id == OP_ASSIGN_VARIABLE ? &assignment : &l, row->table);

    if (options)
        tfl_write_options(&w->fb, options, g, op, row);
}

/* ---- graphs ---- */
static int32_t count_variables(const struct graph *g)
{
    int32_t n = 0;

    for (int32_t i = 0; i < g->n_tensors; i++)
        n += tfl_is_variable(g, i);
    return n;
}

static void write_ops(struct tfl_writer *w, size_t from, const struct graph *g)
{
    const bool calls = g == &w->m->graphs[0] && w->m->n_graphs > 1;
    size_t at = fb_write_references(&w->fb, from, (size_t)calls + (size_t)count_variables(g) + (size_t)g->n_ops);

    if (calls) {
        write_call_once(w, at);
        at += 4;
    }
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (tfl_is_variable(g, i)) {
            write_var_handle(w, at, g, i);
            at += 4;
        }
    for (int32_t i = 0; i < g->n_ops; i++, at += 4)
        write_own_op(w, at, g, &g->ops[i]);
}

static void write_graph(struct tfl_writer *w, size_t from, const struct graph *g)
{
    struct fb_fields f = {0};
    size_t table;

    fb_refer(&f, TFL_SUBGRAPH_TENSORS);
    fb_refer(&f, TFL_SUBGRAPH_INPUTS);
    fb_refer(&f, TFL_SUBGRAPH_OUTPUTS);
    fb_refer(&f, TFL_SUBGRAPH_OPERATORS);
    fb_refer(&f, TFL_SUBGRAPH_NAME);
    table = fb_write_table(&w->fb, from, &f);
    write_tensors(w, fb_slot(&w->fb, table, TFL_SUBGRAPH_TENSORS), g);
    fb_write_s32s(&w->fb, fb_slot(&w->fb, table, TFL_SUBGRAPH_INPUTS), g->inputs, (size_t)g->n_inputs);
    fb_write_s32s(&w->fb, fb_slot(&w->fb, table, TFL_SUBGRAPH_OUTPUTS), g->outputs, (size_t)g->n_outputs);
    write_ops(w, fb_slot(&w->fb, table, TFL_SUBGRAPH_OPERATORS), g);
    fb_write_string(&w->fb, fb_slot(&w->fb, table, TFL_SUBGRAPH_NAME), g->name);
}

/* ---- the signature ---- */
/* Inputs and outputs by name: the tensors', where they have names of their own. */
static void write_maps(struct tfl_writer *w, size_t from, const struct graph *g, const int32_t *tensors, int32_t n,
                       const char *what)
{
    const size_t list = fb_write_references(&w->fb, from, (size_t)n);

    for (int32_t i = 0; i < n; i++) {
        const char *name = g->tensors[tensors[i]].name;
        struct fb_fields f = {0};
        size_t table;

        if (name[0] == '\0' || is_taken(g, tensors, i, name))
            name = pool_printf(w->m->pool, "%s_%d", what, (int)i);
        fb_refer(&f, TFL_MAP_NAME);
        fb_put_u32(&f, TFL_MAP_TENSOR_INDEX, (uint32_t)tensors[i], 0);
        table = fb_write_table(&w->fb, list + 4 * (size_t)i, &f);
        fb_write_string(&w->fb, fb_slot(&w->fb, table, TFL_MAP_NAME), name);
    }
}

static void write_signature(struct tfl_writer *w, size_t from)
{
    const size_t list = fb_write_references(&w->fb, from, 1);
    const struct graph *g = &w->m->graphs[0];
    struct fb_fields f = {0};
    size_t table;

    fb_refer(&f, TFL_SIGNATURE_INPUTS);
    fb_refer(&f, TFL_SIGNATURE_OUTPUTS);
    fb_refer(&f, TFL_SIGNATURE_KEY);
    table = fb_write_table(&w->fb, list, &f);
    write_maps(w, fb_slot(&w->fb, table, TFL_SIGNATURE_INPUTS), g, g->inputs, g->n_inputs, "input");
    write_maps(w, fb_slot(&w->fb, table, TFL_SIGNATURE_OUTPUTS), g, g->outputs, g->n_outputs, "output");
    fb_write_string(&w->fb, fb_slot(&w->fb, table, TFL_SIGNATURE_KEY), SIGNATURE);
}

/* ---- the file ---- */
static void write_model(struct tfl_writer *w)
{
    struct fb_fields f = {0};
    size_t root, list;

    fb_put_u32(&f, TFL_MODEL_VERSION, TFL_VERSION, 0);
    fb_refer(&f, TFL_MODEL_OPERATOR_CODES);
    fb_refer(&f, TFL_MODEL_SUBGRAPHS);
    fb_refer(&f, TFL_MODEL_DESCRIPTION);
    fb_refer(&f, TFL_MODEL_BUFFERS);
    fb_refer(&f, TFL_MODEL_SIGNATURE_DEFS);
    root = fb_write_table(&w->fb, 0, &f);
    fb_write_string(&w->fb, fb_slot(&w->fb, root, TFL_MODEL_DESCRIPTION), DESCRIPTION);
    list = fb_write_references(&w->fb, fb_slot(&w->fb, root, TFL_MODEL_SUBGRAPHS), (size_t)w->m->n_graphs);
    for (int32_t i = 0; i < w->m->n_graphs; i++)
        write_graph(w, list + 4 * (size_t)i, &w->m->graphs[i]);
    write_codes(w, fb_slot(&w->fb, root, TFL_MODEL_OPERATOR_CODES));
    write_signature(w, fb_slot(&w->fb, root, TFL_MODEL_SIGNATURE_DEFS));
    write_buffers(w, fb_slot(&w->fb, root, TFL_MODEL_BUFFERS));
}

enum mote_status emit_tflite(struct pool *pool, const struct model *m, struct bytes *out, const struct frame *at)
{
    struct model lowered = {.pool = pool};
    struct tfl_writer w = {.m = &lowered};

    TRY(tfl_lower(m, &lowered, at));
    fb_begin(&w.fb, pool, TFL_IDENTIFIER);
    write_model(&w);
    *out = (struct bytes){(uint8_t *)w.fb.out.s, w.fb.out.len};
    return MOTE_OK;
}
