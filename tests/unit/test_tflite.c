/* SPDX-License-Identifier: Apache-2.0 */
/* The TFLite importer: a small model assembled here byte by byte, with one thing wrong at a time; the same model and a
 * real one cut off at every length and with every bit flipped; all models of the shared folder. Every import may take
 * only the memory that import.h promises: the pool aborts beyond it. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/formats/tflite/ops.h"
#include "host/import/import.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "tests/shared.h"

#include <ftw.h>
#include <math.h>
#include <stdlib.h>

#define FAIL(...)                                                                                                      \
    do {                                                                                                               \
        print_error(__VA_ARGS__);                                                                                      \
        print_error("\n");                                                                                             \
        _fail(__FILE__, __LINE__);                                                                                     \
    } while (0)

/* ---- importing ---- */
struct import {
    struct pool pool;
    struct report_text report;
    struct frame root;
    struct model model;
    enum mote_status status;
};

static void import_file(struct import *i, const char *name, struct bytes file)
{
    *i = (struct import){.pool.limit = IMPORT_MEMORY(file.size)};
    i->root = (struct frame){.name = name, .index = -1, .sink = &i->report};
    i->status = tflite_import(&i->pool, name, file, &i->model, &i->root);
    assert_int_equal(i->report.status, i->status);
}

/* From memory of exactly the file's size, so that a sanitizer sees the first byte too many. */
static enum mote_status import_exact(const uint8_t *data, size_t size)
{
    struct bytes file = {malloc(size ? size : 1), size};
    struct import i;

    if (size > 0)
        memcpy(file.data, data, size);
    import_file(&i, "m.tflite", file);
    if (i.status == MOTE_OK)
        assert_int_equal(model_verify(&i.model, &i.root), MOTE_OK);
    else
        assert_null(strchr(i.report.text, '\n'));
    pool_free(&i.pool);
    free(file.data);
    return i.status;
}

/* ---- a model, assembled ---- */
/* FULLY_CONNECTED: input 0 s8[1,4], weights 1 s8[2,4], bias 2 s32[2] or absent, output 3 s8[1,2]. */
struct tiny {
    int version, old_code, code, op_version, opcode_index;
    const char *custom;
    int n_ops, bias;
    int32_t bias_size;
    int options_type, activation, weights_format, new_field; /* of the operator */
    int type, rank, dim0, n_scales, n_zeros, axis, details;  /* of the input */
    float scale;
    int64_t zero;
    const char *name;
    int name_length;
    int weights_buffer, weights_size, variable, sparse, external, behind; /* behind: weights after the FlatBuffer */
    int graphs; /* entries in the list of subgraphs, all the same */
    int open;   /* the first dimension of the input: the signature says so */
    int copies; /* how often the list of tensors repeats its last one */
};

static const struct tiny good = {
    .version = 3,
    .old_code = BUILTIN_FULLY_CONNECTED,
    .op_version = 1,
    .n_ops = 1,
    .bias = 2,
    .options_type = TFL_FullyConnectedOptions,
    .activation = ACTIVATION_RELU,
    .type = 9,
    .rank = 2,
    .dim0 = 1,
    .n_scales = 1,
    .n_zeros = 1,
    .scale = 0.5f,
    .zero = -3,
    .name = "in",
    .name_length = 2,
    .weights_buffer = 1,
    .weights_size = 8,
    .bias_size = 2,
    .graphs = 1,
};

/* Written front to back: first what refers, then what it refers to, linked as soon as it is there. */
struct writer {
    uint8_t bytes[1 << 16];
    size_t size;
};

static void set(struct writer *w, size_t at, const void *value, size_t bytes)
{
    assert_true(at + bytes <= sizeof w->bytes);
    memcpy(w->bytes + at, value, bytes);
}

static void set8(struct writer *w, size_t at, int value) { set(w, at, &(int8_t){(int8_t)value}, 1); }
static void set32(struct writer *w, size_t at, size_t value) { set(w, at, &(uint32_t){(uint32_t)value}, 4); }
static void set64(struct writer *w, size_t at, uint64_t value) { set(w, at, &value, 8); }

static size_t put(struct writer *w, const void *data, size_t bytes)
{
    size_t at = w->size;

    assert_true(at + bytes <= sizeof w->bytes);
    w->size += bytes;
    if (data)
        memcpy(w->bytes + at, data, bytes);
    return at;
}

/* A table that the offset at `from` points to. Each of its `fields` (a bit each) has 8 bytes, all zero. */
#define HAS(field) (1u << (field))
static size_t slot(size_t table, unsigned field) { return table + 4 + 8 * (size_t)field; }

static size_t put_table(struct writer *w, size_t from, uint32_t fields)
{
    uint16_t vtable[34];
    unsigned n = 0;
    size_t at;

    for (; fields >> n; n++)
        vtable[2 + n] = fields >> n & 1 ? (uint16_t)(4 + 8 * n) : 0;
    vtable[0] = (uint16_t)(4 + 2 * n);
    vtable[1] = (uint16_t)(4 + 8 * n);
    put(w, vtable, vtable[0]);
    at = put(w, NULL, vtable[1]);
    set32(w, at, vtable[0]);
    set32(w, from, at - from);
    return at;
}

/* The same for a vector; returns the place of its first element. */
static size_t put_vector(struct writer *w, size_t from, size_t n, const void *elements, size_t element_size)
{
    put(w, NULL, (4 - w->size % 4) % 4);
    set32(w, from, w->size - from);
    put(w, &(uint32_t){(uint32_t)n}, 4);
    return put(w, elements, n * element_size);
}

static void put_string(struct writer *w, size_t from, const char *s, size_t n)
{
    put_vector(w, from, n, s, 1);
    put(w, "", 1);
}

static void put_quantization(struct writer *w, size_t from, const struct tiny *k)
{
    size_t q = put_table(w, from,
                         HAS(TFL_QUANT_SCALE) | HAS(TFL_QUANT_ZERO_POINT) | HAS(TFL_QUANT_DETAILS_TYPE) |
                             HAS(TFL_QUANT_QUANTIZED_DIMENSION));
    float scales[8];
    int64_t zeros[8];

    for (int i = 0; i < 8; i++) {
        scales[i] = k->scale;
        zeros[i] = k->zero;
    }
    put_vector(w, slot(q, TFL_QUANT_SCALE), (size_t)k->n_scales, scales, 4);
    put_vector(w, slot(q, TFL_QUANT_ZERO_POINT), (size_t)k->n_zeros, zeros, 8);
    set8(w, slot(q, TFL_QUANT_DETAILS_TYPE), k->details);
    set32(w, slot(q, TFL_QUANT_QUANTIZED_DIMENSION), (size_t)k->axis);
}

static size_t put_tensor(struct writer *w, size_t from, int type, int rank, const int32_t *dims, int buffer,
                         const char *name, size_t name_length, uint32_t more_fields)
{
    size_t t = put_table(w, from,
                         HAS(TFL_TENSOR_SHAPE) | HAS(TFL_TENSOR_TYPE) | HAS(TFL_TENSOR_BUFFER) | HAS(TFL_TENSOR_NAME) |
                             HAS(TFL_TENSOR_QUANTIZATION) | more_fields);

    put_vector(w, slot(t, TFL_TENSOR_SHAPE), (size_t)rank, dims, 4);
    set8(w, slot(t, TFL_TENSOR_TYPE), type);
    set32(w, slot(t, TFL_TENSOR_BUFFER), (size_t)buffer);
    put_string(w, slot(t, TFL_TENSOR_NAME), name, name_length);
    return t;
}

static void put_tensors(struct writer *w, size_t from, const struct tiny *k)
{
    static const struct tiny plain = {.n_scales = 1, .n_zeros = 1, .scale = 0.25f};
    const int32_t dims[9] = {k->dim0, 4, 1, 1, 1, 1, 1, 1, 1};
    size_t list = put_vector(w, from, 4 + (size_t)k->copies, NULL, 4), t;

    t = put_tensor(w, list, k->type, k->rank, dims, 0, k->name, (size_t)k->name_length,
                   k->open ? HAS(TFL_TENSOR_SHAPE_SIGNATURE) : 0);
    if (k->open)
        put_vector(w, slot(t, TFL_TENSOR_SHAPE_SIGNATURE), (size_t)k->rank, (int32_t[]){-1, 4, 1, 1, 1, 1, 1, 1, 1}, 4);
    put_quantization(w, slot(t, TFL_TENSOR_QUANTIZATION), k);
    t = put_tensor(w, list + 4, 9, 2, (int32_t[]){2, 4}, k->weights_buffer, "w", 1,
                   HAS(TFL_TENSOR_IS_VARIABLE) | HAS(TFL_TENSOR_EXTERNAL_BUFFER) |
                       (k->sparse ? HAS(TFL_TENSOR_SPARSITY) : 0));
    put_quantization(w, slot(t, TFL_TENSOR_QUANTIZATION), &plain);
    set8(w, slot(t, TFL_TENSOR_IS_VARIABLE), k->variable);
    set32(w, slot(t, TFL_TENSOR_EXTERNAL_BUFFER), (size_t)k->external);
    if (k->sparse)
        put_table(w, slot(t, TFL_TENSOR_SPARSITY), 0);
    t = put_tensor(w, list + 8, 2, 1, &k->bias_size, k->bias_size ? 2 : 0, "b", 1, 0);
    put_quantization(w, slot(t, TFL_TENSOR_QUANTIZATION), &plain);
    t = put_tensor(w, list + 12, 9, 2, (int32_t[]){1, 2}, 0, "out", 3, 0);
    put_quantization(w, slot(t, TFL_TENSOR_QUANTIZATION), &plain);
    for (int i = 1; i <= k->copies; i++)
        set32(w, list + 12 + 4 * (size_t)i, t - (list + 12 + 4 * (size_t)i));
}

static void put_ops(struct writer *w, size_t from, const struct tiny *k)
{
    size_t list = put_vector(w, from, (size_t)k->n_ops, NULL, 4), op, options;

    for (int i = 0; i < k->n_ops; i++) {
        op = put_table(w, list + 4 * (size_t)i,
                       HAS(TFL_OPERATOR_OPCODE_INDEX) | HAS(TFL_OPERATOR_INPUTS) | HAS(TFL_OPERATOR_OUTPUTS) |
                           HAS(TFL_OPERATOR_BUILTIN_OPTIONS_TYPE) | HAS(TFL_OPERATOR_BUILTIN_OPTIONS));
        set32(w, slot(op, TFL_OPERATOR_OPCODE_INDEX), (size_t)k->opcode_index);
        put_vector(w, slot(op, TFL_OPERATOR_INPUTS), 3, (int32_t[]){0, 1, k->bias}, 4);
        put_vector(w, slot(op, TFL_OPERATOR_OUTPUTS), 1, (int32_t[]){3}, 4);
        set8(w, slot(op, TFL_OPERATOR_BUILTIN_OPTIONS_TYPE), k->options_type);
        options = put_table(w, slot(op, TFL_OPERATOR_BUILTIN_OPTIONS), k->new_field ? 0x83 : 3);
        set8(w, slot(options, 0), k->activation);
        set8(w, slot(options, 1), k->weights_format);
    }
}

static void put_code(struct writer *w, size_t from, const struct tiny *k)
{
    size_t list = put_vector(w, from, 1, NULL, 4), code;

    code = put_table(w, list,
                     HAS(TFL_CODE_DEPRECATED_BUILTIN_CODE) | HAS(TFL_CODE_VERSION) | HAS(TFL_CODE_BUILTIN_CODE) |
                         (k->custom ? HAS(TFL_CODE_CUSTOM_CODE) : 0));
    set8(w, slot(code, TFL_CODE_DEPRECATED_BUILTIN_CODE), k->old_code);
    set32(w, slot(code, TFL_CODE_VERSION), (size_t)k->op_version);
    set32(w, slot(code, TFL_CODE_BUILTIN_CODE), (size_t)k->code);
    if (k->custom)
        put_string(w, slot(code, TFL_CODE_CUSTOM_CODE), k->custom, strlen(k->custom));
}

static const int8_t weights[9] = {1, -2, 3, -4, 5, -6, 7, -8, 9};
static const int32_t biases[2] = {1000, -1000};

static void put_buffers(struct writer *w, size_t from, const struct tiny *k)
{
    size_t list = put_vector(w, from, 3, NULL, 4), b, end;

    put_table(w, list, 0);
    b = put_table(w, list + 4, k->behind ? HAS(TFL_BUFFER_OFFSET) | HAS(TFL_BUFFER_SIZE) : HAS(TFL_BUFFER_DATA));
    end = put_table(w, list + 8, HAS(TFL_BUFFER_DATA));
    put_vector(w, slot(end, TFL_BUFFER_DATA), sizeof biases, biases, 1);
    if (!k->behind) {
        put_vector(w, slot(b, TFL_BUFFER_DATA), (size_t)k->weights_size, weights, 1);
        return;
    }
    set64(w, slot(b, TFL_BUFFER_OFFSET), put(w, weights, (size_t)k->weights_size));
    set64(w, slot(b, TFL_BUFFER_SIZE), k->behind > 1 ? UINT64_MAX : (uint64_t)k->weights_size);
}

static struct bytes assemble(struct writer *w, const struct tiny *k)
{
    size_t model, list, graph;

    memset(w, 0, sizeof *w);
    put(w, "\0\0\0\0" TFL_IDENTIFIER, 8);
    model = put_table(w, 0,
                      HAS(TFL_MODEL_VERSION) | HAS(TFL_MODEL_OPERATOR_CODES) | HAS(TFL_MODEL_SUBGRAPHS) |
                          HAS(TFL_MODEL_BUFFERS));
    set32(w, slot(model, TFL_MODEL_VERSION), (size_t)k->version);
    put_code(w, slot(model, TFL_MODEL_OPERATOR_CODES), k);
    list = put_vector(w, slot(model, TFL_MODEL_SUBGRAPHS), (size_t)k->graphs, NULL, 4);
    graph = put_table(w, list,
                      HAS(TFL_SUBGRAPH_TENSORS) | HAS(TFL_SUBGRAPH_INPUTS) | HAS(TFL_SUBGRAPH_OUTPUTS) |
                          HAS(TFL_SUBGRAPH_OPERATORS));
    for (int i = 1; i < k->graphs; i++)
        set32(w, list + 4 * (size_t)i, graph - (list + 4 * (size_t)i));
    put_tensors(w, slot(graph, TFL_SUBGRAPH_TENSORS), k);
    put_vector(w, slot(graph, TFL_SUBGRAPH_INPUTS), 1, (int32_t[]){0}, 4);
    put_vector(w, slot(graph, TFL_SUBGRAPH_OUTPUTS), 1, (int32_t[]){3}, 4);
    put_ops(w, slot(graph, TFL_SUBGRAPH_OPERATORS), k);
    put_buffers(w, slot(model, TFL_MODEL_BUFFERS), k);
    return (struct bytes){w->bytes, w->size};
}

static struct writer writer;

static void import_tiny(struct import *i, const struct tiny *k) { import_file(i, "m.tflite", assemble(&writer, k)); }

/* The error's text begins with "m.tflite: ", then `want`, then anything, then the status. */
static void expect(const struct tiny *k, enum mote_status status, const char *want)
{
    struct import i;

    import_tiny(&i, k);
    if (i.status != status || strncmp(i.report.text, "m.tflite: ", 10) != 0 ||
        strncmp(i.report.text + 10, want, strlen(want)) != 0)
        FAIL("want %s ... [%s], got \"%s\"", want, status_name(status), i.report.text);
    pool_free(&i.pool);
}

/* `change` alters the good model `k`. */
#define EXPECT(change, status, want)                                                                                   \
    do {                                                                                                               \
        struct tiny k = good;                                                                                          \
        change;                                                                                                        \
        expect(&k, status, want);                                                                                      \
    } while (0)

/* ---- what is read ---- */
static void test_reads_everything(void **state)
{
    struct import i;

    (void)state;
    import_tiny(&i, &good);
    assert_string_equal(i.report.text, "");
    assert_string_equal(i.model.name, "m");
    assert_int_equal(i.model.n_graphs, 1);

    const struct graph *g = i.model.graphs;
    assert_string_equal(g->name, "main");
    assert_int_equal(g->n_tensors, 4);
    assert_int_equal(g->n_inputs, 1);
    assert_int_equal(g->inputs[0], 0);
    assert_int_equal(g->n_outputs, 1);
    assert_int_equal(g->outputs[0], 3);
    for (int t = 0; t < 4; t++)
        assert_int_equal(g->tensors[t].source, t);

    const struct tensor *in = &g->tensors[0], *w = &g->tensors[1], *b = &g->tensors[2];
    char shape[96];
    assert_string_equal(in->name, "in");
    assert_int_equal(in->type, TYPE_S8);
    assert_string_equal(shape_text(in, shape), "1x4");
    assert_int_equal(in->quant.n, 1);
    assert_true(in->quant.scale[0] == 0.5f);
    assert_int_equal(in->quant.zero[0], -3);
    assert_null(in->data);
    assert_string_equal(shape_text(w, shape), "2x4");
    assert_memory_equal(w->data, weights, 8);
    assert_int_equal(b->type, TYPE_S32);
    assert_memory_equal(b->data, biases, 8);
    assert_int_equal((uintptr_t)b->data % 4, 0);

    assert_int_equal(g->n_ops, 1);
    const struct op *op = g->ops;
    const struct fully_connected_opts *o = op->opts;
    assert_int_equal(op->id, OP_FULLY_CONNECTED);
    assert_int_equal(op->source, 0);
    assert_int_equal(op->n_in, 3);
    assert_memory_equal(op->in, ((int32_t[]){0, 1, 2}), 12);
    assert_int_equal(op->out[0], 3);
    assert_int_equal(o->activation, ACTIVATION_RELU);
    assert_int_equal(o->keep_num_dims, 0);
    pool_free(&i.pool);
}

/* `shape` where nobody says more, else what the caller says; what operators make follows. */
static void test_open_dimensions(void **state)
{
    static const struct import_shape shapes[] = {{"in", 2, {5, 4}}, {"in", 2, {5, 3}}, {"in", 3, {5, 4, 1}}};
    static const char *const says[] = {
        NULL, "input 0 in: --shape says that dimension 1 is 3, but it is fixed in the file: ?x4",
        "input 0 in: --shape has 3 dimensions for it, the file says 2: ?x4"};
    struct tiny k = good;
    char text[96];

    (void)state;
    k.open = 1;
    for (int32_t n = 0; n < 4; n++) {
        const struct import_options options = {.shapes = &shapes[n > 0 ? n - 1 : 0], .n_shapes = n > 0};
        struct import_missing missing;
        struct import i = {.root = {.index = -1, .sink = &i.report}};
        const enum mote_status status =
            tflite_import_partly(&i.pool, "m", assemble(&writer, &k), &options, &i.model, &missing, &i.root);
        const char *want = n > 0 ? says[n - 1] : NULL;

        assert_int_equal(status, want ? MOTE_ERR_SHAPE : MOTE_OK);
        if (want)
            assert_non_null(strstr(i.report.text, want));
        else {
            assert_string_equal(shape_text(&i.model.graphs[0].tensors[0], text), n ? "5x4" : "1x4");
            assert_string_equal(shape_text(&i.model.graphs[0].tensors[3], text), n ? "5x2" : "1x2");
        }
        pool_free(&i.pool);
    }
}

static void test_other_spellings(void **state)
{
    struct tiny k = good;
    struct import i;

    (void)state;
    k.bias = TENSOR_ABSENT;
    k.old_code = BUILTIN_PLACEHOLDER_FOR_GREATER_OP_CODES - 127; /* the newer field's is larger */
    k.code = BUILTIN_FULLY_CONNECTED;
    k.options_type = TFL_NoOptions;
    k.behind = 1;
    import_tiny(&i, &k);
    assert_string_equal(i.report.text, "");
    assert_int_equal(i.model.graphs[0].ops[0].in[2], TENSOR_ABSENT);
    assert_memory_equal(i.model.graphs[0].tensors[1].data, weights, 8);
    pool_free(&i.pool);

    k = good; /* only ranges from training: not quantized. A batch that is not known. */
    k.n_scales = k.n_zeros = 0;
    k.dim0 = -1;
    import_tiny(&i, &k);
    assert_int_equal(i.model.graphs[0].tensors[0].quant.n, 0);
    assert_int_equal(i.model.graphs[0].tensors[0].dims[0], DIM_UNKNOWN);
    pool_free(&i.pool);

    k = good;
    k.n_scales = k.n_zeros = 4;
    k.axis = 1;
    import_tiny(&i, &k);
    assert_string_equal(i.report.text, "");
    assert_int_equal(i.model.graphs[0].tensors[0].quant.n, 4);
    assert_int_equal(i.model.graphs[0].tensors[0].quant.axis, 1);
    assert_int_equal(i.model.graphs[0].tensors[0].quant.zero[3], -3);
    pool_free(&i.pool);
}

static void test_several_graphs(void **state)
{
    struct tiny two = good;
    struct import i;

    (void)state;
    two.graphs = 2;
    import_tiny(&i, &two);
    assert_string_equal(i.report.text, "");
    assert_int_equal(i.model.n_graphs, 2);
    assert_string_equal(i.model.graphs[0].name, "main");
    assert_string_equal(i.model.graphs[1].name, "graph_1");
    assert_int_equal(i.model.graphs[1].n_tensors, 4);
    pool_free(&i.pool);

    EXPECT((k.graphs = 2, k.dim0 = -2), MOTE_ERR_SHAPE, "graph 0 main: tensor 0 in: ");
    EXPECT((k.graphs = 2, k.activation = 9), MOTE_ERR_FORMAT, "graph 0 main: op 0 FULLY_CONNECTED: ");
    EXPECT((k.graphs = 2, k.old_code = BUILTIN_CALL), MOTE_ERR_UNSUPPORTED,
           "2 operators that Mote does not have: op 0 CALL (version 1, output \"out\"), graph 1 op 0 CALL (version 1, "
           "output \"out\") [ERR_UNSUPPORTED]");
}

/* As the shape that RESHAPE gives a scalar. */
static void test_constant_without_elements(void **state)
{
    struct tiny empty = good;
    struct import i;

    (void)state;
    empty.bias_size = 0;
    import_tiny(&i, &empty);
    assert_non_null(i.model.graphs[0].tensors[2].data);
    assert_null(strstr(i.report.text, "read before"));
    pool_free(&i.pool);
}

static void test_misaligned_file(void **state)
{
    struct bytes file = assemble(&writer, &good), moved;
    uint8_t *memory = malloc(file.size + 3);
    struct import i;

    (void)state;
    for (size_t by = 1; by <= 3; by++) {
        moved = (struct bytes){memcpy(memory + by, file.data, file.size), file.size};
        import_file(&i, "m.tflite", moved);
        assert_string_equal(i.report.text, "");
        assert_memory_equal(i.model.graphs[0].tensors[2].data, biases, 8);
        assert_int_equal((uintptr_t)i.model.graphs[0].tensors[2].data % 4, 0);
        pool_free(&i.pool);
    }
    free(memory);
}

static void test_names(void **state)
{
    static const struct {
        const char *source, *name;
        int length; /* 0: up to the NUL */
    } names[] = {
        {"", "", 0},
        {"serving_default_in:0", "serving_default_in:0", 0},
        {"gr\xc3\xb6\xc3\x9f"
         "e \xe2\x82\xac \xf0\x9f\x98\x80",
         "gr\xc3\xb6\xc3\x9f"
         "e \xe2\x82\xac \xf0\x9f\x98\x80",
         0},
        {"two\nlines\t\x1b[31m\x7f", "two\\x0alines\\x09\\x1b[31m\\x7f", 0},
        {"\xff\xc3", "\\xff\\xc3", 0},
        {"\xc0\xaf \xed\xa0\x80", "\\xc0\\xaf \\xed\\xa0\\x80", 0}, /* overlong, surrogate */
        {"\xc2\x85 \xe2\x80\xa8", "\\xc2\\x85 \\xe2\\x80\\xa8", 0}, /* other ends of a line */
        {"a\0b", "a\\x00b", 3},
    };
    struct import i;

    (void)state;
    for (size_t n = 0; n < COUNT(names); n++) {
        struct tiny k = good;

        k.name = names[n].source;
        k.name_length = names[n].length ? names[n].length : (int)strlen(names[n].source);
        import_tiny(&i, &k);
        assert_string_equal(i.report.text, "");
        assert_string_equal(i.model.graphs[0].tensors[0].name, names[n].name);
        pool_free(&i.pool);
    }
}

static void test_model_names(void **state)
{
    static const char *const names[][2] = {
        {"kws.tflite", "kws"},
        {"/a/b.c/Kws-3x3 (2).tflite", "kws_3x3_2"},
        {"3x3.tflite", "model_3x3"},
        {"int.tflite", "model_int"},
        {"class", "model_class"},
        {"time.tflite", "model_time"}, /* else -I. would find its time.h for <time.h> */
        {"stdint.tflite", "model_stdint"},
        {"", "model"},
        {"--.tflite", "model"},
        {"_Bool", "model_bool"},
        {".tflite", "tflite"},
        {"gr\xc3\xb6\xc3\x9f"
         "e.v2.tflite",
         "gr_e_v2"},
        {"dir/", "model"},
    };
    struct pool pool = {0};
    char longest[200];

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++)
        assert_string_equal(model_name_from(&pool, names[i][0]), names[i][1]);
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_in_range(strlen(model_name_from(&pool, longest)), 32, 63);
    longest[0] = '1';
    assert_in_range(strlen(model_name_from(&pool, longest)), 32, 63);
    pool_free(&pool);
}

/* ---- what is refused ---- */
static void test_refuses(void **state)
{
    (void)state;
    EXPECT(k.version = 2, MOTE_ERR_VERSION, "schema version 2; Mote reads version 3");
    EXPECT(k.graphs = 1000, MOTE_ERR_FORMAT, "op 0: the file is damaged at byte ");
    EXPECT(k.opcode_index = 1, MOTE_ERR_FORMAT, "op 0: its code is entry 1");
    EXPECT(k.options_type = TFL_Conv2DOptions, MOTE_ERR_FORMAT, "op 0 FULLY_CONNECTED: the options are another");
    EXPECT(k.activation = 6, MOTE_ERR_FORMAT, "op 0 FULLY_CONNECTED: option activation is 6");
    EXPECT(k.activation = -1, MOTE_ERR_FORMAT, "op 0 FULLY_CONNECTED: option activation is -1");
    EXPECT(k.weights_format = 1, MOTE_ERR_UNSUPPORTED, "op 0 FULLY_CONNECTED: option weights_format is 1");
    EXPECT(k.new_field = 1, MOTE_ERR_UNSUPPORTED, "op 0 FULLY_CONNECTED: the options have a field 7");
    EXPECT(k.bias = 4, MOTE_ERR_FORMAT, "op 0 FULLY_CONNECTED: input 2 is tensor 4");
    EXPECT(k.bias = -2, MOTE_ERR_FORMAT, "op 0 FULLY_CONNECTED: input 2 is tensor -2");
    EXPECT(k.bias = 3, MOTE_ERR_FORMAT, "op 0 FULLY_CONNECTED: ");  /* its own output */
    EXPECT(k.n_ops = 2, MOTE_ERR_FORMAT, "op 1 FULLY_CONNECTED: "); /* writes its output again */
    EXPECT(k.type = 23, MOTE_ERR_TYPE, "tensor 0 in: element type 23");
    EXPECT(k.type = -1, MOTE_ERR_TYPE, "tensor 0 in: element type -1");
    EXPECT(k.rank = 9, MOTE_ERR_UNSUPPORTED, "tensor 0 in: 9 dimensions");
    EXPECT(k.dim0 = -2, MOTE_ERR_SHAPE, "tensor 0 in: ");
    EXPECT(k.dim0 = INT32_MAX, MOTE_ERR_MEMORY, "tensor 0 in: ");
    EXPECT(k.n_zeros = 0, MOTE_ERR_QUANT, "tensor 0 in: 1 scales but 0 zero points");
    EXPECT((k.n_scales = 4, k.axis = 1), MOTE_ERR_QUANT, "tensor 0 in: 4 scales but 1 zero points");
    EXPECT((k.n_scales = k.n_zeros = 4), MOTE_ERR_QUANT, "tensor 0 in: ");
    EXPECT((k.n_scales = k.n_zeros = 4, k.axis = 2), MOTE_ERR_QUANT, "tensor 0 in: ");
    EXPECT((k.n_scales = k.n_zeros = 4, k.axis = -1), MOTE_ERR_QUANT, "tensor 0 in: ");
    EXPECT(k.scale = -1, MOTE_ERR_QUANT, "tensor 0 in: ");
    EXPECT(k.scale = 0.0f / 0.0f, MOTE_ERR_QUANT, "tensor 0 in: ");
    EXPECT(k.zero = (int64_t)1 << 32, MOTE_ERR_QUANT, "tensor 0 in: zero point 0 is 4294967296");
    EXPECT(k.zero = 128, MOTE_ERR_QUANT, "tensor 0 in: ");
    EXPECT(k.details = 2, MOTE_ERR_UNSUPPORTED, "tensor 0 in: custom, blockwise");
    EXPECT(k.weights_buffer = 3, MOTE_ERR_FORMAT, "tensor 1 w: its data are in buffer 3, but the file has 3");
    EXPECT(k.weights_size = 7, MOTE_ERR_FORMAT, "tensor 1 w: its data are 7 bytes, its type and shape want 8");
    EXPECT(k.behind = 2, MOTE_ERR_FORMAT, "tensor 1 w: its data are outside the file");
    EXPECT(k.variable = 1, MOTE_ERR_UNSUPPORTED, "tensor 1 w: a variable that starts");
    EXPECT(k.sparse = 1, MOTE_ERR_FORMAT, "tensor 1 w: its levels are not those of 2 dimensions and 0 blocks");
    EXPECT(k.external = 1, MOTE_ERR_UNSUPPORTED, "tensor 1 w: its data are in another file");
    EXPECT(k.copies = 10000, MOTE_ERR_FORMAT, "tensor 2050 out: the file is damaged at byte ");
}

/* Tensors without elements or data: a variable is state, a weight nobody computes is read before it is made. */
static void test_tensors_without_data(void **state)
{
    struct tiny with_state = good;
    struct import i;

    (void)state;
    EXPECT(k.weights_buffer = 0, MOTE_ERR_FORMAT, "op 0 FULLY_CONNECTED: tensor 1 w: it is read before");
    with_state.weights_buffer = 0;
    with_state.variable = 1;
    import_tiny(&i, &with_state);
    assert_string_equal(i.report.text, "");
    assert_true(i.model.graphs[0].tensors[1].state);
    pool_free(&i.pool);
}

static void test_not_tflite(void **state)
{
    uint8_t bytes[64] = {0};
    struct import i;

    (void)state;
    for (size_t n = 0; n <= sizeof bytes; n++)
        assert_int_equal(import_exact(bytes, n), MOTE_ERR_FORMAT);
    assert_false(tflite_matches((struct bytes){bytes, sizeof bytes}));
    assert_false(tflite_matches((struct bytes){NULL, 0}));
    assert_true(tflite_matches(assemble(&writer, &good)));
    import_file(&i, "m.tflite", (struct bytes){bytes, sizeof bytes});
    assert_string_equal(i.report.text, "m.tflite: not a TFLite model: no \"TFL3\" at byte 4 [ERR_FORMAT]");
    pool_free(&i.pool);
}

/* ---- operators that are not there ---- */
static void test_missing_operators(void **state)
{
    (void)state;
    EXPECT((k.old_code = BUILTIN_UNIQUE, k.op_version = 2), MOTE_ERR_UNSUPPORTED,
           "1 operator that Mote does not have: op 0 UNIQUE (version 2, output \"out\") [ERR_UNSUPPORTED]");
    EXPECT((k.old_code = BUILTIN_PLACEHOLDER_FOR_GREATER_OP_CODES, k.code = BUILTIN_STABLEHLO_CASE, k.n_ops = 2),
           MOTE_ERR_UNSUPPORTED,
           "2 operators that Mote does not have: op 0 STABLEHLO_CASE (version 1, output \"out\"), op 1 STABLEHLO_CASE "
           "(version 1, output \"out\") [ERR_UNSUPPORTED]");
    EXPECT((k.old_code = BUILTIN_CUSTOM, k.custom = "My\nOp"), MOTE_ERR_UNSUPPORTED,
           "1 operator that Mote does not have: op 0 My\\x0aOp (custom, version 1, output \"out\"); --operators takes");
    /* The converter's setting, once. */
    EXPECT(
        (k.old_code = BUILTIN_CUSTOM, k.custom = "FlexErf", k.n_ops = 2), MOTE_ERR_UNSUPPORTED,
        "2 operators that Mote does not have: op 0 FlexErf (custom, version 1, output \"out\"), op 1 FlexErf (custom, "
        "version 1, output \"out\"); Flex operators are TensorFlow's own: convert with "
        "target_spec.supported_ops = [TFLITE_BUILTINS], without SELECT_TF_OPS, and replace what the converter then "
        "names [ERR_UNSUPPORTED]");
    EXPECT((k.old_code = BUILTIN_CUSTOM, k.custom = "ethos-u"), MOTE_ERR_UNSUPPORTED,
           "1 operator that Mote does not have: op 0 ethos-u (custom, version 1, output \"out\"); the file is Vela's "
           "output: give the .tflite that went into vela [ERR_UNSUPPORTED]");
    EXPECT((k.code = 9999), MOTE_ERR_UNSUPPORTED,
           "1 operator that Mote does not have: op 0 number 9999 (version 1, output \"out\") [ERR_UNSUPPORTED]");
    EXPECT((k.old_code = -1, k.code = -2), MOTE_ERR_UNSUPPORTED,
           "1 operator that Mote does not have: op 0 number -1 (version 1, output \"out\") [ERR_UNSUPPORTED]");
    /* Many: each kind once. */
    EXPECT((k.old_code = BUILTIN_UNIQUE, k.n_ops = 100), MOTE_ERR_UNSUPPORTED,
           "100 operators that Mote does not have: 100 UNIQUE (version 1, first op 0) [ERR_UNSUPPORTED]");
    /* Options that Mote does not have: all of them, as one kind. */
    EXPECT((k.weights_format = 1, k.n_ops = 3), MOTE_ERR_UNSUPPORTED,
           "op 0 FULLY_CONNECTED: option weights_format is 1; Mote takes only 0 (and 2 more FULLY_CONNECTED) "
           "[ERR_UNSUPPORTED]");
    EXPECT((k.old_code = BUILTIN_CUSTOM, k.custom = "123456789012345678901234567890123456789012345678901234567890"),
           MOTE_ERR_UNSUPPORTED,
           "1 operator that Mote does not have: op 0 ...345678901234567890123456789012345678901234567890 (custom, ");
}

static void test_operator_names(void **state)
{
    (void)state;
    assert_string_equal(tfl_builtin_name(0), "ADD");
    assert_string_equal(tfl_builtin_name(32), "CUSTOM");
    assert_string_equal(tfl_builtin_name(127), "PLACEHOLDER_FOR_GREATER_OP_CODES");
    assert_string_equal(tfl_builtin_name(150), "GELU");
    assert_string_equal(tfl_builtin_name(209), "STABLEHLO_CASE");
    assert_null(tfl_builtin_name(210));
    assert_null(tfl_builtin_name(-1));
    for (int32_t code = 0; code < BUILTIN_LIMIT; code++)
        assert_non_null(tfl_builtin_name(code));
    assert_null(tfl_op_find(BUILTIN_CUSTOM));
    assert_null(tfl_op_find(BUILTIN_LIMIT));
    assert_int_equal(tfl_op_find(BUILTIN_PADV2)->id, OP_PAD);
}

/* ---- damage ---- */
static void truncate_everywhere(struct bytes file)
{
    for (size_t n = 0; n < file.size; n++)
        (void)import_exact(file.data, n);
}

static void flip_every_bit(struct bytes file)
{
    for (size_t bit = 0; bit < file.size * 8; bit++) {
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        (void)import_exact(file.data, file.size);
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void test_damaged(void **state)
{
    struct bytes file = assemble(&writer, &good);

    (void)state;
    assert_int_equal(import_exact(file.data, file.size), MOTE_OK);
    assert_int_equal(import_exact(file.data, file.size / 2), MOTE_ERR_FORMAT);
    truncate_everywhere(file);
    flip_every_bit(file);
}

/* ---- the shared folder's models ---- */
static bool load(struct pool *pool, const char *path, struct bytes *file)
{
    struct report_text report = {0};
    struct frame root = {.name = path, .index = -1, .sink = &report};

    return file_read(pool, path, file, &root) == MOTE_OK;
}

static void test_damaged_hello_world(void **state)
{
    struct pool pool = {0};
    const char *path = shared_path(&pool, "models/tflite_micro/hello_world.tflite");
    struct bytes file;

    (void)state;
    if (path == NULL) {
        pool_free(&pool);
        skip();
    }
    assert_true(load(&pool, path, &file));
    assert_int_equal(import_exact(file.data, file.size), MOTE_OK);
    truncate_everywhere(file);
    flip_every_bit(file);
    pool_free(&pool);
}

static int models, imported;

/* The file's tensors in their order, then those that the importer made: states of variables. */
static void check_sources(const struct graph *g)
{
    int32_t made = g->n_tensors;

    while (made > 0 && g->tensors[made - 1].source == -1 && g->tensors[made - 1].state)
        made--;
    for (int32_t t = 0; t < made; t++)
        assert_int_equal(g->tensors[t].source, t);
}

static void check_model(const char *path)
{
    /* What the host can run already: these must not be refused. */
    static const char *const names[] = {
        "/kws.tflite",        "/mlperf_tiny/vww.tflite", "/resnet.tflite",        "/ad01.tflite",
        "/strww.tflite",      "/micro_speech.tflite",    "/person_detect.tflite", "/hello_world.tflite",
        "/mnist_lstm.tflite", "/tinyengine/vww.tflite",  "/detection.tflite",     "/mcunetv2_large.tflite",
    };
    struct pool pool = {0};
    struct bytes file;
    struct import i;

    assert_true(load(&pool, path, &file));
    import_file(&i, path, file);
    if (i.status != MOTE_OK && i.status != MOTE_ERR_UNSUPPORTED)
        FAIL("%s", i.report.text);
    for (size_t n = 0; n < COUNT(names); n++)
        if (strstr(path, names[n]) && i.status != MOTE_OK)
            FAIL("%s", i.report.text);
    models++;
    imported += i.status == MOTE_OK;
    for (int32_t g = 0; i.status == MOTE_OK && g < i.model.n_graphs; g++)
        check_sources(&i.model.graphs[g]);
    if (i.status == MOTE_OK)
        assert_int_equal(model_verify(&i.model, &i.root), MOTE_OK);
    else
        assert_non_null(strstr(i.report.text, " [ERR_UNSUPPORTED]"));
    pool_free(&i.pool);
    pool_free(&pool);
}

static int visit(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    size_t len = strlen(path);

    (void)info;
    (void)at;
    if (kind == FTW_F && len > 7 && strcmp(path + len - 7, ".tflite") == 0)
        check_model(path);
    return 0;
}

/* The corpus has a model of each kind of variables that is refused, made by tools/golden/cases_state.py. */
static void test_variables(void **state)
{
    static const struct {
        const char *name;
        enum mote_status status;
        const char *want; /* in the error */
    } files[] = {
        {"good", MOTE_OK, ""},
        {"beside_places", MOTE_OK, ""},
        {"two_sizes", MOTE_ERR_SHAPE, "op 4 ASSIGN_VARIABLE: variable \"v\" has two types or sizes"},
        {"two_types", MOTE_ERR_SHAPE, "op 4 ASSIGN_VARIABLE: variable \"v\" has two types or sizes"},
        {"no_handle", MOTE_ERR_UNSUPPORTED, "op 1 READ_VARIABLE: input 0 is no handle that VAR_HANDLE has made"},
        {"used_before", MOTE_ERR_UNSUPPORTED, "op 3 CALL_ONCE: variable \"v\" is used before its initial value is set"},
        {"called_twice", MOTE_ERR_UNSUPPORTED, "op 2 CALL_ONCE: graph 1 is called twice, or from a graph that is"},
        {"calls_main", MOTE_ERR_FORMAT, "op 1 CALL_ONCE: it calls graph 0 of 1"},
        {"calls_nothing", MOTE_ERR_FORMAT, "op 1 CALL_ONCE: it calls graph 2 of 2"},
        {"nested", MOTE_ERR_UNSUPPORTED, "op 0 CALL_ONCE: graph 2 is called twice, or from a graph that is called"},
        {"computes", MOTE_ERR_UNSUPPORTED, "op 1 CALL_ONCE: its graph does more than assigning constants"},
        {"odd_zero_point", MOTE_ERR_QUANT, "variable \"v\" is s16 with zero point 5 and has no initial value"},
    };

    (void)state;
    for (size_t n = 0; n < COUNT(files); n++) {
        struct pool pool = {0};
        struct import i;
        struct bytes file;
        const char *path =
            pool_printf(&pool, "%s/tests/fuzz/corpus/fuzz_tflite/variables_%s.tflite", MOTE_SOURCE_DIR, files[n].name);

        assert_int_equal(file_read(&pool, path, &file, NULL), MOTE_OK);
        import_file(&i, "m.tflite", file);
        if (i.status != files[n].status || strstr(i.report.text, files[n].want) == NULL)
            FAIL("%s: want %s ... [%s], got \"%s\"", files[n].name, files[n].want, status_name(files[n].status),
                 i.report.text);
        if (i.status == MOTE_OK) { /* the initializer's graph is gone, its constant is the state's */
            const struct graph *g = &i.model.graphs[0];

            assert_int_equal(i.model.n_graphs, 1);
            for (int32_t t = 0; t < g->n_tensors; t++)
                assert_int_not_equal(g->tensors[t].type, TYPE_S64);
            assert_true(g->tensors[g->n_tensors - 1].state);
            assert_memory_equal(g->tensors[g->n_tensors - 1].initial, "\0\0", 2);
        }
        pool_free(&i.pool);
        pool_free(&pool);
    }
}

/* ---- files of the corpus ---- */
static struct bytes corpus_file(struct pool *pool, const char *name)
{
    struct bytes file;

    assert_int_equal(file_read(pool,
                               pool_printf(pool, "%s/tests/fuzz/corpus/fuzz_tflite/%s.tflite", MOTE_SOURCE_DIR, name),
                               &file, NULL),
                     MOTE_OK);
    return file;
}

struct refused {
    const char *name;
    enum mote_status status;
    const char *want; /* in the error */
};

static void expect_refused(const struct refused *file, struct bytes bytes)
{
    struct import i;

    import_file(&i, "m.tflite", bytes);
    if (i.status != file->status || strstr(i.report.text, file->want) == NULL)
        FAIL("%s: want %s ... [%s], got \"%s\"", file->name, file->want, status_name(file->status), i.report.text);
    pool_free(&i.pool);
}

/* Made by tools/golden/cases_import.py: operators without what they read, lists of places that are too long. */
static void test_files_refused(void **state)
{
    static const struct refused files[] = {
        {"state_without_input", MOTE_ERR_FORMAT, "op 0 SignalStacker: 0 inputs and 2 outputs"},
        {"buffer_of_nothing", MOTE_ERR_FORMAT, "op 0 CIRCULAR_BUFFER: 0 inputs and 0 outputs"},
        {"sparse_growth", MOTE_ERR_MEMORY, "sparse tensors become more than 128 times the file"},
        {"sparse_twice", MOTE_ERR_FORMAT, "level 0: 3 indices, of which 2 can differ"},
    };
    struct pool pool = {0};

    (void)state;
    for (size_t n = 0; n < COUNT(files); n++)
        expect_refused(&files[n], corpus_file(&pool, files[n].name));
    pool_free(&pool);
}

/* ---- control flow: made by tools/golden/cases_control.py ---- */
static struct bytes control_file(struct pool *pool, const char *name)
{
    return corpus_file(pool, pool_printf(pool, "control_%s", name));
}

static void test_control_refused(void **state)
{
    static const struct refused files[] = {
        {"without_end", MOTE_ERR_UNSUPPORTED, "op 0 WHILE: it runs more than 4096 times"},
        {"too_often", MOTE_ERR_UNSUPPORTED, "op 0 WHILE: it runs more than 4096 times"},
        {"changes_nothing", MOTE_ERR_UNSUPPORTED, "op 0 WHILE: its body changes nothing"},
        {"no_bool", MOTE_ERR_FORMAT, "op 0 WHILE: graph 'called_0' has 2 inputs and 2 outputs, not 2 and 1"},
        {"other_counts", MOTE_ERR_FORMAT, "op 0 WHILE: graph 'called_0' has 1 inputs and 1 outputs, not 2 and 1"},
        {"calls_itself", MOTE_ERR_UNSUPPORTED, "graphs within graphs, more than 16: 'called_"},
        {"no_graph", MOTE_ERR_FORMAT, "op 0 IF: it names graph 7 of 3"},
        {"two_shapes", MOTE_ERR_UNSUPPORTED, "op 0 IF: a value is s8 1x6 or s8 1x5; it must be alike"},
        {"absent_input", MOTE_ERR_FORMAT, "op 1 SHAPE: input 0 is absent"},
        {"writes_a_constant", MOTE_ERR_FORMAT, "op 1 ADD: output 0 is a constant, which no operator can write"},
        {"no_rows", MOTE_ERR_SHAPE, "op 1 DYNAMIC_UPDATE_SLICE: dimension 0 of the output would be empty"},
        {"other_scale", MOTE_ERR_UNSUPPORTED, "op 0 IF: tensor 'input0' is s8 there and s8 here, or quantized"},
    };

    struct pool pool = {0};

    (void)state;
    for (size_t n = 0; n < COUNT(files); n++)
        expect_refused(&files[n], control_file(&pool, files[n].name));
    pool_free(&pool);
}

static int count_ops(const struct graph *g, enum op_id id)
{
    int n = 0;

    for (int32_t i = 0; i < g->n_ops; i++)
        n += g->ops[i].id == id;
    return n;
}

/* Of how many rows nothing is known, no list is made. */
static void test_free_rows(void **state)
{
    struct pool pool = {0};
    struct import i;

    (void)state;
    import_file(&i, "m.tflite", control_file(&pool, "free_rows"));
    assert_int_equal(i.status, MOTE_OK);
    assert_int_equal(count_ops(&i.model.graphs[0], OP_CONCATENATION), 2);
    pool_free(&i.pool);
    pool_free(&pool);
}

/* A condition may be rows of a list. */
static void test_part_of_bools(void **state)
{
    struct pool pool = {0};
    struct import i;

    (void)state;
    import_file(&i, "m.tflite", control_file(&pool, "part_of_bools"));
    assert_int_equal(i.status, MOTE_OK);
    assert_int_equal(count_ops(&i.model.graphs[0], OP_BRANCH), 3);
    pool_free(&i.pool);
    pool_free(&pool);
}

static void run_once(struct pool *pool, struct pipeline *p, const float *in, float *out)
{
    struct runner runner;

    assert_int_equal(runner_open(pool, p->image, &runner, NULL), MOTE_OK);
    runner_run(&runner, (const uint8_t *)in, (uint8_t *)out);
}

/* A loop of steps with and without its pass: one operator, and the same numbers. */
static void expect_layer(const char *name, enum op_id id, int outputs)
{
    enum { INPUTS = 5 * 3, MOST = 5 * 4 };
    struct pool pool = {0};
    struct bytes file = control_file(&pool, name);
    struct report_text sink = {.status = MOTE_OK};
    const struct frame at = {.name = name, .index = -1, .sink = &sink};
    float in[INPUTS], out[2][MOST];

    for (int i = 0; i < INPUTS; i++)
        in[i] = (float)((i * 37 + 11) % 29) / 14 - 1;
    for (int k = 0; k < 2; k++) {
        struct pipeline p;

        assert_int_equal(pipeline_read(&pool, "m.tflite", file, &p, &at), MOTE_OK);
        assert_int_equal(p.model.n_graphs, 1);
        assert_int_equal(pipeline_compile(&p, &(struct pipeline_options){.passes = k == 0 ? "none" : NULL}, &at),
                         MOTE_OK);
        assert_int_equal(count_ops(&p.model.graphs[0], id), k);
        assert_int_equal(count_ops(&p.model.graphs[0], OP_CONCATENATION), k == 0 && outputs > 4);
        run_once(&pool, &p, in, out[k]);
    }
    for (int i = 0; i < outputs; i++)
        assert_true(fabsf(out[0][i] - out[1][i]) <= 1e-6f && fabsf(out[0][i]) > 1e-6f);
    pool_free(&pool);
}

static void test_loops_become_layers(void **state)
{
    (void)state;
    expect_layer("gru", OP_GRU, 4);
    expect_layer("gru_sequences", OP_GRU, 20);
    expect_layer("lstm", OP_UNIDIRECTIONAL_SEQUENCE_LSTM, 4);
    expect_layer("lstm_sequences", OP_UNIDIRECTIONAL_SEQUENCE_LSTM, 20);
}

static void test_shared_models(void **state)
{
    struct pool pool = {0};
    const char *folder = shared_path(&pool, "models");

    (void)state;
    if (folder == NULL) {
        pool_free(&pool);
        skip();
    }
    models = imported = 0;
    assert_int_equal(nftw(folder, visit, 16, FTW_PHYS), 0);
    print_message("%d models, %d imported\n", models, imported);
    assert_true(models > 0);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_everything),
        cmocka_unit_test(test_open_dimensions),
        cmocka_unit_test(test_files_refused),
        cmocka_unit_test(test_control_refused),
        cmocka_unit_test(test_part_of_bools),
        cmocka_unit_test(test_free_rows),
        cmocka_unit_test(test_loops_become_layers),
        cmocka_unit_test(test_other_spellings),
        cmocka_unit_test(test_several_graphs),
        cmocka_unit_test(test_constant_without_elements),
        cmocka_unit_test(test_misaligned_file),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_model_names),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_tensors_without_data),
        cmocka_unit_test(test_not_tflite),
        cmocka_unit_test(test_missing_operators),
        cmocka_unit_test(test_operator_names),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_damaged_hello_world),
        cmocka_unit_test(test_shared_models),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
