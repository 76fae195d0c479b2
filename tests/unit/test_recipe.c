/* SPDX-License-Identifier: Apache-2.0 */
/* host/train/recipe and network: what each layer becomes, a message with the place for everything that can be wrong,
 * and the shipped recipes, whose sizes are the published ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/data/spec.h"
#include "host/graph/op_info.h"
#include "host/train/recipe.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    char path[64];
    struct recipe recipe;
    struct dataset data;
    struct model model;
};

static const char *const digits[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"};

static int setup(void **state)
{
    static struct fixture f;
    int file;

    f = (struct fixture){.path = "/tmp/mote-recipe-XXXXXX"};
    f.at = (struct frame){.name = "recipe", .index = -1, .sink = &f.report};
    *state = &f;
    file = mkstemp(f.path);
    return file < 0 || close(file) != 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    pool_free(&f->pool);
    return unlink(f->path);
}

/* ---- reading and building ---- */
static enum mote_status read_text(struct fixture *f, const char *text)
{
    FILE *file = fopen(f->path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    f->report = (struct report_text){.status = MOTE_OK};
    return recipe_read(&f->pool, f->path, &f->recipe, &f->at);
}

/* Samples of the shape "28x28x1", with as many classes. */
static struct dataset data_of(const char *shape, int32_t classes)
{
    struct dataset d = {.n_classes = classes, .elements = 1, .type = TYPE_U8, .classes = classes > 0 ? digits : NULL};

    for (const char *s = shape; *s != '\0'; s += *s == 'x') {
        char *end;

        d.dims[d.rank] = strtol(s, &end, 10);
        d.elements *= d.dims[d.rank++];
        s = end;
    }
    return d;
}

static enum mote_status build(struct fixture *f, const char *network, const char *shape, int32_t classes)
{
    enum mote_status status = read_text(f, pool_printf(&f->pool, "name: test\nnetwork:\n%s", network));

    f->data = data_of(shape, classes);
    return status == MOTE_OK ? network_build(&f->pool, &f->recipe, &f->data, &f->model, &f->at) : status;
}

static void want_ok(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", f->report.text);
}

static void want_error(struct fixture *f, enum mote_status got, const char *part)
{
    if (got == MOTE_OK || strstr(f->report.text, part) == NULL)
        fail_msg("status %s with \"%s\"; want \"%s\"", status_name(got), f->report.text, part);
}

/* The graph as text, without the weights' numbers. */
static const char *text_of(struct fixture *f)
{
    struct text out = {.pool = &f->pool};
    struct graph *g = &f->model.graphs[0];

    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].type == TYPE_F32)
            g->tensors[i].data = NULL;
    model_print(&f->model, &out, true);
    return out.s;
}

static void want_graph(struct fixture *f, const char *network, const char *shape, int32_t classes, const char *want)
{
    const char *got;

    want_ok(f, build(f, network, shape, classes));
    got = strstr(text_of(f), "tensor 0");
    if (strcmp(got, want) != 0)
        fail_msg("the graph is\n%s\nnot\n%s", got, want);
}

#define CLASSIFIER "  - fully_connected: {}\n  - softmax: {}\n"

static void a_network_becomes_a_graph(void **state)
{
    want_graph(*state,
               "  - conv_2d: {filters: 4, kernel: 3, stride: 2, activation: relu}\n"
               "  - max_pool_2d: {}\n"
               "  - flatten: {}\n" CLASSIFIER,
               "8x8x2", 3,
               "tensor 0 \"input\" f32 [1,8,8,2]\n"
               "tensor 1 \"conv_2d_1/weights\" f32 [4,3,3,2]\n"
               "tensor 2 \"conv_2d_1/bias\" f32 [4]\n"
               "tensor 3 \"conv_2d_1\" f32 [1,4,4,4]\n"
               "tensor 4 \"max_pool_2d_1\" f32 [1,2,2,4]\n"
               "tensor 5 \"flatten_1/shape\" s32 [2] data [-1, 16]\n"
               "tensor 6 \"flatten_1\" f32 [1,16]\n"
               "tensor 7 \"fully_connected_1/weights\" f32 [3,16]\n"
               "tensor 8 \"fully_connected_1/bias\" f32 [3]\n"
               "tensor 9 \"fully_connected_1\" f32 [1,3]\n"
               "tensor 10 \"softmax_1\" f32 [1,3]\n"
               "op 0 conv_2d \"conv_2d_1\" in [0, 1, 2] out [3] padding same stride_h 2 stride_w 2 activation relu\n"
               "op 1 max_pool_2d \"max_pool_2d_1\" in [3] out [4] padding valid stride_h 2 stride_w 2 filter_h 2 "
               "filter_w 2\n"
               "op 2 reshape \"flatten_1\" in [4, 5] out [6]\n"
               "op 3 fully_connected \"fully_connected_1\" in [6, 7, 8] out [9]\n"
               "op 4 softmax \"softmax_1\" in [9] out [10] beta 1\n"
               "inputs [0]\n"
               "outputs [10]\n"
               "end\n");
}

/* ---- each kind of layer ---- */
/* The lines of the operators that a layer becomes, on an input of 1x6x6x4 and with two classes. */
static void each_layer_becomes_operators(void **state)
{
    static const struct {
        const char *layer, *ops;
    } layers[] = {
        {"conv_2d: {filters: 2, kernel: 3}", "op 0 conv_2d \"conv_2d_1\" in [0, 1, 2] out [3] padding same\n"},
        {"conv_2d: {filters: 2, kernel: 1x3, stride: 2x1, dilation: 1x2, padding: valid, bias: false, activation: "
         "relu6, "
         "name: c}",
         "op 0 conv_2d \"c\" in [0, 1] out [2] padding valid stride_h 2 dilation_w 2 "
         "activation "
         "relu6\n"},
        {"conv_2d: {filters: 2, kernel: 3, batch_norm: true, activation: relu}",
         "op 0 conv_2d \"conv_2d_1\" in [0, 1] out [2] padding same\n"
         "op 1 batch_norm \"conv_2d_1/batch_norm\" in [2, 3, 4, 5, 6] out [7] epsilon 0.001 activation relu\n"},
        {"conv_2d: {filters: 2, kernel: 3, batch_norm: true, activation: leaky_relu}",
         "op 0 conv_2d \"conv_2d_1\" in [0, 1] out [2] padding same\n"
         "op 1 batch_norm \"conv_2d_1/batch_norm\" in [2, 3, 4, 5, 6] out [7] epsilon 0.001\n"
         "op 2 leaky_relu \"conv_2d_1/leaky_relu\" in [7] out [8] alpha 0.01\n"},
        {"depthwise_conv_2d: {kernel: 3, multiplier: 2, activation: tanh}",
         "op 0 depthwise_conv_2d \"depthwise_conv_2d_1\" in [0, 1, 2] out [3] padding same\n"
         "op 1 tanh \"depthwise_conv_2d_1/tanh\" in [3] out [4]\n"},
        {"fully_connected: {units: 3, activation: sigmoid}",
         "op 0 fully_connected \"fully_connected_1\" in [0, 1, 2] out [3]\n"
         "op 1 logistic \"fully_connected_1/logistic\" in [3] out [4]\n"},
        {"fully_connected: {units: 3, batch_norm: true, activation: relu6}",
         "op 0 fully_connected \"fully_connected_1\" in [0, 1] out [2]\n"
         "op 1 batch_norm \"fully_connected_1/batch_norm\" in [2, 3, 4, 5, 6] out [7] epsilon 0.001 activation "
         "relu6\n"},
        {"max_pool_2d: {size: 3x2, stride: 2, padding: same}",
         "op 0 max_pool_2d \"max_pool_2d_1\" in [0] out [1] padding same stride_h 2 stride_w 2 filter_h 3 filter_w "
         "2\n"},
        {"max_pool_2d: {}", "op 0 max_pool_2d \"max_pool_2d_1\" in [0] out [1] padding valid stride_h 2 stride_w 2 "
                            "filter_h 2 filter_w 2\n"},
        {"average_pool_2d: {size: 3}",
         "op 0 average_pool_2d \"average_pool_2d_1\" in [0] out [1] padding valid stride_h 3 "
         "stride_w 3 filter_h 3 filter_w 3\n"},
        {"average_pool_2d: {global: true}", "op 0 average_pool_2d \"average_pool_2d_1\" in [0] out [1] padding valid "
                                            "stride_h 6 stride_w 6 filter_h 6 filter_w 6\n"},
        {"batch_norm: {activation: relu}",
         "op 0 batch_norm \"batch_norm_1\" in [0, 1, 2, 3, 4] out [5] epsilon 0.001 activation relu\n"},
        {"batch_norm: {activation: logistic, name: n}",
         "op 0 batch_norm \"n\" in [0, 1, 2, 3, 4] out [5] epsilon 0.001\n"
         "op 1 logistic \"n/logistic\" in [5] out [6]\n"},
        {"relu: {}", "op 0 relu \"relu_1\" in [0] out [1]\n"},
        {"relu6: {}", "op 0 relu6 \"relu6_1\" in [0] out [1]\n"},
        {"leaky_relu: {alpha: 0.25}", "op 0 leaky_relu \"leaky_relu_1\" in [0] out [1] alpha 0.25\n"},
        {"tanh: {}", "op 0 tanh \"tanh_1\" in [0] out [1]\n"},
        {"logistic: {}", "op 0 logistic \"logistic_1\" in [0] out [1]\n"},
        {"add: {from: [input, input], activation: relu}", "op 0 add \"add_1\" in [0, 0] out [1] activation relu\n"},
        {"add: {from: [input, input, input], activation: tanh}", "op 0 add \"add_1\" in [0, 0] out [1]\n"
                                                                 "op 1 add \"add_1/add_2\" in [1, 0] out [2]\n"
                                                                 "op 2 tanh \"add_1/tanh\" in [2] out [3]\n"},
        {"concatenation: {from: [input, input]}", "op 0 concatenation \"concatenation_1\" in [0, 0] out [1] axis 3\n"},
        {"dropout: {rate: 0.5}", "op 0 dropout \"dropout_1\" in [0] out [1] rate 0.5\n"},
        {"flatten: {}", "op 0 reshape \"flatten_1\" in [0, 1] out [2]\n"},
        {"reshape: {shape: [36, 2, 2]}", "op 0 reshape \"reshape_1\" in [0, 1] out [2]\n"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(layers); i++) {
        const char *text, *want = layers[i].ops;

        want_ok(f, build(f, pool_printf(&f->pool, "  - %s\n" CLASSIFIER, layers[i].layer), "6x6x4", 2));
        text = strstr(text_of(f), "op 0");
        if (strncmp(text, want, strlen(want)) != 0)
            fail_msg("- %s becomes\n%s\nnot\n%s", layers[i].layer, text, want);
    }
}

static const struct tensor *tensor_named(const struct fixture *f, const char *name)
{
    const struct graph *g = &f->model.graphs[0];

    for (int32_t i = 0; i < g->n_tensors; i++)
        if (strcmp(g->tensors[i].name, name) == 0)
            return &g->tensors[i];
    fail_msg("no tensor %s", name);
    return NULL;
}

static void want_shape(const struct fixture *f, const char *name, const char *shape)
{
    char got[96];

    assert_string_equal(shape_text(tensor_named(f, name), got), shape);
}

static void weights_have_the_operators_axes(void **state)
{
    struct fixture *f = *state;

    want_ok(f, build(f,
                     "  - conv_2d: {name: c, filters: 4, kernel: 5x3}\n"
                     "  - depthwise_conv_2d: {name: d, kernel: 3x2, multiplier: 3}\n"
                     "  - batch_norm: {name: n}\n"
                     "  - fully_connected: {name: f, units: 7}\n" CLASSIFIER,
                     "8x6x2", 5));
    want_shape(f, "c/weights", "4x5x3x2");
    want_shape(f, "c/bias", "4");
    want_shape(f, "d/weights", "1x3x2x12");
    want_shape(f, "d", "1x8x6x12");
    want_shape(f, "n/variance", "12");
    want_shape(f, "f/weights", "7x576");
    want_shape(f, "softmax_1", "1x5");
}

static void an_lstm_ends_with_its_last_step(void **state)
{
    struct fixture *f = *state;

    want_graph(
        f, "  - lstm: {name: l, units: 3}\n" CLASSIFIER, "5x2", 2,
        "tensor 0 \"input\" f32 [1,5,2]\n"
        "tensor 1 \"l/input/weights\" f32 [3,2]\n"
        "tensor 2 \"l/input/recurrent\" f32 [3,3]\n"
        "tensor 3 \"l/input/bias\" f32 [3]\n"
        "tensor 4 \"l/forget/weights\" f32 [3,2]\n"
        "tensor 5 \"l/forget/recurrent\" f32 [3,3]\n"
        "tensor 6 \"l/forget/bias\" f32 [3]\n"
        "tensor 7 \"l/cell/weights\" f32 [3,2]\n"
        "tensor 8 \"l/cell/recurrent\" f32 [3,3]\n"
        "tensor 9 \"l/cell/bias\" f32 [3]\n"
        "tensor 10 \"l/output/weights\" f32 [3,2]\n"
        "tensor 11 \"l/output/recurrent\" f32 [3,3]\n"
        "tensor 12 \"l/output/bias\" f32 [3]\n"
        "tensor 13 \"l/hidden\" f32 [1,3] state\n"
        "tensor 14 \"l/cell\" f32 [1,3] state\n"
        "tensor 15 \"l\" f32 [1,5,3]\n"
        "tensor 16 \"l/begin\" s32 [3] data [0, 4, 0]\n"
        "tensor 17 \"l/end\" s32 [3] data [0, 5, 0]\n"
        "tensor 18 \"l/strides\" s32 [3] data [1, 1, 1]\n"
        "tensor 19 \"l/last\" f32 [1,3]\n"
        "tensor 20 \"fully_connected_1/weights\" f32 [2,3]\n"
        "tensor 21 \"fully_connected_1/bias\" f32 [2]\n"
        "tensor 22 \"fully_connected_1\" f32 [1,2]\n"
        "tensor 23 \"softmax_1\" f32 [1,2]\n"
        "op 0 unidirectional_sequence_lstm \"l\" in [0, 1, 4, 7, 10, 2, 5, 8, 11, -, -, -, 3, 6, 9, 12, -, -, 13, "
        "14] out [15] activation tanh\n"
        "op 1 strided_slice \"l/last\" in [15, 16, 17, 18] out [19] begin_mask 5 end_mask 5 shrink_axis_mask 2\n"
        "op 2 fully_connected \"fully_connected_1\" in [19, 20, 21] out [22]\n"
        "op 3 softmax \"softmax_1\" in [22] out [23] beta 1\n"
        "inputs [0]\n"
        "outputs [23]\n"
        "end\n");
    want_ok(f, build(f,
                     "  - lstm: {name: l, units: 3, sequences: true}\n"
                     "  - lstm: {name: k, units: 4}\n" CLASSIFIER,
                     "5x2", 2));
    want_shape(f, "k/cell/weights", "4x3");
    want_shape(f, "k/last", "1x4");
}

static void residual_networks_can_be_written(void **state)
{
    struct fixture *f = *state;
    const struct op *ops;

    want_ok(f, build(f,
                     "  - conv_2d: {name: a, filters: 4, kernel: 3}\n"
                     "  - conv_2d: {name: b, filters: 4, kernel: 3}\n"
                     "  - conv_2d: {name: short, filters: 4, kernel: 1, from: a}\n"
                     "  - conv_2d: {name: raw, filters: 4, kernel: 1, from: input}\n"
                     "  - add: {name: sum, from: [b, short, raw]}\n"
                     "  - concatenation: {from: [sum, a]}\n" CLASSIFIER,
                     "4x4x1", 2));
    ops = f->model.graphs[0].ops;
    assert_int_equal(ops[2].in[0], ops[0].out[0]);
    assert_int_equal(ops[3].in[0], 0);
    want_shape(f, "sum/add_2", "1x4x4x4");
    want_shape(f, "concatenation_1", "1x4x4x8");
}

static void width_scales_the_filters(void **state)
{
    struct fixture *f = *state;

    f->data = data_of("4x4x1", 2);
    want_ok(f, read_text(f, "name: test\nwidth: 0.3\nnetwork:\n"
                            "  - conv_2d: {name: a, filters: 10, kernel: 1}\n"
                            "  - conv_2d: {name: b, filters: 2, kernel: 1}\n" CLASSIFIER));
    want_ok(f, network_build(&f->pool, &f->recipe, &f->data, &f->model, &f->at));
    want_shape(f, "a/weights", "3x1x1x1");
    want_shape(f, "b/weights", "1x1x1x3");
    want_shape(f, "softmax_1", "1x2");
}

/* ---- what comes from the data ---- */
static void classes_and_preprocessing_come_from_the_data(void **state)
{
    static const float mean[] = {127.5F}, std[] = {63.75F}, inverse[] = {1 / 63.75F};
    struct fixture *f = *state;

    want_ok(f, read_text(f, "name: DS-CNN 2\nnetwork:\n" CLASSIFIER));
    f->data = data_of("6x6x1", 3);
    f->data.preprocess = (struct preprocess){
        .kind = "image", .channels = "gray", .n = 1, .mean = mean, .std = std, .inverse = inverse, .type = TYPE_U8};
    want_ok(f, network_build(&f->pool, &f->recipe, &f->data, &f->model, &f->at));
    assert_string_equal(f->model.name, "ds_cnn_2");
    assert_int_equal(f->model.n_classes, 3);
    assert_string_equal(f->model.classes[2], "2");
    assert_string_equal(f->model.preprocess.kind, "image");
    assert_string_equal(f->model.preprocess.channels, "gray");
    assert_int_equal(f->model.preprocess.n, 1);
    assert_memory_equal(f->model.preprocess.mean, mean, sizeof mean);
    assert_memory_equal(f->model.preprocess.std, std, sizeof std);
    assert_memory_equal(f->model.preprocess.inverse, inverse, sizeof inverse);
    f->data.classes = NULL; /* numbers without names */
    want_ok(f, network_build(&f->pool, &f->recipe, &f->data, &f->model, &f->at));
    assert_int_equal(f->model.n_classes, 0);
    want_shape(f, "softmax_1", "1x3");
}

static void a_recipe_may_name_its_data(void **state)
{
    struct fixture *f = *state;

    want_ok(f, read_text(f, "name: a\nnetwork:\n" CLASSIFIER));
    assert_null(f->recipe.data);
    assert_string_equal(f->recipe.path, f->path);
    want_ok(f, read_text(f, "name: a\ndata: {kind: idx, path: some/where}\nnetwork:\n" CLASSIFIER));
    assert_string_equal(f->recipe.data->path, "some/where");
}

/* ---- initial weights ---- */
static const float *floats(const struct tensor *t) { return (const float *)(const void *)t->data; }

static void want_within(const struct fixture *f, const char *name, double bound)
{
    const struct tensor *t = tensor_named(f, name);
    double sum = 0, largest = 0;
    int64_t n = tensor_elements(t);

    for (int64_t i = 0; i < n; i++) {
        sum += (double)floats(t)[i];
        largest = fmax(largest, fabs((double)floats(t)[i]));
    }
    if (largest > bound || largest < 0.98 * bound || fabs(sum / (double)n) > 0.1 * bound)
        fail_msg("%s: largest %g, mean %g; want a bound of %g", name, largest, sum / (double)n, bound);
}

static void want_filled(const struct fixture *f, const char *name, float value)
{
    const struct tensor *t = tensor_named(f, name);

    for (int64_t i = 0; i < tensor_elements(t); i++)
        assert_true(floats(t)[i] == value);
}

static void initial_weights_are_in_their_bounds(void **state)
{
    struct fixture *f = *state;

    want_ok(f, build(f,
                     "  - conv_2d: {name: he, filters: 40, kernel: 3, activation: relu}\n"
                     "  - conv_2d: {name: glorot, filters: 30, kernel: 3, batch_norm: true}\n"
                     "  - depthwise_conv_2d: {name: d, kernel: 5, multiplier: 2, batch_norm: true, activation: relu6}\n"
                     "  - reshape: {shape: [16, 60]}\n"
                     "  - lstm: {name: l, units: 30}\n" CLASSIFIER,
                     "4x4x2", 9));
    want_within(f, "he/weights", sqrt(6.0 / (9 * 2)));
    want_within(f, "glorot/weights", sqrt(6.0 / (9 * 40 + 9 * 30)));
    want_within(f, "d/weights", sqrt(6.0 / 25));
    want_within(f, "l/output/weights", sqrt(6.0 / (60 + 30)));
    want_within(f, "l/forget/recurrent", sqrt(6.0 / (30 + 30)));
    want_within(f, "fully_connected_1/weights", sqrt(6.0 / (30 + 9)));
    want_filled(f, "he/bias", 0);
    want_filled(f, "glorot/gamma", 1);
    want_filled(f, "glorot/beta", 0);
    want_filled(f, "glorot/mean", 0);
    want_filled(f, "glorot/variance", 1);
    want_filled(f, "l/input/bias", 0);
    want_filled(f, "l/forget/bias", 1);
}

static struct text file_of(struct fixture *f)
{
    struct text out = {.pool = &f->pool};

    model_write(&f->model, &out);
    return out;
}

static void same_recipe_and_seed_same_bytes(void **state)
{
    static const char network[] = "name: a\nnetwork:\n"
                                  "  - conv_2d: {filters: 4, kernel: 3}\n"
                                  "  - conv_2d: {filters: 4, kernel: 3}\n" CLASSIFIER "training: {seed: %d}\n";
    struct fixture *f = *state;
    struct text got[3];

    f->data = data_of("4x4x4", 4);
    for (int i = 0; i < 3; i++) {
        want_ok(f, read_text(f, pool_printf(&f->pool, network, i == 2 ? 6 : 5)));
        want_ok(f, network_build(&f->pool, &f->recipe, &f->data, &f->model, &f->at));
        got[i] = file_of(f);
        assert_int_equal(got[i].len, got[0].len);
    }
    assert_memory_equal(got[0].s, got[1].s, got[0].len);
    assert_memory_not_equal(got[0].s, got[2].s, got[0].len);
    /* Two layers of one shape start differently. */
    assert_memory_not_equal(tensor_named(f, "conv_2d_1/weights")->data, tensor_named(f, "conv_2d_2/weights")->data,
                            sizeof(float[4 * 3 * 3 * 4]));
}

/* A change of the numbers would change every trained model: they are as they are on all machines. */
static void initial_weights_never_change(void **state)
{
    struct fixture *f = *state;
    const float *w;

    want_ok(f, build(f, CLASSIFIER, "3", 2));
    w = floats(tensor_named(f, "fully_connected_1/weights"));
    assert_true(w[0] == 0.63136369F && w[1] == -0.425109923F && w[5] == -0.645407975F);
}

/* ---- training ---- */
static enum mote_status read_training(struct fixture *f, const char *training)
{
    return read_text(f, pool_printf(&f->pool, "name: test\nnetwork:\n" CLASSIFIER "training: %s\n", training));
}

static void training_has_defaults(void **state)
{
    struct fixture *f = *state;
    struct training *t = &f->recipe.training;

    want_ok(f, read_text(f, "name: test\nnetwork:\n" CLASSIFIER));
    assert_int_equal(t->epochs, 20);
    assert_int_equal(t->batch, 64);
    assert_int_equal(t->seed, 1);
    assert_int_equal(t->loss, LOSS_CROSS_ENTROPY);
    assert_true(t->label_smoothing == 0 && t->clip_norm == 0 && t->weight_decay == 0 && t->warm_up == 0);
    assert_int_equal(t->normal, -1);
    assert_int_equal(t->optimizer, OPTIMIZER_ADAM);
    assert_true(t->rate == 0.001F && t->beta1 == 0.9F && t->beta2 == 0.999F && t->epsilon == 1e-7F);
    assert_int_equal(t->schedule, SCHEDULE_COSINE);
    assert_true(t->final_rate == 0);
    assert_int_equal(t->patience, 0);
    want_ok(f, read_training(f, "{optimizer: {kind: sgd}, schedule: {kind: step}}"));
    assert_true(t->rate == 0.01F && t->momentum == 0.9F && !t->nesterov && t->weight_decay == 0);
    assert_true(t->step_every == 10 && t->step_factor == 0.1F);
    want_ok(f, read_training(f, "{optimizer: {kind: adamw}}"));
    assert_true(t->rate == 0.001F && t->weight_decay == 0.01F);
}

static void training_is_read(void **state)
{
    struct fixture *f = *state;
    struct training *t = &f->recipe.training;

    want_ok(f,
            read_training(f, "{epochs: 7, batch: 1, seed: 9000000000, label_smoothing: 0.1, clip_norm: 5, patience: 3, "
                             "optimizer: {kind: sgd, rate: 0.5, momentum: 0.8, nesterov: true, weight_decay: 1e-4}, "
                             "schedule: {kind: step, warm_up: 0.5, every: 2.5, factor: 0.5}}"));
    assert_int_equal(t->epochs, 7);
    assert_int_equal(t->batch, 1);
    assert_true(t->seed == 9000000000u);
    assert_true(t->label_smoothing == 0.1F && t->clip_norm == 5);
    assert_int_equal(t->patience, 3);
    assert_int_equal(t->optimizer, OPTIMIZER_SGD);
    assert_true(t->rate == 0.5F && t->momentum == 0.8F && t->nesterov && t->weight_decay == 1e-4F);
    assert_int_equal(t->schedule, SCHEDULE_STEP);
    assert_true(t->warm_up == 0.5F && t->step_every == 2.5F && t->step_factor == 0.5F);
    want_ok(f,
            read_training(f, "{loss: mean_squared_error, normal: 2, optimizer: {kind: adamw, beta1: 0.5, beta2: 0.9, "
                             "epsilon: 0.001}, schedule: {kind: cosine, final_rate: 0.25}}"));
    assert_int_equal(t->loss, LOSS_MEAN_SQUARED_ERROR);
    assert_int_equal(t->normal, 2);
    assert_true(t->beta1 == 0.5F && t->beta2 == 0.9F && t->epsilon == 0.001F && t->final_rate == 0.25F);
    want_ok(f, read_training(f, "{schedule: {kind: constant}}"));
    assert_int_equal(t->schedule, SCHEDULE_CONSTANT);
}

static void wrong_training_is_named(void **state)
{
    static const struct {
        const char *training, *part;
    } bad[] = {
        {"{epochs: 0}", "recipe: training: epochs is \"0\": it must be a whole number from 1 to 1000000"},
        {"{loss: mean_squared_error, class_weights: balanced}", "class_weights are for the loss cross_entropy"},
        {"{balance: yes, class_weights: balanced}", "balance and class_weights are two ways to the same"},
        {"{epochs: 2.5}", "epochs is \"2.5\": it must be a whole number"},
        {"{epochs: 20x}", "epochs is \"20x\""},
        {"{epochs: 99999999999999999999}", "epochs is"},
        {"{optimizer: {rate: 0.1.2}}", "optimizer.rate is \"0.1.2\""},
        {"{optimizer: {rate: 0x1}}", "optimizer.rate is \"0x1\""},
        {"{optimizer: {kind: sgd, nesterov: flase}}", "flase"},
        {"{epochs: many}", "epochs"},
        {"{batch: 0}", "batch is \"0\""},
        {"{batch: 65537}", "batch is \"65537\""},
        {"{patience: -1}", "patience is \"-1\""},
        {"{seed: -1}", "seed is \"-1\": it must be a whole number of at least 0"},
        {"{loss: hinge}", "hinge"},
        {"{label_smoothing: 1}", "label_smoothing is \"1\": it must be a number from 0 to 0.9"},
        {"{label_smoothing: nan}", "label_smoothing is"},
        {"{loss: mean_squared_error, label_smoothing: 0.1}", "label_smoothing is for the loss cross_entropy"},
        {"{normal: 1}", "normal is for the loss mean_squared_error: leave it out"},
        {"{loss: mean_squared_error, normal: -1}", "normal is \"-1\""},
        {"{clip_norm: -1}", "clip_norm is \"-1\""},
        {"{optimizer: {kind: lion}}", "lion"},
        {"{optimizer: {rate: 0}}", "optimizer.rate is \"0\""},
        {"{optimizer: {rate: 1e9}}", "optimizer.rate is \"1e9\""},
        {"{optimizer: {rate: inf}}", "optimizer.rate is"},
        {"{optimizer: {rate: fast}}", "rate"},
        {"{optimizer: {momentum: 0.9}}", "optimizer.momentum is for the optimizer sgd: leave it out"},
        {"{optimizer: {nesterov: true}}", "optimizer.nesterov is for the optimizer sgd"},
        {"{optimizer: {kind: sgd, momentum: 1}}", "optimizer.momentum is \"1\""},
        {"{optimizer: {kind: sgd, beta1: 0.9}}", "optimizer.beta1 is for the optimizers adam and adamw"},
        {"{optimizer: {beta1: 1}}", "optimizer.beta1 is \"1\""},
        {"{optimizer: {beta2: -0.1}}", "optimizer.beta2 is \"-0.1\""},
        {"{optimizer: {epsilon: 0}}", "optimizer.epsilon is \"0\""},
        {"{optimizer: {weight_decay: -1}}", "optimizer.weight_decay is \"-1\""},
        {"{schedule: {kind: linear}}", "linear"},
        {"{schedule: {every: 3}}", "schedule.every is for the schedule step"},
        {"{schedule: {kind: step, every: 0}}", "schedule.every is \"0\""},
        {"{schedule: {kind: step, factor: 2}}", "schedule.factor is \"2\""},
        {"{schedule: {kind: step, final_rate: 0.1}}", "schedule.final_rate is for the schedule cosine"},
        {"{schedule: {final_rate: 2}}", "schedule.final_rate is \"2\""},
        {"{schedule: {warm_up: -1}}", "schedule.warm_up is \"-1\""},
        {"{epochs: 3, schedule: {warm_up: 4}}", "schedule.warm_up is 4 epochs of 3: make it shorter"},
        {"{learning_rate: 1}", "line 5: training has no key \"learning_rate\"; it has epochs, batch, seed, loss"},
        {"{epoch: 1}", "line 5: training has no key \"epoch\": did you mean \"epochs\"?"},
        {"{optimizer: {kind: sgd, momentun: 0.9}}", "optimizer has no key \"momentun\": did you mean \"momentum\"?"},
        {"{batch: 8, batch: 16}", "line 5: the key \"batch\" is there twice"},
        {"{batch: 2.5}", "batch is \"2.5\""},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(bad); i++)
        want_error(f, read_training(f, bad[i].training), bad[i].part);
}

/* ---- compression ---- */
static enum mote_status read_compress(struct fixture *f, const char *optimizer, const char *compress)
{
    return read_text(f, pool_printf(&f->pool,
                                    "name: test\nnetwork:\n" CLASSIFIER
                                    "training: {epochs: 9, optimizer: {kind: %s, rate: 0.02}}\ncompress: %s\n",
                                    optimizer, compress));
}

static void compression_is_read(void **state)
{
    struct fixture *f = *state;
    const struct stage *s;

    want_ok(f, read_text(f, "name: test\nnetwork:\n" CLASSIFIER));
    assert_int_equal(f->recipe.n_stages, 0);
    want_ok(f, read_compress(f, "adam", "{levels: {}, prune: {keep: 0.25}}"));
    assert_int_equal(f->recipe.n_stages, 2);
    s = f->recipe.stages;
    assert_int_equal(s[0].kind, STAGE_PRUNE);
    assert_int_equal(s[0].method, PRUNE_OBD);
    assert_true(s[0].keep == 0.25F && s[0].rate == 0.02F && s[0].epochs == 9 && s[0].ramp == 6);
    assert_int_equal(s[1].kind, STAGE_LEVELS);
    assert_int_equal(s[1].grid, GRID_KMEANS);
    assert_true(s[1].number == 16 && s[1].rate == 0.02F && s[1].epochs == 9 && s[1].ramp == 0);
    assert_int_equal(s[1].rounds, 0);
    assert_int_equal(s[0].cost, COST_WEIGHTS);
    want_ok(f, read_compress(f, "adam", "{prune: {keep: 0.25, cost: macs}}"));
    assert_int_equal(f->recipe.stages->cost, COST_MACS);
    want_ok(f, read_compress(f, "adam", "{levels: {activations: int8}}"));
    assert_true(f->recipe.stages->int8_activations);
    want_ok(f, read_compress(f, "adam", "{levels: {activations: float}}"));
    assert_false(f->recipe.stages->int8_activations);
    want_ok(f, read_compress(f, "adam", "{levels: {rounds: 200}}"));
    assert_int_equal(f->recipe.stages->rounds, 200);
    want_ok(f, read_compress(f, "sgd", "{prune: {method: magnitude, keep: 1, epochs: 1, rate: 0.5}}"));
    assert_int_equal(f->recipe.n_stages, 1);
    s = f->recipe.stages;
    assert_true(s->method == PRUNE_MAGNITUDE && s->keep == 1 && s->epochs == 1 && s->ramp == 1 && s->rate == 0.5F);
}

static void a_stage_is_shortened_with_its_ramp(void **state)
{
    struct stage s = {.epochs = 40, .ramp = 16}, without = {.epochs = 5};

    (void)state;
    stage_shorten(&s, 10);
    assert_true(s.epochs == 10 && s.ramp == 4);
    stage_shorten(&s, 1);
    assert_true(s.epochs == 1 && s.ramp == 1);
    stage_shorten(&without, 2);
    assert_true(without.epochs == 2 && without.ramp == 0);
}

static void methods_of_levels_are_read(void **state)
{
    static const struct {
        const char *levels;
        enum grid_method grid;
        int32_t number;
    } good[] = {
        {"{method: kmeans, count: 3}", GRID_KMEANS, 3}, {"{method: linear}", GRID_LINEAR, 4},
        {"{method: linear, bits: 8}", GRID_LINEAR, 8},  {"{method: log, bits: 2}", GRID_LOG, 2},
        {"{method: ternary}", GRID_TERNARY, 0},         {"{method: binary}", GRID_BINARY, 0},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(good); i++) {
        want_ok(f, read_compress(f, "sgd", pool_printf(&f->pool, "{levels: %s}", good[i].levels)));
        assert_int_equal(f->recipe.stages[0].grid, good[i].grid);
        assert_int_equal(f->recipe.stages[0].number, good[i].number);
    }
}

/* All else is the training's: here its epochs. */
static void stages_may_have_another_optimizer(void **state)
{
    struct fixture *f = *state;

    want_ok(f, read_compress(f, "sgd", "{levels: {bit_price: 1e-6}, optimizer: {kind: adam, rate: 0.005}}"));
    assert_int_equal(f->recipe.training.optimizer, OPTIMIZER_SGD);
    assert_true(f->recipe.training.rate == 0.02F);
    assert_int_equal(f->recipe.compressing.optimizer, OPTIMIZER_ADAM);
    assert_true(f->recipe.compressing.beta2 == 0.999F && f->recipe.compressing.epochs == 9);
    assert_true(f->recipe.stages->rate == 0.005F && f->recipe.stages->bit_price == 1e-6F);
    want_ok(f, read_compress(f, "sgd", "{levels: {}}"));
    assert_int_equal(f->recipe.compressing.optimizer, OPTIMIZER_SGD);
}

static void wrong_compression_is_named(void **state)
{
    static const struct {
        const char *optimizer, *compress, *part;
    } bad[] = {
        {"adam", "{}", "compress has no stage: give it prune, levels, or both"},
        {"adam", "{prune: {}}", "recipe: compress prune: keep is missing"},
        {"adam", "{prune: {keep: 0}}", "compress prune: keep is \"0\": it must be a number above 0, at most 1"},
        {"adam", "{prune: {keep: 1.5}}", "keep is \"1.5\""},
        {"adam", "{prune: {keep: nan}}", "keep is \"nan\""},
        {"adam", "{prune: {keep: 0.1, epochs: 0}}", "epochs is \"0\": it must be a whole number from 1 to 1000000"},
        {"adam", "{prune: {keep: 0.1, epochs: 3, ramp: 4}}", "compress prune: ramp is 4 epochs of 3: make it shorter"},
        {"adam", "{prune: {keep: 0.1, rate: 0}}", "rate is \"0\""},
        {"adam", "{prune: {keep: 0.1, method: obs}}", "obs"},
        {"adam", "{prune: {keep: 0.1, cost: mac}}", "cost is \"mac\": it must be"},
        {"adam", "{prune: {keep: 0.1, method: apoz, cost: macs}}",
         "compress prune: cost is of weights, and the method apoz removes channels"},
        {"adam", "{prune: {keep: 0.1, scope: layers}}", "scope is \"layers\": it must be"},
        {"adam", "{prune: {keep: 0.1, layers: [{name: fully_conected_1, keep: 0.2}]}}",
         "compress prune: layer fully_conected_1: there is no such layer: did you mean \"fully_connected_1\"?"},
        {"adam", "{prune: {keep: 0.1, layers: [{name: softmax_1, keep: 0.2}]}}",
         "compress prune: layer softmax_1: is of the kind softmax, and pruned are weights of"},
        {"adam", "{prune: {keep: 0.1, layers: [{name: fully_connected_1, keep: 2}]}}",
         "compress prune: layer fully_connected_1: keep is \"2\": it must be a number above 0, at most 1"},
        {"adam",
         "{prune: {keep: 0.1, layers: [{name: fully_connected_1, keep: 0.2}, {name: fully_connected_1, keep: 0.3}]}}",
         "layer fully_connected_1: is there twice"},
        {"adam", "{prune: {keep: 0.1, layers: [{name: fully_connected_1}]}}", "keep"},
        {"adam", "{prune: {keep: 1, layers: [{name: fully_connected_1, keep: 0.5}]}, levels: {method: binary}}",
         "compress levels: the method binary has no 0"},
        {"adam", "{prune: {keep: 0.1, count: 4}}", "prune has no key \"count\""},
        {"adam", "{prun: {keep: 0.1}}", "compress has no key \"prun\": did you mean \"prune\"?"},
        {"sgd", "{prune: {keep: 0.1}}", "compress prune: the method obd ranks by the second moment"},
        {"adam", "{levels: {count: 1}}", "compress levels: count is \"1\": it must be a whole number from 2 to 16"},
        {"adam", "{levels: {count: 17}}", "count is \"17\""},
        {"adam", "{levels: {ramp: 1}}", "compress levels: ramp is of the epochs in which bits get their bit_price"},
        {"adam", "{levels: {bit_price: 1e-6, epochs: 3, ramp: 4}}", "compress levels: ramp is 4 epochs of 3"},
        {"adam", "{levels: {dropout: 1}}", "compress levels: dropout is \"1\": it must be a number from 0 to 0.99"},
        {"adam", "{levels: {bit_price: -1}}", "bit_price is \"-1\": it must be a number above 0, at most 1"},
        {"sgd", "{levels: {bit_price: 1e-6}}", "compress levels: bit_price weighs bits by the second moment"},
        {"adam", "{levels: {keep: 0.1}}", "levels has no key \"keep\""},
        {"adam", "{levels: {activations: int4}}", "activations is \"int4\": it must be"},
        {"adam", "{levels: {rounds: 0}}", "rounds is \"0\": it must be a whole number from 1 to 1000000"},
        {"adam", "{levels: {method: lineal}}", "method is \"lineal\": it must be"},
        {"adam", "{levels: {bits: 4}}",
         "compress levels: bits are of the methods linear and log, and the method is kmeans"},
        {"adam", "{levels: {method: ternary, bits: 2}}", "compress levels: bits are of the methods linear and log"},
        {"adam", "{levels: {method: log, count: 4}}",
         "compress levels: count is of the method kmeans, and the method is log, which has bits"},
        {"adam", "{levels: {method: log, bits: 5}}",
         "compress levels: bits is \"5\": it must be a whole number from 2 to 4"},
        {"adam", "{levels: {method: linear, bit_price: 1e-6}}",
         "compress levels: bit_price moves levels to where bits are few, and those of the method linear do not move"},
        {"adam", "{prune: {keep: 0.1}, levels: {method: binary}}",
         "compress levels: the method binary has no 0, which prune makes of weights"},
        {"adam", "{levels: {}, optimizer: {momentum: 0.9}}", "compress: training: optimizer.momentum is for"},
        {"adam", "{levels: {}, optimizer: {kid: sgd}}", "optimizer has no key \"kid\": did you mean \"kind\"?"},
        {"adam", "{teacher: {share: 2}, levels: {count: 4}}",
         "compress teacher: share is \"2\": it must be a number above 0, at most 1"},
        {"adam", "{teacher: {temperature: 0}, levels: {count: 4}}", "compress teacher: temperature is \"0\""},
        {"adam", "{teacher: {}}", "compress has no stage"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(bad); i++)
        want_error(f, read_compress(f, bad[i].optimizer, bad[i].compress), bad[i].part);
}

/* ---- what is wrong with a network ---- */
static void wrong_layers_are_named(void **state)
{
    static const struct {
        const char *layers, *part;
    } bad[] = {
        {"  - conv_3d: {filters: 4}\n", "line 3: network has no key \"conv_3d\": did you mean \"conv_2d\"?"},
        {"  - relu: {}\n  - conv_2d: {fliters: 4, kernel: 3}\n",
         "line 4: conv_2d has no key \"fliters\": did you mean \"filters\"?"},
        {"  - conv_2d: {filters: 4, kernel: 3,\n      filters: 4}\n", "line 4: the key \"filters\" is there twice"},
        {"  - conv_2d: {filters: 2.5, kernel: 3}\n", "filters is \"2.5\""},
        {"  - relu\n", "line 3: network must have keys with values"},
        {"  - {}\n", "layer 1: has no kind: write, for example, `- relu: {}`"},
        {"  - relu: {}\n  - relu: {}\n    tanh: {}\n", "layer 2: both tanh and relu: each layer begins with a `-`"},
        {"  - relu: {alpha: 1}\n", "alpha"},
        {"  - conv_2d: {kernel: 3}\n", "filters"},
        {"  - conv_2d: {filters: 3}\n", "kernel"},
        {"  - conv_2d: {filters: 0, kernel: 3}\n",
         "layer 1 conv_2d_1: filters is \"0\": it must be a whole number from 1 to 65535"},
        {"  - conv_2d: {filters: 16k, kernel: 3}\n", "filters is \"16k\""},
        {"  - conv_2d: {filters: 4, kernel: 3, batch_norm: ture}\n", "ture"},
        {"  - conv_2d: {filters: 65536, kernel: 3}\n", "filters is \"65536\""},
        {"  - conv_2d: {filters: 4, kernel: 0}\n", "kernel is \"0\": write one number, or HEIGHTxWIDTH"},
        {"  - conv_2d: {filters: 4, kernel: 3x}\n", "kernel is \"3x\""},
        {"  - conv_2d: {filters: 4, kernel: 3x3x3}\n", "kernel is \"3x3x3\""},
        {"  - conv_2d: {filters: 4, kernel: -3}\n", "kernel is \"-3\""},
        {"  - conv_2d: {filters: 4, kernel: 99999999999999999999}\n", "kernel is"},
        {"  - conv_2d: {filters: 4, kernel: [3, 3]}\n", "kernel"},
        {"  - conv_2d: {filters: 4, kernel: 3, stride: 0}\n", "stride is \"0\""},
        {"  - conv_2d: {filters: 4, kernel: 3, dilation: two}\n", "dilation is \"two\""},
        {"  - conv_2d: {filters: 4, kernel: 3, padding: full}\n", "padding"},
        {"  - conv_2d: {filters: 4, kernel: 3, activation: gelu}\n", "activation"},
        {"  - conv_2d: {filters: 4, kernel: 3, batch_norm: true, bias: true}\n", "batch_norm adds a beta of its own"},
        {"  - conv_2d: {filters: 4, kernel: 7, padding: valid}\n", "layer 1 conv_2d_1: dimension 1 of the output"},
        {"  - conv_2d: {filters: 65535, kernel: 65535, padding: same}\n", "weights would be 65535x65535x65535x2"},
        {"  - flatten: {}\n  - conv_2d: {name: c, filters: 4, kernel: 3}\n",
         "layer 2 conv_2d c: it reads pictures of height x width x channels, but its input is 72: put a `reshape`"},
        {"  - depthwise_conv_2d: {kernel: 3, multiplier: 0}\n", "multiplier is \"0\""},
        {"  - flatten: {}\n  - depthwise_conv_2d: {kernel: 3}\n", "layer 2 depthwise_conv_2d_1: it reads pictures"},
        {"  - fully_connected: {units: 0}\n", "units is \"0\""},
        {"  - max_pool_2d: {size: 8}\n", "layer 1 max_pool_2d_1: dimension 1 of the output would be empty"},
        {"  - max_pool_2d: {size: a}\n", "size is \"a\""},
        {"  - max_pool_2d: {size: 2, global: true}\n", "`global: true` takes the whole picture: leave size"},
        {"  - flatten: {}\n  - average_pool_2d: {}\n", "layer 2 average_pool_2d_1: it reads pictures"},
        {"  - leaky_relu: {alpha: 1}\n", "alpha is \"1\": it must be a number of at least 0 and below 1"},
        {"  - leaky_relu: {alpha: -1}\n", "alpha is \"-1\""},
        {"  - add: {from: [input]}\n", "from must have 2 to 1024 elements, not 1"},
        {"  - add: {}\n", "from"},
        {"  - relu: {name: r}\n  - max_pool_2d: {name: p}\n  - add: {from: [r, p]}\n",
         "layer 3 add_1: its inputs have the shapes 1x6x6x2 and 1x3x3x2: they must be the same"},
        {"  - relu: {name: r}\n  - max_pool_2d: {name: p}\n  - concatenation: {from: [r, p]}\n",
         "layer 3 concatenation_1: input 1 is 1x3x3x2, which does not fit"},
        {"  - dropout: {rate: 1}\n", "rate is \"1\": it must be a number of at least 0 and below 1"},
        {"  - dropout: {}\n", "rate"},
        {"  - reshape: {shape: [7, 7]}\n", "its input has 72 elements, which do not fill the shape's 49"},
        {"  - reshape: {shape: [-1, 7]}\n", "shape has a dimension of \"-1\": write a sample's, without the batch"},
        {"  - reshape: {shape: [2000000000, 2000000000, 2000000000]}\n", "which do not fill the shape's"},
        {"  - reshape: {shape: [1, 1, 1, 1, 1, 1, 1, 1]}\n", "shape must have 1 to 7 elements, not 8"},
        {"  - lstm: {units: 4}\n",
         "layer 1 lstm_1: it reads a row of numbers a step, time x numbers, but its input has 3"},
        {"  - lstm: {}\n", "units"},
        {"  - relu: {name: a b}\n", "name is \"a b\": use letters, digits and '_'"},
        {"  - relu: {name: input}\n", "the name \"input\" is the data's: choose another"},
        {"  - relu: {name: r}\n  - relu: {name: r}\n", "layer 2 relu r: layer 1 has the same name"},
        {"  - relu: {name: relu_2}\n  - relu: {}\n", "layer 2 relu_2: layer 1 has the same name"},
        {"  - relu: {from: nobody}\n", "layer 1 relu_1: from: no layer before this one is named \"nobody\""},
        {"  - relu: {from: r}\n  - relu: {name: r}\n", "from: no layer before this one is named \"r\""},
        {"  - relu: {name: r, from: r}\n", "from: no layer before this one is named \"r\""},
        {"  - relu: {}\n  - relu: {from: input}\n",
         "layer 1 relu_1: no layer reads it: name it in a `from`, or remove it"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(bad); i++)
        want_error(f, build(f, pool_printf(&f->pool, "%s" CLASSIFIER, bad[i].layers), "6x6x2", 2), bad[i].part);
}

static void what_does_not_fit_the_data_is_named(void **state)
{
    static const struct {
        const char *network, *shape;
        int32_t classes;
        const char *part;
    } bad[] = {
        {"  - relu: {}\n", "2", 2, "layer 1 relu_1: the loss cross_entropy wants probabilities: add `- softmax: {}`"},
        {CLASSIFIER, "4", 0, "layer 1 fully_connected_1: units is missing, and the data has no classes"},
        {"  - softmax: {}\n", "4", 0, "layer 1 softmax_1: the data has no labels"},
        {"  - softmax: {}\n", "4", 3, "layer 1 softmax_1: the network gives 4 numbers for 3 classes: set `units`"},
        {"  - softmax: {}\n", "3x2", 6, "the network gives 6 numbers for 6 classes"},
        {CLASSIFIER "training: {loss: mean_squared_error}\n", "4", 3,
         "layer 2 softmax_1: the loss mean_squared_error compares the output with the input, but they have 3 and 4"},
        {CLASSIFIER, "1x1x1x1x1x1x1x1", 2, "a sample of the data has 8 dimensions: 1 to 7 are possible"},
        {CLASSIFIER, "", 2, "a sample of the data has 0 dimensions"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(bad); i++)
        want_error(f, build(f, bad[i].network, bad[i].shape, bad[i].classes), bad[i].part);
}

static void wrong_files_are_named(void **state)
{
    static const struct {
        const char *yaml, *part;
    } bad[] = {
        {"", "1 to 65536 bytes"},
        {"network: [", ""},
        {"name: a\n", "network"},
        {"name: a\nnetwork: []\n", "line 2: network must have 1 to 1024 elements, not 0"},
        {"name: [a]\nnetwork: []\n", "line 1: name must be one word or number"},
        {"name: \"\"\nnetwork: []\n", "line 1: name must have 1 to 1000 bytes, not 0"},
        {"name: a\n\nnetwork: {}\n", "line 3: network must be a list, [a, b]"},
        {"name: a\nnetwork:\n" CLASSIFIER "more: 1\n", "more"},
        {"name: a\nwidth: 0\nnetwork:\n" CLASSIFIER, "width is \"0\": it must be a number from 0.01 to 16"},
        {"name: a\nwidth: nan\nnetwork:\n" CLASSIFIER, "width is"},
        {"name: a\ndata: {kind: idx}\nnetwork:\n" CLASSIFIER, "path"},
        {"name: a\nnetwork:\n  - relu: &x {}\n  - relu: *x\n", "line 4: has an alias"},
        {"name: a\nnetwork:\n  - relu: {}\n  - conv_2d: {filters: 3, kernel: 3, padding: none}\n",
         "line 4: padding is \"none\": it must be same or valid"},
        {"name: a\nnetwok:\n" CLASSIFIER, "line 2: the file has no key \"netwok\": did you mean \"network\"?"},
        {"name: a\nname: b\nnetwork:\n" CLASSIFIER, "line 2: the key \"name\" is there twice: it is in line 1"},
        {"name: a\ndata: {path: x, seed: 2.5}\nnetwork:\n" CLASSIFIER, "line 2: seed is \"2.5\""},
        {"name: a\ndata: {path: x, lable: y}\nnetwork:\n" CLASSIFIER, "line 2: data has no key \"lable\""},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(bad); i++)
        want_error(f, read_text(f, bad[i].yaml), bad[i].part);
    f->report = (struct report_text){.status = MOTE_OK};
    want_error(f, recipe_read(&f->pool, "/nowhere.yaml", &f->recipe, &f->at), "cannot read /nowhere.yaml");
}

/* Any bytes give a network or one line that says why not: every prefix of a good file, and every byte of it changed. */
static void damaged_files_end_well(void **state)
{
    static const char good[] = "name: a\nwidth: 0.5\ndata: {path: x}\nnetwork:\n"
                               "  - conv_2d: {name: c, filters: 4, kernel: 3x3, batch_norm: true, activation: tanh}\n"
                               "  - add: {from: [c, c]}\n" CLASSIFIER
                               "training: {epochs: 3, optimizer: {kind: sgd, momentum: 0.9}, schedule: {warm_up: 1}}\n";
    struct fixture *f = *state;
    size_t size = sizeof good - 1, built = 0;

    f->data = data_of("4x4x1", 3);
    for (size_t i = 0; i < 2 * size; i++) {
        char damaged[sizeof good];

        memcpy(damaged, good, sizeof good);
        if (i < size)
            damaged[i] = '\0';
        else
            damaged[i - size] ^= 0x15;
        if (read_text(f, damaged) == MOTE_OK &&
            network_build(&f->pool, &f->recipe, &f->data, &f->model, &f->at) == MOTE_OK)
            built++;
        else
            assert_true(f->report.status != MOTE_OK && f->report.text[0] != '\0' && !strchr(f->report.text, '\n'));
    }
    assert_in_range(built, 1, 2 * size - 1);
}

/* ---- the shipped recipes ---- */
static int64_t count_macs(const struct graph *g)
{
    int64_t macs = 0;

    for (int32_t i = 0; i < g->n_ops; i++)
        macs += op_macs(g, &g->ops[i]);
    return macs;
}

static int64_t count_parameters(const struct graph *g)
{
    int64_t n = 0;

    for (int32_t i = 0; i < g->n_tensors; i++)
        n += g->tensors[i].data && g->tensors[i].type == TYPE_F32 ? tensor_elements(&g->tensors[i]) : 0;
    return n;
}

/* Parameters count all four vectors of batch normalization. The published models of MLPerf Tiny have biases before it,
 * too, which are subtracted here. */
static void shipped_recipes_have_the_published_sizes(void **state)
{
    static const struct {
        const char *file, *shape;
        int32_t classes;
        int64_t macs, parameters;
    } shipped[] = {
        {.file = "fashion_mnist", .shape = "28x28x1", .classes = 10, .macs = 967168, .parameters = 23034},
        {.file = "lenet_300_100", .shape = "28x28x1", .classes = 10, .macs = 266200, .parameters = 266610},
        {.file = "lenet_5", .shape = "28x28x1", .classes = 10, .macs = 2293000, .parameters = 430500 + 580},
        {.file = "ds_cnn", .shape = "49x10x1", .classes = 12, .macs = 2656768, .parameters = 24908 - 576},
        {.file = "keywords", .shape = "49x40x1", .classes = 12, .macs = 1657888, .parameters = 18772},
        {.file = "keywords_crnn", .shape = "49x40x1", .classes = 12, .macs = 2037368, .parameters = 61604},
        {.file = "keywords_stream", .shape = "49x40x1", .classes = 12, .macs = 864768, .parameters = 29964},
        {.file = "digits", .shape = "28x28x1", .classes = 10, .macs = 1305664, .parameters = 18234},
        {.file = "resnet_8", .shape = "32x32x3", .classes = 10, .macs = 12501632, .parameters = 78666 - 240},
        {.file = "mobilenet_v1", .shape = "96x96x3", .classes = 2, .macs = 7489664, .parameters = 221794 - 2736},
        {.file = "mlp",
         .shape = "30",
         .classes = 2,
         .macs = 30 * 32 + 32 * 16 + 16 * 2,
         .parameters = 31 * 32 + 33 * 16 + 17 * 2},
        {.file = "autoencoder", .shape = "640", .macs = 264192, .parameters = 269992 - 1032},
        {.file = "lstm",
         .shape = "28x28x1",
         .classes = 10,
         .macs = 28 * 4 * 32 * (28 + 32) + 32 * 10,
         .parameters = 4 * 32 * (28 + 32 + 1) + 330},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(shipped); i++) {
        const char *path = pool_printf(&f->pool, MOTE_SOURCE_DIR "/models/recipes/%s.yaml", shipped[i].file);
        int64_t macs, parameters;

        f->data = data_of(shipped[i].shape, shipped[i].classes);
        want_ok(f, recipe_read(&f->pool, path, &f->recipe, &f->at));
        want_ok(f, network_build(&f->pool, &f->recipe, &f->data, &f->model, &f->at));
        macs = count_macs(&f->model.graphs[0]);
        parameters = count_parameters(&f->model.graphs[0]);
        if (macs != shipped[i].macs || parameters != shipped[i].parameters)
            fail_msg("%s: %lld multiply-accumulates, %lld parameters", shipped[i].file, (long long)macs,
                     (long long)parameters);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_network_becomes_a_graph, setup, teardown),
        cmocka_unit_test_setup_teardown(each_layer_becomes_operators, setup, teardown),
        cmocka_unit_test_setup_teardown(weights_have_the_operators_axes, setup, teardown),
        cmocka_unit_test_setup_teardown(an_lstm_ends_with_its_last_step, setup, teardown),
        cmocka_unit_test_setup_teardown(residual_networks_can_be_written, setup, teardown),
        cmocka_unit_test_setup_teardown(width_scales_the_filters, setup, teardown),
        cmocka_unit_test_setup_teardown(classes_and_preprocessing_come_from_the_data, setup, teardown),
        cmocka_unit_test_setup_teardown(a_recipe_may_name_its_data, setup, teardown),
        cmocka_unit_test_setup_teardown(initial_weights_are_in_their_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(same_recipe_and_seed_same_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(initial_weights_never_change, setup, teardown),
        cmocka_unit_test_setup_teardown(training_has_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(training_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_training_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(compression_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(methods_of_levels_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(stages_may_have_another_optimizer, setup, teardown),
        cmocka_unit_test(a_stage_is_shortened_with_its_ramp),
        cmocka_unit_test_setup_teardown(wrong_compression_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_layers_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit_the_data_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_files_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_files_end_well, setup, teardown),
        cmocka_unit_test_setup_teardown(shipped_recipes_have_the_published_sizes, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
