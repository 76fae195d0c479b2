/* SPDX-License-Identifier: Apache-2.0 */
/* mote compress of models, from outside: what it says and leaves, what it refuses; few values and zeros that somebody
 * else's tools made; and kws.tflite at 16,000 bytes of weights. */
#define _XOPEN_SOURCE 700

#include "host/base/levels.h"
#include "host/compress/layer.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "tests/shared.h"

#include "tests/unit/drawn_table.h"
#include "tests/unit/command.h" /* it has a pool, whose name shared.h uses */

static json_t *parsed; /* all that kept_json() has made, until the tests end */

static const json_t *kept_json(const struct result *r)
{
    json_t *json = json_of(r);

    if (parsed == NULL)
        parsed = json_array();
    json_array_append_new(parsed, json);
    return json;
}

static const json_t *stage(const json_t *json, size_t i) { return json_array_get(json_object_get(json, "stages"), i); }

static void want_stage(const json_t *json, size_t i, const char *name)
{
    const json_t *row = stage(json, i);

    assert_string_equal(json_string_value(json_object_get(row, "stage")), name);
    assert_true(real(row, "agreement") >= 0 && real(row, "agreement") <= 1);
    assert_int_equal(access(json_string_value(json_object_get(row, "model")), R_OK), 0);
}

/* Every byte that the device stores is of some kind, every weight that is not 0 in a layer and in a bin. */
static void want_all_counted(const json_t *json, size_t last)
{
    static const char *const kinds[] = {"weights", "tables", "codebooks", "biases", "multipliers"};
    const json_t *layers = json_object_get(json, "layers"),
                 *histogram = json_object_get(stage(json, last), "histogram");
    const json_t *counts = json_object_get(histogram, "counts");
    long long bytes = 0, of_layers = 0, kept = 0, binned = 0;

    for (size_t i = 0; i < COUNT(kinds); i++)
        bytes += integer(json_object_get(json, "bytes_by_kind"), kinds[i]);
    assert_int_equal(bytes, integer(stage(json, last), "weight_bytes"));
    for (size_t i = 0; i < json_array_size(layers); i++) {
        of_layers += integer(json_array_get(layers, i), "bytes");
        kept += integer(json_array_get(layers, i), "kept");
    }
    assert_true(of_layers > 0 && of_layers < bytes);
    assert_int_equal(kept, integer(stage(json, last), "kept"));
    for (size_t i = 0; i < json_array_size(counts); i++)
        binned += json_integer_value(json_array_get(counts, i));
    assert_int_equal(binned, kept);
    assert_true(real(histogram, "range") > 0);
}

static void stages_are_rows_and_files(void **state)
{
    const struct result r =
        OK("compress", GRAPH, "--data", DATA, "-o", "@out/a", "--prune", "obs:0.5", "--levels", "kmeans:3", "--json");
    const json_t *json = kept_json(&r);

    (void)state;
    want_stage(json, 0, "dense");
    want_stage(json, 1, "prune");
    want_stage(json, 2, "levels");
    assert_int_equal(json_array_size(json_object_get(json, "stages")), 3);
    assert_true(real(stage(json, 0), "agreement") == 1);
    assert_true(json_is_null(json_object_get(stage(json, 0), "sqnr_db")));
    assert_true(integer(stage(json, 1), "kept") <= 54 && integer(stage(json, 0), "weights") == 108);
    assert_in_range(integer(stage(json, 2), "levels"), 1, 3);
    assert_int_equal(entries(here("out/a")), 4);
    assert_int_equal(access(here("out/a/report.html"), R_OK), 0);
    want_all_counted(json, 2);
}

static void channels_save_arena_and_work(void **state)
{
    const struct result r = OK("compress", GRAPH, "--data", DATA, "-o", "@out/a", "--channels", "apoz:0.7", "--target",
                               "mps2-an386", "--levels", "kmeans:16", "--json");
    const json_t *json = kept_json(&r);

    (void)state;
    want_stage(json, 1, "channels");
    want_stage(json, 2, "levels");
    assert_true(integer(stage(json, 1), "macs") < integer(stage(json, 0), "macs"));
    assert_true(integer(stage(json, 1), "arena_bytes") < integer(stage(json, 0), "arena_bytes"));
    assert_true(real(stage(json, 1), "instructions_estimated") < real(stage(json, 0), "instructions_estimated"));
    assert_true(integer(stage(json, 1), "weight_bytes") < integer(stage(json, 0), "weight_bytes"));
}

static json_int_t emulated_bytes(const char *file, const char *goal)
{
    const struct result r = OK("emulate", file, "--target", "mps2-an386", "--optimize", goal, "--input", "@in/few.bin",
                               "--output", "@out/few.out", "--json");

    return integer(kept_json(&r), "weight_bytes");
}

static json_int_t kept_of(const json_t *json, const char *layer)
{
    const json_t *layers = json_object_get(json, "layers");

    for (size_t i = 0; i < json_array_size(layers); i++)
        if (strcmp(json_string_value(json_object_get(json_array_get(layers, i), "name")), layer) == 0)
            return integer(json_array_get(layers, i), "kept");
    fail_msg("there is no layer %s", layer);
    return 0;
}

/* A weight of the convolution is there for eight places, one of the others for one, in as many bytes. The figures
 * are those of the board. */
static void a_goal_decides_what_goes(void **state)
{
    static const char *const goals[] = {"flash", "speed"};
    struct result trained;
    json_int_t conv[2];

    (void)state;
    put_text("in/goal.yaml", "network:\n  - reshape: {shape: [4, 2, 1]}\n"
                             "  - conv_2d: {name: conv, filters: 6, kernel: 3, activation: relu}\n"
                             "  - fully_connected: {name: wide, units: 24, activation: relu}\n"
                             "  - fully_connected: {name: head}\n  - softmax: {}\ntraining: {epochs: 3}\n");
    put_text("in/drawn.csv", drawn_table(&pool).s);
    put_text("in/drawn.yaml", drawn_data);
    put_text("in/few.bin", "12345678");
    trained = RUN("train", "@in/goal.yaml", "--data", "@in/drawn.yaml", "-o", "@out/goal", "--threads", "1");
    want_status(&trained, 0);
    for (int i = 0; i < 2; i++) {
        const struct result r = OK("compress", "@out/goal/model.graph", "--data", "@in/drawn.yaml", "-o", "@out/b",
                                   "--prune", "obs:0.5", "--optimize", goals[i], "--target", "mps2-an386", "--json");
        const json_t *json = kept_json(&r);

        conv[i] = kept_of(json, "conv");
        assert_int_equal(integer(stage(json, 1), "weight_bytes"), emulated_bytes("@out/b/int8.graph", goals[i]));
    }
    assert_true(conv[1] < conv[0]);
}

/* What eval says of the file is what the table said. */
static void accuracy_is_that_of_eval(void **state)
{
    const struct result r =
        OK("compress", GRAPH, "--data", DATA, "-o", "@out/a", "--levels", "linear:4", "--samples", "50", "--json");
    const json_t *json = kept_json(&r);
    const struct result all = OK("eval", "@out/a/int8.graph", "--data", DATA, "--predictions", "@out/p.csv", "--json");

    (void)state;
    assert_int_equal(integer(json, "samples"), 150);
    assert_int_equal(integer(json, "calibration_samples"), 50);
    assert_true(real(kept_json(&all), "accuracy") > 0.5);
    assert_true(fabs(real(stage(json, 1), "accuracy") - real(kept_json(&all), "accuracy")) < 0.1);
}

static void threads_and_times_do_not_matter(void **state)
{
    struct bytes a, b;

    (void)state;
    OK("compress", GRAPH, "--data", DATA, "-o", "@out/a", "--budget", "160", "--threads", "1");
    OK("compress", GRAPH, "--data", DATA, "-o", "@out/b", "--budget", "160", "--threads", "3");
    a = slurp(here("out/a/int8.graph"));
    b = slurp(here("out/b/int8.graph"));
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
}

/* The nearest point, and it says so. */
static void an_unreachable_budget_is_told(void **state)
{
    const struct result r = OK("compress", GRAPH, "--data", DATA, "-o", "@out/a", "--budget", "20", "--json");
    const struct result text = OK("compress", GRAPH, "--data", DATA, "-o", "@out/b", "--budget", "20");

    (void)state;
    assert_true(json_is_false(json_object_get(kept_json(&r), "met")));
    assert_true(integer(stage(kept_json(&r), 1), "weight_bytes") > 20);
    assert_non_null(strstr(text.out, "as near as it comes"));
}

static void accuracy_on_validation_decides(void **state)
{
    (void)state;
    put_text("in/strokes.yaml",
             "data:\n  kind: tensors\n  path: " DATA "\n  type: s8\n  validation: 0.4\n  test: 0.3\n");

    const struct result r =
        OK("compress", GRAPH, "--data", "@in/strokes.yaml", "-o", "@out/a", "--accuracy-drop", "3", "--json");
    const json_t *json = kept_json(&r);

    assert_true(json_is_true(json_object_get(json, "met")));
    assert_true(integer(stage(json, 1), "weight_bytes") <= integer(stage(json, 0), "weight_bytes"));
}

static void a_float_model_is_quantized_first(void **state)
{
    const struct result r =
        OK("compress", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/a", "--levels", "ternary", "--json");

    (void)state;
    assert_true(json_is_true(json_object_get(kept_json(&r), "quantized")));
    want_stage(kept_json(&r), 1, "levels");
    OK("inspect", "@out/a/int8.graph");
}

static void wrong_compressions(void **state)
{
    static const struct bad bad[] = {
        {2, "--data is missing", {"compress", GRAPH, "-o", "@out/a", "--budget", "100"}},
        {2, "a model wants either --budget", {"compress", GRAPH, "--data", DATA, "-o", "@out/a"}},
        {2,
         "a model wants either --budget",
         {"compress", GRAPH, "--data", DATA, "-o", "@out/a", "--budget", "9kB", "--levels", "binary"}},
        {2, "--budget wants bytes", {"compress", GRAPH, "--data", DATA, "-o", "@out/a", "--budget", "much"}},
        {2, "--accuracy-drop wants points", {"compress", GRAPH, "--data", DATA, "--accuracy-drop", "-1"}},
        {2, "--prune wants obs:KEEP", {"compress", GRAPH, "--data", DATA, "--prune", "obd:0.5"}},
        {2, "--prune wants the share", {"compress", GRAPH, "--data", DATA, "--prune", "obs:2"}},
        {2, "--prune wants the share", {"compress", GRAPH, "--data", DATA, "--prune", "obs"}},
        {2, "--levels wants kmeans,", {"compress", GRAPH, "--data", DATA, "--levels", "cubic"}},
        {2, "levels from 2 to 16, not \"17\"", {"compress", GRAPH, "--data", DATA, "--levels", "kmeans:17"}},
        {2, "binary takes no number", {"compress", GRAPH, "--data", DATA, "--levels", "binary:1"}},
        {2,
         "--levels binary has no 0, which --prune makes",
         {"compress", GRAPH, "--data", DATA, "--prune", "obs:0.5", "--levels", "binary"}},
        {2, "--channels wants apoz:KEEP", {"compress", GRAPH, "--data", DATA, "--channels", "l2:0.5"}},
        {2, "--channels wants the share", {"compress", GRAPH, "--data", DATA, "--channels", "norm:0"}},
        {2,
         "there is no board moon",
         {"compress", GRAPH, "--data", DATA, "--channels", "norm:0.5", "--target", "moon"}},
        {2,
         "say which with --target",
         {"compress", GRAPH, "--data", DATA, "--prune", "obs:0.5", "--optimize", "flash"}},
        {2,
         "--optimize wants flash or speed, not \"ram\"",
         {"compress", GRAPH, "--data", DATA, "--prune", "obs:0.5", "--optimize", "ram", "--target", "mps2-an386"}},
        {2, "give that, too", {"compress", "@in/none.yaml", "--target", "mps2-an386"}},
        {2, "--dense is for recipes", {"compress", GRAPH, "--data", DATA, "--levels", "log", "--dense", "@out"}},
        {2, "--epochs is for recipes", {"compress", GRAPH, "--data", DATA, "--levels", "log", "--epochs", "2"}},
        {2, "--levels is for models", {"compress", "@in/none.yaml", "--levels", "log"}},
        {2, "an image holds no graph to compress", {"compress", "@in/strokes.mote", "--data", DATA, "--levels", "log"}},
        {1,
         "there is nothing to compress",
         {"compress", "@in/nothing.graph", "--data", "@in/table.csv", "--levels", "log"}},
        {1, "no such split", {"compress", GRAPH, "--data", DATA, "--accuracy-drop", "1"}},
        {1, "cannot read", {"compress", GRAPH, "--data", "@in/no.csv", "--levels", "log"}},
        {1, "y_labels.csv", {"compress", GRAPH, "--data", "@in/ragged", "--levels", "log"}},
    };

    (void)state;
    put_text("in/nothing.graph", "mote-graph 1\nmodel n version 0\ngraph \"main\"\n"
                                 "tensor 0 \"x\" s8 [1,2] quant [0.1; 0]\n"
                                 "tensor 1 \"y\" s8 [1,2] quant [0.00390625; -128]\n"
                                 "op 0 logistic in [0] out [1]\ninputs [0]\noutputs [1]\nend\n");
    want_bad(bad, COUNT(bad));
}

/* ---- models of others ---- */
/* In the file itself, as a tool that prunes and clusters leaves it: of each layer's weights 15 in 16 are 0, the
 * others have 16 values. */
static void thin(struct bytes file, const struct model *m)
{
    int32_t n;
    const struct layer *layers = layers_find(m, &n);

    for (int32_t i = 0; i < n; i++) {
        const struct tensor *t = &m->graphs[0].tensors[layers[i].weights];
        int8_t *w = (int8_t *)(uintptr_t)t->data;

        assert_true(t->data >= file.data && t->data + tensor_bytes(t) <= file.data + file.size);
        for (int64_t k = 0; k < tensor_elements(t); k++)
            w[k] = (int8_t)((uint32_t)k * 2654435761u >> 16 & 15 ? 0 : (w[k] & ~15) + 8);
    }
}

static int64_t weight_bytes(const char *file, const char *coding, const char **out)
{
    const struct result r = OK("emulate", file, "--target", "mps2-an386", "--optimize", "flash", "--coding", coding,
                               "--input", "@in/few.bin", "--output", "@out/few.out", "--json");

    *out = (const char *)slurp(here("out/few.out")).data;
    return integer(kept_json(&r), "weight_bytes");
}

static void zeros_and_levels_of_others_are_coded(void **state)
{
    const char *path = shared_path(&pool, "models/mlperf_tiny/ad01.tflite"), *dense_out, *coded_out;
    struct pipeline p;
    const struct frame at = {.name = path, .index = -1, .sink = &(struct report_text){0}};
    struct bytes file;
    int64_t dense, coded;

    (void)state;
    if (path == NULL)
        skip();
    file = slurp(path);
    assert_int_equal(pipeline_read(&pool, path, file, &p, &at), MOTE_OK);
    thin(file, &p.model);
    put_bytes("in/few.tflite", file.data, file.size);
    put_bytes("in/few.bin", file.data, 640);
    assert_non_null(strstr(OK("inspect", "@in/few.tflite").out, "huffman"));
    dense = weight_bytes("@in/few.tflite", "dense", &dense_out);
    coded = weight_bytes("@in/few.tflite", "usual", &coded_out);
    assert_true(coded < dense / 3);
    assert_memory_equal(dense_out, coded_out, 640);
}

/* ---- a real network ---- */
/* On the board: as many bytes as the table says, and whatever is coded, the same outputs. */
static void want_on_board(const char *input, json_int_t bytes)
{
    struct result r[2];

    for (int coded = 0; coded < 2; coded++)
        r[coded] =
            OK("emulate", "@out/kws/int8.graph", "--target", "mps2-an386", "--coding", coded ? "huffman" : "dense",
               "--input", input, "--output", coded ? "@out/coded" : "@out/dense", "--json");
    assert_int_equal(integer(kept_json(&r[1]), "weight_bytes"), bytes);
    assert_true(integer(kept_json(&r[0]), "weight_bytes") > bytes);
    assert_memory_equal(slurp(here("out/coded")).data, slurp(here("out/dense")).data, 12);
}

static void kws_has_16000_bytes(void **state)
{
    const char *model = shared_path(&pool, "models/mlperf_tiny/kws.tflite");
    const char *data = shared_path(&pool, "data/kws01");
    struct result r;
    const json_t *json;

    (void)state;
    if (model == NULL || data == NULL)
        skip();
    put_text("in/kws.yaml",
             pool_printf(&pool, "data:\n  kind: tensors\n  path: %s\n  type: s8\n  scale: 0.58470\n  zero_point: 83\n",
                         data));
    r = OK("compress", model, "--data", "@in/kws.yaml", "--samples", "100", "-o", "@out/kws", "--budget", "16kB",
           "--json");
    json = kept_json(&r);
    assert_int_equal(integer(json, "samples"), 900);
    assert_true(integer(stage(json, 0), "weight_bytes") == 27253);
    assert_true(integer(stage(json, 1), "weight_bytes") <= 16000);
    assert_true(real(stage(json, 1), "agreement") >= 0.96);
    assert_true(real(stage(json, 1), "accuracy") >= real(stage(json, 0), "accuracy") - 0.006);
    want_on_board(shared_path(&pool, "data/kws01/tst_000999_Up_8.bin"), integer(stage(json, 1), "weight_bytes"));
}

static int end(void **state)
{
    json_decref(parsed);
    return teardown_all(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stages_are_rows_and_files),
        TEST(channels_save_arena_and_work),
        TEST(a_goal_decides_what_goes),
        TEST(accuracy_is_that_of_eval),
        TEST(threads_and_times_do_not_matter),
        TEST(an_unreachable_budget_is_told),
        TEST(accuracy_on_validation_decides),
        TEST(a_float_model_is_quantized_first),
        TEST(wrong_compressions),
        TEST(zeros_and_levels_of_others_are_coded),
        TEST(kws_has_16000_bytes),
    };

    return cmocka_run_group_tests(tests, setup_all, end);
}
