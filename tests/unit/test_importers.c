/* SPDX-License-Identifier: Apache-2.0 */
/* Models that other tools wrote (models/importers of the shared folder): on the host within the tolerance of their
 * golden vectors, 1e-5 of the largest number and 1e-6, with the same class; as generated C, the same bytes. */
#include <math.h>

#include "host/import/import.h"
#include "host/run/runner.h"
#include "tests/shared.h"
#include "tests/unit/c_program.h"

static const char *const models[] = {
    "onnx/onnx2c_mnist/model.onnx",
    "onnx/espdl_streaming/model.onnx",
    "onnx/ell_convOp/model.onnx",
    "onnx/deeploy_CCT_FP32_CCT_1_16_16_8/model.onnx",
    "onnx/deeploy_TinyViT_Demo/model.onnx",
    "tensorflow/qc_kws/model.pb",
    "tensorflow/DS_CNN_S/model.pb",
    "tensorflow/DNN_S/model.pb",
    "tensorflow/GRU_S/model.pb",
    "keras/tinymaix_mnist_valid/model.h5",
    "keras/tinymaix_mnist_dw/model.h5",
    "keras/tinymaix_mnist_resnet/model.h5",
    "keras/edison_kws/model.h5",
    "keras/qc_kws/model.h5",
    "keras/mlc_strww/model.h5",
    "keras/tinymaix_mnist_valid_keras3/model.keras",
    "keras/tinymaix_mnist_dw_keras2/model.keras",
    "cntk/xor/model.dnn",
    "cntk/logistic/model.model",
    "cntk/cifar10/model.model",
    "cntk/lstm_sine/model.model",
    "cntk/gru_temperature/model.model",
    "ell/mnist_valid/model.ell",
    "ell/mnist_fc/model.ell",
    "ell/protonn/model.ell",
    "darknet/unittest/model.cfg",
};

/* What files leave open. */
static const struct {
    const char *model;
    struct import_shape shape;
} shapes[] = {
    {"cntk/lstm_sine/model.model", {"input", 2, {100, 1}}},
    {"cntk/gru_temperature/model.model", {"x_placeholder", 2, {24, 20}}},
};

static void load(struct fixture *f, const char *model, const char *path, struct pipeline *p)
{
    struct import_options options = {.n_shapes = 0};

    for (size_t i = 0; i < COUNT(shapes); i++)
        if (strcmp(shapes[i].model, model) == 0)
            options = (struct import_options){.shapes = &shapes[i].shape, .n_shapes = 1};
    want_ok(f, pipeline_load_as(&f->pool, path, &options, p, &f->at));
}

static struct bytes vector(struct fixture *f, const char *folder, const char *what, int k)
{
    struct bytes file;

    want_ok(f, file_read(&f->pool, pool_printf(&f->pool, "%s/%s%d_0.bin", folder, what, k), &file, &f->at));
    return file;
}

/* Some have two, others more. */
static int cases_of(struct fixture *f, const char *folder)
{
    return access(pool_printf(&f->pool, "%s/input2_0.bin", folder), R_OK) == 0 ? 3 : 2;
}

static size_t largest(const float *x, size_t n)
{
    size_t at = 0;

    for (size_t i = 1; i < n; i++)
        if (x[i] > x[at])
            at = i;
    return at;
}

static void expect_near(const char *model, const float *is, const float *want, size_t n)
{
    float most = 0;

    for (size_t i = 0; i < n; i++)
        most = fmaxf(most, fabsf(want[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(is[i] - want[i]) <= 1e-5f * most + 1e-6f)) {
            print_error("%s: element %zu is %.9g, not %.9g\n", model, i, (double)is[i], (double)want[i]);
            assert_true(false);
        }
    assert_int_equal(largest(is, n), largest(want, n));
}

static void add_model(struct fixture *f, struct c_program *prog, const char *folder, const char *model)
{
    const char *path = pool_printf(&f->pool, "%s/%s", folder, model);
    const char *own = pool_printf(&f->pool, "%.*s", (int)(strrchr(path, '/') - path), path);
    struct pipeline p, in_c;
    struct runner r;

    load(f, model, path, &p);
    want_ok(f, pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &f->at));
    want_ok(f, runner_open(&f->pool, p.image, &r, &f->at));
    load(f, model, path, &in_c);
    in_c.model.name = pool_printf(&f->pool, "model_%d", prog->n_models); /* all are called model.onnx */
    c_program_add(f, prog, &in_c);
    for (int k = 0; k < cases_of(f, own); k++) {
        struct bytes in = vector(f, own, "input", k), want = vector(f, own, "output", k), is = want;

        assert_int_equal(in.size, runner_input_bytes(&r));
        assert_int_equal(want.size, runner_output_bytes(&r));
        is.data = pool_alloc(&f->pool, is.size);
        mote_model_reset(&r.model);
        runner_run(&r, in.data, is.data);
        expect_near(model, (const float *)is.data, (const float *)want.data, want.size / sizeof(float));
        c_program_infer(prog, true, false);
        text_bytes(&prog->in, in.data, in.size);
        c_program_expect(f, prog, model, TYPE_F32, false, is);
    }
}

static void models_of_other_tools(void **state)
{
    struct c_program prog;
    struct fixture f;
    const char *folder;

    (void)state;
    work_begin(&f);
    folder = shared_path(&f.pool, "models/importers");
    if (folder == NULL) {
        work_end(&f);
        skip();
    }
    prog = c_program_new(&f);
    for (size_t i = 0; i < COUNT(models); i++)
        add_model(&f, &prog, folder, models[i]);
    c_program_write(&f, &prog);
    shell(&f, 1, &prog.dir, (const char *[]){GCC " -O1 *.c mote/kernels/*/*.c test/main.c -o program"});
    assert_int_equal(c_program_compare(&f, &prog), 0);
    work_end(&f);
}

/* CNTK's own way to pad its pools decides some of them: with SAME's there are 51.5 % of 200. */
static void cifar_is_as_accurate(void **state)
{
    enum { RECORDS = 500, PIXELS = 3 * 32 * 32, RECORD = 1 + PIXELS, CLASSES = 10 };
    static float in[PIXELS], out[CLASSES];
    struct bytes records;
    struct pipeline p;
    struct fixture f;
    struct runner r;
    const char *data;
    int right = 0;

    (void)state;
    work_begin(&f);
    data = shared_path(&f.pool, "data/cifar10/lossless_test_mlperf_calib500.bin");
    if (data == NULL) {
        work_end(&f);
        skip();
    }
    want_ok(&f, file_read(&f.pool, data, &records, &f.at));
    assert_int_equal(records.size, RECORDS * RECORD);
    load(&f, "cntk/cifar10/model.model", shared_path(&f.pool, "models/importers/cntk/cifar10/model.model"), &p);
    want_ok(&f, pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &f.at));
    want_ok(&f, runner_open(&f.pool, p.image, &r, &f.at));
    assert_int_equal(runner_input_bytes(&r), sizeof in);
    assert_int_equal(runner_output_bytes(&r), sizeof out);
    for (const uint8_t *record = records.data; record < records.data + records.size; record += RECORD) {
        for (int i = 0; i < PIXELS; i++)
            in[i] = (float)record[1 + i] / 255;
        runner_run(&r, (const uint8_t *)in, (uint8_t *)out);
        right += largest(out, CLASSES) == record[0];
    }
    print_message("cntk/cifar10: %d of %d right\n", right, RECORDS);
    assert_in_range(right, 329, 333);
    work_end(&f);
}

/* Those whose layers go on from row to row. */
static const char *const streams[] = {
    "cntk/lstm_sine/model.model",
    "cntk/gru_temperature/model.model",
    "tensorflow/GRU_S/model.pb",
};

/* Fed row by row after a reset, the last row gives what the whole sequence does. */
static void stream_model(struct fixture *f, const char *folder, const char *model)
{
    const char *path = pool_printf(&f->pool, "%s/%s", folder, model);
    const char *own = pool_printf(&f->pool, "%.*s", (int)(strrchr(path, '/') - path), path);
    struct pipeline whole, p;
    struct runner r, all;

    load(f, model, path, &whole);
    want_ok(f, pipeline_compile(&whole, &(struct pipeline_options){.passes = NULL}, &f->at));
    want_ok(f, runner_open(&f->pool, whole.image, &all, &f->at));
    load(f, model, path, &p);
    want_ok(f, pipeline_compile(&p, &(struct pipeline_options){.stream = true}, &f->at));
    want_ok(f, runner_open(&f->pool, p.image, &r, &f->at));
    for (int k = 0; k < cases_of(f, own); k++) {
        struct bytes in = vector(f, own, "input", k), want = vector(f, own, "output", k);
        const size_t row = runner_input_bytes(&r);
        struct mote_io out;

        mote_model_reset(&r.model);
        for (size_t at = 0; at + row <= in.size; at += row)
            assert_int_equal(mote_model_feed(&r.model, in.data + at), at + row < in.size);
        mote_model_output(&r.model, 0, &out);
        assert_int_equal(out.bytes, want.size);
        expect_near(model, out.data, (const float *)want.data, want.size / sizeof(float));
        mote_model_reset(&all.model);
        runner_run(&all, in.data, want.data);
        assert_memory_equal(out.data, want.data, want.size);
    }
}

static void recurrent_models_stream(void **state)
{
    struct fixture f;
    const char *folder;

    (void)state;
    work_begin(&f);
    folder = shared_path(&f.pool, "models/importers");
    if (folder == NULL) {
        work_end(&f);
        skip();
    }
    for (size_t i = 0; i < COUNT(streams); i++)
        stream_model(&f, folder, streams[i]);
    work_end(&f);
}

/* The image of a model that has no names. */
static struct bytes nameless(struct fixture *f, const char *path)
{
    struct pipeline p;
    struct graph *g;

    want_ok(f, pipeline_load(&f->pool, path, &p, &f->at));
    p.model.name = "m";
    g = &p.model.graphs[0];
    for (int32_t i = 0; i < g->n_tensors; i++)
        g->tensors[i].name = "", g->tensors[i].source = -1;
    for (int32_t i = 0; i < g->n_ops; i++)
        g->ops[i].name = "", g->ops[i].source = -1;
    want_ok(f, pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &f->at));
    return p.image;
}

/* One network in two formats: the same steps, parameters and constants. */
static void twins(void **state)
{
    struct bytes frozen, keras;
    struct fixture f;
    const char *folder;

    (void)state;
    work_begin(&f);
    folder = shared_path(&f.pool, "models/importers");
    if (folder == NULL) {
        work_end(&f);
        skip();
    }
    frozen = nameless(&f, pool_printf(&f.pool, "%s/tensorflow/qc_kws/model.pb", folder));
    keras = nameless(&f, pool_printf(&f.pool, "%s/keras/qc_kws/model.h5", folder));
    assert_int_equal(frozen.size, keras.size);
    assert_memory_equal(frozen.data, keras.data, keras.size);
    work_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_of_other_tools),
        cmocka_unit_test(cifar_is_as_accurate),
        cmocka_unit_test(recurrent_models_stream),
        cmocka_unit_test(twins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
