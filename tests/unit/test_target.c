/* SPDX-License-Identifier: Apache-2.0 */
/* Targets: what a core's name, a board's, `host` and `portable` mean to a plan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <unistd.h>

#include "host/plan/plan.h"
#include "host/boards/board.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
};

static void begin(struct fixture *f)
{
    *f = (struct fixture){.at = {.index = -1}};
    f->at.sink = &f->report;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
}

static struct target find(struct fixture *f, const char *name)
{
    struct target target;

    if (target_find(&f->pool, name, &target, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
    return target;
}

static void names_of_targets(void **state)
{
    static const struct {
        const char *name, *called;
        enum mote_core core;
        uint32_t features;
    } cases[] = {
        {NULL, "portable", MOTE_CORE_PORTABLE, 0},
        {"portable", "portable", MOTE_CORE_PORTABLE, 0},
        {"cortex-m3", "cortex-m3", MOTE_CORE_CORTEX_M3, 0},
        {"cortex-m4f", "cortex-m4f", MOTE_CORE_CORTEX_M4F, MOTE_HAS_DSP | MOTE_HAS_FPU},
        {"cortex-m55", "cortex-m55", MOTE_CORE_CORTEX_M55, MOTE_HAS_DSP | MOTE_HAS_MVE | MOTE_HAS_FPU},
        {"nano-33-ble-sense", "nano-33-ble-sense", MOTE_CORE_CORTEX_M4F, MOTE_HAS_DSP | MOTE_HAS_FPU},
        {"arduino-uno", "arduino-uno", MOTE_CORE_AVR5, 0},
    };
    struct fixture f;

    (void)state;
    begin(&f);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct target t = find(&f, cases[i].name);

        assert_string_equal(t.name, cases[i].called);
        assert_int_equal(t.core, cases[i].core);
        assert_int_equal(t.features, cases[i].features);
        assert_int_equal(t.board != NULL, t.memory_count > 0);
    }
    pool_free(&f.pool);
}

static void a_board_lends_memory_and_compiler(void **state)
{
    struct fixture f;
    struct target t;

    (void)state;
    begin(&f);
    t = find(&f, "nano-33-ble-sense");
    assert_int_equal(t.memory_count, 2);
    assert_int_equal(t.memory[1].kind, BOARD_RAM);
    assert_int_equal(t.memory[1].size, 256 << 10);
    assert_string_equal(t.compiler, "arm-none-eabi-gcc");
    pool_free(&f.pool);
}

static void an_unknown_board_is_refused(void **state)
{
    struct fixture f;
    struct target t;

    (void)state;
    begin(&f);
    assert_int_equal(target_find(&f.pool, "cortex-m99", &t, &f.at), MOTE_ERR_USAGE);
    assert_non_null(strstr(f.report.text, "there is no board cortex-m99"));
    pool_free(&f.pool);
}

/* Each core of the boards in the tree has a row of cores_def.h, but for those that nothing emulates. */
static void every_core_is_known(void **state)
{
    const char **names;
    struct fixture f;
    int32_t n;

    (void)state;
    begin(&f);
    assert_int_equal(board_list(&f.pool, &names, &n, &f.at), MOTE_OK);
    for (int32_t i = 0; i < n; i++) {
        struct target t = find(&f, names[i]);

        if (t.core == MOTE_CORE_PORTABLE && t.board->emulated == NULL)
            continue;
        if (t.core == MOTE_CORE_PORTABLE)
            fail_msg("%s: core %s is not in device/mote/ops/cores_def.h", names[i], t.board->core);
        assert_string_equal(core_name(t.core), t.board->core);
    }
    pool_free(&f.pool);
}

static void a_core_that_nobody_knows_is_portable(void **state)
{
    const struct board board = {.name = "x", .core = "z80", .toolchain = {.compiler = "sdcc"}};
    struct target t = target_of_board(&board);

    (void)state;
    assert_int_equal(t.core, MOTE_CORE_PORTABLE);
    assert_int_equal(t.features, 0);
    assert_string_equal(t.name, "x");
}

static void this_machine_has_what_its_cpu_says(void **state)
{
    struct fixture f;
    struct target t;

    (void)state;
    begin(&f);
    t = find(&f, "host");
    assert_string_equal(t.name, "host");
#if defined(__x86_64__)
    assert_int_equal(t.core, MOTE_CORE_X86_64);
    assert_int_equal((t.features & MOTE_HAS_AVX2) != 0, __builtin_cpu_supports("avx2") != 0);
#endif
    assert_int_equal(t.features & (MOTE_HAS_DSP | MOTE_HAS_MVE), 0);
    pool_free(&f.pool);
}

static void features_have_names(void **state)
{
    struct pool pool = {0};

    (void)state;
    assert_string_equal(features_text(&pool, 0), "");
    assert_string_equal(features_text(&pool, MOTE_HAS_DSP | MOTE_HAS_MVE), "dsp mve");
    assert_string_equal(features_text(&pool, MOTE_HAS_AVX512_VNNI), "avx512_vnni");
    pool_free(&pool);
}

/* Ids and bits are image format: what a released image says must stay. */
static void ids_are_format(void **state)
{
    (void)state;
    assert_int_equal(MOTE_CORE_PORTABLE, 0);
    assert_int_equal(MOTE_CORE_CORTEX_M4F, 3);
    assert_int_equal(MOTE_CORE_X86_64, 50);
    assert_int_equal(MOTE_HAS_DSP, 1);
    assert_int_equal(MOTE_HAS_AVX512_VNNI, 64);
    assert_int_equal(MOTE_HAS_FPU, 512);
}

static void a_plan_keeps_its_target(void **state)
{
    struct fixture f;
    struct model m;
    struct target target;
    struct plan plan;

    (void)state;
    begin(&f);
    m = (struct model){.pool = &f.pool, .n_graphs = 1, .graphs = (struct graph[]){{0}}};
    target = find(&f, "cortex-m4f");
    assert_int_equal(plan_make(&f.pool, &m, &target, &(struct plan_options){0}, &plan, &f.at), MOTE_OK);
    assert_int_equal(plan.target.core, MOTE_CORE_CORTEX_M4F);
    assert_int_equal(plan.target.features, MOTE_HAS_DSP | MOTE_HAS_FPU);
    pool_free(&f.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_targets),
        cmocka_unit_test(a_board_lends_memory_and_compiler),
        cmocka_unit_test(an_unknown_board_is_refused),
        cmocka_unit_test(every_core_is_known),
        cmocka_unit_test(a_core_that_nobody_knows_is_portable),
        cmocka_unit_test(this_machine_has_what_its_cpu_says),
        cmocka_unit_test(features_have_names),
        cmocka_unit_test(ids_are_format),
        cmocka_unit_test(a_plan_keeps_its_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
