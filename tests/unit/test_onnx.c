/* SPDX-License-Identifier: Apache-2.0 */
/* The ONNX importer: small models assembled here, with one thing wrong at a time, cut off at every length and with
 * every bit flipped; a real one with its outputs. What each operator computes, ONNX's own tests say (tests/onnx). Every
 * import may take only the memory that import.h promises: the pool aborts beyond it. With MOTE_UPDATE=1 the models
 * become the fuzzer's corpus. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/import/import.h"
#include "host/import/onnx/onnx.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "tests/onnx_made.h"
#include "tests/shared.h"

/* x [1,2,2] → Add of w, Relu → y. */
static struct text small_graph(struct pool *pool)
{
    static const float w[2] = {1, -1};
    struct text graph = {.pool = pool}, weights = tensor_of(pool, "w", FLOAT, 2, w, sizeof w);

    put_node(&graph, "Add x w -> s");
    put_node(&graph, "Relu s -> y");
    put_message(&graph, 5, &weights);
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 2, 2));
    put_value(&graph, 12, "y", FLOAT, DIMS(1, 2, 2));
    return graph;
}

/* ---- importing ---- */
struct import {
    struct pool pool;
    struct report_text report;
    struct frame root;
    struct model model;
    struct import_missing missing;
    enum mote_status status;
};

static void import_as(struct import *i, const char *name, struct bytes file, const struct import_options *options)
{
    *i = (struct import){.pool.limit = IMPORT_MEMORY(file.size)};
    i->root = (struct frame){.name = name, .index = -1, .sink = &i->report};
    i->status = onnx_import(&i->pool, name, file, options, &i->model, &i->missing, &i->root);
    assert_int_equal(i->report.status, i->status);
    if (i->status == MOTE_OK && i->missing.what == NULL)
        assert_int_equal(model_verify(&i->model, &i->root), MOTE_OK);
    assert_null(strchr(i->report.text, '\n'));
}

static void import_named(struct import *i, const char *name, struct bytes file) { import_as(i, name, file, NULL); }

/* From memory of exactly the file's size, so that a sanitizer sees the first byte too many. */
static enum mote_status import_exact(const uint8_t *data, size_t size)
{
    struct bytes file = {malloc(size ? size : 1), size};
    struct import i;

    if (size > 0)
        memcpy(file.data, data, size);
    import_named(&i, "m.onnx", file);
    pool_free(&i.pool);
    free(file.data);
    return i.status;
}

static void says(const struct text *graph, int64_t opset, enum mote_status status, const char *text)
{
    struct import i;

    import_named(&i, "m.onnx", model_of(graph, opset));
    if (i.status == MOTE_OK && i.missing.what) {
        i.status = i.missing.status;
        snprintf(i.report.text, sizeof i.report.text, "%s", i.missing.what);
    }
    if (!strstr(i.report.text, text))
        print_error("'%s' does not say '%s'\n", i.report.text, text);
    assert_non_null(strstr(i.report.text, text));
    assert_int_equal(i.status, status);
    pool_free(&i.pool);
}

static void a_small_model(void **state)
{
    struct pool pool = {0};
    struct text graph = small_graph(&pool);
    struct import i;

    (void)state;
    import_named(&i, "a/small.onnx", model_of(&graph, 13));
    assert_string_equal(i.report.text, "");
    assert_int_equal(i.status, MOTE_OK);
    assert_string_equal(i.model.name, "small");
    assert_int_equal(i.model.graphs[0].n_ops, 2);
    assert_int_equal(i.model.graphs[0].n_inputs, 1);
    assert_string_equal(i.model.graphs[0].tensors[i.model.graphs[0].outputs[0]].name, "y");
    pool_free(&i.pool);
    pool_free(&pool);
}

/* Initializers that are listed as inputs, a free batch, an output that is an input. */
static void what_old_exporters_write(void **state)
{
    struct pool pool = {0};
    struct text graph = small_graph(&pool);
    struct import i;

    (void)state;
    put_value(&graph, 11, "w", FLOAT, DIMS(2));
    put_value(&graph, 11, "z", FLOAT, DIMS(FREE, 3));
    put_value(&graph, 12, "z", FLOAT, DIMS(FREE, 3));
    import_named(&i, "m.onnx", model_of(&graph, 7));
    assert_int_equal(i.status, MOTE_OK);
    assert_int_equal(i.model.graphs[0].n_inputs, 2);
    assert_int_equal(i.model.graphs[0].tensors[i.model.graphs[0].inputs[1]].dims[0], 1);
    assert_int_not_equal(i.model.graphs[0].inputs[1], i.model.graphs[0].outputs[1]);
    pool_free(&i.pool);
    pool_free(&pool);
}

/* What the nodes compute of the shape is what the caller says. */
static void shapes_left_open_are_given(void **state)
{
    static const struct import_shape shape = {"x", 3, {2, 3, 4}}, other = {"x", 3, {2, 3, 5}};
    const struct import_options given = {.shapes = &shape, .n_shapes = 1},
                                contradicts = {.shapes = &other, .n_shapes = 1};
    struct pool pool = {0};
    struct text graph = {.pool = &pool};
    const struct tensor *y;
    struct import i;

    (void)state;
    put_node(&graph, "Shape x -> s");
    put_node(&graph, "ConstantOfShape s -> zeros");
    put_node(&graph, "Add x zeros -> y");
    put_value(&graph, 11, "x", FLOAT, DIMS(FREE, FREE, 4));
    put_value(&graph, 12, "y", FLOAT, DIMS(FREE, FREE, 4));
    import_as(&i, "m.onnx", model_of(&graph, 13), &given);
    assert_int_equal(i.status, MOTE_OK);
    y = &i.model.graphs[0].tensors[i.model.graphs[0].outputs[0]];
    assert_int_equal(y->rank, 3);
    assert_memory_equal(y->dims, shape.dims, 3 * sizeof *y->dims);
    pool_free(&i.pool);

    import_as(&i, "m.onnx", model_of(&graph, 13), &contradicts);
    assert_int_equal(i.status, MOTE_ERR_SHAPE);
    assert_non_null(
        strstr(i.report.text, "input 0 x: --shape says that dimension 2 is 5, but it is fixed in the file"));
    pool_free(&i.pool);
    pool_free(&pool);
}

/* Some tools write constants behind who reads them, and -1 for dimensions that are free. */
static void nodes_in_any_order(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool};
    struct import i;

    (void)state;
    put_node(&graph, "Add b a -> y");
    put_node(&graph, "Relu a -> b");
    put_node(&graph, "Neg x -> a");
    put_value(&graph, 11, "x", FLOAT, DIMS(FREE_AS_MINUS_ONE, 3));
    put_value(&graph, 12, "y", FLOAT, DIMS(1, 3));
    import_as(&i, "m.onnx", model_of(&graph, 13), NULL);
    assert_string_equal(i.report.text, "");
    assert_int_equal(i.status, MOTE_OK);
    assert_int_equal(i.model.graphs[0].n_ops, 3);
    for (int k = 0; k < 3; k++) /* numbered as in the file */
        assert_int_equal(i.model.graphs[0].ops[k].source, 2 - k);
    pool_free(&i.pool);
    pool_free(&pool);
}

/* y = x scale / sqrt(mean of x²) */
static void normalizes_by_the_root_of_squares(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool};
    const float scale[2] = {2, 3}, x[4] = {1, -2, 0.5f, 3};
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline p;
    struct runner r;
    float y[4];

    (void)state;
    put_node(&graph, "RMSNormalization x scale -> y");
    put_initializer(&graph, "scale", FLOAT, DIMS(2), scale, sizeof scale);
    put_value(&graph, 11, "x", FLOAT, DIMS(2, 2));
    put_value(&graph, 12, "y", FLOAT, DIMS(2, 2));
    assert_int_equal(pipeline_read(&pool, "m.onnx", model_of(&graph, 23), &p, &at), MOTE_OK);
    assert_int_equal(pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &at), MOTE_OK);
    assert_int_equal(runner_open(&pool, p.image, &r, &at), MOTE_OK);
    runner_run(&r, (const uint8_t *)x, (uint8_t *)y);
    for (int i = 0; i < 4; i++) {
        const float *row = &x[i / 2 * 2], root = sqrtf((row[0] * row[0] + row[1] * row[1]) / 2 + 1e-5f);

        assert_true(fabsf(y[i] - x[i] / root * scale[i % 2]) < 1e-5f);
    }
    pool_free(&pool);
}

/* ---- results ---- */
static void computes(const struct text *graph, int64_t opset, const float *in, size_t n, const float *want)
{
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    struct pool pool = {0};
    struct pipeline p;
    struct runner r;
    float y[16];

    if (pipeline_read(&pool, "m.onnx", model_of(graph, opset), &p, &at) != MOTE_OK ||
        pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &at) != MOTE_OK ||
        runner_open(&pool, p.image, &r, &at) != MOTE_OK)
        print_error("%s\n", report.text);
    assert_int_equal(report.status, MOTE_OK);
    assert_int_equal(runner_output_bytes(&r), n * sizeof *y);
    runner_run(&r, (const uint8_t *)in, (uint8_t *)y);
    for (size_t i = 0; i < n; i++)
        assert_float_equal(y[i], want[i], 1e-6);
    pool_free(&pool);
}

/* What came later is not seen; keys of fewer heads serve queries next to each other. */
static void attends(void **state)
{
    struct pool pool = {0};
    const float x[4] = {0, 1, 2, 3}, seen = expf(1) / (1 + expf(1)), keys[2] = {1, 2}, values[2] = {10, 20};
    struct text node = node_of(&pool, "Attention x x x -> y"), graph = {.pool = &pool};

    (void)state;
    put_attribute_int(&node, "q_num_heads", 1);
    put_attribute_int(&node, "kv_num_heads", 1);
    put_attribute_int(&node, "is_causal", 1);
    put_message(&graph, 1, &node);
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 2, 1));
    put_value(&graph, 12, "y", FLOAT, DIMS(1, 2, 1));
    computes(&graph, 23, x, 2, (const float[]){0, seen});

    node = node_of(&pool, "Attention x k v -> y");
    graph = (struct text){.pool = &pool};
    put_attribute_int(&node, "q_num_heads", 4);
    put_attribute_int(&node, "kv_num_heads", 2);
    put_message(&graph, 1, &node);
    put_initializer(&graph, "k", FLOAT, DIMS(1, 1, 2), keys, sizeof keys);
    put_initializer(&graph, "v", FLOAT, DIMS(1, 1, 2), values, sizeof values);
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 1, 4));
    put_value(&graph, 12, "y", FLOAT, DIMS(1, 1, 4));
    computes(&graph, 23, x, 4, (const float[]){10, 10, 20, 20});

    node = node_of(&pool, "Attention x k v -> y");
    graph = (struct text){.pool = &pool};
    put_attribute_int(&node, "q_num_heads", 3);
    put_message(&graph, 1, &node);
    put_initializer(&graph, "k", FLOAT, DIMS(1, 1, 2), keys, sizeof keys);
    put_initializer(&graph, "v", FLOAT, DIMS(1, 1, 2), values, sizeof values);
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 1, 4));
    put_value(&graph, 12, "y", FLOAT, DIMS(1, 1, 4));
    says(&graph, 23, MOTE_ERR_SHAPE, "node 0 Attention: q_num_heads is 3, for rows of 4 numbers");
    pool_free(&pool);
}

/* Sizes or scales of some axes; one scale of all that keeps the aspect; sizes that were rounded, around the middle. */
static void resizes_as_newer_opsets_do(void **state)
{
    struct pool pool = {0};
    const float square[4] = {1, 2, 3, 4}, twice = 2, less = 0.6f;
    struct text node = node_of(&pool, "Resize x - s -> y"), graph = {.pool = &pool};

    (void)state;
    put_attribute_ints(&node, "axes", 1, 1);
    put_message(&graph, 1, &node);
    put_initializer(&graph, "s", FLOAT, DIMS(1), &twice, sizeof twice);
    put_value(&graph, 11, "x", FLOAT, DIMS(2, 2));
    put_value(&graph, 12, "y", FLOAT, DIMS(2, 4));
    computes(&graph, 18, square, 8, (const float[]){1, 1, 2, 2, 3, 3, 4, 4});

    node = node_of(&pool, "Resize x - - s -> y");
    graph = (struct text){.pool = &pool};
    put_attribute_string(&node, "keep_aspect_ratio_policy", "not_larger");
    put_message(&graph, 1, &node);
    put_initializer(&graph, "s", INT64, DIMS(2), (const int64_t[]){2, 9}, 2 * sizeof(int64_t));
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 4));
    put_value(&graph, 12, "y", FLOAT, DIMS(FREE_AS_MINUS_ONE, 8)); /* what a file leaves open is no shape */
    computes(&graph, 18, square, 16, (const float[]){1, 1, 2, 2, 3, 3, 4, 4, 1, 1, 2, 2, 3, 3, 4, 4});

    node = node_of(&pool, "Resize x - s -> y");
    graph = (struct text){.pool = &pool};
    put_attribute_string(&node, "coordinate_transformation_mode", "half_pixel_symmetric");
    put_attribute_string(&node, "mode", "linear");
    put_message(&graph, 1, &node);
    put_initializer(&graph, "s", FLOAT, DIMS(1), &less, sizeof less);
    put_value(&graph, 11, "x", FLOAT, DIMS(4));
    put_value(&graph, 12, "y", FLOAT, DIMS(2));
    computes(&graph, 19, square, 2, (const float[]){5.0f / 3, 10.0f / 3});

    node = node_of(&pool, "Resize x - s -> y");
    graph = (struct text){.pool = &pool};
    put_attribute_string(&node, "coordinate_transformation_mode", "quarter_pixel");
    put_message(&graph, 1, &node);
    put_initializer(&graph, "s", FLOAT, DIMS(1), &less, sizeof less);
    put_value(&graph, 11, "x", FLOAT, DIMS(4));
    put_value(&graph, 12, "y", FLOAT, DIMS(2));
    says(&graph, 19, MOTE_ERR_UNSUPPORTED, "node 0 Resize: coordinate_transformation_mode quarter_pixel");
    pool_free(&pool);
}

/* ---- bad input ---- */
/* A larger one would make products of its own. */
static void a_mask_must_fit(void **state)
{
    static const float mask[4];
    const int64_t *const dims[] = {DIMS(1, 1, 1, 2, 2), DIMS(3, 1, 1, 1)};
    const char *const texts[] = {"node 0 Attention: a mask of 1x1x1x2x2 for products of 1x1x2x2",
                                 "node 0 Attention: a mask of 3x1x1x1 for products of 1x1x2x2"};
    struct pool pool = {0};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct text node = node_of(&pool, "Attention x x x m -> y"), graph = {.pool = &pool};

        put_attribute_int(&node, "q_num_heads", 1);
        put_attribute_int(&node, "kv_num_heads", 1);
        put_message(&graph, 1, &node);
        put_initializer(&graph, "m", FLOAT, dims[i], mask, (size_t)(i == 0 ? 4 : 3) * sizeof *mask);
        put_value(&graph, 11, "x", FLOAT, DIMS(1, 2, 1));
        put_value(&graph, 12, "y", FLOAT, DIMS(1, 2, 1));
        says(&graph, 23, MOTE_ERR_SHAPE, texts[i]);
    }
    pool_free(&pool);
}

static void the_largest_are_some_of_them(void **state)
{
    const int64_t counts[] = {-1, 0, 3};
    struct pool pool = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct text graph = {.pool = &pool};

        put_node(&graph, "TopK x k -> y places");
        put_initializer(&graph, "k", INT64, DIMS(1), &counts[i], sizeof counts[i]);
        put_value(&graph, 11, "x", FLOAT, DIMS(2));
        put_value(&graph, 12, "y", FLOAT, DIMS(FREE));
        says(&graph, 11, MOTE_ERR_VALUE, pool_printf(&pool, "node 0 TopK: the largest %d of 2", (int)counts[i]));
    }
    pool_free(&pool);
}

static void names_what_is_wrong(void **state)
{
    struct pool pool = {0};
    struct text good = small_graph(&pool), graph = {.pool = &pool};

    (void)state;
    says(&graph, 13, MOTE_ERR_FORMAT, "no graph, or one without nodes");
    put_node(&graph, "Add x missing -> y");
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 2));
    says(&graph, 13, MOTE_ERR_FORMAT, "node 0 Add: input 1, 'missing'");
    graph = (struct text){.pool = &pool};
    put_node(&graph, "Add x b -> a");
    put_node(&graph, "Relu a -> b");
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 2));
    says(&graph, 13, MOTE_ERR_FORMAT, "circle");
    graph = good;
    put_node(&graph, "Relu x -> y");
    says(&graph, 13, MOTE_ERR_FORMAT, "output 0, 'y', has been made before");
    graph = small_graph(&pool);
    put_node(&graph, "Reshape y shape -> z");
    put_value(&graph, 11, "shape", INT64, DIMS(2));
    says(&graph, 13, MOTE_ERR_UNSUPPORTED, "shape is an input of the model; a constant is wanted");
    graph = small_graph(&pool);
    put_value(&graph, 12, "nobody", FLOAT, DIMS(1));
    says(&graph, 13, MOTE_ERR_FORMAT, "nobody: no node makes it");
    graph = small_graph(&pool);
    put_value(&graph, 12, "s", FLOAT, DIMS(1, 2, 3));
    says(&graph, 13, MOTE_ERR_SHAPE, "dimension 2 is 3, but the nodes make it 1x2x2");
    graph = small_graph(&pool);
    put_value(&graph, 11, "t", STRING, DIMS(1));
    says(&graph, 13, MOTE_ERR_TYPE, "string");
    graph = small_graph(&pool);
    put_value(&graph, 11, "t", FLOAT, DIMS(1, FREE));
    put_value(&graph, 11, "u", FLOAT, DIMS(2, FREE, 3));
    says(&graph, 13, MOTE_ERR_SHAPE,
         "input 1 t: dimension 1 is free; say what it is, as by --shape t=1,1 --shape u=2,1,3");
    pool_free(&pool);
}

static void names_unknown_operators_at_once(void **state)
{
    struct pool pool = {0};
    struct text graph = small_graph(&pool), custom = node_of(&pool, "Magic y -> d");

    (void)state;
    put_node(&graph, "Sigmoyd y -> a");
    put_node(&graph, "Frobnicate y -> b");
    put_node(&graph, "Frobnicate b -> c");
    put_string(&custom, 7, "org.example");
    put_message(&graph, 1, &custom);
    says(&graph, 13, MOTE_ERR_UNSUPPORTED,
         "node 2 Sigmoyd: an operator of opset 13 that Mote does not have; it has "
         "Sigmoid; node 3 Frobnicate");
    says(&graph, 13, MOTE_ERR_UNSUPPORTED, "(and 1 more Frobnicate); node 5 Magic: an operator of org.example");
    pool_free(&pool);
}

static void tensors_must_be_whole(void **state)
{
    struct pool pool = {0};
    struct text graph = small_graph(&pool), t = tensor_of(&pool, "short", FLOAT, 3, "01234567", 8);

    (void)state;
    put_message(&graph, 5, &t);
    says(&graph, 13, MOTE_ERR_FORMAT, "short: its data are 8 bytes, its shape wants 3 elements");
    graph = small_graph(&pool);
    t = tensor_of(&pool, "huge", FLOAT, INT32_MAX, "", 0);
    put_message(&graph, 5, &t);
    says(&graph, 13, MOTE_ERR_MEMORY, "huge: larger than");
    pool_free(&pool);
}

static struct text external(struct pool *pool, const char *location)
{
    struct text t = {.pool = pool}, entry = {.pool = pool};

    put_int(&t, 1, 2);
    put_int(&t, 2, FLOAT);
    put_string(&t, 8, "e");
    put_int(&t, 14, 1);
    put_string(&entry, 1, "location");
    put_string(&entry, 2, location);
    put_message(&t, 13, &entry);
    return t;
}

static void external_data_stay_in_the_folder(void **state)
{
    static const char *const wrong[] = {"/etc/passwd", "../secret", "a/../../secret", "link"};
    struct pool pool = {0};
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    const float values[2] = {3, 4};
    const char *folder;
    struct import i;

    (void)state;
    assert_int_equal(folder_temporary(&pool, "mote-onnx", &folder, &at), MOTE_OK);
    assert_int_equal(file_write(pool_printf(&pool, "%s/data", folder), values, sizeof values, &at), MOTE_OK);
    assert_int_equal(symlink("/etc/hostname", pool_printf(&pool, "%s/link", folder)), 0);
    for (size_t k = 0; k <= COUNT(wrong); k++) {
        struct text graph = small_graph(&pool), t = external(&pool, k < COUNT(wrong) ? wrong[k] : "data");

        put_message(&graph, 5, &t);
        put_node(&graph, "Mul y e -> z");
        put_value(&graph, 12, "z", FLOAT, DIMS(1, 2, 2));
        import_named(&i, pool_printf(&pool, "%s/m.onnx", folder), model_of(&graph, 13));
        if (k < COUNT(wrong))
            assert_non_null(strstr(i.report.text, "outside the model's folder: refused"));
        assert_int_equal(i.status, k < COUNT(wrong) ? MOTE_ERR_FORMAT : MOTE_OK);
        pool_free(&i.pool);
    }
    folder_remove(folder);
    pool_free(&pool);
}

/* Messages in messages, and millions of small ones. */
static void bombs(void **state)
{
    struct pool pool = {0};
    struct text graph = small_graph(&pool), many = small_graph(&pool);
    struct import i;

    (void)state;
    for (int k = 0; k < 100; k++) { /* a graph in an attribute of a node of a graph */
        struct text attribute = {.pool = &pool}, node = node_of(&pool, "If c -> d");

        put_string(&attribute, 1, "then_branch");
        put_message(&attribute, 6, &graph);
        put_message(&node, 5, &attribute);
        graph = (struct text){.pool = &pool};
        put_message(&graph, 1, &node);
    }
    says(&graph, 13, MOTE_ERR_FORMAT, "nested more than");
    for (int k = 0; k < 400000; k++)
        text_bytes(&many, "\x2a\x00", 2); /* an empty initializer */
    import_named(&i, "m.onnx", model_of(&many, 13));
    assert_int_not_equal(i.status, MOTE_OK);
    pool_free(&i.pool);
    pool_free(&pool);
}

/* ---- any bytes ---- */
static struct text larger_graph(struct pool *pool)
{
    static const float w[18] = {1, 2, 3, 4};
    static const int64_t shape[2] = {0, -1};
    struct text graph = {.pool = pool}, weights = {.pool = pool}, flat = tensor_of(pool, "flat", INT64, 2, shape, 16);

    for (int d = 0; d < 4; d++)
        put_int(&weights, 1, (const int64_t[]){2, 1, 3, 3}[d]);
    put_int(&weights, 2, FLOAT);
    put_string(&weights, 8, "w");
    put_bytes(&weights, 9, w, sizeof w);
    put_node(&graph, "Conv x w -> c");
    put_node(&graph, "Clip c -> r");
    put_node(&graph, "Shape r -> s");
    put_node(&graph, "Softmax r -> m");
    put_node(&graph, "Concat m r -> k");
    put_node(&graph, "Reshape r flat -> y");
    put_message(&graph, 5, &weights);
    put_message(&graph, 5, &flat);
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 1, 4, 4));
    put_value(&graph, 12, "y", FLOAT, DIMS(1, 8));
    put_value(&graph, 12, "s", INT64, DIMS(4));
    return graph;
}

static void cut_off_and_flipped(void **state)
{
    struct pool pool = {0};
    struct text small = small_graph(&pool), larger = larger_graph(&pool);
    struct bytes files[] = {model_of(&small, 13), model_of(&larger, 11)};

    (void)state;
    for (size_t f = 0; f < COUNT(files); f++) {
        assert_int_equal(import_exact(files[f].data, files[f].size), MOTE_OK);
        for (size_t n = 0; n < files[f].size; n++)
            import_exact(files[f].data, n);
        for (size_t bit = 0; bit < 8 * files[f].size; bit++) {
            files[f].data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            import_exact(files[f].data, files[f].size);
            files[f].data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    pool_free(&pool);
}

static void corpus(void **state)
{
    struct pool pool = {0};
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    struct text small = small_graph(&pool), larger = larger_graph(&pool);
    struct bytes files[] = {model_of(&small, 13), model_of(&larger, 11)};

    (void)state;
    for (size_t f = 0; f < COUNT(files); f++) {
        const char *path = pool_printf(&pool, MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_onnx/%zu.onnx", f);
        struct bytes there;

        if (getenv("MOTE_UPDATE"))
            assert_int_equal(file_write(path, files[f].data, files[f].size, &at), MOTE_OK);
        assert_int_equal(file_read(&pool, path, &there, &at), MOTE_OK);
        assert_int_equal(there.size, files[f].size);
        assert_memory_equal(there.data, files[f].data, there.size);
    }
    pool_free(&pool);
}

/* ---- a real one ---- */
static struct tensor read_data(struct pool *pool, const char *path, const struct frame *at)
{
    struct bytes file;
    struct tensor t;
    void *message;

    assert_int_equal(file_read(pool, path, &file, at), MOTE_OK);
    assert_int_equal(protobuf_decode(pool, SIZE_MAX / 2, &onnx__tensor_proto__descriptor, file, &message, at), MOTE_OK);
    assert_int_equal(onnx_read_tensor(pool, path, message, &t, at), MOTE_OK);
    return t;
}

static void mnist_reproduces_its_test_sets(void **state)
{
    struct pool pool = {0};
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline_options options = {.passes = NULL};
    const char *folder = shared_path(&pool, "models/onnx/mnist-8");
    struct pipeline p;
    struct runner r;

    (void)state;
    if (folder == NULL) {
        pool_free(&pool);
        skip();
    }
    assert_int_equal(pipeline_load(&pool, pool_printf(&pool, "%s/model.onnx", folder), &p, &at), MOTE_OK);
    assert_int_equal(pipeline_compile(&p, &options, &at), MOTE_OK);
    assert_int_equal(runner_open(&pool, p.image, &r, &at), MOTE_OK);
    for (int32_t i = 0; i < p.model.graphs[0].n_ops; i++)
        assert_int_not_equal(p.model.graphs[0].ops[i].id, OP_TRANSPOSE);
    for (int set = 0; set < 3; set++) {
        const char *from = pool_printf(&pool, "%s/test_data_set_%d", folder, set);
        struct tensor in = read_data(&pool, pool_printf(&pool, "%s/input_0.pb", from), &at);
        struct tensor want = read_data(&pool, pool_printf(&pool, "%s/output_0.pb", from), &at);
        float out[10], is;

        assert_int_equal(tensor_bytes(&want), sizeof out);
        mote_model_reset(&r.model);
        runner_run(&r, in.data, (uint8_t *)out);
        for (size_t i = 0; i < COUNT(out); i++) {
            memcpy(&is, want.data + i * sizeof is, sizeof is);
            assert_true(fabsf(out[i] - is) <= 1e-7f + 1e-3f * fabsf(is));
        }
    }
    pool_free(&pool);
}

/* ---- quantized networks ---- */
/* What is float are the inputs and outputs of the graph, and QUANTIZE and DEQUANTIZE alone touch them. */
static void want_integers(const struct graph *g)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct op *op = &g->ops[i];
        bool ends = op->id == OP_QUANTIZE || op->id == OP_DEQUANTIZE;

        assert_int_not_equal(op->id, OP_TRANSPOSE);
        for (int32_t k = 0; k < op->n_in && !ends; k++)
            assert_true(op->in[k] == TENSOR_ABSENT || op_in(g, op, k)->type != TYPE_F32);
        for (int32_t k = 0; k < op->n_out && !ends; k++)
            assert_int_not_equal(op_out(g, op, k)->type, TYPE_F32);
    }
    assert_int_equal(g->tensors[g->inputs[0]].type, TYPE_F32);
    assert_int_equal(g->tensors[g->outputs[0]].type, TYPE_F32);
}

struct network {
    const char *name;
    bool planes;
    float low, high, near; /* of inputs; the output's largest difference from the floats */
};

/* `passes`: NULL for all, which make it integers. */
static void open_network(struct pool *pool, const struct network *n, const char *passes, struct pipeline *p,
                         struct runner *r)
{
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline_options options = {.passes = passes, .channels_last = n->planes};
    const char *folder = shared_path(pool, "models/onnx");

    if (folder == NULL) {
        pool_free(pool);
        skip();
    }
    assert_int_equal(pipeline_load(pool, pool_printf(pool, "%s/kai_jiang_%s.onnx", folder, n->name), p, &at), MOTE_OK);
    assert_int_equal(pipeline_compile(p, &options, &at), MOTE_OK);
    assert_int_equal(runner_open(pool, p->image, r, &at), MOTE_OK);
}

static float *run_network(struct pool *pool, const struct pipeline *p, struct runner *r, const float *in)
{
    const struct graph *g = &p->model.graphs[0];
    float *out = pool_alloc(pool, (size_t)tensor_bytes(&g->tensors[g->outputs[0]]));

    mote_model_reset(&r->model);
    runner_run(r, (const uint8_t *)in, (uint8_t *)out);
    return out;
}

static void compare_with_floats(const struct network *n)
{
    struct pool pool = {0};
    struct pipeline p[2];
    struct runner r[2];
    const struct graph *g;
    uint32_t seed = 1;

    open_network(&pool, n, NULL, &p[0], &r[0]);
    open_network(&pool, n, "layout,legalize,fuse_activation,dead_code", &p[1], &r[1]);
    g = &p[0].model.graphs[0];
    want_integers(g);
    assert_null(p[0].model.remarks);
    for (int run = 0; run < 3; run++) {
        int64_t n_in = tensor_elements(&g->tensors[g->inputs[0]]), n_out = tensor_elements(&g->tensors[g->outputs[0]]);
        float *in = pool_array(&pool, (size_t)n_in, sizeof *in), *is, *want;

        for (int64_t i = 0; i < n_in; i++) {
            seed = seed * 1664525u + 1013904223u;
            in[i] = n->low + (n->high - n->low) * (float)(seed >> 16) / 65536;
        }
        is = run_network(&pool, &p[0], &r[0], in);
        want = run_network(&pool, &p[1], &r[1], in);
        for (int64_t i = 0; i < n_out; i++)
            assert_true(fabsf(is[i] - want[i]) <= n->near);
    }
    pool_free(&pool);
}

static void quantized_networks_run_in_integers(void **state)
{
    static const struct network networks[] = {
        {"kws_ref_model", false, -50, 50, 0.01f},
        {"mobilenet_v1", true, 0, 1, 0.01f},
        {"resnet", false, 0, 255, 0.01f},
        {"deep_autoencoder", false, -60, 0, 0.62f},
    };

    (void)state;
    for (size_t n = 0; n < COUNT(networks); n++)
        compare_with_floats(&networks[n]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_model),
        cmocka_unit_test(what_old_exporters_write),
        cmocka_unit_test(shapes_left_open_are_given),
        cmocka_unit_test(nodes_in_any_order),
        cmocka_unit_test(normalizes_by_the_root_of_squares),
        cmocka_unit_test(attends),
        cmocka_unit_test(resizes_as_newer_opsets_do),
        cmocka_unit_test(a_mask_must_fit),
        cmocka_unit_test(the_largest_are_some_of_them),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(names_unknown_operators_at_once),
        cmocka_unit_test(tensors_must_be_whole),
        cmocka_unit_test(external_data_stay_in_the_folder),
        cmocka_unit_test(bombs),
        cmocka_unit_test(cut_off_and_flipped),
        cmocka_unit_test(corpus),
        cmocka_unit_test(mnist_reproduces_its_test_sets),
        cmocka_unit_test(quantized_networks_run_in_integers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
