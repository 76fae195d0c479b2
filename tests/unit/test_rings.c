/* SPDX-License-Identifier: Apache-2.0 */
/* Models that keep their own history (a state before new rows, the last of both kept): in rings they give the bytes of
 * the plan that copies, for longer than the rings go round, at once and in steps, after a reset and in generated C. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/emit/emit.h"
#include "host/emulate/process.h"
#include "host/run/runner.h"
#include "host/pipeline/pipeline.h"
#include "tests/golden/road.h"
#include "tests/random/builder.h"
#include "tests/shared.h"

#include <cmocka.h>

#define CALLS  700
#define GRAPHS 60
#define Q      " quant [0.1; 0]\n"

/* ---- random graphs ---- */
struct writer {
    struct pool *pool;
    struct text tensors, ops, outputs;
    int32_t n, n_ops; /* tensors and operators so far */
    uint64_t dice;
};

/* Rows of 2 pixels with 4 channels. */
struct view {
    int32_t tensor, rows;
};

static int32_t draw(struct writer *m, int32_t n) { return (int32_t)(dice_next(&m->dice) % (uint64_t)n); }

static const char *random_list(struct writer *m, int32_t n)
{
    struct text t = {.pool = m->pool};

    for (int32_t i = 0; i < n; i++)
        text_add(&t, "%s%d", i > 0 ? ", " : "", draw(m, 256) - 128);
    return t.s;
}

static int32_t put_tensor(struct writer *m, const char *rest)
{
    text_add(&m->tensors, "tensor %d \"t%d\" %s\n", m->n, m->n, rest);
    return m->n++;
}

static int32_t put_rows(struct writer *m, int32_t rows, int32_t channels)
{
    return put_tensor(m, pool_printf(m->pool, "s8 [1,%d,2,%d]" Q, rows, channels));
}

static int32_t put_numbers(struct writer *m, int32_t n, const char *numbers)
{
    return put_tensor(m, pool_printf(m->pool, "s32 [%d] data [%s]", n, numbers));
}

static void put_op(struct writer *m, const char *op) { text_add(&m->ops, "op %d %s\n", m->n_ops++, op); }

/* Rows from `first` on, some of the channels. */
static int32_t put_slice(struct writer *m, struct view w, int32_t first, int32_t channel, int32_t channels)
{
    const int32_t begin = put_numbers(m, 4, pool_printf(m->pool, "0, %d, 0, %d", first, channel)),
                  end = put_numbers(m, 4, pool_printf(m->pool, "1, %d, 2, %d", w.rows, channel + channels)),
                  strides = put_numbers(m, 4, "1, 1, 1, 1"), out = put_rows(m, w.rows - first, channels);

    put_op(m, pool_printf(m->pool, "strided_slice in [%d, %d, %d, %d] out [%d]", w.tensor, begin, end, strides, out));
    return out;
}

/* Of which `hop` rows are new; some models keep the whole window. */
static struct view put_history(struct writer *m, int32_t fresh, int32_t rows, int32_t hop)
{
    const bool whole = draw(m, 2) == 0;
    const int32_t kept = whole ? rows : rows - hop;
    const char *data = draw(m, 3) > 0 ? pool_printf(m->pool, "data [%s]", random_list(m, kept * 8)) : "";
    const int32_t state = put_tensor(m, pool_printf(m->pool, "s8 [1,%d,2,4] quant [0.1; 0] state %s", kept, data));
    struct view old = {put_rows(m, kept, 4), kept}, w = {0, rows};

    put_op(m, pool_printf(m->pool, "read_variable in [%d] out [%d]", state, old.tensor));
    if (whole)
        old.tensor = put_slice(m, old, hop, 0, 4);
    w.tensor = put_rows(m, rows, 4);
    put_op(m, pool_printf(m->pool, "concatenation in [%d, %d] out [%d] axis 1", old.tensor, fresh, w.tensor));
    put_op(m, pool_printf(m->pool, "assign_variable in [%d] out [%d]", whole ? w.tensor : put_slice(m, w, hop, 0, 4),
                          state));
    return w;
}

static void put_output(struct writer *m, int32_t tensor)
{
    text_add(&m->outputs, "%s%d", m->outputs.len > 0 ? ", " : "", tensor);
}

/* A window of all rows, or of so many that as many come out as are new. */
static int32_t put_windows(struct writer *m, struct view w, int32_t channels, int32_t hop)
{
    const int32_t out_rows = hop == 1 || draw(m, 2) == 0 ? 1 : hop, height = w.rows - out_rows + 1;
    const int32_t out = put_rows(m, out_rows, channels);

    if (draw(m, 3) == 0) {
        const int32_t weights = put_tensor(m, pool_printf(m->pool, "s8 [%d,%d,1,%d] data [%s]" Q, channels, height,
                                                          channels, random_list(m, channels * channels * height)));

        put_op(m, pool_printf(m->pool, "conv_2d in [%d, %d] out [%d] padding valid", w.tensor, weights, out));
    } else {
        put_op(m, pool_printf(m->pool, "%s in [%d] out [%d] padding valid stride_h 1 stride_w 1 filter_h %d filter_w 1",
                              draw(m, 2) == 0 ? "max_pool_2d" : "average_pool_2d", w.tensor, out, height));
    }
    put_output(m, out);
    return out_rows == 1 ? out : -1;
}

static void put_dense(struct writer *m, struct view w)
{
    const int32_t shape = put_numbers(m, 2, pool_printf(m->pool, "1, %d", w.rows * 8)),
                  flat = put_tensor(m, pool_printf(m->pool, "s8 [1,%d]" Q, w.rows * 8)),
                  weights = put_tensor(
                      m, pool_printf(m->pool, "s8 [3,%d] data [%s]" Q, w.rows * 8, random_list(m, 3 * w.rows * 8))),
                  out = put_tensor(m, "s8 [1,3] quant [4; 3]");

    put_op(m, pool_printf(m->pool, "reshape in [%d, %d] out [%d]", w.tensor, shape, flat));
    put_op(m, pool_printf(m->pool, "fully_connected in [%d, %d] out [%d]", flat, weights, out));
    put_output(m, out);
}

static void put_mean(struct writer *m, struct view w)
{
    const int32_t axes = put_numbers(m, 2, "1, 2"), out = put_tensor(m, "s8 [1,4] quant [0.07; 3]");

    put_op(m, pool_printf(m->pool, "mean in [%d, %d] out [%d]", w.tensor, axes, out));
    put_output(m, out);
}

/* Who reads a window; returns a new row that comes out, or -1. */
static int32_t put_readers(struct writer *m, struct view w, int32_t hop)
{
    struct view part = w;

    switch (draw(m, 6)) {
    case 0:
        put_dense(m, w);
        return -1;
    case 1:
        put_mean(m, w);
        if (draw(m, 2) == 0)
            put_dense(m, w);
        return -1;
    case 2: /* the halves of the channels, of one the last rows */
        part.tensor = put_slice(m, w, 0, 0, 2);
        (void)put_windows(m, part, 2, hop);
        part.tensor = put_slice(m, w, w.rows > hop + 2, 2, 2);
        part.rows -= w.rows > hop + 2;
        (void)put_windows(m, part, 2, hop);
        return -1;
    case 3: /* the last rows, and all */
        part.tensor = put_slice(m, w, w.rows > hop + 1, 0, 4);
        part.rows -= w.rows > hop + 1;
        (void)put_windows(m, part, 4, hop);
        return put_windows(m, w, 4, hop);
    default:
        return put_windows(m, w, 4, hop);
    }
}

static const char *random_graph(struct pool *pool, uint64_t seed)
{
    struct writer m = {pool, {.pool = pool}, {.pool = pool}, {.pool = pool}, 0, 0, seed};
    const int32_t hop = 1 + draw(&m, 3), in = put_rows(&m, hop, 4);
    int32_t fresh = put_readers(&m, put_history(&m, in, hop + 1 + draw(&m, 12), hop), hop);

    for (int32_t more = draw(&m, 3); more > 0 && fresh >= 0; more--)
        fresh = put_readers(&m, put_history(&m, fresh, 2 + draw(&m, 12), 1), 1);
    return pool_printf(pool, "mote-graph 1\nmodel t\ngraph\n%s%sinputs [%d]\noutputs [%s]\nend\n", m.tensors.s, m.ops.s,
                       in, m.outputs.s);
}

/* ---- running ---- */
struct compiled {
    struct pipeline p;
    struct runner r;
    struct report_text report;
};

static void open_model(struct pool *pool, struct compiled *c, const struct pipeline_options *options, uint64_t seed)
{
    const struct frame at = {.index = -1, .sink = &c->report};

    if (pipeline_compile(&c->p, options, &at) != MOTE_OK || runner_open(pool, c->p.image, &c->r, &at) != MOTE_OK)
        fail_msg("%llu: %s", (unsigned long long)seed, c->report.text);
}

static void compile(struct pool *pool, struct compiled *c, const char *graph, const struct pipeline_options *options,
                    uint64_t seed)
{
    const struct frame at = {.index = -1, .sink = &c->report};

    *c = (struct compiled){.p = pipeline_of(pool, "t")};
    if (model_parse(&c->p.model, (struct bytes){(uint8_t *)(uintptr_t)graph, strlen(graph)}, &at) != MOTE_OK)
        fail_msg("%llu: %s\n%s", (unsigned long long)seed, c->report.text, graph);
    open_model(pool, c, options, seed);
}

static void run(struct runner *r, const uint8_t *in, uint8_t *out, bool in_steps)
{
    if (!in_steps) {
        runner_run(r, in, out);
        return;
    }
    model_set_inputs(&r->model, in);
    while (mote_model_step(&r->model) == 1)
        continue;
    model_get_outputs(&r->model, out);
}

/* Equal outputs, with a reset on the way. */
static void want_same(struct pool *pool, struct compiled *rings, struct compiled *copies, uint64_t seed)
{
    const size_t in_bytes = runner_input_bytes(&copies->r), out_bytes = runner_output_bytes(&copies->r);
    uint8_t *in = pool_alloc(pool, in_bytes), *want = pool_alloc(pool, out_bytes), *got = pool_alloc(pool, out_bytes);
    uint64_t dice = seed;

    assert_int_equal(copies->p.plan.rounds.n, 0);
    for (int32_t call = 0; call < CALLS; call++) {
        if (call == 100) {
            mote_model_reset(&rings->r.model);
            mote_model_reset(&copies->r.model);
        }
        fill_random(&dice, TYPE_S8, in, (int64_t)in_bytes);
        run(&copies->r, in, want, false);
        run(&rings->r, in, got, call % 3 == 0);
        if (memcmp(got, want, out_bytes) != 0)
            fail_msg("%llu: call %d differs", (unsigned long long)seed, call);
    }
}

static void rings_give_what_copies_give(void **state)
{
    const struct target targets[] = {target_portable, target_host(), target_of_core(core_named("cortex-m4f"))};
    int made = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= GRAPHS; seed++) {
        struct pool pool = {0};
        const char *graph = random_graph(&pool, seed);
        struct compiled copies, rings;

        compile(&pool, &copies, graph, &(struct pipeline_options){.keep_all = true}, seed);
        compile(&pool, &rings, graph,
                &(struct pipeline_options){.target = &targets[seed % COUNT(targets)],
                                           .optimize = seed / 3 % 2 == 0 ? OPTIMIZE_SPEED : OPTIMIZE_BALANCED},
                seed);
        made += rings.p.plan.rounds.n > 0;
        want_same(&pool, &rings, &copies, seed);
        pool_free(&pool);
    }
    print_message("%d of %d models have rings\n", made, GRAPHS);
    assert_true(made > GRAPHS / 2);
}

/* ---- generated C ---- */
static const char main_c[] =
    "#include <stdio.h>\n#include \"t.h\"\n\n"
    "static _Alignas(16) unsigned char arena[T_ARENA_BYTES];\n\n"
    "int main(void)\n{\n    t_reset(arena);\n"
    "    while (fread(t_input_0(arena), T_INPUT_0_BYTES, 1, stdin) == 1) {\n        t_run(arena);\n"
    "        for (int i = 0; i < T_OUTPUTS; i++)\n"
    "            fwrite(t_output(arena, i), t_output_bytes(i), 1, stdout);\n    }\n    return 0;\n}\n";

static void must(struct compiled *c, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", c->report.text);
}

/* The outputs for the bytes of all inputs. */
static struct bytes run_c(struct pool *pool, struct compiled *c, struct bytes in)
{
    const struct frame at = {.index = -1, .sink = &c->report};
    char dir[] = "/tmp/mote-rings-XXXXXX";
    struct process p = {.folder = dir, .packages = "gcc", .seconds = 100};
    struct bytes got;

    assert_non_null(mkdtemp(dir));
    must(c, emit_c(&c->p.plan, MOTE_SOURCE_DIR, dir, &at));
    must(c, file_write(pool_printf(pool, "%s/main.c", dir), main_c, sizeof main_c - 1, &at));
    must(c, file_write(pool_printf(pool, "%s/in", dir), in.data, in.size, &at));
    p.log = pool_printf(pool, "%s/log", dir);
    p.argv = (const char *const[]){"sh", "-c",
                                   "gcc -std=c11 -Wall -Wextra -Wconversion -Werror -O1 $(find . -name '*.c') -o t && "
                                   "./t < in > got",
                                   NULL};
    must(c, process_run(&p, 1, &at));
    if (p.exit_code != 0)
        fail_msg("%s", process_log(pool, &p));
    must(c, file_read(pool, pool_printf(pool, "%s/got", dir), &got, &at));
    folder_remove(dir);
    return got;
}

static void generated_c_gives_it_too(void **state)
{
    struct pool pool = {0};
    int checked = 0;

    (void)state;
    for (uint64_t seed = 1; checked < 2; seed++) {
        const char *graph = random_graph(&pool, seed);
        struct compiled copies, rings;
        size_t in_bytes, out_bytes;
        struct bytes in, got;
        uint64_t dice = seed;
        uint8_t *want;

        compile(&pool, &copies, graph, &(struct pipeline_options){.keep_all = true}, seed);
        compile(&pool, &rings, graph, &(struct pipeline_options){.optimize = OPTIMIZE_SPEED}, seed);
        if (rings.p.plan.rounds.n == 0 || rings.p.plan.rounds.period < 5)
            continue;
        in_bytes = runner_input_bytes(&copies.r);
        out_bytes = runner_output_bytes(&copies.r);
        in = (struct bytes){pool_alloc(&pool, CALLS * in_bytes), CALLS * in_bytes};
        fill_random(&dice, TYPE_S8, in.data, (int64_t)in.size);
        want = pool_alloc(&pool, out_bytes);
        got = run_c(&pool, &rings, in);
        assert_int_equal(got.size, CALLS * out_bytes);
        for (int32_t call = 0; call < CALLS; call++) {
            run(&copies.r, in.data + (size_t)call * in_bytes, want, false);
            assert_memory_equal(got.data + (size_t)call * out_bytes, want, out_bytes);
        }
        checked++;
    }
    pool_free(&pool);
}

/* ---- real models ---- */
static void load(struct pool *pool, struct compiled *c, const char *path, const struct pipeline_options *options)
{
    const struct frame at = {.index = -1, .sink = &c->report};

    *c = (struct compiled){0};
    must(c, pipeline_load(pool, path, &c->p, &at));
    open_model(pool, c, options, 0);
}

static void wake_words_have_rings(void **state)
{
    static const char *const models[] = {"v1/alexa", "v2/alexa", "v2/okay_nabu", "v2/vad"};
    const struct target target = target_of_core(core_named("cortex-m4f"));

    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        struct pool pool = {0};
        const char *path = shared_path(&pool, pool_printf(&pool, "models/microwakeword/%s.tflite", models[i]));
        struct compiled copies, rings;

        if (path == NULL) {
            pool_free(&pool);
            skip();
        }
        load(&pool, &copies, path, &(struct pipeline_options){.keep_all = true});
        load(&pool, &rings, path, &(struct pipeline_options){.target = &target});
        assert_true(rings.p.plan.rounds.n > 0);
        want_same(&pool, &rings, &copies, i);
        pool_free(&pool);
    }
}

/* Who keeps rows otherwise copies them, as ever: with a reader that takes the window as a whole. */
static void others_stay_as_they_are(void **state)
{
    static const char whole[] =
        "mote-graph 1\nmodel t\ngraph\ntensor 0 \"in\" s8 [1,1,2,4]" Q
        "tensor 1 \"s\" s8 [1,3,2,4] quant [0.1; 0] state\n"
        "tensor 2 \"old\" s8 [1,3,2,4]" Q "tensor 3 \"w\" s8 [1,4,2,4]" Q "tensor 4 \"b\" s32 [4] data [0, 1, 0, 0]\n"
        "tensor 5 \"e\" s32 [4] data [1, 4, 2, 4]\ntensor 6 \"n\" s32 [4] data [1, 1, 1, 1]\n"
        "tensor 7 \"kept\" s8 [1,3,2,4]" Q "tensor 8 \"p\" s32 [4] data [0, 2, 1, 3]\ntensor 9 \"out\" s8 [1,2,4,4]" Q
        "op 0 read_variable in [1] out [2]\nop 1 concatenation in [2, 0] out [3] axis 1\n"
        "op 2 strided_slice in [3, 4, 5, 6] out [7]\nop 3 assign_variable in [7] out [1]\n"
        "op 4 transpose in [3, 8] out [9]\ninputs [0]\noutputs [9]\nend\n";
    struct compiled rings, copies;
    struct pool pool = {0};

    (void)state;
    compile(&pool, &copies, whole, &(struct pipeline_options){.keep_all = true}, 0);
    compile(&pool, &rings, whole, &(struct pipeline_options){.optimize = OPTIMIZE_SPEED}, 0);
    assert_int_equal(rings.p.plan.rounds.n, 0);
    want_same(&pool, &rings, &copies, 0);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rings_give_what_copies_give),
        cmocka_unit_test(generated_c_gives_it_too),
        cmocka_unit_test(wake_words_have_rings),
        cmocka_unit_test(others_stay_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
