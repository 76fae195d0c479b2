/* SPDX-License-Identifier: Apache-2.0 */
/* The ELL emitter: what it writes has the fields in the order that ELL's own reader wants, and is read back to the same
 * bytes of outputs; what ELL has no form for is refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include <ftw.h>
#include <jansson.h>

#include "host/import/import.h"
#include "host/passes/passes.h"
#include "tests/golden/road.h"
#include "tests/shared.h"

#define HEAD "mote-graph 1\nmodel t\ngraph \"main\"\n"

/* ---- the order of fields, from ELL's sources ---- */
#define LAYER "_type _version inputPaddingScheme inputPaddingSize outputShape outputPaddingScheme outputPaddingSize"

static const struct {
    const char *type, *fields;
} orders[] = {
    {"Map", "_type _version model inputNames inputIds outputNames outputElements"},
    {"Model", "_type _version nodes"},
    {"InputNode", "_type _version id layout"},
    {"OutputNode", "_type _version id input layout"},
    {"NeuralNetworkPredictorNode", "_type _version id input predictor"},
    {"BinaryOperationNode", "_type _version id input1 input2 inputLayout1 inputLayout2 operation outputLayout padding"},
    {"ConstantNode", "_type _version id values layout"},
    {"GRUNode", "_type _version id input resetTrigger hiddenUnits inputWeights hiddenWeights inputBias hiddenBias "
                "activation"},
    {"LSTMNode", "_type _version id input resetTrigger hiddenUnits inputWeights hiddenWeights inputBias hiddenBias "
                 "activation"},
    {"InputPort", "_type _version nodeId name type input"},
    {"MemoryLayout", "_type _version size extent offset order increment"},
    {"NeuralNetworkPredictor", "_type _version inputLayer layers output"},
    {"InputLayer", LAYER " data_rows data_columns data_channels data_values scale"},
    {"ConvolutionalLayer", LAYER " receptiveField stride method numFiltersAtATime weights_rows weights_columns "
                                 "weights_channels weights_values"},
    {"BiasLayer", LAYER " bias"},
    {"ScalingLayer", LAYER " scales"},
    {"ActivationLayer", LAYER " activation"},
    {"PoolingLayer", LAYER " poolingSize stride"},
    {"FullyConnectedLayer", LAYER " weights_rows weights_columns weights_values"},
    {"SoftmaxLayer", LAYER},
    {"ReLUActivation", "_type _version"},
    {"TanhActivation", "_type _version"},
    {"SigmoidActivation", "_type _version"},
    {"HardTanhActivation", "_type _version"},
    {"LeakyReLUActivation", "_type _version leakyFactor"},
    {"ParametricReLUActivation", "_type _version alpha_rows alpha_columns alpha_channels alpha_values"},
};

static const char *order_of(const char *type)
{
    const size_t n = strcspn(type, "<");

    for (size_t i = 0; i < COUNT(orders); i++)
        if (strlen(orders[i].type) == n && strncmp(orders[i].type, type, n) == 0)
            return orders[i].fields;
    print_error("no type %s\n", type);
    assert_true(false);
    return "";
}

static void expect_order(struct pool *pool, const json_t *value)
{
    struct text keys = {.pool = pool};
    const char *key;
    const json_t *each;
    size_t i;

    json_array_foreach(value, i, each) expect_order(pool, each);
    if (!json_is_object(value))
        return;
    json_object_foreach((json_t *)(uintptr_t)value, key, each)
    {
        text_add(&keys, "%s%s", keys.len > 0 ? " " : "", key);
        expect_order(pool, each);
    }
    assert_string_equal(keys.s, order_of(json_string_value(json_object_get(value, "_type"))));
}

/* ---- written and read ---- */
struct job {
    struct pool pool;
    struct report_text sink;
    struct frame at;
    struct pipeline p, back;
    struct bytes file;
};

static void begin(struct job *j, const char *name)
{
    *j = (struct job){.at = {.name = name, .index = -1}};
    j->at.sink = &j->sink;
    j->p = pipeline_of(&j->pool, name);
}

static void must(const struct job *j, enum mote_status status)
{
    if (status != MOTE_OK)
        print_error("%s: %s\n", j->at.name, j->sink.text);
    assert_int_equal(status, MOTE_OK);
}

static void expect_same_outputs(struct job *j)
{
    struct runner a, b;
    uint64_t seed = 1;
    float *in;
    uint8_t *out[2];
    size_t n;

    must(j, pipeline_plan(&j->p, &(struct pipeline_options){.passes = NULL}, &j->at));
    must(j, pipeline_compile(&j->back, &(struct pipeline_options){.passes = NULL}, &j->at));
    must(j, runner_open(&j->pool, j->p.image, &a, &j->at));
    must(j, runner_open(&j->pool, j->back.image, &b, &j->at));
    n = runner_input_bytes(&a);
    assert_int_equal(runner_input_bytes(&b), n);
    assert_int_equal(runner_output_bytes(&b), runner_output_bytes(&a));
    in = pool_alloc(&j->pool, n);
    for (size_t i = 0; i < n / sizeof *in; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        in[i] = (float)(int32_t)(seed >> 32) / 1073741824.0f;
    }
    for (int i = 0; i < 2; i++)
        out[i] = pool_alloc(&j->pool, runner_output_bytes(&a));
    runner_run(&a, (const uint8_t *)in, out[0]);
    runner_run(&b, (const uint8_t *)in, out[1]);
    assert_true(bytes_equal(j->at.name, TYPE_F32, out[1], out[0], runner_output_bytes(&a)));
}

/* Of a graph after its passes. */
static void write_and_read(struct job *j, size_t flags)
{
    json_error_t error;
    json_t *json;

    must(j, emit_ell(&j->pool, &j->p.model, &j->file, &j->at));
    assert_true(ell_matches(j->file));
    json = json_loadb((const char *)j->file.data, j->file.size, flags, &error);
    assert_non_null(json);
    expect_order(&j->pool, json);
    json_decref(json);
    must(j, pipeline_read(&j->pool, j->at.name, j->file, &j->back, &j->at));
    expect_same_outputs(j);
}

static void parse(struct job *j, const char *text)
{
    begin(j, "t");
    must(j, model_parse(&j->p.model, (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)}, &j->at));
    j->p.target = target_portable;
    must(j, graph_infer(&j->p.model, &j->p.model.graphs[0], &j->at));
}

static void expect_same(const char *text)
{
    struct job j;

    parse(&j, text);
    write_and_read(&j, JSON_REJECT_DUPLICATES);
    pool_free(&j.pool);
}

/* All layers: padding as it is, that is more behind than in front, branches, a constant a channel. */
static void test_layers(void **state)
{
    (void)state;
    expect_same(HEAD
                "tensor 0 \"x\" f32 [1,6,6,1]\n"
                "tensor 1 f32 [2,3,3,1] data [1,2,3,-4,5,6,7,8,9,-1,2,-3,4,5,-6,7,8,9]\ntensor 2 f32 [2] data [1,-2]\n"
                "tensor 3 f32 [1,3,3,2]\ntensor 4 f32 [1,3,3,2]\ntensor 5 f32 [1,3,3,2]\n"
                "tensor 6 f32 [1,3,3,2] data [1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9]\ntensor 7 f32 [1,3,3,2]\n"
                "tensor 8 f32 [1,3,3,2]\ntensor 9 s32 [2] data [1, 2]\ntensor 10 f32 [1,2]\n"
                "tensor 11 f32 [3,2] data [0.1,0.2,-0.3,0.4,0.5,-0.6]\ntensor 12 f32 [1,3]\ntensor 13 \"y\" f32 [1,3]\n"
                "tensor 14 f32 [2] data [3,0.5]\ntensor 15 f32 [1,3,3,2]\n"
                "op 0 conv_2d in [0, 1, 2] out [3] padding same stride_h 2 stride_w 2 activation relu\n"
                "op 1 max_pool_2d in [3] out [4] padding same filter_h 3 filter_w 3\n"
                "op 2 leaky_relu in [4] out [5] alpha 0.25\n"
                "op 3 depthwise_conv_2d in [5, 6] out [7] padding same activation tanh\n"
                "op 4 add in [7, 3] out [8] activation relu_n1_to_1\nop 5 mul in [8, 14] out [15]\n"
                "op 6 mean in [15, 9] out [10]\nop 7 fully_connected in [10, 11] out [12]\n"
                "op 8 softmax in [12] out [13] beta 1\ninputs [0]\noutputs [13]\nend\n");
    expect_same(HEAD
                "tensor 0 \"x\" f32 [1,2,2,3]\ntensor 1 f32 [1,2,2,3]\ntensor 2 f32 [3] data [0.5,-1,2]\n"
                "tensor 3 s32 [2] data [1, 12]\ntensor 4 f32 [1,12]\n"
                "tensor 5 f32 [1,12] data [1,2,3,4,5,6,7,8,9,10,11,12]\ntensor 6 f32 [1,1]\ntensor 7 \"y\" f32 [1,1]\n"
                "op 0 prelu in [0, 2] out [1]\nop 1 reshape in [1, 3] out [4]\n"
                "op 2 fully_connected in [4, 5] out [6]\nop 3 logistic in [6] out [7]\n"
                "inputs [0]\noutputs [7, 1]\nend\n");
}

/* A step a call, with a state. Both activations of a node have one name, the first is that of what is new. */
static void test_recurrent(void **state)
{
    struct job j;
    const char *at;

    (void)state;
    parse(&j, HEAD "tensor 0 \"x\" f32 [1,1,2]\n"
                   "tensor 1 f32 [6,2] data [0,0.375,1,-1,0.75,-0.125,-0.875,-0.375,-0.625,0.375,0.875,-0.125]\n"
                   "tensor 2 f32 [6,2] data [0.5,-0.625,-0.125,-1,-0.25,0.625,0,-0.375,0.5,-0.375,-0.75,-0.5]\n"
                   "tensor 3 f32 [6] data [0.75,-0.5,-0.5,-1,-1,-0.25]\n"
                   "tensor 4 f32 [6] data [-0.25,-0.375,-0.375,0.125,0.25,-0.25]\n"
                   "tensor 5 f32 [1,2] state\n"
                   "tensor 6 f32 [1,1,2]\n"
                   "tensor 7 f32 [2,2] data [-0.25,-0.375,-0.25,0.5]\n"
                   "tensor 8 f32 [2,2] data [0.125,-1,0.375,0.625]\n"
                   "tensor 9 f32 [2,2] data [-0.375,-0.5,0,-0.75]\n"
                   "tensor 10 f32 [2,2] data [0.25,0.125,-1,0.25]\n"
                   "tensor 11 f32 [2,2] data [-0.75,0.125,0.375,0.125]\n"
                   "tensor 12 f32 [2,2] data [0.875,0.25,-0.375,0.875]\n"
                   "tensor 13 f32 [2,2] data [0.875,-0.375,-0.875,0]\n"
                   "tensor 14 f32 [2,2] data [-1,0.375,0.5,-1]\n"
                   "tensor 15 f32 [2] data [0.625,0.375]\n"
                   "tensor 16 f32 [2] data [0.5,-1]\n"
                   "tensor 17 f32 [2] data [0.75,-0.875]\n"
                   "tensor 18 f32 [2] data [-0.375,-0.25]\n"
                   "tensor 19 f32 [1,2] state\n"
                   "tensor 20 f32 [1,2] state\n"
                   "tensor 21 f32 [1,1,2]\n"
                   "tensor 22 \"y\" f32 [1,1,2]\n"
                   "op 0 gru in [0, 1, 2, 3, 4, 5] out [6] reset_after 1\n"
                   "op 1 unidirectional_sequence_lstm in [6, 7, 8, 9, 10, 11, 12, 13, 14, -, -, -, 15, 16, 17, 18, -, "
                   "-, 19, 20, -, -, -, -] out [21] activation tanh\n"
                   "op 2 relu in [21] out [22]\n"
                   "inputs [0]\n"
                   "outputs [22]\n"
                   "end\n");
    write_and_read(&j, 0);
    at = pool_printf(&j.pool, "%.*s", (int)j.file.size, (const char *)j.file.data);
    for (int i = 0; i < 4; i++) {
        at = strstr(at, "\"activation\":{\"_type\":\"") + strlen("\"activation\":{\"_type\":\"");
        assert_memory_equal(at, i % 2 == 0 ? "Tanh" : "Sigm", 4);
    }
    pool_free(&j.pool);
}

/* ---- what ELL has not ---- */
static void expect_refused(const char *text, const char *message)
{
    struct job j;

    parse(&j, text);
    assert_int_not_equal(emit_ell(&j.pool, &j.p.model, &j.file, &j.at), MOTE_OK);
    if (!strstr(j.sink.text, message))
        print_error("\"%s\" is not in \"%s\"\n", message, j.sink.text);
    assert_non_null(strstr(j.sink.text, message));
    pool_free(&j.pool);
}

#define ONE_OP(inputs, op) HEAD "tensor 0 \"x\" f32 [1,4,4,2]\n" inputs "op 0 " op "\ninputs [0]\noutputs [1]\nend\n"

#define GRU(dims, state)                                                                                               \
    HEAD "tensor 0 \"x\" f32 [" dims "]\ntensor 1 f32 [" dims "]\ntensor 2 f32 [3,1] data [1,2,3]\n"                   \
         "tensor 3 f32 [3] data [1,2,3]\ntensor 4 f32 [1,1]" state " state\n"                                          \
         "op 0 gru in [0, 2, 2, 3, 3, 4] out [1] reset_after 1\ninputs [0]\noutputs [1]\nend\n"

#define LSTM(x_weights, peepholes, hidden)                                                                             \
    HEAD "tensor 0 \"x\" f32 [1,1,1]\ntensor 1 f32 [1,1,1]\ntensor 2 f32 [1,1] data [1]\ntensor 3 f32 [1] data [1]\n"  \
         "tensor 4 f32 [1,1] state\ntensor 5 f32 [1,1] state\n"                                                        \
         "op 0 unidirectional_sequence_lstm in [0, " x_weights ", 2, 2, 2, 2, 2, 2, " peepholes                        \
         ", 3, 3, 3, 3, -, -, " hidden ", 5, -, -, -, -] out [1] activation tanh\ninputs [0]\noutputs [1]\nend\n"

static void test_refusals(void **state)
{
    (void)state;
    expect_refused(ONE_OP("tensor 1 f32 [1,4,4,2]\ntensor 2 f32 [1,1,3,2] data [1,2,3,4,5,6]\n",
                          "depthwise_conv_2d in [0, 2] out [1] padding same"),
                   "op 0 DEPTHWISE_CONV_2D: its window is 1x3; ELL's are square");
    expect_refused(ONE_OP("tensor 1 f32 [1,2,4,2]\n", "max_pool_2d in [0] out [1] padding valid stride_h 2"),
                   "op 0 MAX_POOL_2D: its strides are 2 and 1; ELL has one");
    expect_refused(ONE_OP("tensor 1 f32 [1,2,2,2]\n", "max_pool_2d in [0] out [1] padding same stride_h 2 stride_w 2 "
                                                      "filter_h 3 filter_w 3"),
                   "more behind than in front");
    expect_refused(
        ONE_OP("tensor 1 f32 [1,4,4,2]\n", "average_pool_2d in [0] out [1] padding same filter_h 3 filter_w 3"),
        "it leaves padding out of its means");
    expect_refused(ONE_OP("tensor 1 f32 [1,4,4,2]\n", "elu in [0] out [1]"), "op 0 ELU: ELL has no such layer");
    expect_refused(HEAD
                   "tensor 0 \"x\" s8 [1,4] quant [1; 0]\ntensor 1 s8 [1,4] quant [1; 0]\nop 0 relu in [0] out [1]\n"
                   "inputs [0]\noutputs [1]\nend\n",
                   "an input of s8; ELL's layers have floats alone");
    expect_refused(HEAD
                   "tensor 0 \"x\" f32 [1,4]\ntensor 1 f32 [1,4]\ntensor 2 f32 [1,1,4]\ntensor 3 s32 [3] data [1,1,4]\n"
                   "tensor 4 f32 [1,4]\nop 0 relu6 in [0] out [1]\nop 1 reshape in [1, 3] out [2]\n"
                   "op 2 exp in [0] out [4]\ninputs [0]\noutputs [2, 4]\nend\n",
                   "2 faults: op 0 RELU6: ELL has no such layer; op 2 EXP: ELL has no such layer");
    expect_refused(GRU("1,2,1", ""), "it takes 2 steps of 1 sequences a call; ELL's take one of one");
    expect_refused(GRU("1,1,1", " data [0.5]"), "its state starts with other numbers than ELL's zeros");
    expect_refused(HEAD "tensor 0 \"x\" f32 [1,1,1]\ntensor 1 f32 [1,1,1]\ntensor 2 f32 [3,1] data [1,2,3]\n"
                        "tensor 3 f32 [3] data [1,2,3]\nop 0 gru in [0, 2, 2, 3, 3, -] out [1] reset_after 1\n"
                        "inputs [0]\noutputs [1]\nend\n",
                   "it has no state that goes on");
    expect_refused(LSTM("-, 2", "-, -, -", "4"), "ELL wants its weights as constants");
    expect_refused(LSTM("2, 2", "3, 3, 3", "4"), "input 9: ELL has no LSTM with peepholes");
    expect_refused(LSTM("2, 2", "-, -, -", "-"), "it has no state that goes on");
}

/* ---- real models ---- */
static int written, refused;

static int try_model(const char *path, const struct stat *s, int kind, struct FTW *ftw)
{
    const char *end = strrchr(path, '.');
    struct job j;

    (void)s;
    (void)ftw;
    if (kind != FTW_F || !end || (strcmp(end, ".tflite") != 0 && strcmp(end, ".ell") != 0 && strcmp(end, ".onnx") != 0))
        return 0;
    begin(&j, path);
    if (pipeline_load(&j.pool, path, &j.p, &j.at) == MOTE_OK) {
        must(&j, pipeline_passes(&j.p, &(struct pipeline_options){.passes = NULL}, &j.at));
        if (emit_ell(&j.pool, &j.p.model, &j.file, &j.at) == MOTE_OK) {
            write_and_read(&j, JSON_REJECT_DUPLICATES);
            written++;
        } else {
            refused++;
        }
    }
    pool_free(&j.pool);
    return 0;
}

static void test_shared_models(void **state)
{
    static const char *const folders[] = {"models/mlperf_tiny", "models/tflite_micro", "models/importers"};
    struct pool pool = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(folders); i++) {
        const char *path = shared_path(&pool, folders[i]);

        if (path == NULL) {
            pool_free(&pool);
            skip();
        }
        assert_int_equal(nftw(path, try_model, 16, FTW_PHYS), 0);
    }
    printf("%d models written, %d refused\n", written, refused);
    assert_true(written >= 7);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_recurrent),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_shared_models),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
