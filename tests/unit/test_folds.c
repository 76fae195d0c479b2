/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `fold_rows`: which fully connected layers take their input row by row, and that they give the same bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/emit/emit.h"
#include "host/run/runner.h"
#include "host/pipeline/pipeline.h"
#include "mote/ops/cores.h"
#include "tests/random/builder.h"
#include "tests/random/random.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

enum { ROWS = 9, ROW = 12, RUNS = 6, SCHEDULES = 20, OUT_MAX = 120 };

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct pipeline p;
};

static const char operators[] =
    "op 0 max_pool_2d in [0] out [1] padding same stride_h 1 stride_w 1 filter_h 3 filter_w 2\n"
    "op 1 reshape in [1] out [2]\nop 2 fully_connected in [2, 3, 4] out [5]\n"
    "inputs [0]\noutputs [5]\nend\n";

static void add_numbers(struct text *t, uint64_t *dice, int32_t n, int32_t most)
{
    for (int32_t i = 0; i < n; i++)
        text_add(t, "%s%d", i == 0 ? " data [" : ", ", (int)(dice_next(dice) % (2u * (uint32_t)most + 1)) - most);
    text_add(t, "]\n");
}

/* A pool, whose rows are the inputs of a layer of out_c outputs; `batch` images, each a row of the layer. */
static const char *graph_text_f32(struct pool *pool, int32_t batch, int32_t out_c)
{
    struct text t = {.pool = pool};
    uint64_t dice = 1;

    text_add(&t, "mote-graph 1\nmodel fold\ngraph \"main\"\n");
    for (int32_t i = 0; i < 2; i++)
        text_add(&t, "tensor %d \"%c\" f32 [%d,%d,4,3]\n", i, "xy"[i], batch, ROWS);
    text_add(&t, "tensor 2 \"flat\" f32 [%d,%d]\ntensor 3 \"w\" f32 [%d,%d]", batch, ROWS * ROW, out_c, ROWS * ROW);
    add_numbers(&t, &dice, out_c * ROWS * ROW, 127);
    text_add(&t, "tensor 4 \"b\" f32 [%d]", out_c);
    add_numbers(&t, &dice, out_c, 900);
    text_add(&t, "tensor 5 \"z\" f32 [%d,%d]\n%s", batch, out_c, operators);
    return t.s;
}

static const char *graph_text_s8(struct pool *pool, int32_t batch, int32_t out_c)
{
    struct text t = {.pool = pool};
    uint64_t dice = 1;

    text_add(&t, "mote-graph 1\nmodel fold\ngraph \"main\"\n");
    for (int32_t i = 0; i < 2; i++)
        text_add(&t, "tensor %d \"%c\" s8 [%d,%d,4,3] quant [0.05; -3]\n", i, "xy"[i], batch, ROWS);
    text_add(&t, "tensor 2 \"flat\" s8 [%d,%d] quant [0.05; -3]\ntensor 3 \"w\" s8 [%d,%d] quant [0.02; 5]", batch,
             ROWS * ROW, out_c, ROWS * ROW);
    add_numbers(&t, &dice, out_c * ROWS * ROW, 127);
    text_add(&t, "tensor 4 \"b\" s32 [%d]", out_c);
    add_numbers(&t, &dice, out_c, 900);
    text_add(&t, "tensor 5 \"z\" s8 [%d,%d] quant [1.1; 4]\n%s", batch, out_c, operators);
    return t.s;
}

static void compile(struct fixture *f, enum mote_type type, uint32_t features, int32_t batch, int32_t out_c)
{
    struct target target = target_portable;
    struct pipeline_options options = {.target = &target, .coding = CODING_DENSE}; /* floats stay floats */
    const char *text;

    *f = (struct fixture){.at = {.index = -1}};
    f->at.sink = &f->report;
    f->p = (struct pipeline){.pool = &f->pool, .has_graph = true, .model = {.pool = &f->pool}};
    target.features = features;
    text = type == TYPE_F32 ? graph_text_f32(&f->pool, batch, out_c) : graph_text_s8(&f->pool, batch, out_c);
    if (model_parse(&f->p.model, (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)}, &f->at) != MOTE_OK ||
        pipeline_compile(&f->p, &options, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
}

static enum kernel_id kernel_of(enum mote_type type, uint32_t features, int32_t batch, int32_t out_c)
{
    enum kernel_id kernel;
    struct fixture f;

    compile(&f, type, features, batch, out_c);
    assert_int_equal(f.p.plan.n_steps, 2);
    kernel = f.p.plan.steps[1].kernel;
    if (kernel == KERNEL_fully_connected_rows_s8 || kernel == KERNEL_fully_connected_rows_f32)
        assert_int_equal(f.p.plan.steps[1].rows, ROWS);
    pool_free(&f.pool);
    return kernel;
}

static void layers_fold_where_it_pays(void **state)
{
    (void)state;
    assert_int_equal(kernel_of(TYPE_S8, 0, 1, 5), KERNEL_fully_connected_rows_s8);
    assert_int_equal(kernel_of(TYPE_S8, MOTE_HAS_DSP, 1, 5), KERNEL_fully_connected_rows_s8);
    assert_int_equal(kernel_of(TYPE_S8, MOTE_HAS_DSP | MOTE_HAS_MVE, 1, 5), KERNEL_fully_connected_rows_s8);
    assert_int_equal(kernel_of(TYPE_S8, 0, 1, ROW * (ROWS - 1) / 4 - 1), KERNEL_fully_connected_rows_s8);
    assert_int_equal(kernel_of(TYPE_S8, 0, 1, ROW * (ROWS - 1) / 4),
                     KERNEL_fully_connected_s8); /* as many bytes of sums */
    assert_int_equal(kernel_of(TYPE_S8, 0, 2, 5), KERNEL_fully_connected_s8);
    assert_int_equal(kernel_of(TYPE_S8, MOTE_HAS_AVX2, 1, 5), KERNEL_fully_connected_rows_s8);
    assert_int_equal(kernel_of(TYPE_S8, MOTE_HAS_RV32M, 1, 5), KERNEL_fully_connected_s8); /* no version that folds */
    assert_int_equal(kernel_of(TYPE_F32, 0, 1, ROW * (ROWS - 1) - 1), KERNEL_fully_connected_rows_f32);
    assert_int_equal(kernel_of(TYPE_F32, 0, 1, ROW * (ROWS - 1)), KERNEL_fully_connected_f32);
    assert_int_equal(kernel_of(TYPE_F32, 0, 2, 5), KERNEL_fully_connected_f32);
}

/* RUNS outputs, one after the other. */
static void run(struct fixture *f, enum mote_type type, uint8_t *out)
{
    uint8_t in[ROWS * ROW * 4];
    uint64_t dice = 7;
    struct runner r;

    if (runner_open(&f->pool, f->p.image, &r, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
    assert_in_range(runner_output_bytes(&r), 1, OUT_MAX / RUNS);
    for (int i = 0; i < RUNS; i++, out += runner_output_bytes(&r)) {
        fill_random(&dice, type, in, ROWS * ROW);
        runner_run(&r, in, out);
    }
}

/* Rows in random pieces, with others' between them. */
static void run_in_pieces(enum mote_type type, uint64_t seed, uint8_t *out)
{
    struct fixture f;

    compile(&f, type, 0, 1, 5);
    if (random_schedule(&f.p.plan, seed, &f.at) != MOTE_OK || emit_image(&f.p.plan, &f.p.image, &f.at) != MOTE_OK)
        fail_msg("%s", f.report.text);
    assert_true(f.p.plan.schedule.n_entries > 2);
    run(&f, type, out);
    pool_free(&f.pool);
}

static void folded_rows_give_the_same_bytes(void **state)
{
    static const uint32_t sets[] = {MOTE_HAS_AVX2, 0, MOTE_HAS_DSP, MOTE_HAS_DSP | MOTE_HAS_MVE};
    uint8_t want[OUT_MAX] = {0};
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        uint8_t got[OUT_MAX] = {0};

        compile(&f, TYPE_S8, sets[i], 1, 5);
        run(&f, TYPE_S8, i == 0 ? want : got);
        assert_true(i == 0 || memcmp(got, want, sizeof want) == 0);
        pool_free(&f.pool);
    }
    for (uint64_t seed = 1; seed <= SCHEDULES; seed++) {
        uint8_t got[OUT_MAX] = {0};

        run_in_pieces(TYPE_S8, seed, got);
        assert_memory_equal(got, want, sizeof want);
    }
}

/* What a kernel that takes the whole input makes of it is in test_kernels_float. */
static void floats_are_added_in_one_order(void **state)
{
    uint8_t want[OUT_MAX] = {0};
    struct fixture f;

    (void)state;
    compile(&f, TYPE_F32, 0, 1, 5);
    run(&f, TYPE_F32, want);
    pool_free(&f.pool);
    for (uint64_t seed = 1; seed <= SCHEDULES; seed++) {
        uint8_t got[OUT_MAX] = {0};

        run_in_pieces(TYPE_F32, seed, got);
        assert_memory_equal(got, want, sizeof want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_fold_where_it_pays),
        cmocka_unit_test(folded_rows_give_the_same_bytes),
        cmocka_unit_test(floats_are_added_in_one_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
