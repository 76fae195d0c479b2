/* SPDX-License-Identifier: Apache-2.0 */
/* The library's calls (host/api): what they refuse, that they can be stopped, and that memory may run out in any of
 * them. examples/library shows them at work, built against what is installed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include <math.h>
#include <stdlib.h>

#include "host/api/mote_api.h"
#include "host/api/mote_train.h"
#include "host/base/base.h"

#include "tests/unit/api_calls.h"

#define MODEL  MOTE_SOURCE_DIR "/models/strokes.graph"
#define RECIPE MOTE_SOURCE_DIR "/examples/library/strokes.yaml"

/* LeakSanitizer asks: what oneDNN had begun to build is lost when memory runs out just then (docs/API.md). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libdnnl"; }

static struct pool pool;
static const char *folder;
static int steps, stop_after; /* calls of progress; 0: never */

static int count_steps(void *user, const char *what, int64_t done, int64_t total)
{
    assert_ptr_equal(user, &steps);
    assert_non_null(what);
    assert_true(done <= total);
    return ++steps == stop_after;
}

static struct mote_context *context_with(uint64_t memory)
{
    const struct mote_callbacks callbacks =
        MOTE_OPTIONS(struct mote_callbacks, .user = &steps, .progress = count_steps, .memory = memory);

    return mote_context_new(&callbacks);
}

static int set_up(void **state)
{
    struct report_text sink = {.status = MOTE_OK};
    const struct frame at = {.index = -1, .sink = &sink};

    (void)state;
    steps = stop_after = 0;
    context = context_with(0);
    return folder_temporary(&pool, "test_api", &folder, &at) == MOTE_OK && context != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    mote_context_free(context);
    folder_remove(folder);
    pool_free(&pool);
    return 0;
}

static struct mote_graph *model(void)
{
    struct mote_graph *graph;

    ok(mote_graph_load(context, MODEL, &graph));
    return graph;
}

/* ---- models ---- */
static void a_model_is_compiled_and_run(void **state)
{
    const struct mote_compile_options options = MOTE_OPTIONS(struct mote_compile_options, .name = "other");
    struct mote_graph *graph = model();
    struct mote_compiled *compiled;
    struct mote_session *session;
    struct mote_tensor in, out;

    (void)state;
    assert_int_equal(mote_api_version(), MOTE_API_VERSION);
    assert_string_equal(mote_version(), MOTE_VERSION);
    assert_string_equal(mote_status_name(MOTE_STOPPED), "ERR_CANCELLED");
    ok(mote_compile(context, graph, &options, &compiled));
    mote_graph_free(graph); /* what was made of it does not need it */
    assert_int_equal(mote_compiled_cost(compiled).image_bytes, mote_compiled_image_bytes(compiled));
    assert_true(mote_compiled_cost(compiled).macs > 0);
    ok(mote_session_open(context, mote_compiled_image(compiled), mote_compiled_image_bytes(compiled), &session));
    ok(mote_compiled_write_c(context, compiled, MOTE_SOURCE_DIR, pool_printf(&pool, "%s/c", folder)));
    mote_compiled_free(compiled);
    assert_int_equal(mote_session_inputs(session), 1);
    ok(mote_session_input(session, 0, &in));
    ok(mote_session_output(session, 0, &out));
    assert_string_equal(in.type, "s8");
    assert_int_equal(in.bytes, 144);
    assert_int_equal(mote_session_input(session, 1, &in), MOTE_ERR_USAGE);
    memset(in.data, -128, in.bytes);
    ok(mote_session_run(context, session));
    for (int i = 0; i < 5; i++) /* blank paper */
        assert_true(((int8_t *)out.data)[4] >= ((int8_t *)out.data)[i]);
    mote_session_free(session);
}

static void a_model_is_saved(void **state)
{
    const char *path = pool_printf(&pool, "%s/saved.graph", folder);
    struct mote_graph *graph = model(), *again;
    struct mote_compiled *first, *second;

    (void)state;
    ok(mote_graph_save(context, graph, path));
    ok(mote_graph_load(context, path, &again));
    ok(mote_compile(context, graph, NULL, &first));
    ok(mote_compile(context, again, NULL, &second));
    assert_int_equal(mote_compiled_image_bytes(first), mote_compiled_image_bytes(second));
    assert_memory_equal(mote_compiled_image(first), mote_compiled_image(second), mote_compiled_image_bytes(first));
    mote_compiled_free(first);
    mote_compiled_free(second);
    mote_graph_free(graph);
    mote_graph_free(again);
}

/* The shape belongs to the handle: whatever is made of the graph has it. */
static void shapes_left_open_are_given(void **state)
{
    static const char open[] = "mote-graph 1\nmodel m\ngraph\ntensor 0 \"x\" f32 [1,?]\ntensor 1 f32 [1,?]\n"
                               "op 0 relu in [0] out [1]\ninputs [0]\noutputs [1]\nend\n";
    static const char *const shapes[] = {"x=1,7", NULL}, *const wrong[] = {"x=7", NULL};
    struct mote_graph_options options = MOTE_OPTIONS(struct mote_graph_options, .shapes = shapes);
    const char *path = pool_printf(&pool, "%s/open.graph", folder);
    struct report_text sink = {.status = MOTE_OK};
    const struct frame at = {.index = -1, .sink = &sink};
    struct mote_graph *graph, *loaded;
    struct mote_compiled *compiled;
    struct mote_session *session;
    struct mote_tensor in;

    (void)state;
    ok(file_write(path, open, sizeof open - 1, &at));
    ok(mote_graph_read_with(context, open, sizeof open - 1, "m", &options, &graph));
    ok(mote_compile(context, graph, NULL, &compiled));
    ok(mote_session_open(context, mote_compiled_image(compiled), mote_compiled_image_bytes(compiled), &session));
    ok(mote_session_input(session, 0, &in));
    assert_int_equal(in.bytes, 7 * sizeof(float));
    mote_session_free(session);
    mote_compiled_free(compiled);
    mote_graph_free(graph);

    ok(mote_graph_load_with(context, path, &options, &graph));
    ok(mote_graph_save(context, graph, path)); /* where it is no longer open */
    mote_graph_free(graph);
    ok(mote_graph_load(context, path, &loaded));
    ok(mote_compile(context, loaded, NULL, &compiled));
    mote_compiled_free(compiled);
    mote_graph_free(loaded);

    options.shapes = wrong;
    refused(mote_graph_read_with(context, open, sizeof open - 1, "m", &options, &graph), MOTE_ERR_SHAPE,
            "m: input 0 x: --shape has 1 dimensions for it");
    ok(mote_graph_read(context, open, sizeof open - 1, "m", &graph));
    refused(mote_compile(context, graph, NULL, &compiled), MOTE_ERR_SHAPE, "dimension 1 is free");
    mote_graph_free(graph);
}

static void wrong_calls_are_told(void **state)
{
    static const char none[] = "mote-graph 1\nmodel m version 0\ngraph \"main\"\ntensor 0 f32 [1]\n"
                               "op 0 soft_max in [0] out [0]\ninputs [0]\noutputs [0]\nend\n";
    struct mote_compile_options options = MOTE_OPTIONS(struct mote_compile_options, .target = "cortex-m99");
    const struct mote_train_options no_recipe = MOTE_OPTIONS(struct mote_train_options, .folder = folder);
    struct mote_graph *graph = (void *)&options, *good = model();
    struct mote_compiled *compiled;
    struct mote_session *session;

    (void)state;
    assert_string_equal(mote_context_error(context), "");
    refused(mote_graph_load(context, "/none", &graph), MOTE_ERR_FILE, "/none: cannot read: No such file");
    assert_null(graph);
    refused(mote_graph_read(context, "abc", 3, "m", &graph), MOTE_ERR_FORMAT, "m: neither a .tflite");
    refused(mote_graph_read(context, none, sizeof none - 1, "m", &graph), MOTE_ERR_UNSUPPORTED, "soft_max");
    refused(mote_compile(context, good, &options, &compiled), MOTE_ERR_USAGE, "there is no core \"cortex-m99\"");
    options.target = NULL;
    options.optimize = "most";
    refused(mote_compile(context, good, &options, &compiled), MOTE_ERR_USAGE, "`optimize` is \"most\"");
    options.size = sizeof options + 8;
    refused(mote_compile(context, good, &options, &compiled), MOTE_ERR_USAGE, "use a newer library");
    refused(mote_session_open(context, "abcd", 4, &session), MOTE_ERR_MAGIC, "image: ");
    refused(mote_train(context, &no_recipe, NULL, &graph), MOTE_ERR_USAGE, "`recipe` is missing");
    refused(mote_quantize(context, good, NULL, NULL, &graph), MOTE_ERR_USAGE, "`data` is missing");
    mote_graph_free(good);
}

/* Options of a version that had fewer fields: the rest is 0. */
static void older_options_are_taken(void **state)
{
    struct mote_compile_options options = {
        .size = offsetof(struct mote_compile_options, optimize), .target = "cortex-m4f", .optimize = "not looked at"};
    struct mote_graph *graph = model();
    struct mote_compiled *compiled;

    (void)state;
    ok(mote_compile(context, graph, &options, &compiled));
    mote_compiled_free(compiled);
    mote_graph_free(graph);
}

/* ---- training ---- */
static int train(const char *name, int32_t epochs, int resume, struct mote_training *result, struct mote_graph **out)
{
    const struct mote_train_options options =
        MOTE_OPTIONS(struct mote_train_options, .recipe = RECIPE, .folder = pool_printf(&pool, "%s/%s", folder, name),
                     .resume = resume, .epochs = epochs, .threads = 1);

    return mote_train(context, &options, result, out);
}

static void a_training_is_stopped_and_goes_on(void **state)
{
    struct mote_training whole, parts;
    struct mote_graph *first, *second;
    struct bytes a, b;
    struct report_text sink = {.status = MOTE_OK};
    const struct frame at = {.index = -1, .sink = &sink};

    (void)state;
    ok(train("whole", 2, 0, &whole, &first));
    stop_after = steps + 9; /* in the second epoch */
    refused(train("parts", 2, 0, &parts, &second), MOTE_STOPPED, "training: stopped");
    assert_null(second);
    ok(train("parts", 2, 1, &parts, &second));
    assert_int_equal(parts.epochs, 2);
    assert_true(parts.score.samples == 40 && parts.score.accuracy >= 0 && isnan(parts.score.mae));
    assert_int_equal(file_read(&pool, pool_printf(&pool, "%s/whole/model.graph", folder), &a, &at), MOTE_OK);
    assert_int_equal(file_read(&pool, pool_printf(&pool, "%s/parts/model.graph", folder), &b, &at), MOTE_OK);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    mote_graph_free(first);
    mote_graph_free(second);
}

static void quantization_is_stopped(void **state)
{
    const struct mote_quantize_options options =
        MOTE_OPTIONS(struct mote_quantize_options, .data = RECIPE, .threads = 1);
    struct mote_quantization result;
    struct mote_graph *real, *int8;

    (void)state;
    ok(train("t", 1, 0, NULL, &real));
    stop_after = steps + 1;
    refused(mote_quantize(context, real, &options, &result, &int8), MOTE_STOPPED, "calibration: stopped");
    assert_null(int8);
    ok(mote_quantize(context, real, &options, &result, &int8));
    assert_int_equal(result.after.samples, 40);
    assert_true(fabs(result.after.accuracy - result.before.accuracy) <= 0.1);
    mote_graph_free(real);
    mote_graph_free(int8);
}

/* ---- memory ---- */
/* Nothing is left behind, as AddressSanitizer sees. */
static int compile_and_open(void)
{
    struct mote_graph *graph;
    struct mote_compiled *compiled = NULL;
    struct mote_session *session = NULL;
    int status = mote_graph_load(context, MODEL, &graph);

    if (status == MOTE_DONE)
        status = mote_compile(context, graph, NULL, &compiled);
    if (status == MOTE_DONE)
        status =
            mote_session_open(context, mote_compiled_image(compiled), mote_compiled_image_bytes(compiled), &session);
    mote_session_free(session);
    mote_compiled_free(compiled);
    mote_graph_free(graph);
    return status;
}

static int train_and_quantize(void)
{
    static int n;
    const struct mote_quantize_options options =
        MOTE_OPTIONS(struct mote_quantize_options, .data = RECIPE, .threads = 2);
    struct mote_graph *real, *int8 = NULL;
    int status = train(pool_printf(&pool, "m%d", n++), 1, 0, NULL, &real);

    if (status == MOTE_DONE)
        status = mote_quantize(context, real, &options, NULL, &int8);
    mote_graph_free(real);
    mote_graph_free(int8);
    return status;
}

static void memory_runs_out_compiling(void **state)
{
    (void)state;
    memory_runs_out(context_with, compile_and_open, 4, 1 << 16);
}

static void memory_runs_out_training(void **state)
{
    (void)state;
    memory_runs_out(context_with, train_and_quantize, 4, 1 << 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_model_is_compiled_and_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_model_is_saved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shapes_left_open_are_given, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_calls_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(older_options_are_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_training_is_stopped_and_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(quantization_is_stopped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_runs_out_compiling, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_runs_out_training, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
