/* SPDX-License-Identifier: Apache-2.0 */
/* The boards' calls of the library: what there is, what fits, firmware that is built and run, stopped and out of
 * memory; whatever comes, no temporary folder stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include <dirent.h>
#include <math.h>
#include <stdlib.h>

#include "host/api/mote_api.h"
#include "host/api/mote_boards.h"
#include "host/base/base.h"

#include "tests/unit/api_calls.h"

#define MODEL MOTE_SOURCE_DIR "/models/strokes.graph"
#define BOARD "mps2-an386"

static struct pool pool;
static const char *folder; /* where temporary ones go */
static struct mote_graph *graph;
static const char *stop_at; /* what is to be stopped; NULL: nothing */

static int progress(void *user, const char *what, int64_t done, int64_t total)
{
    (void)user;
    assert_true(done <= total);
    return stop_at != NULL && strcmp(what, stop_at) == 0;
}

static struct mote_context *context_with(uint64_t memory)
{
    const struct mote_callbacks callbacks = MOTE_OPTIONS(struct mote_callbacks, .progress = progress, .memory = memory);

    return mote_context_new(&callbacks);
}

static int set_up(void **state)
{
    struct report_text sink = {.status = MOTE_OK};
    const struct frame at = {.index = -1, .sink = &sink};

    (void)state;
    stop_at = NULL;
    context = context_with(0);
    if (folder_temporary(&pool, "test_api_boards", &folder, &at) != MOTE_OK || context == NULL)
        return -1;
    setenv("TMPDIR", folder, 1);
    return mote_graph_load(context, MODEL, &graph);
}

static int tear_down(void **state)
{
    (void)state;
    mote_graph_free(graph);
    mote_context_free(context);
    unsetenv("TMPDIR");
    folder_remove(folder);
    pool_free(&pool);
    return 0;
}

static void want_nothing_left(void)
{
    DIR *dir = opendir(folder);
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    assert_int_equal(n, 2);
}

static int compile(const char *board, int via_c, struct mote_compiled **out)
{
    const struct mote_compile_options options = MOTE_OPTIONS(struct mote_compile_options, .target = board);
    const struct mote_board_options way = MOTE_OPTIONS(struct mote_board_options, .via_c = via_c);

    return mote_board_compile(context, graph, &options, &way, out);
}

/* ---- what there is ---- */
static void cores_and_boards_are_listed(void **state)
{
    struct mote_boards *boards;
    struct mote_board board;
    int32_t cores = 0, found = 0;

    (void)state;
    while (mote_core_name(cores) != NULL)
        found += strcmp(mote_core_name(cores++), "cortex-m4f") == 0;
    assert_int_equal(found, 1);
    assert_null(mote_core_name(-1));
    ok(mote_boards_list(context, &boards));
    for (int32_t i = 0; i < mote_boards_count(boards); i++) {
        ok(mote_boards_get(boards, i, &board));
        assert_true(board.flash > 0 && board.ram > 0 && (board.takes_image || board.takes_c));
        found += strcmp(board.name, "arduino-uno") == 0 && !board.takes_image && strcmp(board.core, "avr5") == 0;
    }
    assert_int_equal(found, 2);
    assert_int_equal(mote_boards_get(boards, mote_boards_count(boards), &board), MOTE_ERR_USAGE);
    mote_boards_free(boards);
}

/* ---- what fits ---- */
static void a_model_fits_or_not(void **state)
{
    struct mote_compiled *compiled;
    struct mote_footprint f;

    (void)state;
    ok(compile(BOARD, 1, &compiled));
    ok(mote_board_fit(context, compiled, &f));
    assert_true(f.fits && f.arena > 0 && f.weights > 0 && f.stack > 0 && f.arena < f.ram_available);
    assert_int_equal(f.code, 0);
    mote_compiled_free(compiled);
    want_nothing_left();
}

static void wrong_calls_are_told(void **state)
{
    const struct mote_compile_options options = MOTE_OPTIONS(struct mote_compile_options, .target = BOARD);
    const struct mote_board_options small = MOTE_OPTIONS(struct mote_board_options, .ram = 16);
    const struct mote_emulate_options none = MOTE_OPTIONS(struct mote_emulate_options, .inferences = 0);
    const struct mote_emulate_options few = MOTE_OPTIONS(struct mote_emulate_options, .inferences = 2);
    struct mote_compiled *compiled = (void *)&pool, *portable;
    struct mote_emulation *emulation;
    struct mote_footprint f;

    (void)state;
    refused(compile("mps2-an999", 0, &compiled), MOTE_ERR_USAGE, "mps2-an999");
    assert_null(compiled);
    refused(compile("cortex-m4f", 0, &compiled), MOTE_ERR_USAGE, "`target` is no board");
    refused(compile("arduino-uno", 0, &compiled), MOTE_ERR_USAGE, "via_c");
    refused(mote_board_compile(context, graph, &options, &small, &compiled), MOTE_ERR_FIT, "16");
    ok(mote_compile(context, graph, NULL, &portable));
    refused(mote_board_fit(context, portable, &f), MOTE_ERR_USAGE, "it is compiled for no board");
    mote_compiled_free(portable);
    ok(compile(BOARD, 0, &compiled));
    refused(mote_emulate(context, compiled, &none, &emulation), MOTE_ERR_USAGE, "`inferences` is 0");
    refused(mote_emulate(context, compiled, &few, &emulation), MOTE_ERR_SHAPE, "2 inferences of 144 are wanted");
    assert_null(emulation);
    mote_compiled_free(compiled);
    want_nothing_left();
}

/* ---- firmware ---- */
bool have_board(void); /* tests/unit/command.h, which has names of this file's, too */

/* Two blank papers. */
static int emulate(const struct mote_compiled *compiled, struct mote_emulation **out)
{
    static int8_t inputs[2 * 144];
    const struct mote_emulate_options options =
        MOTE_OPTIONS(struct mote_emulate_options, .inputs = inputs, .input_bytes = sizeof inputs, .inferences = 2);

    memset(inputs, -128, sizeof inputs);
    return mote_emulate(context, compiled, &options, out);
}

static void firmware_computes_and_is_counted(void **state)
{
    struct mote_footprint built, measured;
    struct mote_counts first, second;
    struct mote_compiled *compiled;
    struct mote_emulation *e;
    const int8_t *out;

    (void)state;
    if (!have_board())
        skip();
    for (int via_c = 0; via_c < 2; via_c++) {
        ok(compile(BOARD, via_c, &compiled));
        ok(mote_board_build(context, compiled, &built));
        ok(emulate(compiled, &e));
        mote_compiled_free(compiled); /* what was measured does not need it */
        measured = mote_emulation_footprint(e);
        assert_true(built.fits && built.code > 0 && built.code == measured.code && built.arena == measured.arena);
        assert_true(measured.stack > 0 && measured.stack <= built.stack);
        assert_int_equal(mote_emulation_output_bytes(e), 2 * 5);
        out = mote_emulation_outputs(e);
        for (int i = 0; i < 5; i++)
            assert_true(out[4] >= out[i] && out[i] == out[5 + i]);
        assert_int_equal(mote_emulation_counts(e, 0, &first), MOTE_DONE);
        assert_int_equal(mote_emulation_counts(e, 1, &second), MOTE_DONE);
        assert_true(first.instructions > 1000 && first.instructions == second.instructions);
        assert_true(first.cycles > 0 && first.milliseconds > 0 && mote_emulation_setup(e) > 0);
        assert_int_equal(mote_emulation_counts(e, 2, &second), MOTE_ERR_USAGE);
        mote_emulation_free(e);
        want_nothing_left();
    }
}

static void firmware_is_stopped(void **state)
{
    static const char *const whats[] = {"building", "inferences"};
    struct mote_compiled *compiled;
    struct mote_emulation *e;

    (void)state;
    if (!have_board())
        skip();
    ok(compile(BOARD, 1, &compiled));
    for (size_t i = 0; i < COUNT(whats); i++) {
        stop_at = whats[i];
        refused(emulate(compiled, &e), MOTE_STOPPED, "stopped");
        assert_null(e);
        want_nothing_left();
    }
    mote_compiled_free(compiled);
}

static struct mote_compiled *emulated;

static int emulate_it(void)
{
    struct mote_emulation *e;
    const int status = emulate(emulated, &e);

    mote_emulation_free(e);
    want_nothing_left();
    return status;
}

static void memory_runs_out_emulating(void **state)
{
    (void)state;
    if (!have_board())
        skip();
    ok(compile(BOARD, 1, &emulated));
    memory_runs_out(context_with, emulate_it, 2, 1 << 15);
    mote_compiled_free(emulated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cores_and_boards_are_listed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_model_fits_or_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_calls_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(firmware_computes_and_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(firmware_is_stopped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_runs_out_emulating, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
