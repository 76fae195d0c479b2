/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `coding` with a pruned network of LeNet-300-100's shape: what is coded when, and that host and emulated
 * board compute what the dense network computes, from an image and from generated C. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/base/base.h"
#include "host/boards/board.h"
#include "host/emit/emit.h"
#include "host/emulate/emulate.h"
#include "host/pipeline/pipeline.h"
#include "host/plan/kernels.h"
#include "host/plan/stages.h"
#include "host/run/runner.h"
#include "mote/kernels/dense/fully_connected_packed_s8.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

enum { INPUTS = 784, OUTPUTS = 10, LAYERS = 3, SAMPLES = 5 };

static uint64_t seed;

static int32_t between(int32_t min, int32_t max)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return min + (int32_t)((uint32_t)(seed >> 33) % (uint32_t)(max - min + 1));
}

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct bytes file; /* a graph file */
    int32_t kept;      /* weights that are not 0 */
    int32_t levels;    /* values that these have */
    uint8_t samples[SAMPLES * INPUTS];
};

static void want_ok(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", f->report.text);
}

/* ---- the network ---- */
static const int32_t sizes[LAYERS + 1] = {INPUTS, 300, 100, OUTPUTS}, living[LAYERS + 1] = {410, 51, 57, OUTPUTS};

/* Unit i of a layer has weights. */
static bool lives(int32_t layer, int32_t i)
{
    return (int64_t)i * living[layer] / sizes[layer] != (int64_t)(i + 1) * living[layer] / sizes[layer];
}

/* One in `sparse` of those between units that live, in so many levels, small ones more often; dense ones in all. */
static int8_t draw_weight(struct fixture *f, int32_t layer, int32_t from, int32_t to, int32_t sparse)
{
    static const int8_t levels[16] = {-18, 18, -26, 26, -34, 34, -43, 43, -53, 53, -64, 64, -78, 78, -101, 120};

    if (sparse == 0)
        return (int8_t)between(-127, 127);
    if (!lives(layer, from) || !lives(layer + 1, to) || between(1, sparse) != 1)
        return 0;
    f->kept++;
    return levels[between(0, between(0, f->levels - 1))];
}

static void put_blob(struct text *blob, const void *data, size_t bytes)
{
    for (const uint8_t *at = data; bytes > 0; at++, bytes--)
        text_add(blob, "%c", *at);
    while (blob->len % 16 != 0)
        text_add(blob, "%c", 0);
}

static void put_layer(struct fixture *f, int32_t layer, int32_t sparse, struct text *text, struct text *blob)
{
    const double scale = layer == 0 ? 0.004 : 0.05;
    const int32_t t = 3 * layer, n = sizes[layer], out = sizes[layer + 1];
    int8_t *w = pool_array(&f->pool, (size_t)n * (size_t)out, 1);
    int32_t *bias = pool_array(&f->pool, (size_t)out, sizeof *bias);

    for (int32_t o = 0; o < out; o++) {
        bias[o] = between(-300, 300);
        for (int32_t i = 0; i < n; i++)
            w[o * n + i] = draw_weight(f, layer, i, o, sparse);
    }
    text_add(text, "tensor %d \"w%d\" s8 [%d,%d] quant [0.01; 0] data @%zu\n", t + 1, layer, out, n, blob->len);
    put_blob(blob, w, (size_t)n * (size_t)out);
    text_add(text, "tensor %d \"b%d\" s32 [%d] quant [%.8g; 0] data @%zu\n", t + 2, layer, out, scale * 0.01,
             blob->len);
    put_blob(blob, bias, (size_t)out * sizeof *bias);
    text_add(text, "tensor %d \"y%d\" s8 [1,%d] quant [0.05; %d]\n", t + 3, layer, out, layer < 2 ? -128 : 7);
    text_add(text, "op %d fully_connected in [%d, %d, %d] out [%d] activation %s\n", layer, t, t + 1, t + 2, t + 3,
             layer < 2 ? "relu" : "none");
}

static void begin_levels(struct fixture *f, int32_t sparse, int32_t levels)
{
    struct text text = {.pool = &f->pool}, blob = {.pool = &f->pool};

    *f = (struct fixture){.at = {.index = -1}, .levels = levels};
    f->at.sink = &f->report;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    seed = 11;
    text_add(&text, "mote-graph 1\nmodel pruned\ngraph\ntensor 0 \"x\" s8 [1,%d] quant [0.004; -128]\n", INPUTS);
    for (int32_t i = 0; i < LAYERS; i++)
        put_layer(f, i, sparse == 0 ? 0 : i == 0 ? sparse : 5, &text, &blob);
    text_add(&text, "inputs [0]\noutputs [%d]\nend\nblob %zu\n", 3 * LAYERS, blob.len);
    while (text.len % 64 != 0)
        text_add(&text, "%c", 0);
    f->file.size = text.len + blob.len;
    f->file.data = pool_alloc(&f->pool, f->file.size);
    memcpy(f->file.data, text.s, text.len);
    memcpy(f->file.data + text.len, blob.s, blob.len);
    for (size_t i = 0; i < sizeof f->samples; i++)
        f->samples[i] = (uint8_t)between(0, 255);
}

static void begin(struct fixture *f, int32_t sparse) { begin_levels(f, sparse, 16); }

/* Where it stays: a plan knows where its model is. */
static struct pipeline *compiled(struct fixture *f, enum coding coding, enum optimize optimize, const char *core)
{
    struct target target;
    struct pipeline *p = pool_alloc(&f->pool, sizeof *p);

    want_ok(f, target_find(&f->pool, core, &target, &f->at));
    want_ok(f, pipeline_read(&f->pool, "pruned.graph", f->file, p, &f->at));
    want_ok(f, pipeline_compile(
                   p, &(struct pipeline_options){.coding = coding, .optimize = optimize, .target = &target}, &f->at));
    return p;
}

static int32_t coded_steps(const struct plan *plan)
{
    int32_t n = 0;

    for (int32_t i = 0; i < plan->n_steps; i++)
        n += plan->steps[i].kernel == KERNEL_fully_connected_huffman_s8 ||
             plan->steps[i].kernel == KERNEL_fully_connected_packed_s8 ||
             plan->steps[i].kernel == KERNEL_fully_connected_sparse_s8;
    return n;
}

/* ---- what is coded when ---- */
static void codings_are_chosen(void **state)
{
    static const struct {
        enum coding coding;
        enum optimize optimize;
        int32_t coded, coded_of_dense; /* layers, of the pruned network and of one that is not; after the
                                           first, the pruned ones are so small that dense ones are faster */
    } cases[] = {
        {.coding = CODING_USUAL, .optimize = OPTIMIZE_BALANCED, .coded = 1},
        {.coding = CODING_USUAL, .optimize = OPTIMIZE_RAM},
        {.coding = CODING_USUAL, .optimize = OPTIMIZE_SPEED, .coded = 1},
        {.coding = CODING_USUAL, .optimize = OPTIMIZE_FLASH, .coded = 3},
        {.coding = CODING_DENSE, .optimize = OPTIMIZE_FLASH},
        {.coding = CODING_AUTO, .optimize = OPTIMIZE_SPEED, .coded = 1},
        {.coding = CODING_HUFFMAN, .optimize = OPTIMIZE_SPEED, .coded = 3, .coded_of_dense = 3},
    };

    (void)state;
    for (int sparse = 0; sparse <= 12; sparse += 12) {
        struct fixture f;

        begin(&f, sparse);
        for (size_t i = 0; i < COUNT(cases); i++) {
            struct pipeline *p = compiled(&f, cases[i].coding, cases[i].optimize, "cortex-m4f");

            assert_int_equal(coded_steps(&p->plan), sparse ? cases[i].coded : cases[i].coded_of_dense);
        }
        pool_free(&f.pool);
    }
}

/* A layer so small that what it saves is less than the kernel's code. */
static void little_is_not_coded(void **state)
{
    static const char graph[] = "mote-graph 1\nmodel t\ngraph\ntensor 0 \"x\" s8 [1,64] quant [0.1; 0]\n"
                                "tensor 1 \"w\" s8 [2,64] quant [0.1; 0] data [%s]\n"
                                "tensor 2 \"y\" s8 [1,2] quant [0.1; 0]\n"
                                "op 0 fully_connected in [0, 1, -] out [2]\ninputs [0]\noutputs [2]\nend\n";
    struct fixture f = {.at = {.index = -1}};
    struct text numbers = {.pool = &f.pool};
    struct pipeline *p;

    (void)state;
    f.at.sink = &f.report;
    for (int i = 0; i < 128; i++)
        text_add(&numbers, "%s%d", i > 0 ? ", " : "", i % 9 == 0 ? 5 : 0);
    f.file.data = (uint8_t *)pool_printf(&f.pool, graph, numbers.s);
    f.file.size = strlen((const char *)f.file.data);
    p = compiled(&f, CODING_AUTO, OPTIMIZE_FLASH, "cortex-m4f");
    assert_int_equal(coded_steps(&p->plan), 0);
    p = compiled(&f, CODING_HUFFMAN, OPTIMIZE_FLASH, "cortex-m4f");
    assert_int_equal(coded_steps(&p->plan), 1);
    assert_true(p->plan.weight_bytes < 64);
    pool_free(&f.pool);
}

/* ---- models from elsewhere ---- */
enum { WIDE = 400, HIGH = 96 };

/* A .tflite of one layer, as a library that prunes, clusters or rounds leaves it: one weight in `sparse` is not 0 and
 * has one of so many values, with a scale a channel or one. */
static struct bytes layer_from_elsewhere(struct fixture *f, int32_t sparse, int32_t values, bool per_channel)
{
    const int32_t step = 254 / values;
    struct text text = {.pool = &f->pool};
    struct pipeline p;
    struct bytes file;

    text_add(&text, "mote-graph 1\nmodel t\ngraph\ntensor 0 \"x\" s8 [1,%d] quant [0.02; -5]\n", WIDE);
    text_add(&text, "tensor 1 \"w\" s8 [%d,%d] quant %s[0.01", HIGH, WIDE, per_channel ? "axis 0 " : "");
    for (int32_t i = 1; i < HIGH && per_channel; i++)
        text_add(&text, ", 0.0%d", 10 + i % 30);
    for (int32_t i = 0; i < (per_channel ? HIGH : 1); i++)
        text_add(&text, i == 0 ? "; 0" : ", 0");
    for (int32_t i = 0; i < WIDE * HIGH; i++)
        text_add(&text, "%s%d", i == 0 ? "] data [" : ", ",
                 between(1, sparse) == 1 ? 127 - step * between(0, values - 1) : 0);
    text_add(&text, "]\ntensor 2 \"y\" s8 [1,%d] quant [0.5; 3]\n", HIGH);
    text_add(&text, "op 0 fully_connected in [0, 1, -] out [2]\ninputs [0]\noutputs [2]\nend\n");
    want_ok(f, pipeline_read(&f->pool, "t.graph", (struct bytes){(uint8_t *)text.s, text.len}, &p, &f->at));
    want_ok(f, emit_tflite(&f->pool, &p.model, &file, &f->at));
    return file;
}

static const struct pipeline *compiled_file(struct fixture *f, struct bytes file, enum coding coding,
                                            enum optimize optimize, uint8_t outputs[SAMPLES * HIGH])
{
    struct pipeline *p = pool_alloc(&f->pool, sizeof *p);
    struct target target;
    struct runner r;

    want_ok(f, target_find(&f->pool, "cortex-m4f", &target, &f->at));
    want_ok(f, pipeline_read(&f->pool, "t.tflite", file, p, &f->at));
    want_ok(f, pipeline_compile(
                   p, &(struct pipeline_options){.coding = coding, .optimize = optimize, .target = &target}, &f->at));
    want_ok(f, runner_open(&f->pool, p->image, &r, &f->at));
    for (int i = 0; i < SAMPLES; i++)
        runner_run(&r, f->samples + i * WIDE, outputs + i * HIGH);
    return p;
}

/* Bytes a weight: 8 bits, or what the values' codes take. Without being asked a layer is coded where that is faster,
 * with --optimize flash where it becomes half. */
static void few_values_and_zeros_of_tflite_files_are_found(void **state)
{
    static const struct {
        int32_t sparse, values;
        bool per_channel;
        int32_t usual, flash;
        double bits; /* a weight, with little flash, at most */
    } cases[] = {
        {.sparse = 1, .values = 254, .per_channel = true, .bits = 8.1},                        /* as it comes */
        {.sparse = 2, .values = 254, .per_channel = true, .bits = 8.1},                        /* half pruned */
        {.sparse = 5, .values = 254, .per_channel = true, .flash = 1, .bits = 2.6},            /* four of five */
        {.sparse = 25, .values = 254, .per_channel = true, .usual = 1, .flash = 1, .bits = 1}, /* almost all */
        {.sparse = 2, .values = 16, .flash = 1, .bits = 3.3},                                  /* pruned, clustered */
        {.sparse = 1, .values = 14, .flash = 1, .bits = 4.1},                                  /* of four bits */
        {.sparse = 1, .values = 4, .flash = 1, .bits = 2.1},                                   /* of two bits */
        {.sparse = 1, .values = 2, .per_channel = true, .flash = 1, .bits = 1.1},              /* of one bit */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint8_t want[SAMPLES * HIGH], usual[SAMPLES * HIGH], small[SAMPLES * HIGH];
        const struct pipeline *p;
        struct bytes file;
        struct fixture f;

        begin(&f, 12);
        file = layer_from_elsewhere(&f, cases[i].sparse, cases[i].values, cases[i].per_channel);
        p = compiled_file(&f, file, CODING_DENSE, OPTIMIZE_BALANCED, want);
        assert_int_equal(coded_steps(&p->plan), 0);
        assert_memory_not_equal(want, want + HIGH, HIGH);
        p = compiled_file(&f, file, CODING_USUAL, OPTIMIZE_BALANCED, usual);
        assert_int_equal(coded_steps(&p->plan), cases[i].usual);
        p = compiled_file(&f, file, CODING_USUAL, OPTIMIZE_FLASH, small);
        assert_int_equal(coded_steps(&p->plan), cases[i].flash);
        print_message("%d: %.2f bits a weight\n", (int)i, 8.0 * (double)p->plan.weight_bytes / (WIDE * HIGH));
        assert_true(8 * ((double)p->plan.weight_bytes - 9 * HIGH) / (WIDE * HIGH) <= cases[i].bits);
        assert_memory_equal(usual, want, sizeof want);
        assert_memory_equal(small, want, sizeof want);
        pool_free(&f.pool);
    }
}

static const char *printed(struct fixture *f, const struct plan *plan)
{
    struct text text = {.pool = &f->pool};

    for (int i = 0; i < stages_count; i++)
        if (strcmp(stages[i].name, "coding") == 0)
            stages[i].print(plan, &text);
    return text.s;
}

static void the_stage_prints_what_it_coded(void **state)
{
    struct fixture f;
    struct pipeline *p;

    (void)state;
    begin(&f, 12);
    p = compiled(&f, CODING_AUTO, OPTIMIZE_SPEED, "cortex-m4f");
    assert_non_null(strstr(printed(&f, &p->plan), "step 0: sparse, 51x784 weights in "));
    p = compiled(&f, CODING_AUTO, OPTIMIZE_FLASH, "cortex-m4f");
    assert_non_null(strstr(printed(&f, &p->plan), "step 0: huffman, 51x784 weights in "));
    p = compiled(&f, CODING_DENSE, OPTIMIZE_SPEED, "cortex-m4f");
    assert_string_equal(printed(&f, &p->plan), "step 0: dense\nstep 1: dense\nstep 2: dense\n");
    pool_free(&f.pool);
}

/* Short codes, and no inputs that are picked: smaller tables, some bytes more. */
static void ram_takes_short_codes(void **state)
{
    struct fixture f;
    struct pipeline *fast, *small;

    (void)state;
    begin(&f, 12);
    fast = compiled(&f, CODING_HUFFMAN, OPTIMIZE_FLASH, "avr5");
    small = compiled(&f, CODING_HUFFMAN, OPTIMIZE_RAM, "avr5");
    assert_int_equal(coded_steps(&small->plan), 3);
    assert_true(small->plan.arena_bytes <= fast->plan.arena_bytes - 1024);
    assert_in_range(small->plan.arena_bytes, INPUTS, INPUTS + 192);
    assert_in_range(small->plan.weight_bytes, fast->plan.weight_bytes, fast->plan.weight_bytes * 6 / 5);
    pool_free(&f.pool);
}

/* ---- the same bytes ---- */
static void run_all(struct fixture *f, const struct pipeline *p, uint8_t outputs[SAMPLES * OUTPUTS])
{
    struct runner r;

    want_ok(f, runner_open(&f->pool, p->image, &r, &f->at));
    for (int i = 0; i < SAMPLES; i++)
        runner_run(&r, f->samples + i * INPUTS, outputs + i * OUTPUTS);
}

static void host_computes_the_same(void **state)
{
    uint8_t want[SAMPLES * OUTPUTS], got[SAMPLES * OUTPUTS];

    (void)state;
    for (int sparse = 0; sparse <= 12; sparse += 6) {
        struct pipeline *p;
        struct fixture f;

        begin(&f, sparse);
        p = compiled(&f, CODING_DENSE, OPTIMIZE_BALANCED, "host");
        run_all(&f, p, want);
        assert_memory_not_equal(want, want + OUTPUTS, OUTPUTS);
        for (enum coding coding = CODING_HUFFMAN; coding <= CODING_SPARSE; coding++) {
            p = compiled(&f, coding, OPTIMIZE_BALANCED, "cortex-m0");
            run_all(&f, p, got);
            assert_memory_equal(got, want, sizeof want);
        }
        pool_free(&f.pool);
    }
}

static void emulate(struct fixture *f, struct pipeline *p, const char *board, bool via_c, struct emulate_result *r)
{
    struct text list = {.pool = &f->pool};
    struct emulate_job job = {.via_c = via_c,
                              .name = "pruned",
                              .image = p->image,
                              .arena_bytes = p->plan.arena_bytes,
                              .input = {f->samples, sizeof f->samples},
                              .n = SAMPLES};

    emit_kernel_list(&p->plan, &list);
    job.kernel_list = list.s;
    want_ok(f, board_load(&f->pool, board, &job.board, &f->at));
    want_ok(f, folder_temporary(&f->pool, "mote-test-coding", &job.c_dir, &f->at));
    want_ok(f, emit_c(&p->plan, MOTE_SOURCE_DIR, job.c_dir, &f->at));
    want_ok(f, emulate_run(&f->pool, &job, r, &f->at));
    folder_remove(job.c_dir);
}

/* Codes of few levels are decoded with their gaps, in fewer instructions a weight that is not 0, with all else. */
static void the_board_computes_the_same(void **state)
{
    static const struct {
        int32_t levels;
        enum optimize optimize;
        int32_t most; /* instructions a weight */
    } cases[] = {
        {16, OPTIMIZE_BALANCED, 23}, {16, OPTIMIZE_SPEED, 22}, {4, OPTIMIZE_BALANCED, 19}, {2, OPTIMIZE_SPEED, 18}};

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        uint8_t want[SAMPLES * OUTPUTS];
        struct emulate_result r;
        struct fixture f;
        struct pipeline *p;

        begin_levels(&f, 12, cases[i / 2].levels);
        p = compiled(&f, CODING_DENSE, OPTIMIZE_BALANCED, "host");
        run_all(&f, p, want);
        p = compiled(&f, CODING_HUFFMAN, cases[i / 2].optimize, "cortex-m4f");
        emulate(&f, p, "mps2-an386", i % 2 == 0, &r);
        assert_int_equal(r.output.size, sizeof want);
        assert_memory_equal(r.output.data, want, sizeof want);
        print_message("%d weights of %d levels, %lld bytes, %lld instructions, %.2f a weight\n", (int)f.kept,
                      (int)f.levels, (long long)p->plan.weight_bytes, (long long)r.instructions[0],
                      (double)r.instructions[0] / f.kept);
        assert_in_range(r.instructions[0], 10 * f.kept, cases[i / 2].most * f.kept);
        pool_free(&f.pool);
    }
}

/* ---- indices of few bits ---- */
static const int32_t packed_levels[] = {1, 3, 15}; /* and 0: of 1, 2 and 4 bits */

static int32_t packed_steps(const struct plan *plan)
{
    int32_t n = 0;

    for (int32_t i = 0; i < plan->n_steps; i++)
        n += plan->steps[i].kernel == KERNEL_fully_connected_packed_s8;
    return n;
}

/* Of layers that are packed, without units that have no weights. */
static int32_t packed_weights(const struct plan *plan)
{
    int32_t n = 0;

    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct mote_fully_connected_packed_s8 *p = (const void *)plan->steps[i].params;

        if (plan->steps[i].kernel == KERNEL_fully_connected_packed_s8)
            n += p->in_len * p->out_c;
    }
    return n;
}

static void few_values_are_packed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(packed_levels); i++) {
        const int32_t bits = 1 << i;
        struct fixture f;
        struct pipeline *p;
        const char *text;

        begin_levels(&f, 1, packed_levels[i]);
        p = compiled(&f, CODING_PACKED, OPTIMIZE_BALANCED, "cortex-m0");
        assert_int_equal(packed_steps(&p->plan), LAYERS);
        text = pool_printf(&f.pool, "step 0: packed, 51x784 weights of %d bits in %d bytes, biases of 2 bytes\n", bits,
                           51 * 98 * bits);
        assert_non_null(strstr(printed(&f, &p->plan), text));
        pool_free(&f.pool);
        begin(&f, 1); /* 16 levels and 0: too many */
        p = compiled(&f, CODING_PACKED, OPTIMIZE_BALANCED, "cortex-m0");
        assert_int_equal(packed_steps(&p->plan), 0);
        pool_free(&f.pool);
    }
}

/* Evenly spread values have Huffman codes of as many bits, and rows' counts besides. Dense weights are faster. */
static void few_values_are_packed_where_that_pays(void **state)
{
    static const struct {
        int32_t sparse, values, packed; /* packed: with the fewest bytes, and with what is worth them */
    } cases[] = {{1, 14, 1}, {1, 4, 1}, {1, 2, 1}, {25, 14, 0}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint8_t want[SAMPLES * HIGH], got[SAMPLES * HIGH];
        struct bytes file;
        struct fixture f;

        begin(&f, 12);
        file = layer_from_elsewhere(&f, cases[i].sparse, cases[i].values, false);
        (void)compiled_file(&f, file, CODING_DENSE, OPTIMIZE_BALANCED, want);
        assert_int_equal(packed_steps(&compiled_file(&f, file, CODING_USUAL, OPTIMIZE_BALANCED, got)->plan), 0);
        assert_int_equal(packed_steps(&compiled_file(&f, file, CODING_AUTO, OPTIMIZE_SPEED, got)->plan), 0);
        assert_int_equal(packed_steps(&compiled_file(&f, file, CODING_AUTO, OPTIMIZE_FLASH, got)->plan),
                         cases[i].packed);
        assert_int_equal(packed_steps(&compiled_file(&f, file, CODING_AUTO, OPTIMIZE_BALANCED, got)->plan),
                         cases[i].packed);
        assert_memory_equal(got, want, sizeof want);
        pool_free(&f.pool);
    }
}

/* All weights are looked up, those that are 0, too. */
static void the_board_computes_the_same_of_indices(void **state)
{
    static const struct {
        const char *core, *board;
        int32_t most; /* instructions for four weights, with all else */
    } cases[] = {{"cortex-m4f", "mps2-an386", 12}, {"cortex-m0", "microbit", 68}};

    (void)state;
    for (size_t i = 0; i < COUNT(packed_levels) * COUNT(cases); i++) {
        const size_t board = i % COUNT(cases), level = i / COUNT(cases);
        uint8_t want[SAMPLES * OUTPUTS];
        struct emulate_result r;
        struct fixture f;
        struct pipeline *p;

        begin_levels(&f, 1, packed_levels[level]);
        p = compiled(&f, CODING_DENSE, OPTIMIZE_BALANCED, "host");
        run_all(&f, p, want);
        p = compiled(&f, CODING_PACKED, OPTIMIZE_BALANCED, cases[board].core);
        emulate(&f, p, cases[board].board, (board + level) % 2 == 0, &r);
        assert_int_equal(r.output.size, sizeof want);
        assert_memory_equal(r.output.data, want, sizeof want);
        print_message("%s: weights of %d bits, %lld bytes, %lld instructions, %.2f a weight\n", cases[board].core,
                      1 << level, (long long)p->plan.weight_bytes, (long long)r.instructions[0],
                      (double)r.instructions[0] / packed_weights(&p->plan));
        assert_in_range(4 * r.instructions[0], packed_weights(&p->plan), cases[board].most * packed_weights(&p->plan));
        pool_free(&f.pool);
    }
}

/* ---- pairs of bytes ---- */
static void the_board_computes_the_same_of_pairs(void **state)
{
    static const struct {
        const char *core, *board;
        int32_t most; /* instructions a weight that is not 0, with all else */
    } cases[] = {{"cortex-m4f", "mps2-an386", 12}, {"cortex-m0", "microbit", 20}, {"rv32imc", "riscv32-virt", 20}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint8_t want[SAMPLES * OUTPUTS];
        struct emulate_result r;
        struct fixture f;
        struct pipeline *p;

        begin(&f, 12);
        p = compiled(&f, CODING_DENSE, OPTIMIZE_BALANCED, "host");
        run_all(&f, p, want);
        p = compiled(&f, CODING_SPARSE, OPTIMIZE_BALANCED, cases[i].core);
        assert_int_equal(coded_steps(&p->plan), LAYERS);
        assert_non_null(strstr(printed(&f, &p->plan), "step 0: sparse, 51x784 weights in "));
        emulate(&f, p, cases[i].board, i % 2 == 0, &r);
        assert_int_equal(r.output.size, sizeof want);
        assert_memory_equal(r.output.data, want, sizeof want);
        print_message("%s: %d pairs, %lld bytes, %lld instructions, %.2f a weight that is not 0\n", cases[i].core,
                      (int)f.kept, (long long)p->plan.weight_bytes, (long long)r.instructions[0],
                      (double)r.instructions[0] / f.kept);
        assert_in_range(r.instructions[0], f.kept, cases[i].most * f.kept);
        pool_free(&f.pool);
    }
}

/* In 2 kB of RAM. */
static void an_avr_computes_the_same(void **state)
{
    uint8_t want[SAMPLES * OUTPUTS];
    struct emulate_result r;
    struct fixture f;
    struct pipeline *p;

    (void)state;
    if (system("avr-gcc --version > /dev/null 2>&1") != 0 || access(MOTE_BINARY_DIR "/mote_count_avr", X_OK) != 0) {
        print_message(
            "SKIP: no avr-gcc, or Mote was built without libsimavr-dev: tools/setup.sh check installs them\n");
        skip();
    }
    begin(&f, 12);
    p = compiled(&f, CODING_DENSE, OPTIMIZE_BALANCED, "host");
    run_all(&f, p, want);
    p = compiled(&f, CODING_AUTO, OPTIMIZE_RAM, "avr5");
    emulate(&f, p, "arduino-uno", true, &r);
    assert_int_equal(r.output.size, sizeof want);
    assert_memory_equal(r.output.data, want, sizeof want);
    pool_free(&f.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codings_are_chosen),
        cmocka_unit_test(little_is_not_coded),
        cmocka_unit_test(few_values_and_zeros_of_tflite_files_are_found),
        cmocka_unit_test(the_stage_prints_what_it_coded),
        cmocka_unit_test(ram_takes_short_codes),
        cmocka_unit_test(host_computes_the_same),
        cmocka_unit_test(the_board_computes_the_same),
        cmocka_unit_test(few_values_are_packed),
        cmocka_unit_test(few_values_are_packed_where_that_pays),
        cmocka_unit_test(the_board_computes_the_same_of_pairs),
        cmocka_unit_test(the_board_computes_the_same_of_indices),
        cmocka_unit_test(an_avr_computes_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
