/* SPDX-License-Identifier: Apache-2.0 */
/* ONNX files with numbers at the ends of their range, empty tensors, and dimensions that no memory has: each gives a
 * named error or a model, and takes no more memory than import.h promises (the pool aborts beyond it). What a sanitizer
 * would say, it says here. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/import/import.h"
#include "tests/onnx_made.h"

enum { UINT8 = 2, BOOL = 9 };

/* A node with an attribute: `n` times the number, or for 0 the number itself, or text. */
struct hostile {
    const char *node;
    int64_t opset;
    const char *attribute;
    int n;
    int64_t number;
    const char *text;
    const char *says; /* NULL: it is read */
};

static void put_named_attribute(struct text *node, const struct hostile *h)
{
    if (h->text)
        put_attribute_string(node, h->attribute, h->text);
    else if (h->attribute && h->n > 0)
        put_attribute_ints(node, h->attribute, h->n, h->number);
    else if (h->attribute)
        put_attribute_int(node, h->attribute, h->number);
}

/* What the nodes read. */
static void put_tensors(struct text *graph)
{
    static const int64_t zeros[32], far[1] = {100000000}, sizes[4] = {1, 2, 3, 3};
    const float weights[18] = {1, 2, 3}, row[4] = {1, 2, 3, 4}, steps = 1e28f, end = 1e30f,
                nan[8] = {NAN, INFINITY, NAN};
    const int32_t least = INT32_MIN, start = 0;

    put_value(graph, 11, "x", FLOAT, DIMS(1, 2, 4, 4));
    put_value(graph, 11, "labels", INT64, DIMS(2));
    put_initializer(graph, "w", FLOAT, DIMS(2, 1, 3, 3), weights, sizeof weights);
    put_initializer(graph, "m", FLOAT, DIMS(2, 2), row, sizeof row);
    put_initializer(graph, "row", FLOAT, DIMS(4), row, sizeof row);
    put_initializer(graph, "pair", FLOAT, DIMS(2), row, 8);
    put_initializer(graph, "zeros", INT64, DIMS(1, 2, 4, 4), zeros, sizeof zeros);
    put_initializer(graph, "far", INT64, DIMS(1), far, sizeof far);
    put_initializer(graph, "sizes", INT64, DIMS(4), sizes, sizeof sizes);
    put_initializer(graph, "bytes", UINT8, DIMS(4), row, 4);
    put_initializer(graph, "one", FLOAT, DIMS(-2), row, 4);
    put_initializer(graph, "least", INT32, DIMS(-2), &least, 4);
    put_initializer(graph, "start", INT32, DIMS(-2), &start, 4);
    put_initializer(graph, "end", FLOAT, DIMS(-2), &end, 4);
    put_initializer(graph, "steps", FLOAT, DIMS(-2), &steps, 4);
    put_initializer(graph, "nan", FLOAT, DIMS(8), nan, sizeof nan);
    put_initializer(graph, "never", BOOL, DIMS(0), "", 0);
}

/* Whether it gives a model, or says `says`. */
static void check(const char *what, struct bytes file, const char *says)
{
    struct pool pool = {.limit = IMPORT_MEMORY(file.size)};
    struct report_text report = {0};
    struct frame root = {.name = "m.onnx", .index = -1, .sink = &report};
    struct import_missing missing;
    struct model model;
    enum mote_status status = onnx_import(&pool, "m.onnx", file, NULL, &model, &missing, &root);

    if ((status == MOTE_OK) != (says == NULL) || (says && !strstr(report.text, says)))
        print_error("%s: '%s', not '%s'\n", what, report.text, says ? says : "");
    assert_int_equal(status == MOTE_OK, says == NULL);
    if (says)
        assert_non_null(strstr(report.text, says));
    else
        assert_null(missing.what);
    pool_free(&pool);
}

static void check_node(const struct hostile *h)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool}, node = node_of(&pool, h->node);

    put_tensors(&graph);
    put_named_attribute(&node, h);
    put_message(&graph, 1, &node);
    put_message(&graph, 12, &(struct text){.pool = &pool, .s = (char[]){0x0a, 1, 'y'}, .len = 3});
    check(h->node, model_of(&graph, h->opset), h->says);
    pool_free(&pool);
}

static void numbers_at_the_ends_of_their_range(void **state)
{
    static const struct hostile hostile[] = {
        {"ConvTranspose x w -> y", 13, "output_padding", 2, INT64_MAX, NULL, "of the output would be"},
        {"ConvTranspose x w -> y", 13, "output_shape", 2, INT64_MIN, NULL, "of the output would be"},
        {"MaxUnpool x zeros -> y", 13, "kernel_shape", 2, INT64_MAX, NULL, "a dimension of"},
        {"MaxUnpool x zeros -> y", 13, "kernel_shape", 2, 1 << 29, NULL, "an output of"},
        {"Pad x -> y", 9, "pads", 8, INT64_MIN, NULL, "node 0 Pad"},
        {"Pad x -> y", 9, "pads", 8, INT64_MAX, NULL, "node 0 Pad"},
        {"SpaceToDepth x -> y", 13, "blocksize", 0, INT64_MAX, NULL, "blocks of"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(hostile); i++)
        check_node(&hostile[i]);
}

/* The number is beyond the end of a list in the importer. */
static void an_axis_before_opset_7(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool}, node = node_of(&pool, "Add x row -> y");

    (void)state;
    put_tensors(&graph);
    put_attribute_int(&node, "broadcast", 1);
    put_attribute_int(&node, "axis", INT64_MAX);
    put_message(&graph, 1, &node);
    check("Add", model_of(&graph, 6), "axis 2147483647 for operands of 4 and 1 dimensions");
    pool_free(&pool);
}

static void slices_of_any_step(void **state)
{
    static const int64_t steps[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX};
    struct pool pool = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct text graph = {.pool = &pool}, node = node_of(&pool, "Slice sizes -> y");

        put_tensors(&graph);
        put_attribute_ints(&node, "starts", 1, INT64_MAX);
        put_attribute_ints(&node, "ends", 1, INT64_MIN);
        put_attribute_ints(&node, "steps", 1, steps[i]);
        put_message(&graph, 1, &node);
        put_value(&graph, 12, "y", INT64, DIMS(i < 2 ? 1 : 0));
        check("Slice", model_of(&graph, 9), i < 2 ? NULL : "output 0 y: it has no elements");
    }
    pool_free(&pool);
}

static void values_of_tensors(void **state)
{
    static const struct hostile hostile[] = {
        {"OneHot labels far pair -> y", 13, NULL, 0, 0, NULL, "the most for a file of its size"},
        {"Dropout x one never -> y", 13, NULL, 0, 0, NULL, "training mode"},
        {"Range start end steps -> y", 13, NULL, 0, 0, NULL, "start, limit and delta of different types"},
        {"DequantizeLinear bytes one least -> y", 13, NULL, 0, 0, NULL, "a zero point of type s32"},
        {"Scan -> y", 8, "num_scan_inputs", 0, 1, NULL, "attribute body, a graph, is missing"},
        {"Einsum m -> y", 13, "equation", 0, 0, "ij->iij", "the output has a letter twice"},
        {"Einsum x -> y", 13, "equation", 0, 0, "abcd->aa", "the output has a letter twice"},
        {"Resize x nan - sizes -> y", 13, "coordinate_transformation_mode", 0, 0, "tf_crop_and_resize", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(hostile); i++)
        check_node(&hostile[i]);
}

/* Sums and products of dimensions have no room for these. */
static void dimensions_that_no_memory_has(void **state)
{
    static const char *const nodes[] = {"Flatten x -> y", "Softmax x -> y", "Hardmax x -> y", "Relu x -> y"};
    const int64_t times[4] = {1 << 30, 1 << 30, 1 << 30, 1 << 30};
    struct pool pool = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(nodes); i++) {
        struct text graph = {.pool = &pool};

        put_value(&graph, 11, "x", FLOAT, DIMS(1, 1 << 30, 1 << 30, 1 << 30));
        put_node(&graph, nodes[i]);
        check(nodes[i], model_of(&graph, 9), "input 0 x: larger than 1073741824 bytes");
    }
    for (size_t i = 0; i < COUNT(nodes); i++) {
        struct text graph = {.pool = &pool};

        put_value(&graph, 11, "a", FLOAT, DIMS(1, 1, 1, 1));
        put_initializer(&graph, "times", INT64, DIMS(4), times, sizeof times);
        put_node(&graph, "Expand a times -> x");
        put_node(&graph, nodes[i]);
        check(nodes[i], model_of(&graph, 9), "node 0 Expand: ");
    }
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_at_the_ends_of_their_range),
        cmocka_unit_test(an_axis_before_opset_7),
        cmocka_unit_test(slices_of_any_step),
        cmocka_unit_test(values_of_tensors),
        cmocka_unit_test(dimensions_that_no_memory_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
