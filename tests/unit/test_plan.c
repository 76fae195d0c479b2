/* SPDX-License-Identifier: Apache-2.0 */
/* The plan's stages: what each prints of a graph whose plan was worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

#include "host/boards/board.h"
#include "host/plan/schedule.h"
#include "host/plan/stages.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

/* x and y share no memory at the first step; the reshaped y is y. */
static const char graph[] = "mote-graph 1\n"
                            "model t version 0\n"
                            "graph \"main\"\n"
                            "tensor 0 \"x\" f32 [1,2,3]\n"
                            "tensor 1 \"c\" f32 [1] data [2.5]\n"
                            "tensor 2 \"y\" f32 [1,2,3]\n"
                            "tensor 3 \"flat\" f32 [1,6]\n"
                            "op 0 mul in [0, 1] out [2]\n"
                            "op 1 reshape in [2] out [3]\n"
                            "inputs [0]\n"
                            "outputs [3]\n"
                            "end\n";

static const struct {
    const char *stage, *texts[3];
} cases[] = {
    {"lower",
     {"plan t after lower, for portable: core portable\n"
      "step 0: binary_f32, op 0 MUL, 1 rows\n"
      "  args a=0 b=1 shape=2 out=3\n"
      "  params function=1 rows=1 rank=1 a_len=6 ",
      "\nvalue 0: activation f32, 24 bytes, x\n"
      "value 1: constant f32, 4 bytes, c\n",
      "value 3: activation f32, 24 bytes, y\n"
      "value 4: activation f32, 24 bytes, in the memory of value 3, flat\n"}},
    {"coding", {"plan t after coding, for portable: core portable\nstep 0: dense\n"}},
    {"fold_rows", {"plan t after fold_rows, for portable: core portable\n"}},
    {"rings", {"plan t after rings, for portable: core portable\n"}},
    {"reuse", {"plan t after reuse, for portable: core portable\nstep 0: binary_f32\n"}},
    {"channels", {"plan t after channels, for portable: core portable\n"}},
    {"feed", {"plan t after feed, for portable: core portable\n"}},
    {"listen", {"plan t after listen, for portable: core portable\n"}},
    {"hybrids", {"plan t after hybrids, for portable: core portable\n"}},
    {"halves", {"plan t after halves, for portable: core portable\n"}}, /* nothing to store so */
    {"kernels", {"plan t after kernels, for portable: core portable\nstep 0: binary_f32, portable\n"}},
    {"schedule",
     {"plan t after schedule, for portable: core portable\n"
      "1 time\n    entry 0: rows 0 + 1 of step 0, binary_f32\n"}},
    {"lifetimes",
     {"plan t after lifetimes, for portable: core portable\n"
      "value 0: calls -1 to 0, 24 bytes, x\n"
      "value 3: calls 0 to 1, 24 bytes, y\n"}},
    {"place",
     {"plan t after place, for portable: core portable\n"
      "value 0: bytes 0 to 23, calls -1 to 0, x\n"
      "value 3: bytes 32 to 55, calls 0 to 1, y\n"
      "arena: 64 bytes, lower bound 64\n"}},
    {"add_up",
     {"plan t after add_up, for portable: core portable\n"
      "bytes: arena 64, state 0, scratch 0, weights 4, tables 12\n"}},
};

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct model model;
    struct plan plan;
};

static void begin(struct fixture *f)
{
    *f = (struct fixture){.at = {.index = -1}};
    f->at.sink = &f->report;
    f->model.pool = &f->pool;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    if (model_parse(&f->model, (struct bytes){(uint8_t *)(uintptr_t)graph, sizeof graph - 1}, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
}

/* What plan_make() dumps after the stage. */
static const char *dump(struct fixture *f, const char *stage, const char *target_name, bool keep_all)
{
    char *text = NULL;
    size_t size;
    struct plan_options options = {.keep_all = keep_all, .dump_after = stage, .dump_to = open_memstream(&text, &size)};
    struct target target;
    const char *copy;

    assert_int_equal(target_find(&f->pool, target_name, &target, &f->at), MOTE_OK);
    if (plan_make(&f->pool, &f->model, &target, &options, &f->plan, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
    fclose(options.dump_to);
    copy = pool_strdup(&f->pool, text);
    free(text);
    return copy;
}

static void want_texts(const char *text, const char *const parts[3])
{
    for (int i = 0; i < 3 && parts[i]; i++)
        if (!strstr(text, parts[i]))
            fail_msg("\"%s\" does not contain \"%s\"", text, parts[i]);
}

static void every_stage_prints_what_it_decided(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(stages_count, COUNT(cases));
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(stages[i].name, cases[i].stage);
        want_texts(dump(&f, cases[i].stage, NULL, false), cases[i].texts);
    }
    pool_free(&f.pool);
}

static void what_is_kept_lives_to_the_end(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    assert_non_null(strstr(dump(&f, "lifetimes", NULL, false), "value 0: calls -1 to 0, 24 bytes, x\n"));
    assert_non_null(strstr(dump(&f, "lifetimes", NULL, true), "value 0: calls -1 to 1, 24 bytes, x\n"));
    pool_free(&f.pool);
}

/* Steps of `rows` rows each, one after the other. */
static void two_steps_of(struct fixture *f, int rows)
{
    const char *shape = pool_printf(&f->pool, "s8 [%d,1,2] quant", rows);
    const char *text =
        pool_printf(&f->pool,
                    "mote-graph 1\nmodel t\ngraph\ntensor 0 \"x\" %s [0.1; 3]\ntensor 1 \"y\" %s [0.2; -4]\n"
                    "tensor 2 \"z\" %s [0.05; 1]\nop 0 quantize in [0] out [1]\n"
                    "op 1 quantize in [1] out [2]\ninputs [0]\noutputs [2]\nend\n",
                    shape, shape, shape);

    f->model = (struct model){.pool = &f->pool};
    if (model_parse(&f->model, (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)}, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
}

/* An entry has 65535 rows at most: more are rounds, and the rest. */
static void steps_of_many_rows_are_scheduled_in_rounds(void **state)
{
    static const struct {
        int rows;
        const char *text;
    } many[] = {
        {65535, "\n1 time\n    entry 0: rows 0 + 65535 of step 0, requantize_s8\n"
                "    entry 1: rows 0 + 65535 of step 1, requantize_s8\n"},
        {65536, "\n1 time\n    entry 0: rows 0 + 65535 of step 0, requantize_s8\n"
                "    entry 1: rows 65535 + 1 of step 0, requantize_s8\n"
                "    entry 2: rows 0 + 65535 of step 1, requantize_s8\n"
                "    entry 3: rows 65535 + 1 of step 1, requantize_s8\n"},
        {131070, "\n2 times\n    entry 0: rows 0 + 65535 of step 0, requantize_s8, 65535 further each time\n"
                 "2 times\n    entry 1: rows 0 + 65535 of step 1, requantize_s8, 65535 further each time\n"},
        {196606, "\n3 times\n    entry 0: rows 0 + 65535 of step 0, requantize_s8, 65535 further each time\n"
                 "1 time\n    entry 1: rows 196605 + 1 of step 0, requantize_s8\n"
                 "3 times\n    entry 2: rows 0 + 65535 of step 1, requantize_s8, 65535 further each time\n"
                 "1 time\n    entry 3: rows 196605 + 1 of step 1, requantize_s8\n"},
    };
    struct fixture f;

    (void)state;
    begin(&f);
    for (size_t i = 0; i < COUNT(many); i++) {
        two_steps_of(&f, many[i].rows);
        assert_string_equal(strchr(dump(&f, "schedule", NULL, false), '\n') + 1, many[i].text + 1);
    }
    pool_free(&f.pool);
}

/* Time is calls, not entries. */
static void values_live_through_all_rounds(void **state)
{
    struct fixture f;
    struct text text;

    (void)state;
    begin(&f);
    two_steps_of(&f, 4);
    dump(&f, "schedule", NULL, false);
    f.plan.schedule = (struct plan_schedule){0};
    schedule_group(&f.plan, 1, 0);
    schedule_entry(&f.plan, &(struct schedule_entry){.step = 0, .first = 0, .rows = 2, .hop = 0});
    schedule_group(&f.plan, 2, 0);
    schedule_entry(&f.plan, &(struct schedule_entry){.step = 0, .first = 2, .rows = 1, .hop = 1});
    schedule_entry(&f.plan, &(struct schedule_entry){.step = 1, .first = 0, .rows = 1, .hop = 1});
    schedule_group(&f.plan, 1, 0);
    schedule_entry(&f.plan, &(struct schedule_entry){.step = 1, .first = 2, .rows = 2, .hop = 0});
    schedule_unfold(&f.plan);
    assert_int_equal(f.plan.schedule.n_calls, 6);
    text = (struct text){.pool = &f.pool};
    for (int i = 0; i < stages_count; i++)
        if (strcmp(stages[i].name, "lifetimes") == 0) {
            assert_int_equal(stages[i].run(&f.plan, &f.at), MOTE_OK);
            stages[i].print(&f.plan, &text);
        }
    assert_string_equal(text.s, "value 0: calls -1 to 3, 8 bytes, x\nvalue 1: calls 0 to 5, 8 bytes, y\n"
                                "value 2: calls 2 to 6, 8 bytes, z\n");
    pool_free(&f.pool);
}

static void a_dump_names_its_target(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    want_texts(dump(&f, "place", "mps3-an547", false),
               (const char *const[]){"plan t after place, for mps3-an547: core cortex-m55 with dsp mve fpu\n"
                                     "memory itcm: flash, 524288 bytes\n"
                                     "memory dtcm: ram, 524288 bytes\n"
                                     "value 0: ",
                                     NULL, NULL});
    want_texts(dump(&f, "place", "stm32-nucleo-l4r5zi", false),
               (const char *const[]){"\nmemory flash: flash, 2097152 bytes, 5 wait states\n", NULL, NULL});
    pool_free(&f.pool);
}

static void no_dump_prints_nothing(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    assert_string_equal(dump(&f, NULL, NULL, false), "");
    pool_free(&f.pool);
}

/* Steps 0 and 1 share value 0, which step 0 has twice; value 1 is step 1's, and step 2's, which does not change. */
static void a_constant_is_saved_once(void **state)
{
    struct value values[] = {{.kind = VALUE_CONST, .bytes = 100}, {.kind = VALUE_CONST, .bytes = 60}};
    struct step steps[] = {{.n_args = 3, .args = (int32_t[]){VALUE_NONE, 0, 0}},
                           {.n_args = 3, .args = (int32_t[]){VALUE_NONE, 0, 1}},
                           {.n_args = 2, .args = (int32_t[]){VALUE_NONE, 1}}};
    const struct plan plan = {.n_values = 2, .n_steps = 3, .values = values, .steps = steps};
    static const bool both[] = {true, true, false}, second[] = {false, true, false};

    (void)state;
    assert_int_equal(constant_saves(&plan, both, 0, 1, 30), 70);
    assert_int_equal(constant_saves(&plan, both, 0, 2, 30), 0);
    assert_int_equal(constant_saves(&plan, both, 1, 1, 30), 0);
    assert_int_equal(constant_saves(&plan, both, 1, 2, 30), -30);
    assert_int_equal(constant_saves(&plan, second, 1, 1, 30), -30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stage_prints_what_it_decided),
        cmocka_unit_test(what_is_kept_lives_to_the_end),
        cmocka_unit_test(steps_of_many_rows_are_scheduled_in_rounds),
        cmocka_unit_test(values_live_through_all_rounds),
        cmocka_unit_test(a_dump_names_its_target),
        cmocka_unit_test(no_dump_prints_nothing),
        cmocka_unit_test(a_constant_is_saved_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
