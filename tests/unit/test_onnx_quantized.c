/* SPDX-License-Identifier: Apache-2.0 */
/* Operators of integers in ONNX files: they run in int8, whatever the file's type, and compute what plain arithmetic
 * of the reals gives, one step of the output apart at most. ONNX's own tests (tests/onnx) have the standard's. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/graph/op_info.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "tests/onnx_made.h"

enum { UINT8 = 2, INT8 = 3, N = 8 };

static const uint8_t x_bytes[N] = {0, 255, 128, 100, 140, 131, 90, 200}; /* [1,2,2,2], scale 0.5, zero point 128 */
static const int8_t w_bytes[N] = {3, -4, 127, -128, 0, 20, -7, 1};       /* of channels, scales 0.25 and 0.125 */

static double x(int i) { return 0.5 * (x_bytes[i] - 128); }

/* ---- what comes out, in reals ---- */
static double twice(int i) { return 2 * x(i); }
static double squared(int i) { return x(i) * x(i); }
static double sigmoid(int i) { return 1 / (1 + exp(-x(i))); }
static double leaky(int i) { return x(i) < 0 ? x(i) * (double)0.01f : x(i); }
static double joined(int i) { return x(i % N); }
static double mean(int i) { return (x(4 * i) + x(4 * i + 1) + x(4 * i + 2) + x(4 * i + 3)) / 4; }
static double pairs(int i) { return (x(2 * i) + x(2 * i + 1)) / 2; }
static double weighed(int i) { return 0.25 * (3 * x(i) - 4 * x(i + 4)); }
static double weighed_2(int i) { return 0.125 * (127 * x(i) - 128 * x(i + 4)) + 0.0625 * 40; }
static double conv(int i) { return i < 4 ? weighed(i) : weighed_2(i - 4); }

/* Row i / 2 of x by the columns of w, 2 by 2, that have a scale each. */
static double product(int i)
{
    static const int8_t w[2][2] = {{3, -4}, {127, -128}};

    return (i % 2 ? 0.125 : 0.25) * (x(i / 2 * 2) * w[0][i % 2] + x(i / 2 * 2 + 1) * w[1][i % 2]);
}

static double shifted(int i) { return product(i) + (i % 2 ? 2.5 : 0); }
/* Channels last: x is [H][W][2], and a window two of a row. */
static double conv_last(int i)
{
    const double a = x(i / 2 * 2), b = x(i / 2 * 2 + 1);

    return i % 2 ? 0.125 * (127 * a - 128 * b) + 0.0625 * 40 : 0.25 * (3 * a - 4 * b);
}

static double mean_last(int i) { return (x(i) + x(i + 2) + x(i + 4) + x(i + 6)) / 4; }
static double pairs_last(int i) { return (x(i / 2 * 4 + i % 2) + x(i / 2 * 4 + i % 2 + 2)) / 2; }
static double twice_max(int i) { return 2 * fmax(x(i / 2 * 4 + i % 2), x(i / 2 * 4 + i % 2 + 2)); }
static double softmax(int i) { return 1 / (1 + exp(x(i ^ 1) - x(i))); }

#define IMAGE                                                                                                          \
    {                                                                                                                  \
        1, 2, 2, 2, -2                                                                                                 \
    }

static const struct made {
    const char *words, *domain;
    int64_t axis, in[5], shape[5]; /* of x and the output, to -2 */
    double scale;                  /* of the output, in bytes of zero point 100 */
    double (*real)(int i);
    bool last; /* channels */
} made[] = {
    {"QLinearAdd x s z x s z ys yz -> y", "com.microsoft", 0, IMAGE, IMAGE, 1, twice, false},
    {"QLinearMul x s z x s z ys yz -> y", "com.microsoft", 0, IMAGE, IMAGE, 16, squared, false},
    {"QLinearSigmoid x s z ys yz -> y", "com.microsoft", 0, IMAGE, IMAGE, 0.0078125, sigmoid, false},
    {"QLinearLeakyRelu x s z ys yz -> y", "com.microsoft", 0, IMAGE, IMAGE, 0.5, leaky, false},
    {"QLinearConcat ys yz x s z x s z -> y", "com.microsoft", 0, IMAGE, {2, 2, 2, 2, -2}, 0.75, joined, false},
    {"QLinearGlobalAveragePool x s z ys yz -> y", "com.microsoft", 0, IMAGE, {1, 2, 1, 1, -2}, 0.125, mean, false},
    {"QLinearAveragePool x s z ys yz -> y", "com.microsoft", 0, IMAGE, {1, 2, 2, 1, -2}, 0.25, pairs, false},
    {"QLinearConv x s z w ws wz ys yz b -> y", "", 0, IMAGE, IMAGE, 0.5, conv, false},
    {"QLinearMatMul x s z m ws wz ys yz -> y", "", 0, IMAGE, IMAGE, 0.5, product, false},
    {"QLinearSoftmax x s z ys yz -> y", "com.microsoft", 3, IMAGE, IMAGE, 0.0078125, softmax, false},
    {"QGemm x s z m ws wz b ys yz -> y", "com.microsoft", 0, {4, 2, -2}, {4, 2, -2}, 0.5, shifted, false},
    {"QLinearConv x s z w ws wz ys yz b -> y", "com.microsoft", 0, IMAGE, IMAGE, 0.5, conv_last, true},
    {"QLinearGlobalAveragePool x s z ys yz -> y", "com.microsoft", 0, IMAGE, {1, 1, 1, 2, -2}, 0.125, mean_last, true},
    {"QLinearAveragePool x s z ys yz -> y", "com.microsoft", 0, IMAGE, {1, 2, 1, 2, -2}, 0.25, pairs_last, true},
    {"QLinearReduceMean x s z ys yz -> y", "com.microsoft", 0, {4, 2, -2}, {4, 1, -2}, 0.25, pairs, false},
    {"QLinearAdd x s z x s z ys yz -> a;NhwcMaxPool a -> y",
     "com.microsoft",
     0,
     IMAGE,
     {1, 2, 1, 2, -2},
     1,
     twice_max,
     false},
};

/* ---- the file ---- */
static void put_window(struct text *node)
{
    struct text a = {.pool = node->pool};

    put_string(&a, 1, "kernel_shape");
    put_int(&a, 8, 1);
    put_int(&a, 8, 2);
    put_message(node, 5, &a);
}

static struct bytes file_of(struct pool *pool, const struct made *f)
{
    const float s = 0.5f, ys = (float)f->scale, ws[2] = {0.25f, 0.125f};
    const uint8_t z = 128, yz = 100, none[2] = {0, 0};
    const int32_t b[2] = {0, 40};
    struct text graph = {.pool = pool};

    for (char *rest = pool_strdup(pool, f->words), *one = strtok_r(rest, ";", &rest); one;
         one = strtok_r(NULL, ";", &rest)) {
        struct text node = node_of(pool, one);

        put_attribute_int(&node, "axis", f->axis);
        put_attribute_int(&node, "channels_last", f->last);
        put_attribute_ints(&node, "axes", 1, 1);
        if (strstr(one, "Pool") && !strstr(one, "Global"))
            put_window(&node);
        put_string(&node, 7, f->domain);
        put_message(&graph, 1, &node);
    }
    put_initializer(&graph, "s", FLOAT, DIMS(1), &s, sizeof s);
    put_initializer(&graph, "z", UINT8, DIMS(1), &z, sizeof z);
    put_initializer(&graph, "ys", FLOAT, DIMS(1), &ys, sizeof ys);
    put_initializer(&graph, "yz", UINT8, DIMS(1), &yz, sizeof yz);
    put_initializer(&graph, "w", INT8, DIMS(2, 2, 1, 1), w_bytes, 4);
    put_initializer(&graph, "m", INT8, DIMS(2, 2), w_bytes, 4);
    put_initializer(&graph, "ws", FLOAT, DIMS(2), ws, sizeof ws);
    put_initializer(&graph, "wz", INT8, DIMS(2), none, sizeof none);
    put_initializer(&graph, "b", INT32, DIMS(2), b, sizeof b);
    put_value(&graph, 11, "x", UINT8, f->in);
    put_value(&graph, 12, "y", UINT8, f->shape);
    return model_of(&graph, 13);
}

/* ---- its integers ---- */
static void want_no_floats(const struct graph *g)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_out; k++)
            assert_int_not_equal(op_out(g, &g->ops[i], k)->type, TYPE_F32);
}

static void check(const struct made *f)
{
    struct pool pool = {0};
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    const struct pipeline_options options = {.passes = NULL};
    uint8_t out[2 * N];
    struct pipeline p;
    struct runner r;
    const struct graph *g;

    print_message("%s\n", f->words);
    assert_int_equal(pipeline_read(&pool, "q.onnx", file_of(&pool, f), &p, &at), MOTE_OK);
    assert_int_equal(pipeline_compile(&p, &options, &at), MOTE_OK);
    assert_int_equal(runner_open(&pool, p.image, &r, &at), MOTE_OK);
    assert_null(p.model.remarks);
    g = &p.model.graphs[0];
    want_no_floats(g);
    runner_run(&r, x_bytes, out);
    for (int i = 0; i < (int)tensor_elements(&g->tensors[g->outputs[0]]); i++) {
        double q = fmin(fmax(round(f->real(i) / f->scale) + 100, 0), 255);

        if (fabs(out[i] - q) > 1)
            print_error("%d: %d, not %g\n", i, out[i], q);
        assert_true(fabs(out[i] - q) <= 1);
    }
    pool_free(&pool);
}

static void operators_of_integers_run_in_int8(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(made); i++)
        check(&made[i]);
}

/* ---- what is wrong ---- */
static void says(const char *words, float scale, int64_t block, const char *text)
{
    struct pool pool = {0};
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    struct text graph = {.pool = &pool}, node = node_of(&pool, words), a = {.pool = &pool};
    struct pipeline p;

    put_string(&a, 1, "block_size");
    put_int(&a, 3, block);
    put_message(&node, 5, &a);
    put_message(&graph, 1, &node);
    put_initializer(&graph, "s", FLOAT, DIMS(1), &scale, sizeof scale);
    put_initializer(&graph, "s3", FLOAT, DIMS(3), (float[]){1, 1, 1}, 3 * sizeof scale);
    put_initializer(&graph, "z", UINT8, DIMS(1), "", 1);
    put_initializer(&graph, "i", INT32, DIMS(1), &(int32_t){1}, 4);
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 2));
    put_value(&graph, 11, "b", UINT8, DIMS(1, 2));
    put_value(&graph, 12, "y", UINT8, DIMS(1, 2));
    assert_int_not_equal(pipeline_read(&pool, "q.onnx", model_of(&graph, 21), &p, &at), MOTE_OK);
    if (!strstr(report.text, text))
        print_error("'%s' does not say '%s'\n", report.text, text);
    assert_non_null(strstr(report.text, text));
    pool_free(&pool);
}

static void wrong_quantizations_are_named(void **state)
{
    (void)state;
    says("QuantizeLinear x s z -> y", 0, 0, "node 0 QuantizeLinear: scale 0 is 0: a scale is finite and above 0");
    says("DequantizeLinear b s z -> y", INFINITY, 0, "scale 0 is inf");
    says("QuantizeLinear x s3 z -> y", 1, 0, "3 scales, 1 zero points");
    says("QuantizeLinear x i z -> y", 1, 0, "a scale of type s32");
    says("QuantizeLinear x s i -> y", 1, 0, "to s32; int8 and uint8 are there");
    says("QuantizeLinear x s z -> y", 1, 16, "quantization of blocks");
    says("DequantizeLinear x s z -> y", 1, 0, "of f32; int8, uint8 and int32 are there");
    says("DequantizeLinear b -> y", 1, 0, "input 1 is missing");
}

/* Every bit is flipped: the file is read or refused, by name, and what is read goes through all passes. */
static void flipped(void **state)
{
    int passed = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(made); i++) {
        struct pool pool = {0};
        struct bytes file = file_of(&pool, &made[i]);

        for (size_t k = 0; k < file.size * 8; k++) {
            struct pool own = {0};
            struct report_text report = {0};
            struct frame at = {.index = -1, .sink = &report};
            const struct pipeline_options options = {.passes = NULL};
            uint8_t *bytes;
            struct pipeline p;

            bytes = pool_copy(&own, file.data, file.size);
            bytes[k / 8] ^= (uint8_t)(1 << k % 8);
            if (pipeline_read(&own, "q.onnx", (struct bytes){bytes, file.size}, &p, &at) == MOTE_OK && p.has_graph &&
                pipeline_passes(&p, &options, &at) == MOTE_OK)
                passed++;
            else
                assert_int_not_equal(report.text[0], '\0');
            pool_free(&own);
        }
        pool_free(&pool);
    }
    print_message("%d files are models still\n", passed);
    assert_true(passed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_of_integers_run_in_int8),
        cmocka_unit_test(wrong_quantizations_are_named),
        cmocka_unit_test(flipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
