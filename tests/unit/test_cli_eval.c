/* SPDX-License-Identifier: Apache-2.0 */
/* mote eval and mote quantize from outside: what they count. */
#define _XOPEN_SOURCE 700
#include "tests/unit/command.h"

static void eval_counts(void **state)
{
    struct result one = OK("eval", GRAPH, "--data", DATA, "--json", "--threads", "1", "--predictions", "@out/one.csv");
    struct result many =
        OK("eval", "@in/strokes.mote", "--data", DATA, "--json", "--threads", "7", "--predictions", "@out/many.csv");
    const char *predictions = text_of(here("out/one.csv"));
    int lines = count_lines(text_of(DATA "/y_labels.csv"));
    struct result few = OK("eval", GRAPH, "--data", DATA, "--limit", "5", "--json");

    (void)state;
    assert_string_equal(one.out, many.out);
    assert_string_equal(predictions, text_of(here("out/many.csv")));
    assert_true(want_eval(&one, (size_t)lines) > lines / 2);
    want_eval(&few, 5);
    assert_int_equal(count_lines(predictions), lines);
    assert_non_null(strstr(OK("eval", GRAPH, "--data", DATA).out, "horizontal"));
}

/* Equal scores: the first class is the prediction. */
static void eval_takes_the_first_of_equals(void **state)
{
    (void)state;
    put_text("in/same.graph", "mote-graph 1\nmodel same version 0\ngraph \"main\"\n"
                              "tensor 0 \"in\" s8 [1,2,2,3] quant [1; 0]\ntensor 1 \"out\" s8 [1,1,1,3] quant [1; 0]\n"
                              "op 0 max_pool_2d in [0] out [1] padding valid filter_h 2 filter_w 2\n"
                              "inputs [0]\noutputs [1]\nend\n");
    if (mkdir(here("in/same"), 0777) != 0)
        fail_msg("cannot make a folder");
    put_text("in/same/y_labels.csv", "equal.bin,3,2\nlast.bin,3,2\nmiddle.bin,3,0\n");
    put_bytes("in/same/equal.bin", "\4\4\4\4\4\4\4\4\4\4\4\4", 12);
    put_bytes("in/same/last.bin", "\4\4\4\4\4\5\4\4\4\4\4\4", 12);
    put_bytes("in/same/middle.bin", "\0\0\0\0\0\0\xff\7\7\xff\xff\xff", 12);
    OK("eval", "@in/same.graph", "--data", "@in/same", "--predictions", "@out/p.csv");
    assert_string_equal(text_of(here("out/p.csv")), "equal.bin,2,0\nlast.bin,2,2\nmiddle.bin,0,1\n");
}

static void wrong_quantizations(void **state)
{
    static const struct bad bad[] = {
        {2, "--data is missing", {"quantize", "@in/float.graph", "-o", "@out/q.mote"}},
        {2, "-o is missing", {"quantize", "@in/float.graph", "--data", "@in/table.csv"}},
        {2,
         "--method wants minmax or percentile or mse, not \"kl\"",
         {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote", "--method", "kl"}},
        {2,
         "--percentile is for --method percentile",
         {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote", "--percentile", "99"}},
        {2,
         "--percentile wants a number above 50, at most 100, not \"1e9\"",
         {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote", "--method", "percentile",
          "--percentile", "1e9"}},
        {2,
         "--samples wants a number",
         {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote", "--samples", "0"}},
        {2,
         "--boundary wants int8 or float",
         {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote", "--boundary", "s8"}},
        {2,
         "an image holds no graph to quantize",
         {"quantize", "@in/strokes.mote", "--data", "@in/table.csv", "-o", "@out/q.mote"}},
        {1,
         "it is quantized already, as s8; a float model is wanted",
         {"quantize", GRAPH, "--data", "@in/table.csv", "-o", "@out/q.mote"}},
        {1, "cannot read", {"quantize", "@in/float.graph", "--data", "@in/no.csv", "-o", "@out/q.mote"}},
        {1, "the model's input 8", {"quantize", "@in/float.graph", "--data", DATA, "-o", "@out/q.mote"}},
        {1, "cannot write", {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@in/table.csv/q.mote"}},
    };

    (void)state;
    want_bad(bad, COUNT(bad));
}

/* Whatever the data's preprocessing is, `mote eval` of the result counts what `mote quantize` said. */
static void quantize_says_what_eval_counts(void **state)
{
    static const char *const data[] = {"@in/table.csv", "@in/plain.yaml", "@in/parts.yaml"};
    static const char *const outputs[] = {"@out/q.mote", "@out/q.graph"};
    static const char *const boundaries[] = {"int8", "float"};

    (void)state;
    for (size_t i = 0; i < COUNT(data) * COUNT(outputs) * COUNT(boundaries); i++) {
        const char *d = data[i / 4], *o = outputs[i % 2];
        struct result r = OK("quantize", "@in/float.graph", "--data", d, "-o", o, "--samples", "40", "--boundary",
                             boundaries[i / 2 % 2], "--json");
        struct result e = OK("eval", o, "--data", d, "--json");
        json_t *json = json_of(&r), *counted = json_of(&e);

        assert_int_equal(integer(json, "test_samples"), integer(counted, "samples"));
        assert_true(fabs(real(json, "accuracy_int8") - real(counted, "accuracy")) < 1e-6);
        assert_true(real(json, "accuracy_float") >= 0.9 && real(json, "accuracy_int8") >= 0.9);
        assert_true(json_is_true(json_object_get(json, "tests_seen")) == (i / 4 != 2));
        assert_int_equal(json_array_size(json_object_get(json, "layers")), 2);
        json_decref(json);
        json_decref(counted);
    }
    assert_non_null(strstr(OK("quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote",
                              "--samples", "10", "--method", "mse")
                               .out,
                           "accuracy on 30 other samples"));
}

/* Outputs that are no classes of the data (an autoencoder's) are right about nothing. */
static void quantize_counts_for_classifiers_alone(void **state)
{
    struct result r = OK("quantize", "@in/float.graph", "--data", "@in/wide.csv", "-o", "@out/q.mote", "--json");
    json_t *json = json_of(&r);

    (void)state;
    assert_true(json_is_null(json_object_get(json, "accuracy_float")));
    assert_true(json_is_null(json_object_get(json, "accuracy_int8")));
    json_decref(json);
    r = OK("quantize", "@in/float.graph", "--data", "@in/wide.csv", "-o", "@out/q.mote");
    assert_non_null(strstr(r.out, "no accuracy: the model has 2 outputs, the data have 3 classes"));
}

static void kws_is_as_accurate_as_the_reference(void **state)
{
    struct result r = OK("eval", shared("models/mlperf_tiny/kws.tflite"), "--data", shared("data/kws01"), "--json");

    (void)state;
    assert_int_equal(want_eval(&r, 1000), 901);
}

/* Red and blue of the files are changed; without --data's YAML the model would have 71.7 %. */
static void vww_is_as_accurate_as_published(void **state)
{
    const char *model = shared("models/mlperf_tiny/vww_float.tflite");
    struct result r;

    (void)state;
    put_text("in/vww.yaml", pool_printf(&pool, "data: {path: \"%s\", channels: bgr}\n", shared("data/vww")));
    r = OK("eval", model, "--data", "@in/vww.yaml", "--json");
    assert_int_equal(want_eval(&r, 1000), 852);
}

/* Quantized networks whose files compute in float between QuantizeLinear and DequantizeLinear, in integers. */
static void quantized_onnx_files_are_as_accurate(void **state)
{
    const char *vww = shared("models/onnx/kai_jiang_mobilenet_v1.onnx");
    struct result r;

    (void)state;
    put_text("in/kws.yaml", pool_printf(&pool,
                                        "data: {path: \"%s\", kind: tensors, type: s8, scale: 0.58470, "
                                        "zero_point: 83}\n",
                                        shared("data/kws01")));
    r = OK("eval", shared("models/onnx/kai_jiang_kws_ref_model.onnx"), "--data", "@in/kws.yaml", "--json");
    assert_int_equal(want_eval(&r, 1000), 901);
    put_text("in/vww.yaml", pool_printf(&pool, "data: {path: \"%s\", channels: bgr}\n", shared("data/vww")));
    OK("compile", vww, "--layout", "channels-last", "--emit", "graph", "-o", "@out/vww.graph");
    r = OK("inspect", vww, "--layout", "channels-last", "--compiled", "--text");
    assert_non_null(strstr(r.out, "\"input_1\" f32 [1,96,96,3]"));
    r = OK("eval", "@out/vww.graph", "--data", "@in/vww.yaml", "--json");
    assert_int_equal(want_eval(&r, 1000), 848);
}

/* One network in two formats: calibrated on 100 samples, as accurate on the 900 others. */
static void quantized_imports_are_as_accurate(void **state)
{
    static const char *const models[] = {"models/importers/tensorflow/qc_kws/model.pb",
                                         "models/importers/keras/qc_kws/model.h5"};

    (void)state;
    put_text("in/kws.yaml", pool_printf(&pool,
                                        "data: {path: \"%s\", kind: tensors, type: s8, scale: 0.5847029, "
                                        "zero_point: 83}\n",
                                        shared("data/kws01")));
    for (size_t i = 0; i < COUNT(models); i++) {
        struct result r = OK("quantize", shared(models[i]), "--data", "@in/kws.yaml", "--samples", "100", "-o",
                             "@out/qc_kws.mote", "--json");
        json_t *json = json_of(&r);
        const double accuracy = json_number_value(json_object_get(json, "accuracy_int8"));

        assert_int_equal(json_integer_value(json_object_get(json, "test_samples")), 900);
        if (!(accuracy >= 0.9))
            fail_msg("%s: %g of the 900", models[i], accuracy);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(eval_counts),
        TEST(eval_takes_the_first_of_equals),
        TEST(wrong_quantizations),
        TEST(quantize_says_what_eval_counts),
        TEST(quantize_counts_for_classifiers_alone),
        TEST(kws_is_as_accurate_as_the_reference),
        TEST(vww_is_as_accurate_as_published),
        TEST(quantized_onnx_files_are_as_accurate),
        TEST(quantized_imports_are_as_accurate),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
