/* SPDX-License-Identifier: Apache-2.0 */
/* Operators of ONNX that ONNX's own tests (tests/onnx) do not have, or not in all their versions: what they compute,
 * worked out by hand from the operator's text, and what is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/import/import.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "tests/onnx_made.h"

enum { UINT8 = 2, INT8 = 3, BOOL = 9, FLOAT16 = 10, UINT32 = 12, VALUES_MAX = 64 };

/* Nodes "Op{a=1 b=1.5 c=1,2 d=word} x y -> z; …", an operator of another domain behind "domain:"; a list of one number
 * ends with a comma. Constants and ends "f32 2,2 x : 1 2 3 4", separated by ";". */
struct made {
    int opset;
    const char *nodes, *constants, *x, *y; /* y: what comes out, or where that are no numbers of y what is said */
};

/* ---- the file ---- */
static void put_attribute(struct text *node, char *word)
{
    struct text a = {.pool = node->pool};
    char *value = strchr(word, '='), *end;

    assert_non_null(value);
    *value++ = '\0';
    put_string(&a, 1, word);
    if ((*value < '0' || *value > '9') && *value != '-') {
        put_string(&a, 4, value);
    } else if (strchr(value, '.') && strchr(value, ',')) {
        for (; *value; value = *end ? end + 1 : end) {
            const float number = strtof(value, &end);

            put_varint(&a, 7 << 3 | 5);
            text_bytes(&a, &number, sizeof number);
        }
    } else if (strchr(value, '.')) {
        const float number = strtof(value, NULL);

        put_varint(&a, 2 << 3 | 5);
        text_bytes(&a, &number, sizeof number);
    } else if (strchr(value, ',')) {
        for (; *value; value = *end ? end + 1 : end)
            put_int(&a, 8, strtoll(value, &end, 10));
    } else {
        put_int(&a, 3, strtoll(value, NULL, 10));
    }
    put_message(node, 5, &a);
}

static void put_one(struct text *graph, char *words)
{
    char *attributes = strchr(words, '{'), *rest = words, *name;
    struct text node;

    words += strspn(words, " ");
    if (attributes) {
        *attributes++ = '\0';
        rest = strchr(attributes, '}');
        *rest++ = '\0';
        words = pool_printf(graph->pool, "%s%s", words, rest);
    }
    name = strchr(words, ':');
    node = node_of(graph->pool, name ? name + 1 : words);
    if (name)
        put_string(&node, 7, pool_printf(graph->pool, "%.*s", (int)(name - words), words));
    for (char *a = attributes ? strtok_r(attributes, " ", &attributes) : NULL; a; a = strtok_r(NULL, " ", &attributes))
        put_attribute(&node, a);
    put_message(graph, 1, &node);
}

struct numbers {
    int type, n;
    int64_t dims[RANK_MAX + 1];
    char name[16];
    double numbers[VALUES_MAX];
};

static struct numbers read_value(const char *s)
{
    static const struct {
        const char *name;
        int type;
    } types[] = {{"f32", FLOAT}, {"u8", UINT8},  {"s8", INT8},     {"s32", INT32},
                 {"s64", INT64}, {"bool", BOOL}, {"f16", FLOAT16}, {"u32", UINT32}};
    struct numbers v = {.dims = {-2}};
    char type[8], *at;
    int rank = 0, read = 0;

    assert_int_equal(sscanf(s, " %7s%n", type, &read), 1);
    for (size_t i = 0; i < COUNT(types); i++)
        v.type = strcmp(types[i].name, type) == 0 ? types[i].type : v.type;
    assert_int_not_equal(v.type, 0);
    for (at = (char *)(uintptr_t)s + read + 1; *at >= '0' && *at <= '9'; at += *at == ',')
        v.dims[rank++] = strtoll(at, &at, 10);
    v.dims[rank] = -2;
    assert_int_equal(sscanf(at, " %15s%n", v.name, &read), 1);
    for (at += read + strspn(at + read, " :"); *at && *at != ';'; at += strspn(at, " ")) {
        assert_in_range(v.n, 0, VALUES_MAX - 1);
        v.numbers[v.n++] = strtod(at, &at);
    }
    return v;
}

static size_t bytes_of(const struct numbers *v, uint8_t *out)
{
    static const uint8_t sizes[] = {[FLOAT] = 4, [INT32] = 4, [INT64] = 8, [UINT32] = 4};
    const size_t size = sizes[v->type] ? sizes[v->type] : 1;

    for (int i = 0; i < v->n; i++) {
        const float real = (float)v->numbers[i];
        const int64_t integer = v->type == FLOAT ? 0 : (int64_t)v->numbers[i];

        memcpy(out + (size_t)i * size, v->type == FLOAT ? (const void *)&real : (const void *)&integer, size);
    }
    return size * (size_t)v->n;
}

static struct bytes file_of(struct pool *pool, const struct made *m)
{
    struct text graph = {.pool = pool}, model = graph, set = graph, other = graph;
    uint8_t bytes[8 * VALUES_MAX];
    struct numbers v;

    for (char *rest = pool_strdup(pool, m->nodes), *one = strtok_r(rest, ";", &rest); one;
         one = strtok_r(NULL, ";", &rest))
        put_one(&graph, one);
    for (const char *s = m->constants; s && *s; s = strchr(s, ';') ? strchr(s, ';') + 1 : "") {
        v = read_value(s);
        put_initializer(&graph, v.name, v.type, v.dims, bytes, bytes_of(&v, bytes));
    }
    for (const char *s = m->x; s && *s; s = strchr(s, ';') ? strchr(s, ';') + 1 : "") {
        v = read_value(s);
        put_value(&graph, 11, v.name, v.type, v.dims);
    }
    v = strstr(m->y, " y :") ? read_value(m->y) : (struct numbers){.type = FLOAT, .dims = {-2}, .name = "y"};
    put_value(&graph, 12, v.name, v.type, v.dims);
    put_int(&set, 2, m->opset);
    put_string(&other, 1, "com.microsoft");
    put_int(&other, 2, 1);
    put_int(&model, 1, 8);
    put_message(&model, 7, &graph);
    put_message(&model, 8, &set);
    put_message(&model, 8, &other);
    return (struct bytes){(uint8_t *)model.s, model.len};
}

/* ---- what it computes ---- */
static void want(const struct numbers *v, const uint8_t *out, const char *nodes)
{
    for (int i = 0; i < v->n; i++) {
        float real = out[i];
        int32_t integer;

        if (v->type == FLOAT) {
            memcpy(&real, out + 4 * i, 4);
        } else if (v->type == INT32 || v->type == INT64) {
            memcpy(&integer, out + 4 * i, 4);
            real = (float)integer;
        } else if (v->type == INT8) {
            real = (int8_t)out[i];
        }
        if (fabs(real - v->numbers[i]) > 2e-6 * fmax(1, fabs(v->numbers[i])))
            print_error("%s: %d: %.9g, not %.9g\n", nodes, i, (double)real, v->numbers[i]);
        assert_true(fabs(real - v->numbers[i]) <= 2e-6 * fmax(1, fabs(v->numbers[i])));
    }
}

static void check(const struct made *m)
{
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    struct pool pool = {0};
    const struct numbers x = read_value(m->x), y = strstr(m->y, " y :") ? read_value(m->y) : (struct numbers){.n = -1};
    uint8_t in[8 * VALUES_MAX], out[8 * VALUES_MAX];
    struct pipeline p;
    struct runner r;

    if (pipeline_read(&pool, "m.onnx", file_of(&pool, m), &p, &at) == MOTE_OK &&
        pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &at) == MOTE_OK && y.n >= 0)
        assert_int_equal(runner_open(&pool, p.image, &r, &at), MOTE_OK);
    if (y.n < 0 ? !strstr(report.text, m->y) : report.status != MOTE_OK)
        print_error("%s: '%s'\n", m->nodes, report.text);
    if (y.n < 0) {
        assert_non_null(strstr(report.text, m->y));
    } else {
        assert_int_equal(report.status, MOTE_OK);
        bytes_of(&x, in);
        assert_in_range(runner_output_bytes(&r), 0, sizeof out);
        runner_run(&r, in, out);
        want(&y, out, m->nodes);
    }
    pool_free(&pool);
}

/* ---- files of old and other tools ---- */
static const struct made old[] = {
    /* a matrix that a converter turned, so that its one sample is behind */
    {8, "BatchNormalization{epsilon=0.0} x s b m v -> y", "f32 2 s : 1 2; f32 2 b : 0 1; f32 2 m : 1 1; f32 2 v : 1 4",
     "f32 2,1 x : 3 5", "f32 2,1 y : 2 5"},
    {9, "BatchNormalization x s s s s -> y", "f32 2 s : 1 2", "f32 2,1 x : 3 5", "not one for each of the 1 channels"},
    /* bytes that are joined, whatever scales they had: 4, 8, 3 */
    {13,
     "QuantizeLinear x s z -> a; QuantizeLinear x t z -> b; Concat{axis=0} a b c -> d; DequantizeLinear d one z -> y",
     "f32 s : 0.5; f32 t : 0.25; s8 z : 0; f32 one : 1; s8 1 c : 3", "f32 1 x : 2", "f32 3 y : 4 8 3"},
    /* of one scale, and a constant that has none */
    {13, "QuantizeLinear x s z -> a; Concat{axis=0} c a -> d; DequantizeLinear d s z -> y",
     "f32 s : 0.5; s8 z : 1; s8 1 c : 3", "f32 2 x : 2 -1", "f32 3 y : 1 2 -1"},
    {13, "QuantizeLinear x s z -> a; QuantizeLinear x t z -> b; Max a b -> c; DequantizeLinear c one z -> y",
     "f32 s : 0.5; f32 t : 0.25; s8 z : 0; f32 one : 1", "f32 2 x : 2 -1", "f32 2 y : 8 -2"},
};

static const struct made operators[] = {
    /* scales as an attribute, as an input, and of height and width */
    {7, "Upsample{scales=1.0,1.0,2.0,2.0} x -> y", NULL, "f32 1,1,1,2 x : 1 2", "f32 1,1,2,4 y : 1 1 2 2 1 1 2 2"},
    {8, "Upsample{mode=linear scales=1.0,1.0,1.0,2.0} x -> y", NULL, "f32 1,1,1,2 x : 1 2",
     "f32 1,1,1,4 y : 1 1.5 2 2"},
    {9, "Upsample x s -> y", "f32 4 s : 1 1 1 2", "f32 1,1,1,2 x : 1 2", "f32 1,1,1,4 y : 1 1 2 2"},
    {1, "Upsample{height_scale=2.0 width_scale=1.0} x -> y", NULL, "f32 1,1,1,2 x : 1 2", "f32 1,1,2,2 y : 1 2 1 2"},
    {10, "Upsample x s -> y", "f32 4 s : 1 1 1 2", "f32 1,1,1,2 x : 1 2", "node 0 Upsample: not as opset 10 has it"},
    /* one number a group, before opset 21; one a channel */
    {18, "GroupNormalization{num_groups=2} x s b -> y", "f32 2 s : 1 2; f32 2 b : 0 1", "f32 1,4,1 x : 1 3 4 8",
     "f32 1,4,1 y : -0.999995 0.999995 -0.9999975 2.9999975"},
    {21, "GroupNormalization{num_groups=2} x s b -> y", "f32 4 s : 1 2 3 4; f32 4 b : 0 1 2 3", "f32 1,4,1 x : 1 3 4 8",
     "f32 1,4,1 y : -0.999995 2.99999 -0.99999625 6.999995"},
    {20, "GroupNormalization{num_groups=2} x s s -> y", "f32 4 s : 1 2 3 4", "f32 1,4,1 x : 1 3 4 8",
     "input 1 is not one number a group"},
    {18, "GroupNormalization{num_groups=3} x s s -> y", "f32 4 s : 1 2 3 4", "f32 1,4,1 x : 1 3 4 8",
     "3 groups of 4 channels"},
    /* norms of rows and columns; zeros stay */
    {1, "LpNormalization x -> y", NULL, "f32 2,2 x : 3 -4 0 0", "f32 2,2 y : 0.6 -0.8 0 0"},
    {22, "LpNormalization{p=1 axis=0} x -> y", NULL, "f32 2,2 x : 3 -4 1 0", "f32 2,2 y : 0.75 -1 0.25 0"},
    {1, "LpNormalization{p=3} x -> y", NULL, "f32 2,2 x : 3 -4 1 0", "attribute p is 3; 1 and 2 are there"},
    /* pools of powers */
    {11, "LpPool{kernel_shape=2,2 strides=2,2} x -> y", NULL, "f32 1,1,2,4 x : 1 2 0 -3 2 4 0 4",
     "f32 1,1,1,2 y : 5 5"},
    {11, "LpPool{kernel_shape=2, p=1 pads=1,0} x -> y", NULL, "f32 1,1,3 x : 1 -2 3", "f32 1,1,3 y : 1 3 5"},
    {18, "LpPool{kernel_shape=2, strides=2, p=3 ceil_mode=1} x -> y", NULL, "f32 1,1,3 x : 1 2 -3",
     "f32 1,1,2 y : 2.08008382 3"},
    {1, "LpPool{kernel_shape=2, p=3.0} x -> y", NULL, "f32 1,1,2 x : 1 2", "f32 1,1,1 y : 2.08008382"},
    {18, "LpPool{kernel_shape=2, dilations=2,} x -> y", NULL, "f32 1,1,3 x : 1 2 3", "an LpPool with dilations"},
    {18, "LpPool{kernel_shape=2, p=0} x -> y", NULL, "f32 1,1,1,1,1,1,1,2 x : 1 2", "attribute p is 0"},
    {2, "GlobalLpPool x -> y", NULL, "f32 1,2,2 x : 3 -4 0 1", "f32 1,2,1 y : 5 1"},
    {2, "GlobalLpPool{p=1} x -> y", NULL, "f32 1,2,2 x : 3 -4 0 1", "f32 1,2,1 y : 7 1"},
    /* activations */
    {24, "Swish x -> y", NULL, "f32 3 x : -1 0 2", "f32 3 y : -0.268941421 0 1.76159416"},
    {24, "Swish{alpha=1.5} x -> y", NULL, "f32 2 x : -1 2", "f32 2 y : -0.182425524 1.90514825"},
    {11, "Hardmax{axis=1} x -> y", NULL, "f32 2,3 x : 1 3 3 2 1 0", "f32 2,3 y : 0 1 0 1 0 0"},
    {1, "SimplifiedLayerNormalization{epsilon=0.0} x s -> y", "f32 2 s : 1 2", "f32 2 x : 1 7", "f32 2 y : 0.2 2.8"},
    /* bits of constants, and what they become */
    {18, "BitwiseAnd a b -> c; Cast{to=1} c -> d; Add x d -> y", "u8 2,1 a : 12 10; u8 2 b : 6 9",
     "f32 2,2 x : 0 0 0 0", "f32 2,2 y : 4 8 2 8"},
    {18, "BitwiseOr a b -> c; Cast{to=1} c -> d; Add x d -> y", "s32 2 a : 12 -8; s32 1 b : 3", "f32 2 x : 0 0",
     "f32 2 y : 15 -5"},
    {18, "BitwiseXor a b -> c; Cast{to=1} c -> d; Add x d -> y", "s64 2 a : 12 -1; s64 1 b : 5", "f32 2 x : 0 0",
     "f32 2 y : 9 -6"},
    {18, "BitwiseNot x -> y", NULL, "s32 2 x : 5 -7", "s32 2 y : -6 6"},
    {18, "BitwiseNot x -> y", NULL, "u8 2 x : 5 255", "u8 2 y : 250 0"},
    {18, "BitwiseAnd a b -> y", "f32 1 a : 2.5; f32 1 b : 3", "f32 1 x : 0", "node 0 BitwiseAnd: bits of floats"},
    /* what int32 holds, and what it does not */
    {18, "BitwiseAnd a b -> c; Cast{to=1} c -> d; Add x d -> y", "u32 2 a : 5 6; u32 1 b : 2147483646", "f32 2 x : 0 0",
     "f32 2 y : 4 6"},
    {18, "BitwiseAnd a b -> c; Cast{to=1} c -> d; Add x d -> y", "s32 2 a : 5 6; s32 1 b : 2147483647", "f32 2 x : 0 0",
     "f32 2 y : 5 6"},
    {18, "BitwiseAnd a b -> c; Cast{to=1} c -> d; Add x d -> y", "u32 2 a : 5 6; u32 1 b : 4026531841", "f32 2 x : 0 0",
     "node 0 BitwiseAnd: input 1 has 2147483647 or what is beyond"},
    {18, "BitwiseXor a b -> c; Cast{to=1} c -> d; Add x d -> y", "s64 2 a : 5 -4026531841; s64 1 b : 1",
     "f32 2 x : 0 0", "node 0 BitwiseXor: input 0 has -2147483648 or what is beyond"},
    {18, "BitwiseNot a -> b; Cast{to=1} b -> c; Add x c -> y", "s64 1 a : 4026531841", "f32 1 x : 0",
     "node 0 BitwiseNot: input 0 has 2147483647 or what is beyond"},
    {18, "BitwiseNot x -> y", NULL, "u32 1 x : 3", "node 0 BitwiseNot: NOT of uint32"},
    {18, "BitwiseNot x -> y", NULL, "s32 1 x : 3", "s32 1 y : -4"},
    {18, "Cast{to=12} x -> a; Add a a -> b; BitwiseNot b -> c; Cast{to=1} c -> y", NULL, "f32 1 x : 3",
     "node 2 BitwiseNot: NOT of uint32"},
    {18, "Cast{to=12} x -> a; Equal x x -> t; Where t a a -> b; BitwiseNot b -> c; Cast{to=1} c -> y", NULL,
     "f32 1 x : 3", "node 3 BitwiseNot: NOT of uint32"},
    {18, "Cast{to=12} x -> a; CastLike x a -> b; BitwiseNot b -> c; Cast{to=1} c -> y", NULL, "f32 1 x : 3",
     "node 2 BitwiseNot: NOT of uint32"},
    {18, "Cast{to=7} x -> a; Add a a -> b; BitwiseNot b -> c; Cast{to=1} c -> y", NULL, "f32 1 x : 3", "f32 1 y : -7"},
    {18, "BitwiseXor x a -> y", "s32 1 a : 5", "s32 2 x : 5 -7", "bits that the model computes; constants are there"},
    {13, "NonZero a -> b; Cast{to=1} b -> c; Add x c -> y", "f32 2,2 a : 0 3 -1 0", "f32 1,2 x : 0 0",
     "f32 2,2 y : 0 1 1 0"},
    {13, "NonZero a -> b; Cast{to=1} b -> c; Add x c -> y", "f32 4 a : 0 -0.0 -1 2", "f32 1,1 x : 0",
     "f32 1,2 y : 2 3"},
    {13, "NonZero a -> b; Cast{to=1} b -> c; Add x c -> y", "bool 3 a : 0 1 1", "f32 1,1 x : 0", "f32 1,2 y : 1 2"},
    {13, "NonZero x -> y", NULL, "f32 2 x : 0 1", "its input is an input of the model; a constant is wanted"},
    /* the largest, where it was, and back */
    {12, "MaxPool{kernel_shape=2,2 strides=2,2} x -> v y", NULL, "f32 1,2,2,4 x : 1 5 2 2 3 4 2 2 0 0 7 8 0 1 9 6",
     "s64 1,2,1,2 y : 1 2 13 14"},
    {12, "MaxPool{kernel_shape=2,2 strides=2,2 storage_order=1} x -> v y", NULL, "f32 1,1,2,4 x : 1 5 2 2 3 4 2 2",
     "s64 1,1,1,2 y : 2 4"},
    {12, "MaxPool{kernel_shape=3, pads=1,1} x -> v y", NULL, "f32 1,1,4 x : 3 1 2 -1", "s64 1,1,4 y : 0 0 2 2"},
    {12, "MaxPool{kernel_shape=3, pads=1,1} x -> y i", NULL, "f32 1,1,4 x : 3 1 2 -1", "f32 1,1,4 y : 3 3 2 2"},
    {12, "MaxPool{kernel_shape=3, pads=1,1} x -> v y", NULL, "f32 1,1,4 x : -inf -inf -inf 5", "s64 1,1,4 y : 0 0 3 3"},
    {12, "MaxPool{kernel_shape=2, pads=1,0} x -> v y", NULL, "f32 1,1,2 x : -inf -3e38", "s64 1,1,2 y : 0 1"},
    {12, "MaxPool{kernel_shape=2, dilations=2,} x -> v y", NULL, "f32 1,1,4 x : 3 1 2 7", "s64 1,1,2 y : 0 3"},
    {12, "MaxPool{kernel_shape=2,2 strides=2,2} x -> v i; MaxUnpool{kernel_shape=2,2 strides=2,2} v i -> y", NULL,
     "f32 1,2,2,4 x : 1 5 2 -2 3 4 1 -2 0 0 7 8 0 -1 9 6", "f32 1,2,2,4 y : 0 5 2 0 0 0 0 0 0 0 0 0 0 0 9 0"},
    {12, "MaxPool{kernel_shape=2, strides=2,} x -> v i; MaxUnpool{kernel_shape=2, strides=2,} v i s -> y",
     "s64 3 s : 1 1 5", "f32 1,1,4 x : 1 5 9 2", "f32 1,1,5 y : 0 5 9 0 0"},
    {12, "MaxPool{kernel_shape=2,2 strides=2,2} x -> v i; MaxUnpool{kernel_shape=2,2 strides=2,2} v i s -> y",
     "s64 4 s : 1 1 3 3", "f32 1,1,3,3 x : 1 2 3 4 5 6 7 8 9", "f32 1,1,3,3 y : 0 0 0 0 5 0 0 0 0"},
    {12, "MaxPool{kernel_shape=2,2 strides=2,2} x -> v i; MaxUnpool{kernel_shape=2,2 strides=2,2} v i -> y", NULL,
     "f32 1,1,3,3 x : 1 2 3 4 5 6 7 8 9", "an output of 2 where its MaxPool read 3 in dimension 2"},
    {12, "MaxPool{kernel_shape=3, strides=2,} x -> v i; MaxUnpool{kernel_shape=2, strides=2,} v i -> y", NULL,
     "f32 1,1,7 x : 1 2 5 9 3 4 1", "a MaxPool of the same windows, side by side, must have made them"},
    {12,
     "MaxPool{kernel_shape=2,2 strides=2,2 storage_order=1} x -> v i; "
     "MaxUnpool{kernel_shape=2,2 strides=2,2} v i -> y",
     NULL, "f32 1,1,2,2 x : 1 2 3 4", "a MaxPool of the same windows, side by side, must have made them"},
    {12, "MaxPool{kernel_shape=2,} x -> v i; MaxUnpool{kernel_shape=2,} v i -> y", NULL, "f32 1,1,4 x : 1 5 9 2",
     "then strides must be those of the window"},
    {12, "MaxPool{kernel_shape=9,9 pads=4,4,4,4} x -> v i", NULL, "f32 1,1,2,2 x : 1 5 9 2",
     "windows of more than 64 elements"},
};

/* What ONNX Runtime writes. */
static const struct made fused[] = {
    {13, "com.microsoft:FusedGemm{activation=HardSigmoid activation_beta=0.5} x w -> y", "f32 2,1 w : 1 -1",
     "f32 1,2 x : 1 2", "activation_beta without activation_alpha"},
    {13, "com.microsoft:FusedConv{activation=Relu} x w b -> y", "f32 1,1,2 w : 1 -1; f32 1 b : 1",
     "f32 1,1,3 x : 1 5 2", "f32 1,1,2 y : 0 4"},
    {13, "com.microsoft:FusedConv{activation=LeakyRelu activation_params=0.5,0.0} x w - z -> y",
     "f32 1,1,2 w : 1 -1; f32 1,1,2 z : 1 2", "f32 1,1,3 x : 1 5 2", "f32 1,1,2 y : -1.5 5"},
    {13, "com.microsoft:FusedConv{activation=Clip activation_params=0.0,2.0} x w -> y", "f32 1,1,2 w : 1 -1",
     "f32 1,1,3 x : 1 5 2", "f32 1,1,2 y : 0 2"},
    {13, "com.microsoft:FusedConv{activation=HardSigmoid activation_params=0.25,0.5} x w -> y", "f32 1,1,2 w : 1 -1",
     "f32 1,1,3 x : 1 2 5", "f32 1,1,2 y : 0.25 0"},
    {13, "com.microsoft:FusedConv{activation=Frob} x w -> y", "f32 1,1,2 w : 1 -1", "f32 1,1,3 x : 1 2 5",
     "activation Frob"},
    {13, "com.microsoft:FusedGemm{activation=LeakyRelu activation_alpha=0.5 transB=1} x w b -> y",
     "f32 2,2 w : 1 2 3 -4; f32 2 b : 1 0", "f32 1,2 x : 1 2", "f32 1,2 y : 6 -2.5"},
    {13, "com.microsoft:FusedMatMul{transA=1 transB=1 alpha=0.5} x w -> y", "f32 1,2 w : 4 6",
     "f32 2,3 x : 1 2 3 1 0 -1", "f32 3,1 y : 5 4 3"},
    {13, "com.microsoft:FusedMatMul{transBatchA=1} x w -> y", "f32 2,1 w : 4 6", "f32 1,2 x : 1 2",
     "batches that are turned"},
    {13, "com.microsoft:BiasGelu x b -> y", "f32 2 b : 1 -1", "f32 2 x : 1 0.5", "f32 2 y : 1.95449974 -0.154268769"},
    {13, "com.microsoft:FastGelu x b -> y", "f32 2 b : 1 -1", "f32 2 x : 1 0.5", "f32 2 y : 1.95459769 -0.15428599"},
    {13, "com.microsoft:FastGelu x -> y", NULL, "f32 2 x : 1 0.5", "f32 2 y : 0.841191991 0.34571401"},
    {13, "com.microsoft:QuickGelu x -> y", NULL, "f32 2 x : 1 -2", "f32 2 y : 0.845795766 -0.0643413769"},
    {13, "com.microsoft:SkipLayerNormalization x s g b c -> y",
     "f32 1,2 s : 1 1; f32 2 g : 1 2; f32 2 b : 0 1; f32 2 c : 0 2", "f32 1,2 x : 1 3", "f32 1,2 y : -1 3"},
    {13, "com.microsoft:SkipLayerNormalization x s g -> - - - y", "f32 1,2 s : 1 1; f32 2 g : 1 2", "f32 1,2 x : 1 3",
     "f32 1,2 y : 2 4"},
    {13, "com.microsoft:SkipSimplifiedLayerNormalization{epsilon=0.0} x s g -> y", "f32 1,2 s : 0 1; f32 2 g : 1 2",
     "f32 1,2 x : 1 6", "f32 1,2 y : 0.2 2.8"},
    {13, "com.microsoft:SkipSimplifiedLayerNormalization x s g -> y", "f32 1,2 s : 0 0; f32 2 g : 1 2",
     "f32 1,2 x : 0.0001 0.0007", "f32 1,2 y : 0.19999998 2.79999978"},
    {13, "QuantizeLinear x s z -> a; com.microsoft:MatMulIntegerToFloat a b s t z - c -> y",
     "f32 s : 0.5; u8 z : 10; f32 t : 0.25; s8 2,1 b : 3 -4; f32 1 c : 1", "f32 1,2 x : 2 1", "f32 1,1 y : 1.5"},
    {13, "com.microsoft:DynamicQuantizeMatMul x b t -> y", "f32 t : 0.25; s8 2,1 b : 3 -4", "f32 1,2 x : 255 -0.0",
     "f32 1,1 y : 191.25"},
    {13, "QuantizeLinear x s z -> a; com.microsoft:QLinearWhere c a s z b s z t z -> d; DequantizeLinear d t z -> y",
     "f32 s : 0.5; u8 z : 10; f32 t : 0.25; u8 2 b : 20 30; bool 2 c : 1 0", "f32 2 x : 2 1", "f32 2 y : 2 10"},
    {13, "QuantizeLinear x s z -> a; Resize{mode=linear} a - k -> b; DequantizeLinear b s z -> y",
     "f32 s : 0.5; u8 z : 10; f32 4 k : 1 1 1 2", "f32 1,1,1,2 x : 2 4", "f32 1,1,1,4 y : 2 2.5 3.5 4"},
    {13, "QuantizeLinear x s z -> a; Pad a p -> b; DequantizeLinear b s z -> y",
     "f32 s : 0.5; u8 z : 10; s64 2 p : 1 0", "f32 2 x : 2 1", "f32 3 y : -5 2 1"},
    {13, "QuantizeLinear x s z -> a; Pad a p -> b; DequantizeLinear b s z -> y",
     "f32 s : 0.5; s8 z : 10; s64 2 p : 1 0", "f32 2 x : 2 1", "f32 3 y : -5 2 1"},
    {13, "QuantizeLinear x s z -> a; Pad a p v -> b; DequantizeLinear b s z -> y",
     "f32 s : 0.5; u8 z : 10; s64 2 p : 1 0; u8 v : 12", "f32 2 x : 2 1", "f32 3 y : 1 2 1"},
    {13, "QuantizeLinear x s z -> a; MaxPool{kernel_shape=2,} a -> b; DequantizeLinear b s z -> y",
     "f32 s : 0.5; s8 z : 10", "f32 1,1,3 x : 2 4 -3", "f32 1,1,2 y : 4 4"},
};

static void old_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(old); i++)
        check(&old[i]);
}

static void newer_and_rarer_operators(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(operators); i++)
        check(&operators[i]);
}

static void operators_of_onnx_runtime(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(fused); i++)
        check(&fused[i]);
}

/* What the caller did not say of a free dimension may be why shapes do not fit; a tensor is no model. */
static void says_what_was_assumed(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool};
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    struct import_missing missing;
    struct model model;
    struct text tensor = tensor_of(&pool, "", FLOAT, 1000, "", 0);

    (void)state;
    put_node(&graph, "Conv x c -> y");
    put_initializer(&graph, "c", FLOAT, DIMS(1, 2, 1), (const float[]){1, 2}, 8);
    put_value(&graph, 11, "x", FLOAT, DIMS(FREE, 1, 4));
    put_value(&graph, 12, "y", FLOAT, DIMS(1));
    assert_int_equal(onnx_import(&pool, "m.onnx", model_of(&graph, 13), NULL, &model, &missing, &at), MOTE_ERR_SHAPE);
    assert_non_null(strstr(report.text, "node 0 Conv: "));
    assert_non_null(
        strstr(report.text, "; dimension 0 of input 'x', which is free, was taken as 1: --shape says what"));
    report = (struct report_text){0};
    assert_true(onnx_matches((struct bytes){(uint8_t *)tensor.s, tensor.len}));
    assert_int_equal(
        onnx_import(&pool, "input_0.pb", (struct bytes){(uint8_t *)tensor.s, tensor.len}, NULL, &model, &missing, &at),
        MOTE_ERR_FORMAT);
    assert_non_null(strstr(report.text, "one tensor (ONNX's TensorProto)"));
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_files),
        cmocka_unit_test(newer_and_rarer_operators),
        cmocka_unit_test(operators_of_onnx_runtime),
        cmocka_unit_test(says_what_was_assumed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
