/* SPDX-License-Identifier: Apache-2.0 */
/* Real models against the reference: every golden vector from the .tflite, and from the image written to a file and
 * read back; state with and without resets; every intermediate tensor of the imported graph. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/data/dataset.h"
#include "tests/golden/golden.h"
#include "tests/golden/road.h"

#include <cmocka.h>

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    const struct golden_model *model;
    const char *models, *folder; /* of all models, of this one's vectors */
    struct pipeline p;
    struct runner runner;
    int bad;
};

static void want_ok(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        print_error("%s\n", f->report.text);
    assert_int_equal(status, MOTE_OK);
}

/* Loads a file, compiles it (an image is left as it is) and opens it. */
static void open_file(struct fixture *f, const char *path, const struct pipeline_options *options)
{
    f->at = (struct frame){.name = path, .index = -1, .sink = &f->report};
    want_ok(f, pipeline_load(&f->pool, path, &f->p, &f->at));
    want_ok(f, pipeline_compile(&f->p, options, &f->at));
    want_ok(f, runner_open(&f->pool, f->p.image, &f->runner, &f->at));
}

/* Skips the test where there are no models. */
static void begin(struct fixture *f, const struct golden_model *model)
{
    *f = (struct fixture){.model = model};
    f->models = shared_path(&f->pool, "models");
    if (f->models == NULL) {
        pool_free(&f->pool);
        skip();
    }
    f->folder = pool_printf(&f->pool, "%s/golden/%s", f->models, model->name);
}

static const char *tflite_path(struct fixture *f) { return pool_printf(&f->pool, "%s/%s", f->models, f->model->path); }

/* ---- whole inferences ---- */
static bool set_inputs(struct fixture *f, int k)
{
    for (int32_t i = 0; i < mote_model_inputs(&f->runner.model); i++) {
        struct mote_io io = runner_input(&f->runner, i);
        struct bytes input;

        if (!golden_file(&f->pool, f->folder, "input", k, i, &input))
            return false;
        assert_int_equal(input.size, io.bytes);
        memcpy(io.data, input.data, input.size);
    }
    return true;
}

static void compare_outputs(struct fixture *f, const char *way, const char *kind, int k)
{
    for (int32_t j = 0; j < mote_model_outputs(&f->runner.model); j++) {
        const char *what = pool_printf(&f->pool, "%s %s, %s%d_%d", f->model->name, way, kind, k, j);
        struct mote_io io = runner_output(&f->runner, j);
        struct bytes want;

        assert_true(golden_file(&f->pool, f->folder, kind, k, j, &want));
        assert_int_equal(want.size, io.bytes);
        f->bad += !(f->model->tolerance && io.type == TYPE_F32
                        ? floats_near(what, io.data, want.data, want.size)
                        : bytes_equal(what, (enum mote_type)io.type, io.data, want.data, want.size));
    }
}

/* Each vector from reset, the state of the one before left behind. Returns how many there were. */
static int compare_vectors(struct fixture *f, const char *way)
{
    int compared = 0;

    for (int k = 0; k < GOLDEN_VECTORS; k++) {
        if (!golden_has(&f->pool, f->folder, "output", k) || !set_inputs(f, k))
            continue;
        mote_model_reset(&f->runner.model);
        set_inputs(f, k);
        mote_model_run(&f->runner.model);
        compare_outputs(f, way, "output", k);
        compared++;
    }
    return compared;
}

/* One run without a reset, for as long as the inputs have no gap. */
static int compare_sequence(struct fixture *f, const char *way)
{
    int k = 0;

    mote_model_reset(&f->runner.model);
    for (; set_inputs(f, k); k++) {
        mote_model_run(&f->runner.model);
        compare_outputs(f, way, "seq_output", k);
    }
    return k;
}

static void compare_all(struct fixture *f, const char *way)
{
    int vectors = compare_vectors(f, way), sequence = f->model->state ? compare_sequence(f, way) : 0;

    print_message("%s, %s: %d vectors, %d in a row, %d outputs differ\n", f->model->name, way, vectors, sequence,
                  f->bad);
    assert_true(vectors >= 2);
    assert_true(!f->model->state || sequence >= 2);
}

static void outputs_are_exact(void **state)
{
    struct pipeline_options none = {.passes = "none"}, all = {0};
    struct fixture f;
    char path[] = "/tmp/mote_golden_XXXXXX";

    begin(&f, *state);
    open_file(&f, tflite_path(&f), &none);
    compare_all(&f, "passes none");
    open_file(&f, tflite_path(&f), &all);
    compare_all(&f, "all passes");

    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    want_ok(&f, file_write(path, f.p.image.data, f.p.image.size, &f.at));
    open_file(&f, path, &all);
    unlink(path);
    assert_false(f.p.has_graph);
    compare_all(&f, "image");
    assert_int_equal(f.bad, 0);
    pool_free(&f.pool);
}

/* ---- tensors in between ---- */
/* State tensors hold what is in them after the inference, as the reference's do. */
static bool compare_tensor(struct fixture *f, const char *when, int32_t index)
{
    const struct tensor *t = &f->p.model.graphs[0].tensors[index];
    const char *path = pool_printf(&f->pool, "%s/%s/t%d.bin", f->folder, when, t->source);
    int32_t value = f->p.plan.value_of_tensor[index];
    struct bytes want;

    if (t->source < 0 || access(path, R_OK) != 0)
        return false;
    assert_int_not_equal(value, VALUE_NONE);
    want_ok(f, file_read(&f->pool, path, &want, &f->at));
    assert_int_equal(want.size, tensor_bytes(t));
    f->bad +=
        !bytes_equal(pool_printf(&f->pool, "%s tensor %d %s", f->model->name, t->source, t->name), t->type,
                     f->runner.model.regions[MOTE_REGION_ARENA] + f->p.plan.values[value].offset, want.data, want.size);
    return true;
}

static int count_tensors(struct fixture *f, const char *when)
{
    FILE *file = fopen(pool_printf(&f->pool, "%s/%s/index.txt", f->folder, when), "r");
    char line[4096];
    int n = 0;

    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        n += line[0] >= '0' && line[0] <= '9';
    fclose(file);
    return n;
}

static void compare_tensors(struct fixture *f, const char *when)
{
    int compared = 0;

    for (int32_t i = 0; i < f->p.model.graphs[0].n_tensors; i++)
        compared += compare_tensor(f, when, i);
    print_message("%s: %d tensors compared, %d differ\n", f->model->name, compared, f->bad);
    assert_true(compared > 0);
    assert_int_equal(compared, count_tensors(f, when));
    assert_int_equal(f->bad, 0);
}

static void tensors_are_exact(void **state)
{
    struct pipeline_options options = {.passes = "none", .keep_all = true};
    struct fixture f;

    begin(&f, *state);
    open_file(&f, tflite_path(&f), &options);
    assert_true(set_inputs(&f, 0));
    mote_model_run(&f.runner.model);
    compare_tensors(&f, "tensors0");
    pool_free(&f.pool);
}

/* ---- models with a run in a row alone ---- */
static void sequence_is_exact(void **state)
{
    struct pipeline_options all = {0}, options = {.passes = "none", .keep_all = true};
    struct fixture f;
    int runs;

    begin(&f, *state);
    open_file(&f, tflite_path(&f), &all);
    runs = compare_sequence(&f, "all passes");
    open_file(&f, tflite_path(&f), &options);
    assert_int_equal(compare_sequence(&f, "passes none"), runs);
    print_message("%s: %d runs in a row, %d outputs differ\n", f.model->name, runs, f.bad);
    assert_true(runs > 1);
    compare_tensors(&f, "tensors_after_seq");
    pool_free(&f.pool);
}

/* ---- models of one operator and one vector ---- */
static void one_run_is_exact(void **state)
{
    struct pipeline_options options[] = {{.passes = "none"}, {.passes = NULL}};
    struct fixture f;

    begin(&f, *state);
    for (size_t i = 0; i < COUNT(options); i++) {
        open_file(&f, tflite_path(&f), &options[i]);
        assert_int_equal(compare_vectors(&f, i == 0 ? "passes none" : "all passes"), 1);
    }
    assert_int_equal(f.bad, 0);
    pool_free(&f.pool);
}

/* ---- our own model ---- */
#define STROKES_RIGHT 183 /* models/README.md */

static int32_t largest(const int8_t *v, int32_t n)
{
    int32_t best = 0;

    for (int32_t i = 1; i < n; i++)
        best = v[i] > v[best] ? i : best;
    return best;
}

static void strokes_are_told_apart(void **state)
{
    struct pipeline_options options[] = {{.passes = "none"}, {.passes = NULL}};
    int8_t first[256][8], out[8] = {0};
    struct dataset data;

    (void)state;
    for (size_t i = 0; i < COUNT(options); i++) {
        struct fixture f = {0};
        int right = 0;

        open_file(&f, MOTE_SOURCE_DIR "/models/strokes.graph", &options[i]);
        want_ok(&f, dataset_open(&f.pool, MOTE_SOURCE_DIR "/models/strokes", NULL, &data, &f.at));
        assert_int_equal(data.n_classes, f.p.model.n_classes);
        assert_int_equal(runner_output_bytes(&f.runner), data.n_classes);
        assert_true(data.n <= (int32_t)COUNT(first) && data.n_classes <= (int32_t)sizeof out);
        for (int32_t k = 0; k < data.n; k++) {
            const uint8_t *in = data.samples + k * data.elements;

            assert_int_equal(runner_input_bytes(&f.runner), data.elements);
            runner_run(&f.runner, in, (uint8_t *)out);
            right += largest(out, data.n_classes) == data.labels[k];
            if (i > 0)
                assert_memory_equal(out, first[k], sizeof out);
            memcpy(first[k], out, sizeof out);
        }
        print_message("strokes, passes %s: %d of %d right\n", options[i].passes ? "none" : "all", right, data.n);
        assert_int_equal(right, STROKES_RIGHT);
        pool_free(&f.pool);
    }
}

/* ---- a hybrid model ---- */
static int32_t largest_float(const float *v, int32_t n)
{
    int32_t best = 0;

    for (int32_t i = 1; i < n; i++)
        best = v[i] > v[best] ? i : best;
    return best;
}

/* kws_float has int8 weights and float activations; the reference refuses it. It hears what kws hears. */
static void hybrid_agrees_with_int8(void **state)
{
    const float scale = 0.5847029f;
    const int zero = 83; /* of kws' input */
    struct pipeline_options all = {0};
    struct fixture f;
    int compared = 0;

    begin(&f, *state);
    open_file(&f, pool_printf(&f.pool, "%s/mlperf_tiny/kws_float.tflite", f.models), &all);
    for (int k = 0; k < 4; k++) {
        struct mote_io in = runner_input(&f.runner, 0), out = runner_output(&f.runner, 0);
        struct bytes input, want;

        assert_true(golden_file(&f.pool, f.folder, "input", k, 0, &input));
        assert_true(golden_file(&f.pool, f.folder, "output", k, 0, &want));
        assert_int_equal(in.type, TYPE_F32);
        assert_int_equal(in.bytes, 4 * input.size);
        for (size_t i = 0; i < input.size; i++)
            ((float *)in.data)[i] = scale * (float)((int8_t)input.data[i] - zero);
        mote_model_run(&f.runner.model);
        assert_int_equal(largest_float(out.data, 12), largest((const int8_t *)want.data, 12));
        compared++;
    }
    print_message("kws_float: %d inputs classified as kws does\n", compared);
    pool_free(&f.pool);
}

static struct CMUnitTest test_of(const char *name, CMUnitTestFunction run, const struct golden_model *model)
{
    return (struct CMUnitTest){.name = name, .test_func = run, .initial_state = (void *)(uintptr_t)model};
}

int main(void)
{
    struct CMUnitTest tests[COUNT(golden_models) + GOLDEN_NINE + COUNT(golden_keywords) + COUNT(golden_seanet) + 2];
    struct pool pool = {0};
    size_t n = 0;
    int failed;

    tests[n++] = test_of("strokes", strokes_are_told_apart, NULL);
    for (size_t i = 0; i < COUNT(golden_models); i++)
        tests[n++] =
            test_of(pool_printf(&pool, "%s outputs", golden_models[i].name), outputs_are_exact, &golden_models[i]);
    for (size_t i = 0; i < GOLDEN_NINE; i++)
        tests[n++] =
            test_of(pool_printf(&pool, "%s tensors", golden_models[i].name), tensors_are_exact, &golden_models[i]);
    tests[n++] = test_of("kws_float", hybrid_agrees_with_int8, &golden_models[0]);
    for (size_t i = 0; i < COUNT(golden_keywords); i++)
        tests[n++] = test_of(golden_keywords[i].name, sequence_is_exact, &golden_keywords[i]);
    for (size_t i = 0; i < COUNT(golden_seanet); i++)
        tests[n++] = test_of(golden_seanet[i].path, one_run_is_exact, &golden_seanet[i]);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    pool_free(&pool);
    return failed;
}
