/* SPDX-License-Identifier: Apache-2.0 */
/* Small models that were misunderstood once, our own (tools/golden/cases_import.py) and those of the shared folder,
 * where it is: each gives what it should. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/golden/road.h"
#include "tests/shared.h"

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

static const char *case_folder(struct pool *pool, const char *name)
{
    return shared_path(pool, pool_printf(pool, "cases/%s", name));
}

struct ran {
    struct report_text sink;
    struct pipeline p;
    struct runner runner;
};

static enum mote_status run_model(struct pool *pool, const char *path, const char *passes, const struct bytes *input,
                                  struct ran *out)
{
    struct frame at = {.name = path, .index = -1, .sink = &out->sink};
    struct mote_io io;

    TRY(pipeline_load(pool, path, &out->p, &at));
    TRY(pipeline_compile(&out->p, &(struct pipeline_options){.passes = passes}, &at));
    TRY(runner_open(pool, out->p.image, &out->runner, &at));
    io = runner_input(&out->runner, 0);
    if (input->size != io.bytes)
        return fail(&at, MOTE_ERR_SHAPE, "the input has %zu bytes, not %zu", (size_t)io.bytes, input->size);
    memcpy(io.data, input->data, io.bytes);
    mote_model_run(&out->runner.model);
    return MOTE_OK;
}

static struct ran run_case(struct pool *pool, const char *folder, const char *model, const char *passes)
{
    struct frame at = {.index = -1};
    struct ran ran = {0};
    struct bytes input;

    assert_int_equal(file_read(pool, pool_printf(pool, "%s/in0.bin", folder), &input, &at), MOTE_OK);
    if (run_model(pool, pool_printf(pool, "%s/%s", folder, model), passes, &input, &ran) != MOTE_OK)
        print_error("%s\n", ran.sink.text);
    assert_int_equal(ran.sink.status, MOTE_OK);
    return ran;
}

static const char *const passes_tried[] = {"none", NULL /* all */};

static void border_is_zero_point(void **state)
{
    struct pool pool = {0};
    const char *folder = case_folder(&pool, "s2b_int8_border_zero");
    struct frame at = {.index = -1};
    struct bytes want;

    (void)state;
    for (size_t i = 0; folder != NULL && i < COUNT(passes_tried); i++) {
        struct ran ran = run_case(&pool, folder, "model.tflite", passes_tried[i]);
        struct mote_io io = runner_output(&ran.runner, 0);

        assert_int_equal(file_read(&pool, pool_printf(&pool, "%s/want0.bin", folder), &want, &at), MOTE_OK);
        assert_int_equal(io.bytes, want.size);
        assert_memory_equal(io.data, want.data, want.size);
    }
    pool_free(&pool);
}

/* ---- shapes of another batch ---- */
static void expect_floats(const struct ran *ran, int32_t output, const float *want, size_t n)
{
    struct mote_io io = runner_output(&ran->runner, output);

    assert_int_equal(io.bytes, n * sizeof *want);
    assert_true(floats_near("output", io.data, (const uint8_t *)want, io.bytes));
}

static struct ran run_own(struct pool *pool, const char *name, const char *passes, const float *input, size_t n)
{
    struct bytes bytes = {(uint8_t *)(uintptr_t)input, n * sizeof *input};
    struct ran ran = {0};

    if (run_model(pool, pool_printf(pool, "%s/tests/fuzz/corpus/fuzz_tflite/%s.tflite", MOTE_SOURCE_DIR, name), passes,
                  &bytes, &ran) != MOTE_OK)
        print_error("%s\n", ran.sink.text);
    assert_int_equal(ran.sink.status, MOTE_OK);
    return ran;
}

static void own_stale_shapes(void **state)
{
    static const float x[] = {1, 2, 3, 4}, want[] = {1.5f, -3, 3.5f, -7, 2.5f, -5, 4.5f, -9};
    struct pool pool = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(passes_tried); i++) {
        struct ran ran = run_own(&pool, "stale_shapes", passes_tried[i], x, COUNT(x));

        expect_floats(&ran, 0, want, COUNT(want));
    }
    pool_free(&pool);
}

/* Every tensor has the shape that it has in the model with the right ones; the two have different weights. */
static void stale_batch(void **state)
{
    struct pool pool = {0};
    const char *folder = case_folder(&pool, "s2b_stale_batch");

    (void)state;
    for (size_t i = 0; folder != NULL && i < COUNT(passes_tried); i++) {
        struct ran ran = run_case(&pool, folder, "model.tflite", passes_tried[i]);
        struct ran right = run_case(&pool, folder, "model_with_right_shapes.tflite", passes_tried[i]);
        const struct graph *got = &ran.p.model.graphs[0], *want = &right.p.model.graphs[0];

        assert_int_equal(got->n_tensors, want->n_tensors);
        for (int32_t t = 0; t < got->n_tensors; t++)
            assert_true(shape_equal(&got->tensors[t], &want->tensors[t]));
        assert_int_equal(runner_output(&ran.runner, 0).dims[0], 1);
    }
    pool_free(&pool);
}

/* ---- weights in half precision ---- */
static void own_half_weights(void **state)
{
    static const float x[] = {2, 0.25f};
    const float w[] = {0.5f, -65504.0f, 1.0f / (1 << 24), 1.0009765625f}, constant[] = {1.5f, -INFINITY, -0.0f};
    const float hidden[] = {x[0] * w[0] + x[1] * w[1], x[0] * w[2] + x[1] * w[3]};
    const float want[] = {hidden[0] * w[0] + hidden[1] * w[1], hidden[0] * w[2] + hidden[1] * w[3]};
    struct pool pool = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(passes_tried); i++) {
        struct ran ran = run_own(&pool, "half_weights", passes_tried[i], x, COUNT(x));

        expect_floats(&ran, 0, want, COUNT(want));
        assert_memory_equal(runner_output(&ran.runner, 1).data, constant, sizeof constant);
    }
    pool_free(&pool);
}

/* The input times the weights, widened by Python's struct and multiplied in double. */
static void half_weights(void **state)
{
    static const float want[] = {-0.84733829f, 1.94814627f, -1.8573953f};
    struct pool pool = {0};
    const char *folder = case_folder(&pool, "f16_dequantize");

    (void)state;
    for (size_t i = 0; folder != NULL && i < COUNT(passes_tried); i++) {
        struct ran ran = run_case(&pool, folder, "model.tflite", passes_tried[i]);

        expect_floats(&ran, 0, want, COUNT(want));
    }
    pool_free(&pool);
}

/* ---- what the reference ran ---- */
static void run_with_all_inputs(struct pool *pool, const char *folder, const char *passes, struct ran *ran)
{
    struct frame at = {.name = folder, .index = -1, .sink = &ran->sink};

    assert_int_equal(pipeline_load(pool, pool_printf(pool, "%s/model.tflite", folder), &ran->p, &at), MOTE_OK);
    assert_int_equal(pipeline_compile(&ran->p, &(struct pipeline_options){.passes = passes}, &at), MOTE_OK);
    assert_int_equal(runner_open(pool, ran->p.image, &ran->runner, &at), MOTE_OK);
    for (int32_t i = 0; i < mote_model_inputs(&ran->runner.model); i++) {
        struct mote_io io = runner_input(&ran->runner, i);
        struct bytes input;

        assert_int_equal(file_read(pool, pool_printf(pool, "%s/in%d.bin", folder, (int)i), &input, &at), MOTE_OK);
        assert_int_equal(input.size, io.bytes);
        memcpy(io.data, input.data, io.bytes);
    }
    mote_model_run(&ran->runner.model);
}

static void reference_runs(void **state)
{
    static const char *const names[] = {"fc16x8", "dw16x8", "softmax16", "fc_dynamic_weights"};
    struct pool pool = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(names) * COUNT(passes_tried); i++) {
        const char *folder = case_folder(&pool, pool_printf(&pool, "tflm_runs/%s", names[i / COUNT(passes_tried)]));
        struct frame at = {.index = -1};
        struct ran ran = {0};
        struct mote_io io;
        struct bytes want;

        if (folder == NULL)
            continue;
        run_with_all_inputs(&pool, folder, passes_tried[i % COUNT(passes_tried)], &ran);
        io = runner_output(&ran.runner, 0);
        assert_int_equal(file_read(&pool, pool_printf(&pool, "%s/want0.bin", folder), &want, &at), MOTE_OK);
        assert_int_equal(io.bytes, want.size);
        assert_memory_equal(io.data, want.data, want.size);
    }
    pool_free(&pool);
}

/* A model without vectors; its operator's are in tests/vectors. */
static void log_softmax_of_four(void **state)
{
    static const float x[] = {1, -2.5f, 3, 0.5f};
    struct pool pool = {0};
    const char *folder = case_folder(&pool, "log_softmax");
    double sum = exp(1) + exp(-2.5) + exp(3) + exp(0.5);
    float want[COUNT(x)];

    (void)state;
    for (size_t i = 0; i < COUNT(x); i++)
        want[i] = (float)((double)x[i] - log(sum));
    for (size_t i = 0; folder != NULL && i < COUNT(passes_tried); i++) {
        struct bytes input = {(uint8_t *)(uintptr_t)x, sizeof x};
        struct ran ran = {0};

        assert_int_equal(run_model(&pool, pool_printf(&pool, "%s/model.tflite", folder), passes_tried[i], &input, &ran),
                         MOTE_OK);
        expect_floats(&ran, 0, want, COUNT(want));
    }
    pool_free(&pool);
}

/* ---- constants of compressed models ---- */
#define LOOKUP_TABLES MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_tflite/lookup_tables.tflite"

static const struct tensor *weights_of(const struct model *m, int32_t op)
{
    const struct graph *g = &m->graphs[0];

    assert_true(op < g->n_ops);
    return &g->tensors[g->ops[op].in[1]];
}

/* Of rows, of the last dimension's channels, of all of a tensor: they are constants, and the operator is gone. */
static void lookup_tables_are_decoded(void **state)
{
    static const int8_t rows[] = {-7, 0, 5, 9, -7, 4, 3, 2, 1, 2, -128, 127, -128, 127, 127};
    static const int8_t last[] = {10, -1, 20, -2, 30, -3, 40, -4, 50, -5, 10, -2, 30, -4, 50, -1, 20, -3};
    static const float real[] = {2.25F, -1.5F, 0.5F, 0.5F, -1.5F, 2.25F};
    struct pool pool = {0};
    struct report_text sink;
    const struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct pipeline p;

    (void)state;
    assert_int_equal(pipeline_load(&pool, LOOKUP_TABLES, &p, &at), MOTE_OK);
    assert_int_equal(p.model.graphs[0].n_ops, 3);
    assert_memory_equal(weights_of(&p.model, 0)->data, rows, sizeof rows);
    assert_memory_equal(weights_of(&p.model, 1)->data, last, sizeof last);
    assert_memory_equal(weights_of(&p.model, 2)->data, real, sizeof real);
    pool_free(&pool);
}

#define SPARSE_WEIGHTS MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_tflite/sparse_weights.tflite"

/* Lists of columns, lists of blocks, blocks both ways in the other order: DENSIFY is gone,
 * and DEQUANTIZE, the first, is computed. */
static void sparse_weights_are_dense(void **state)
{
    static const float real[4][6] = {{0, 1.5F, 0, 0, -2, 0}, {0}, {3, 0, 0, 0, 0, 4}, {0, 0, 0.25F, 0, 0, 0}};
    static const int8_t whole[3][8] = {
        {0, 0, 0, 0, 5, -6, 0, 7}, {-128, 0, 0, 1, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0, 127}};
    static const float half[4][4] = {{1, 2, 0, 0}, {0, -4, 0, 0}, {0}, {0, 0, 0.5F, 0}};
    struct pool pool = {0};
    struct report_text sink;
    const struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct pipeline p;

    (void)state;
    assert_int_equal(pipeline_load(&pool, SPARSE_WEIGHTS, &p, &at), MOTE_OK);
    assert_int_equal(p.model.graphs[0].n_ops, 4);
    assert_memory_equal(weights_of(&p.model, 1)->data, real, sizeof real);
    assert_memory_equal(weights_of(&p.model, 2)->data, whole, sizeof whole);
    assert_memory_equal(weights_of(&p.model, 3)->data, half, sizeof half);
    pool_free(&pool);
}

/* Each byte of the file becomes others: it is refused, or read, and never more than it. */
static void wrong_sparse_weights_are_no_harm(void **state)
{
    static const char *const parts[] = {"its segments do not hold its indices",
                                        "ends before it begins",
                                        "of format",
                                        "is no block of a dimension",
                                        "values, its levels want",
                                        "its levels are not",
                                        "a list of indices of type",
                                        "indices, the shape wants",
                                        "blocks of"};
    bool seen[COUNT(parts)] = {false};
    struct pool pool = {0};
    struct bytes file;

    (void)state;
    assert_int_equal(file_read(&pool, SPARSE_WEIGHTS, &file, &(struct frame){.index = -1}), MOTE_OK);
    for (size_t i = 0; i < file.size; i++)
        for (int change = 0; change < 4; change++) {
            struct pool each = {0};
            struct report_text sink = {.status = MOTE_OK};
            const struct frame at = {.name = "m", .index = -1, .sink = &sink};
            struct pipeline p;
            const uint8_t was = file.data[i];

            file.data[i] = (uint8_t)(was + (const int[]){1, -1, 2, 127}[change]);
            if (pipeline_read(&each, "m", file, &p, &at) != MOTE_OK)
                for (size_t k = 0; k < COUNT(parts); k++)
                    seen[k] = seen[k] || strstr(sink.text, parts[k]) != NULL;
            file.data[i] = was;
            pool_free(&each);
        }
    for (size_t k = 0; k < COUNT(parts); k++)
        if (!seen[k])
            print_error("nothing says \"%s\"\n", parts[k]);
    for (size_t k = 0; k < COUNT(parts); k++)
        assert_true(seen[k]);
    pool_free(&pool);
}

static void wrong_lookup_tables_are_named(void **state)
{
    static const uint8_t header[] = {0, 1, 0, 0, 1, 2, 4};
    static const struct {
        int at;
        uint8_t becomes;
        const char *part;
    } bad[] = {
        {0, 1, "op 0 TFLM_DECODE: tensor 4 result_0_0: its data"},
        {0, 1, "its data are of type 1, Huffman codes; Mote reads type 0, tables of values"},
        {0, 2, "its data are of type 2, pruned weights"},
        {0, 200, "its data are of type 200; Mote"},
        {1, 2, "its data have version 2; Mote reads version 1"},
        {4, 0, "its tables have version 0"},
        {5, 0, "its indices have no bits"},
        {5, 7, "4 bytes are too few for its 15 indices of 7 bits"},
        {6, 5, "its tables have 12 bytes of 15"},
        {6, 3, "element 3 is value 3 of a table of 3"},
    };
    struct pool pool = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct report_text sink = {.status = MOTE_OK};
        const struct frame at = {.name = "m", .index = -1, .sink = &sink};
        struct bytes file;
        struct pipeline p;
        uint8_t *found;

        assert_int_equal(file_read(&pool, LOOKUP_TABLES, &file, &at), MOTE_OK);
        found = memmem(file.data, file.size, header, sizeof header);
        assert_non_null(found);
        found[bad[i].at] = bad[i].becomes;
        assert_int_not_equal(pipeline_read(&pool, "m", file, &p, &at), MOTE_OK);
        if (strstr(sink.text, bad[i].part) == NULL)
            print_error("want \"%s\" in: %s\n", bad[i].part, sink.text);
        assert_non_null(strstr(sink.text, bad[i].part));
    }
    pool_free(&pool);
}

/* Where the largest is, is int32. */
static void places_are_narrow(void **state)
{
    struct pool pool = {0};
    struct report_text sink;
    const struct frame at = {.name = "m", .index = -1, .sink = &sink};
    const struct graph *g;
    struct pipeline p;

    (void)state;
    assert_int_equal(
        pipeline_load(&pool, MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_tflite/int64_places.tflite", &p, &at), MOTE_OK);
    g = &p.model.graphs[0];
    assert_int_equal(g->tensors[g->outputs[0]].type, TYPE_S32);
    assert_int_equal(pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &at), MOTE_OK);
    pool_free(&pool);
}

/* ---- all that is missing, at once ---- */
static const char *load_error(struct pool *pool, const char *path)
{
    struct report_text *sink = pool_alloc(pool, sizeof *sink);
    struct frame at = {.name = "m", .index = -1, .sink = sink};
    struct pipeline p;

    assert_int_equal(pipeline_load(pool, path, &p, &at), MOTE_ERR_UNSUPPORTED);
    return sink->text;
}

/* RFFT2D, RESHAPE and COMPLEX_ABS, by pairs: magnitudes as a sum over all samples has them. */
static void spectra_are_read(void **state)
{
    float x[3][6], worst = 0;
    const struct bytes input = {(uint8_t *)x, sizeof x};
    struct pool pool = {0};
    struct ran ran = {0};
    const float *y;

    (void)state;
    for (int i = 0; i < 18; i++)
        x[i / 6][i % 6] = (float)((i * 7 % 11) - 5);
    assert_int_equal(
        run_model(&pool, MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_tflite/spectra.tflite", NULL, &input, &ran), MOTE_OK);
    y = runner_output(&ran.runner, 0).data;
    for (int k = 0; k < 15; k++) {
        double re = 0, im = 0;

        for (int i = 0; i < 6; i++) {
            re += (double)x[k / 5][i] * cos(2 * 3.14159265358979 * i * (k % 5) / 8);
            im -= (double)x[k / 5][i] * sin(2 * 3.14159265358979 * i * (k % 5) / 8);
        }
        worst = fmaxf(worst, fabsf(y[k] - (float)sqrt(re * re + im * im)));
    }
    assert_true(worst < 1e-5F);
    pool_free(&pool);
}

/* SignalRfft and SignalIrfft: the samples again. */
static void spectra_become_samples(void **state)
{
    float x[2][8] = {{1, -2, 3, 0.5F, 0, 0, -7, 4}, {0, 0, 100, 0, 0, 0, 0, -1}};
    const struct bytes input = {(uint8_t *)x, sizeof x};
    struct pool pool = {0};
    struct ran ran = {0};
    const float *y;

    (void)state;
    assert_int_equal(
        run_model(&pool, MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_tflite/spectra_and_back.tflite", NULL, &input, &ran),
        MOTE_OK);
    assert_int_equal(runner_output(&ran.runner, 0).bytes, sizeof x);
    y = runner_output(&ran.runner, 0).data;
    for (int i = 0; i < 16; i++)
        assert_true(fabsf(y[i] - x[i / 8][i % 8]) < 1e-5F);
    pool_free(&pool);
}

static void short_spectra_are_named(void **state)
{
    const char *path = MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_tflite/spectra_too_short.tflite";
    struct pool pool = {0};
    struct ran ran = {0};

    (void)state;
    assert_int_equal(run_model(&pool, path, NULL, &(struct bytes){0}, &ran), MOTE_ERR_SHAPE);
    assert_non_null(strstr(ran.sink.text, "a spectrum has 8 numbers, not fft_length and 2, 10"));
    pool_free(&pool);
}

static void other_spectra_are_named(void **state)
{
    static const char *const wrong[][2] = {{"both_ways", "op 0 RFFT2D: it transforms in two dimensions"},
                                           {"cut", "op 0 RFFT2D: rows of 6 samples are cut to fft_length, 4"},
                                           {"of_spectra", "op 2 EXP: reads complex numbers"}};

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct pool pool = {0};
        const char *path =
            pool_printf(&pool, "%s/tests/fuzz/corpus/fuzz_tflite/spectra_%s.tflite", MOTE_SOURCE_DIR, wrong[i][0]);

        assert_non_null(strstr(load_error(&pool, path), wrong[i][1]));
        pool_free(&pool);
    }
}

static void own_several_faults(void **state)
{
    struct pool pool = {0};

    (void)state;
    assert_string_equal(
        load_error(&pool, MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_tflite/several_faults.tflite"),
        "m: 3 operators that Mote does not have: op 1 Ours (custom, version 1, output \"result1\"), op 4 Ours (custom, "
        "version 1, output \"result4\"), op 6 Theirs (custom, version 1, output \"result6\"); --operators takes a "
        "custom operator of your own (mote/operator.h); of the others, 3 faults: op 0 DEQUANTIZE: from f16 to f32: "
        "only s8, u8, s16 and constants of f16 to f32 are there; op 2 LOGISTIC: tensor 4 operand2_0: the type is s64, "
        "the operator takes s8, s16 and f32 (and 1 more LOGISTIC) [ERR_UNSUPPORTED]");
    pool_free(&pool);
}

/* So does a graph file; its numbers are what messages have. */
static void own_several_faults_of_a_graph_file(void **state)
{
    struct pool pool = {0};

    (void)state;
    assert_string_equal(
        load_error(&pool, MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_graph/several_faults.graph"),
        "m: 3 faults: line 15: no operator is named 'ours' (and 1 more like it); line 20: no operator is named "
        "'theirs'; "
        "of the others, 3 faults: op 1 DEQUANTIZE: from f16 to f32: only s8, u8, s16 and constants of f16 to f32 are "
        "there; op 3 LOGISTIC: tensor 4 e: the type is s64, the operator takes s8, s16 and f32 (and 1 more LOGISTIC) "
        "[ERR_UNSUPPORTED]");
    pool_free(&pool);
}

/* Its 110 weights in half precision and MediaPipe's transposed convolution are no fault any more. */
static void no_operator_is_missing(void **state)
{
    struct pool pool = {0};
    const char *folder = case_folder(&pool, "names_not_all_at_once");
    struct report_text sink = {0};
    struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct pipeline p;

    (void)state;
    if (folder != NULL) {
        assert_int_equal(pipeline_load(&pool, pool_printf(&pool, "%s/selfie_segmentation.tflite", folder), &p, &at),
                         MOTE_OK);
        assert_int_equal(p.model.graphs[0].tensors[p.model.graphs[0].outputs[0]].dims[1], 256);
    }
    pool_free(&pool);
}

/* A tap on the padding is a product with zero, and NaN where the weight is not finite: with all passes, too. */
static void padding_meets_weights_that_are_not_finite(void **state)
{
    struct pool pool = {0};
    const char *path = case_folder(&pool, "nonfinite_pad.graph");
    struct bytes input = {pool_alloc(&pool, 324), 324};
    struct mote_io want, got;

    (void)state;
    for (int i = 0; i < 81; i++)
        ((float *)(void *)input.data)[i] = 0.25f * (float)(i % 13 - 6);
    if (path != NULL) {
        struct ran none = {0}, all = {0};

        assert_int_equal(run_model(&pool, path, "none", &input, &none), MOTE_OK);
        assert_int_equal(run_model(&pool, path, NULL, &input, &all), MOTE_OK);
        want = runner_output(&none.runner, 0);
        got = runner_output(&all.runner, 0);
        assert_int_equal(got.bytes, want.bytes);
        for (size_t i = 0; i < want.bytes / sizeof(float); i++) {
            float x = ((const float *)want.data)[i], y = ((const float *)got.data)[i];

            assert_true(isnan(x) ? isnan(y) : x == y);
        }
    }
    pool_free(&pool);
}

/* 200 steps, each of which checks the same constants again, in a format that is read no more: what is refused before
 * that is no bomb either. test_runtime has the rule. */
static void opening_is_no_bomb(void **state)
{
    struct pool pool = {0};
    const char *path = case_folder(&pool, "open_bomb_200_steps.mote");
    struct frame at = {.index = -1};
    struct bytes image;
    struct runner runner;

    (void)state;
    if (path != NULL) {
        assert_int_equal(file_read(&pool, path, &image, &at), MOTE_OK);
        assert_int_not_equal(runner_open(&pool, image, &runner, &at), MOTE_OK);
    }
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(border_is_zero_point),
        cmocka_unit_test(own_stale_shapes),
        cmocka_unit_test(stale_batch),
        cmocka_unit_test(own_half_weights),
        cmocka_unit_test(half_weights),
        cmocka_unit_test(reference_runs),
        cmocka_unit_test(log_softmax_of_four),
        cmocka_unit_test(lookup_tables_are_decoded),
        cmocka_unit_test(sparse_weights_are_dense),
        cmocka_unit_test(places_are_narrow),
        cmocka_unit_test(wrong_sparse_weights_are_no_harm),
        cmocka_unit_test(wrong_lookup_tables_are_named),
        cmocka_unit_test(spectra_are_read),
        cmocka_unit_test(spectra_become_samples),
        cmocka_unit_test(short_spectra_are_named),
        cmocka_unit_test(other_spectra_are_named),
        cmocka_unit_test(own_several_faults),
        cmocka_unit_test(own_several_faults_of_a_graph_file),
        cmocka_unit_test(no_operator_is_missing),
        cmocka_unit_test(padding_meets_weights_that_are_not_finite),
        cmocka_unit_test(opening_is_no_bomb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
