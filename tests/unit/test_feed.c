/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs that come row by row: what the calls return, what is refused, and what a hostile schedule can do. That the
 * bytes are those of whole inputs, the random graphs say (test_random.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/emit/emit.h"
#include "host/run/runner.h"
#include "mote/ops/image.h"

#include <cmocka.h>

#define HEAD "mote-graph 1\nmodel t\ngraph\n"
#define POOL "padding same stride_h 2 stride_w 1 filter_h 3 filter_w 1\n"

static const char pool_rows[] =
    HEAD "tensor 0 \"in\" s8 [1,16,4,32] quant [0.1; 0]\ntensor 1 \"out\" s8 [1,8,4,32] quant "
         "[0.1; 0]\nop 0 max_pool_2d in [0] out [1] " POOL "inputs [0]\noutputs [1]\nend\n";

static const char two_inputs[] =
    HEAD "tensor 0 \"a\" s8 [1,4,2] quant [0.1; 0]\ntensor 1 \"b\" s8 [1,4,2] quant [0.1; 0]\n"
         "tensor 2 \"c\" s8 [1,4,2] quant [0.1; 0]\nop 0 add in [0, 1] out [2]\ninputs [0, 1]\noutputs [2]\nend\n";

static const char whole[] = HEAD "tensor 0 \"in\" s8 [1,4,2] quant [0.1; 0]\ntensor 1 \"axes\" s32 [3] data [0, 2, 1]\n"
                                 "tensor 2 \"out\" s8 [1,2,4] quant [0.1; 0]\nop 0 transpose in [0, 1] out [2]\n"
                                 "inputs [0]\noutputs [2]\nend\n";

static const char many[] = HEAD "tensor 0 \"in\" s8 [1,8192,1,1] quant [0.1; 0]\n"
                                "tensor 1 \"out\" s8 [1,4096,1,1] quant [0.1; 0]\n"
                                "op 0 max_pool_2d in [0] out [1] " POOL "inputs [0]\noutputs [1]\nend\n";

static const char unread[] = HEAD "tensor 0 \"in\" s8 [1,4,2] quant [0.1; 0]\ninputs [0]\noutputs [0]\nend\n";

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct model model;
    struct plan plan;
    struct bytes image;
    struct runner runner;
};

static enum mote_status compile(struct fixture *f, const char *graph, bool feed)
{
    const struct plan_options options = {.feed = feed};

    *f = (struct fixture){.at = {.index = -1}};
    f->at.sink = &f->report;
    f->model.pool = &f->pool;
    TRY(model_parse(&f->model, (struct bytes){(uint8_t *)(uintptr_t)graph, strlen(graph)}, &f->at));
    TRY(plan_make(&f->pool, &f->model, &target_portable, &options, &f->plan, &f->at));
    TRY(emit_image(&f->plan, &f->image, &f->at));
    return runner_open(&f->pool, f->image, &f->runner, &f->at);
}

static void must_compile(struct fixture *f, const char *graph, bool feed)
{
    if (compile(f, graph, feed) != MOTE_OK)
        fail_msg("%s", f->report.text);
}

/* The row is a tensor more: what lies behind the others, here 48 times 4 bytes, stays what it is. */
static void a_row_has_room_among_the_tensors(void **state)
{
    struct pool pool = {0};
    struct text t = {.pool = &pool};
    struct fixture f;

    (void)state;
    text_add(&t, HEAD "tensor 0 \"in\" s8 [1,16,4,32] quant [0.1; 0]\n");
    for (int i = 1; i < 48; i++)
        text_add(&t, "tensor %d \"t%d\" s8 [1,8,4,32] quant [0.1; 0]\n", i, i);
    text_add(&t, "op 0 max_pool_2d in [0] out [1] " POOL);
    for (int i = 1; i < 47; i++)
        text_add(&t, "op %d relu in [%d] out [%d]\n", i, i, i + 1);
    text_add(&t, "inputs [0]\noutputs [47]\nend\n");
    must_compile(&f, t.s, true);
    assert_int_equal(f.plan.graph->n_tensors, 49);
    for (int32_t i = 0; i < f.plan.n_steps; i++)
        assert_int_equal(plan_block(&f.plan, i), BLOCK_WHOLE);
    pool_free(&f.pool);
    pool_free(&pool);
}

static void outputs_are_there_after_the_last_row(void **state)
{
    struct fixture f, whole_input;
    struct mote_io io, row;
    int8_t input[2048], want[1024];

    (void)state;
    for (size_t i = 0; i < sizeof input; i++)
        input[i] = (int8_t)(i * 37);
    must_compile(&whole_input, pool_rows, false);
    must_compile(&f, pool_rows, true);
    assert_true(f.plan.arena_bytes < whole_input.plan.arena_bytes);
    runner_run(&whole_input.runner, (const uint8_t *)input, (uint8_t *)want);
    assert_int_equal(mote_model_input(&f.runner.model, 0, &row), MOTE_OK);
    assert_int_equal(row.bytes, 128);
    assert_int_equal(row.dims[1], 1);
    assert_int_equal(model_feed_rows(&f.runner.model), 16);
    for (int32_t inference = 0; inference < 2; inference++) {
        for (int32_t r = 0; r < 16; r++)
            assert_int_equal(mote_model_feed(&f.runner.model, input + 128 * r), r < 15);
        mote_model_output(&f.runner.model, 0, &io);
        assert_memory_equal(io.data, want, sizeof want);
    }
    for (int32_t r = 0; r < 5; r++) /* a reset forgets rows */
        mote_model_feed(&f.runner.model, input);
    mote_model_reset(&f.runner.model);
    for (int32_t r = 0; r < 16; r++) {
        memcpy(row.data, input + 128 * r, 128);
        assert_int_equal(mote_model_feed(&f.runner.model, NULL), r < 15);
    }
    assert_memory_equal(io.data, want, sizeof want);
    pool_free(&f.pool);
    pool_free(&whole_input.pool);
}

/* A flat input whose rows come with a reshape: a call takes 8 of its 128 numbers. */
static void flat_inputs_have_rows(void **state)
{
    static const char flat[] =
        HEAD "tensor 0 \"in\" s8 [1,128] quant [0.1; 0]\ntensor 1 \"shape\" s32 [4] data [1, 16, 4, 2]\n"
             "tensor 2 \"rows\" s8 [1,16,4,2] quant [0.1; 0]\ntensor 3 \"out\" s8 [1,8,4,2] quant [0.1; 0]\n"
             "op 0 reshape in [0, 1] out [2]\nop 1 max_pool_2d in [2] out [3] " POOL "inputs [0]\noutputs [3]\nend\n";
    struct fixture f, whole_input;
    int8_t input[128], want[64];
    struct mote_io io;

    (void)state;
    for (size_t i = 0; i < sizeof input; i++)
        input[i] = (int8_t)(i * 37);
    must_compile(&whole_input, flat, false);
    must_compile(&f, flat, true);
    runner_run(&whole_input.runner, (const uint8_t *)input, (uint8_t *)want);
    mote_model_input(&f.runner.model, 0, &io);
    assert_int_equal(io.bytes, 8);
    for (int32_t r = 0; r < 16; r++)
        assert_int_equal(mote_model_feed(&f.runner.model, input + 8 * r), r < 15);
    mote_model_output(&f.runner.model, 0, &io);
    assert_memory_equal(io.data, want, sizeof want);
    pool_free(&f.pool);
    pool_free(&whole_input.pool);
}

static void models_that_cannot_be_fed_are_refused(void **state)
{
    static const struct {
        const char *graph, *why;
    } cases[] = {
        {two_inputs, "the model has 2 inputs: only a single one can be fed by rows"},
        {whole, "the operator that reads it first does not take it row by row"},
        {many, "the input has 8192 rows: 4096 are the most that can be fed"},
        {unread, "cannot be fed by rows"},
    };
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(compile(&f, cases[i].graph, true), MOTE_ERR_UNSUPPORTED);
        if (strstr(f.report.text, cases[i].why) == NULL)
            fail_msg("case %zu: %s", i, f.report.text);
        pool_free(&f.pool);
    }
    must_compile(&f, pool_rows, false);
    assert_int_equal(mote_model_feed(&f.runner.model, "12345678"), MOTE_ERR_USAGE);
    assert_int_equal(model_feed_rows(&f.runner.model), 0);
    pool_free(&f.pool);
}

/* ---- what nobody planned ---- */
static struct mote_image_section *section(struct bytes image, uint32_t id)
{
    struct mote_image_header *h = (void *)image.data;
    struct mote_image_section *s = (void *)(h + 1);

    while (s->id != id)
        s++;
    return s;
}

/* Opens the image again, whose bytes have been changed. */
static struct mote_model *reopened(struct fixture *f)
{
    struct mote_image_header *h = (void *)f->image.data;

    h->checksum = mote_crc32(f->image.data + 20, f->image.size - 20);
    if (runner_open(&f->pool, f->image, &f->runner, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
    return &f->runner.model;
}

/* Entries that take many rows at once wait for one all the same, the caller's row is read once, and no byte of it more
 * than the input has. */
static void a_wait_takes_one_row(void **state)
{
    const struct mote_image_group group = {2, 3, 0};
    const struct mote_image_entry entries[] = {{0, 4, 0, 4}, {1, 1, 0, 1}};
    uint8_t *row = malloc(128), *units;
    struct mote_model *m;
    struct fixture f;

    (void)state;
    memset(row, 1, 128);
    must_compile(&f, pool_rows, true);
    units = f.image.data + section(f.image, MOTE_SECTION_SCHEDULE)->offset;
    memcpy(units, &group, sizeof group);
    memcpy(units + sizeof group, entries, sizeof entries);
    section(f.image, MOTE_SECTION_SCHEDULE)->count = 3;
    m = reopened(&f);
    assert_int_equal(model_feed_rows(m), 3);
    for (int32_t i = 0; i < 6; i++)
        assert_int_equal(mote_model_feed(m, row), i % 3 < 2);
    mote_model_run(m); /* of a row that is there always */
    while (mote_model_step(m) == 1)
        continue;
    free(row);
    pool_free(&f.pool);
}

/* A schedule that never waits ends all the same, and takes no row. */
static void who_never_waits_takes_no_row(void **state)
{
    const struct mote_image_entry entry = {1, 1, 0, 1};
    const struct mote_image_group group = {1, 8, 0};
    struct mote_model *m;
    struct fixture f;
    uint8_t *units;

    (void)state;
    must_compile(&f, pool_rows, true);
    units = f.image.data + section(f.image, MOTE_SECTION_SCHEDULE)->offset;
    memcpy(units, &group, sizeof group);
    memcpy(units + sizeof group, &entry, sizeof entry);
    section(f.image, MOTE_SECTION_SCHEDULE)->count = 2;
    m = reopened(&f);
    assert_int_equal(model_feed_rows(m), 0);
    for (int32_t i = 0; i < 2; i++)
        assert_int_equal(mote_model_feed(m, "12345678"), MOTE_ERR_USAGE);
    section(f.image, MOTE_SECTION_SCHEDULE)->count = 0;
    m = reopened(&f);
    assert_int_equal(mote_model_feed(m, NULL), MOTE_ERR_USAGE);
    pool_free(&f.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_are_there_after_the_last_row),  cmocka_unit_test(flat_inputs_have_rows),
        cmocka_unit_test(models_that_cannot_be_fed_are_refused), cmocka_unit_test(a_wait_takes_one_row),
        cmocka_unit_test(who_never_waits_takes_no_row),          cmocka_unit_test(a_row_has_room_among_the_tensors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
