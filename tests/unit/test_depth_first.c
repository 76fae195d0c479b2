/* SPDX-License-Identifier: Apache-2.0 */
/* Plans whose steps pass rows on: what memory holds, that each row is there when it is read, and that schedules are
 * short. That the bytes are those of whole tensors, the random graphs say (test_random.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/plan/flow.h"
#include "host/plan/schedule.h"
#include "host/plan/stages.h"

#include <cmocka.h>

#define POOL  "padding same stride_h 1 stride_w 1 filter_h 3 filter_w 3\n"
#define HALF  "padding same stride_h 2 stride_w 2 filter_h 3 filter_w 3\n"
#define BYTES "s8 [1,64,8,4] quant [0.1; 0]\n"
#define REALS "f32 [1,64,8,4]\n" /* too large to stay */

static const char chain[] = "mote-graph 1\nmodel t\ngraph\ntensor 0 \"a\" " BYTES "tensor 1 \"b\" " REALS
                            "tensor 2 \"c\" f32 [1,32,4,4]\ntensor 3 \"d\" f32 [1,32,4,4]\n"
                            "tensor 4 \"e\" s8 [1,32,4,4] quant [0.1; 0]\nop 0 dequantize in [0] out [1]\n"
                            "op 1 max_pool_2d in [1] out [2] " HALF "op 2 max_pool_2d in [2] out [3] " POOL
                            "op 3 quantize in [3] out [4]\ninputs [0]\noutputs [4]\nend\n";

/* The branch needs three rows, the join one of what the branch starts from. */
static const char residual[] =
    "mote-graph 1\nmodel t\ngraph\ntensor 0 \"a\" " BYTES "tensor 1 \"b\" " REALS "tensor 2 \"c\" " REALS
    "tensor 3 \"d\" " REALS "tensor 4 \"e\" " REALS "tensor 5 \"f\" " BYTES "op 0 dequantize in [0] out [1]\n"
    "op 1 max_pool_2d in [1] out [2] " POOL "op 2 max_pool_2d in [2] out [3] " POOL
    "op 3 add in [2, 3] out [4]\nop 4 quantize in [4] out [5]\n"
    "inputs [0]\noutputs [5]\nend\n";

/* What is scaled waits for the mean of all of it. */
static const char squeeze[] = "mote-graph 1\nmodel t\ngraph\ntensor 0 \"a\" " BYTES "tensor 1 \"b\" " REALS
                              "tensor 2 \"m\" f32 [1,1,1,4]\ntensor 3 \"axes\" s32 [2] data [1, 2]\n"
                              "tensor 4 \"c\" " REALS "tensor 5 \"d\" " BYTES "op 0 dequantize in [0] out [1]\n"
                              "op 1 mean in [1, 3] out [2] keep_dims 1\nop 2 mul in [1, 2] out [4]\n"
                              "op 3 quantize in [4] out [5]\ninputs [0]\noutputs [5]\nend\n";

/* Rows of "b" are all read before "d" and "e" are written, and "b" is not needed again before its next rows. */
static const char idle[] =
    "mote-graph 1\nmodel t\ngraph\ntensor 0 \"a\" " BYTES "tensor 1 \"b\" " REALS
    "tensor 2 \"c\" f32 [1,32,4,4]\ntensor 3 \"d\" f32 [1,32,4,4]\ntensor 4 \"e\" f32 [1,32,4,4]\n"
    "tensor 5 \"f\" s8 [1,32,4,4] quant [0.1; 0]\nop 0 dequantize in [0] out [1]\n"
    "op 1 max_pool_2d in [1] out [2] padding valid stride_h 2 stride_w 2 filter_h 2 filter_w 2\n"
    "op 2 max_pool_2d in [2] out [3] " POOL "op 3 mul in [3, 3] out [4]\nop 4 quantize in [4] out [5]\n"
    "inputs [0]\noutputs [5]\nend\n";

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct model model;
    struct plan plan;
};

static void make_plan(struct fixture *f, const char *graph, enum optimize optimize, bool keep_all)
{
    const struct plan_options options = {.optimize = optimize, .keep_all = keep_all};

    *f = (struct fixture){.at = {.index = -1}};
    f->at.sink = &f->report;
    f->model.pool = &f->pool;
    if (model_parse(&f->model, (struct bytes){(uint8_t *)(uintptr_t)graph, strlen(graph)}, &f->at) != MOTE_OK ||
        plan_make(&f->pool, &f->model, &target_portable, &options, &f->plan, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
}

static const struct value *value_named(const struct fixture *f, const char *name)
{
    for (int32_t i = 0; i < f->plan.n_values; i++)
        if (strcmp(f->plan.values[i].name, name) == 0)
            return &f->plan.values[i];
    fail_msg("no value %s", name);
    return NULL;
}

static int64_t bytes_of(const struct fixture *f, const char *name) { return value_named(f, name)->bytes; }

/* ---- what is read is there ---- */
/* What each byte of the arena holds: a row of a value. */
struct held {
    int32_t value, row;
};

static int32_t rows_of(const struct fixture *f, int32_t value)
{
    for (int32_t s = 0; s < f->plan.n_steps; s++)
        for (int32_t i = 0; i < f->plan.steps[s].n_args; i++)
            if (f->plan.steps[s].args[i] == value && rows_of_arg(&f->plan, &f->plan.steps[s], i) > 0)
                return rows_of_arg(&f->plan, &f->plan.steps[s], i);
    return 1;
}

/* A call or the caller writes the row, or it is read, where it lies in its ring. */
static void touch_row(const struct fixture *f, struct held *arena, int32_t value, int32_t row, bool writes)
{
    const struct value *v = &f->plan.values[value];
    const int64_t bytes = v->decoded / rows_of(f, value), from = v->offset + row * bytes % v->bytes;

    for (int64_t i = from; i < from + bytes; i++) {
        if (writes)
            arena[i] = (struct held){.value = value, .row = row};
        assert_int_equal(arena[i].value, value);
        assert_int_equal(arena[i].row, row);
    }
}

static void run_call(const struct fixture *f, const struct schedule_call *c, struct held *arena)
{
    const struct step *s = &f->plan.steps[c->step];

    for (int pass = 0; pass < 2; pass++)
        for (int32_t i = 0; i < kernels[s->kernel]->n_args; i++) {
            struct row_range r =
                rows_of_arg(&f->plan, s, i) > 0
                    ? rows_needed(&f->plan, s, i, (struct row_range){.first = c->first, .count = c->rows})
                    : (struct row_range){.first = 0, .count = 1}; /* all of it */

            if (f->plan.values[s->args[i]].kind == VALUE_CONST || step_writes(s, i) != (pass == 1))
                continue;
            for (int32_t row = r.first; row < r.first + r.count; row++)
                touch_row(f, arena, s->args[i], row, pass == 1);
        }
}

/* Each row is computed once, in order, and what it needs is where it was put. */
static void prove(struct fixture *f)
{
    struct held *arena = pool_array(&f->pool, (size_t)f->plan.arena_bytes, sizeof *arena);
    int32_t *done = pool_array(&f->pool, (size_t)f->plan.n_steps, sizeof *done);
    const int32_t input = f->plan.value_of_tensor[f->plan.graph->inputs[0]],
                  output = f->plan.value_of_tensor[f->plan.graph->outputs[0]];

    for (int32_t row = 0; row < rows_of(f, input); row++)
        touch_row(f, arena, input, row, true);
    for (int32_t i = 0; i < f->plan.schedule.n_calls; i++) {
        const struct schedule_call *c = &f->plan.schedule.calls[i];

        assert_int_equal(c->first, done[c->step]);
        done[c->step] += c->rows;
        run_call(f, c, arena);
    }
    for (int32_t s = 0; s < f->plan.n_steps; s++)
        assert_int_equal(done[s], f->plan.steps[s].rows);
    for (int32_t row = 0; row < rows_of(f, output); row++)
        touch_row(f, arena, output, row, false);
}

/* ---- tests ---- */
static void memory_holds_what_is_needed(void **state)
{
    static const struct {
        const char *graph, *name;
        int64_t row, least, most;
    } cases[] = {
        {.graph = chain, .name = "a", .row = 32, .least = 64, .most = 64},
        {.graph = chain, .name = "b", .row = 128, .least = 3, .most = 4},
        {.graph = chain, .name = "e", .row = 16, .least = 32, .most = 32},
        {.graph = residual, .name = "b", .row = 128, .least = 3, .most = 4},
        {.graph = residual, .name = "c", .row = 128, .least = 3, .most = 4},
        {.graph = residual, .name = "d", .row = 128, .least = 1, .most = 2},
        {.graph = residual, .name = "e", .row = 128, .least = 1, .most = 2},
        {.graph = residual, .name = "f", .row = 32, .least = 64, .most = 64},
        {.graph = squeeze, .name = "b", .row = 128, .least = 64, .most = 64},
    };
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t rows;

        make_plan(&f, cases[i].graph, OPTIMIZE_RAM, false);
        rows = bytes_of(&f, cases[i].name) / cases[i].row;
        if (rows < cases[i].least || rows > cases[i].most)
            fail_msg("case %zu: %s holds %lld rows", i, cases[i].name, (long long)rows);
        prove(&f);
        pool_free(&f.pool);
    }
}

static void groups_and_calls_are_the_same(void **state)
{
    struct fixture f;

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct schedule_call *calls;
        int32_t n;

        make_plan(&f, (const char *const[]){chain, residual, squeeze}[i], OPTIMIZE_RAM, false);
        n = f.plan.schedule.n_calls;
        calls = pool_copy(&f.pool, f.plan.schedule.calls, (size_t)n * sizeof *calls);
        assert_true(n > 64 && f.plan.schedule.n_entries < n / 4);
        schedule_unfold(&f.plan);
        assert_int_equal(f.plan.schedule.n_calls, n);
        assert_memory_equal(f.plan.schedule.calls, calls, (size_t)n * sizeof *calls);
        pool_free(&f.pool);
    }
}

static void a_smaller_arena_takes_more_calls(void **state)
{
    struct fixture whole, rows, kept;

    (void)state;
    make_plan(&whole, chain, OPTIMIZE_SPEED, false);
    make_plan(&rows, chain, OPTIMIZE_RAM, false);
    make_plan(&kept, chain, OPTIMIZE_RAM, true);
    assert_int_equal(whole.plan.schedule.n_calls, 4);
    assert_int_equal(kept.plan.schedule.n_calls, 4);
    assert_true(whole.plan.arena_bytes >= 64 * (128 + 32));
    assert_true(rows.plan.arena_bytes < 64 * 32 + 3 * (128 + 64) + 256); /* results slide into the input's place */
    assert_true(kept.plan.arena_bytes > whole.plan.arena_bytes);
    pool_free(&whole.pool);
    pool_free(&rows.pool);
    pool_free(&kept.pool);
}

static bool share_bytes(const struct value *a, const struct value *b)
{
    return a->offset < b->offset + b->bytes && b->offset < a->offset + a->bytes;
}

static void a_ring_is_others_between_its_rows(void **state)
{
    struct fixture f;

    (void)state;
    make_plan(&f, idle, OPTIMIZE_RAM, false);
    assert_int_equal(bytes_of(&f, "b"), 2 * 128);
    assert_true(share_bytes(value_named(&f, "b"), value_named(&f, "d")));
    assert_true(share_bytes(value_named(&f, "b"), value_named(&f, "e")));
    assert_false(share_bytes(value_named(&f, "b"), value_named(&f, "c")));
    prove(&f);
    pool_free(&f.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_holds_what_is_needed),
        cmocka_unit_test(groups_and_calls_are_the_same),
        cmocka_unit_test(a_smaller_arena_takes_more_calls),
        cmocka_unit_test(a_ring_is_others_between_its_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
