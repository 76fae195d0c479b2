/* SPDX-License-Identifier: Apache-2.0 */
/* Plans between the smallest arena, the least code and the fastest, and limits among them. What random graphs and
 * limits do is tests/random's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/boards/board.h"
#include "host/pipeline/trade.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct target target;
    struct pipeline p;
};

static enum mote_status compile(struct fixture *f, const char *board, enum optimize goal, struct limits limits)
{
    struct pipeline_options options = {.target = &f->target, .optimize = goal, .limits = limits, .via_c = true};

    pool_free(&f->pool);
    *f = (struct fixture){.at = {.name = "strokes", .index = -1}};
    f->at.sink = &f->report;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    assert_int_equal(target_find(&f->pool, board, &f->target, &f->at), MOTE_OK);
    assert_int_equal(pipeline_load(&f->pool, MOTE_SOURCE_DIR "/models/strokes.graph", &f->p, &f->at), MOTE_OK);
    return pipeline_compile(&f->p, &options, &f->at);
}

static struct trade compile_for(struct fixture *f, enum optimize goal, struct limits limits)
{
    struct trade t = {0};

    if (compile(f, "mps2-an386", goal, limits) != MOTE_OK || trade_of(&f->p.plan, true, &t, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
    return t;
}

static void goals_are_the_ends_of_the_trade(void **state)
{
    const struct limits none = {0};
    struct trade all[TRADES_MAX], ram, speed, flash;
    struct fixture f = {0};
    int32_t n;

    (void)state;
    ram = compile_for(&f, OPTIMIZE_RAM, none);
    speed = compile_for(&f, OPTIMIZE_SPEED, none);
    flash = compile_for(&f, OPTIMIZE_FLASH, none);
    assert_int_equal(trade_all(&f.p, &f.p.plan.options, true, all, &n, &f.at), MOTE_OK);
    assert_true(n > 4 && n <= TRADES_MAX);
    for (int32_t i = 0; i < n; i++) {
        assert_true(i == 0 || all[i - 1].ram <= all[i].ram);
        assert_true(all[i].ram >= ram.ram && all[i].flash >= flash.flash && all[i].time >= speed.time);
    }
    pool_free(&f.pool);
}

/* Of those within the limits, the best of what has none; or what the goal says. */
static void what_has_no_limit_is_best(void **state)
{
    const struct limits none = {0};
    struct fixture f = {0};
    const struct trade ram = compile_for(&f, OPTIMIZE_RAM, none), speed = compile_for(&f, OPTIMIZE_SPEED, none);
    const struct trade flash = compile_for(&f, OPTIMIZE_FLASH, none);
    struct trade t;

    (void)state;
    t = compile_for(&f, OPTIMIZE_BALANCED, (struct limits){.ram = speed.ram});
    assert_int_equal(t.ram, speed.ram);
    assert_true(t.instructions <= speed.instructions);
    t = compile_for(&f, OPTIMIZE_BALANCED, (struct limits){.ram = speed.ram - 1});
    assert_true(t.ram < speed.ram && t.instructions > speed.instructions && t.instructions < ram.instructions);
    t = compile_for(&f, OPTIMIZE_BALANCED, (struct limits){.time = 2 * ram.time});
    assert_int_equal(t.ram, ram.ram);
    t = compile_for(&f, OPTIMIZE_FLASH, (struct limits){.ram = speed.ram});
    assert_true(t.flash < speed.flash && t.ram <= speed.ram);
    t = compile_for(&f, OPTIMIZE_RAM, (struct limits){.flash = flash.flash + 1000});
    assert_true(t.flash <= flash.flash + 1000 && t.ram < flash.ram);
    pool_free(&f.pool);
}

static void refusals_name_what_would_do(void **state)
{
    const struct limits none = {0};
    struct fixture f = {0};
    const struct trade ram = compile_for(&f, OPTIMIZE_RAM, none), speed = compile_for(&f, OPTIMIZE_SPEED, none);
    const char *want;

    (void)state;
    assert_int_equal(compile(&f, "mps2-an386", OPTIMIZE_BALANCED, (struct limits){.ram = 1}), MOTE_ERR_FIT);
    want = pool_printf(&f.pool, "no plan is within --ram 1: --ram %lld would do", (long long)ram.ram);
    assert_non_null(strstr(f.report.text, want));
    assert_int_equal(compile(&f, "mps2-an386", OPTIMIZE_BALANCED, (struct limits){.ram = ram.ram, .time = speed.time}),
                     MOTE_ERR_FIT);
    assert_non_null(strstr(f.report.text, "--time "));
    assert_non_null(strstr(f.report.text, pool_printf(&f.pool, "--ram %lld would do", (long long)speed.ram)));
    assert_int_equal(compile(&f, "mps2-an386", OPTIMIZE_BALANCED, (struct limits){.ram = 1, .time = 1e-3}),
                     MOTE_ERR_FIT);
    want = pool_printf(&f.pool, "--ram %lld is the least alone", (long long)ram.ram);
    assert_non_null(strstr(f.report.text, want));
    assert_int_equal(compile(&f, "riscv32-virt", OPTIMIZE_BALANCED, (struct limits){.time = 1}), MOTE_ERR_USAGE);
    assert_int_equal(compile(&f, "cortex-m4f", OPTIMIZE_BALANCED, (struct limits){.time = 1}), MOTE_ERR_USAGE);
    assert_int_equal(compile(&f, "portable", OPTIMIZE_BALANCED, (struct limits){.flash = 1}), MOTE_ERR_USAGE);
    pool_free(&f.pool);
}

/* The window's rows but one are there already. */
static void a_streams_time_is_a_calls(void **state)
{
    static char graph[] = "mote-graph 1\nmodel t\ngraph\ntensor 0 \"in\" s8 [1,20,1,4] quant [0.1; 0]\n"
                          "tensor 1 \"a\" s8 [1,18,1,4] quant [0.1; 0]\n"
                          "tensor 2 \"out\" s8 [1,1,1,4] quant [0.1; 0]\n"
                          "op 0 max_pool_2d in [0] out [1] padding valid stride_h 1 stride_w 1 filter_h 3 filter_w 1\n"
                          "op 1 max_pool_2d in [1] out [2] padding valid stride_h 1 stride_w 1 filter_h 18 filter_w 1\n"
                          "inputs [0]\noutputs [2]\nend\n";
    double instructions[2];

    (void)state;
    for (int stream = 0; stream < 2; stream++) {
        struct pipeline_options options = {.stream = stream};
        struct fixture f = {.at = {.name = "t", .index = -1}};
        struct trade t;

        f.at.sink = &f.report;
        if (pipeline_read(&f.pool, "t", (struct bytes){(uint8_t *)graph, sizeof graph - 1}, &f.p, &f.at) != MOTE_OK ||
            pipeline_compile(&f.p, &options, &f.at) != MOTE_OK || trade_of(&f.p.plan, true, &t, &f.at) != MOTE_OK)
            fail_msg("%s", f.report.text);
        assert_true(t.flash < 0 && t.time < 0);
        instructions[stream] = t.instructions;
        pool_free(&f.pool);
    }
    assert_true(instructions[1] > 300 && instructions[1] < instructions[0] / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goals_are_the_ends_of_the_trade),
        cmocka_unit_test(what_has_no_limit_is_best),
        cmocka_unit_test(refusals_name_what_would_do),
        cmocka_unit_test(a_streams_time_is_a_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
