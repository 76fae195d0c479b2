/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of kernels for instruction sets: which one a plan takes, what it packs, who reads what is packed, and that
 * the bytes stay the portable version's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/boards/board.h"
#include "host/emulate/process.h"
#include "host/plan/code.h"
#include "mote/kernels/conv/depthwise_conv_2d_s8.h"
#include "mote/ops/image.h"
#include "mote/runtime/registry.h"
#include "tests/golden/road.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define MOTE   MOTE_BINARY_DIR "/mote"
#define IN     (3 * 22)
#define INPUTS 20
#define ARENA  4096
#define M4     MOTE_HAS_DSP

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct pipeline p;
};

static uint32_t state_of_numbers = 1;

static int32_t draw(int32_t lo, int32_t hi)
{
    state_of_numbers = state_of_numbers * 1664525u + 1013904223u;
    return lo + (int32_t)((state_of_numbers >> 8) % (uint32_t)(hi - lo + 1));
}

static void add_numbers(struct text *t, int32_t n, int32_t lo, int32_t hi)
{
    for (int32_t i = 0; i < n; i++)
        text_add(t, "%s%d", i == 0 ? " data [" : ", ", draw(lo, hi));
    text_add(t, "]\n");
}

/* Three rows through layers whose lengths are no multiples of four, with one scale and with one a channel, the second
 * with a zero point of the weights. */
static const char *graph_text(struct pool *pool)
{
    static const int32_t length[] = {22, 6, 4, 9, 1};
    struct text t = {.pool = pool}, ops = {.pool = pool};

    text_add(&t, "mote-graph 1\nmodel dense\ngraph \"main\"\ntensor 0 \"x\" s8 [3,22] quant [0.05; -3]\n");
    for (int32_t i = 1, tensor = 1, from = 0; i < 5; i++, tensor += 3) {
        int32_t in = length[i - 1], out = length[i];

        text_add(&t, "tensor %d \"w%d\" s8 [%d,%d] quant", tensor, i, out, in);
        if (i % 2 == 1) {
            for (int32_t k = 0; k < out; k++)
                text_add(&t, k == 0 ? " axis 0 [0.0%d" : ", 0.0%d", draw(11, 29));
            for (int32_t k = 0; k < out; k++)
                text_add(&t, k == 0 ? "; 0" : ", 0");
            text_add(&t, "]");
        } else {
            text_add(&t, " [0.02; %d]", i == 2 ? 5 : 0);
        }
        add_numbers(&t, in * out, -127, 127);
        text_add(&t, "tensor %d \"b%d\" s32 [%d]", tensor + 1, i, out);
        add_numbers(&t, out, -900, 900);
        text_add(&t, "tensor %d \"y%d\" s8 [3,%d] quant [%s; %d]\n", tensor + 2, i, out, i == 1 ? "0.3" : "1.1", i);
        text_add(&ops, "op %d fully_connected in [%d, %d, %d] out [%d]\n", i - 1, from, tensor, tensor + 1, tensor + 2);
        from = tensor + 2;
    }
    text_add(&t, "%sinputs [0]\noutputs [12]\nend\n", ops.s);
    return t.s;
}

static void compile(struct fixture *f, const char *target_name)
{
    struct pipeline_options options = {0};
    struct target target;
    const char *text;

    *f = (struct fixture){.at = {.index = -1}};
    f->at.sink = &f->report;
    f->p = pipeline_of(&f->pool, "dense");
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    state_of_numbers = 1;
    text = graph_text(&f->pool);
    if (model_parse(&f->p.model, (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)}, &f->at) != MOTE_OK ||
        target_find(&f->pool, target_name, &target, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
    options.target = &target;
    if (pipeline_compile(&f->p, &options, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
}

static void run(struct fixture *f, const uint8_t *input, uint8_t *output)
{
    struct runner r;

    if (runner_open(&f->pool, f->p.image, &r, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
    runner_run(&r, input, output);
}

/* ---- plans ---- */
static void a_plan_takes_what_its_target_has(void **state)
{
    struct fixture m4, m3;

    (void)state;
    compile(&m4, "cortex-m4f");
    compile(&m3, "cortex-m3");
    assert_int_equal(m4.p.plan.n_steps, 4);
    for (int32_t i = 0; i < 4; i++) {
        const struct step *s = &m4.p.plan.steps[i];
        const struct value *w = &m4.p.plan.values[s->args[1]];

        assert_string_equal(s->version->name, "dsp");
        assert_int_equal(w->form, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_QUADS_4));
        assert_true(w->bytes % 16 == 0 && w->bytes >= w->decoded);
        assert_string_equal(m3.p.plan.steps[i].version->name, "portable");
        assert_int_equal(m3.p.plan.values[m3.p.plan.steps[i].args[1]].decoded, w->decoded);
    }
    assert_int_equal(((const struct mote_image_header *)(const void *)m4.p.image.data)->core, MOTE_CORE_CORTEX_M4F);
    assert_int_equal(((const struct mote_image_header *)(const void *)m3.p.image.data)->core, MOTE_CORE_CORTEX_M3);
    /* 6 x 22, 4 x 6, 9 x 4, 1 x 9 in fours, biases, multipliers, shifts; what was unpacked is not counted. */
    assert_int_equal(m4.p.plan.weight_bytes, 8 * 24 + 4 * 8 + 12 * 4 + 4 * 12 + 4 * 20 + 5 * (6 + 1 + 9 + 1));
    pool_free(&m4.pool);
    pool_free(&m3.pool);
}

/* ---- packings ---- */
static void packings_lose_nothing(void **state)
{
    (void)state;
    for (int packing = 0; strcmp(packing_name((enum mote_packing)packing), "?") != 0; packing++)
        for (int32_t rows = 1; rows <= 9; rows++)
            for (int32_t columns = 1; columns <= 9; columns++) {
                const int32_t shape[MOTE_PACKED_DIMS] = {rows, columns, 1};
                uint16_t data[81], packed[16 * 12], back[81];
                uint32_t others = 0;

                for (int i = 0; i < 81; i++)
                    data[i] = (uint16_t)(i + 1);
                packing_pack((enum mote_packing)packing, shape, 2, (const uint8_t *)data, (uint8_t *)packed,
                             sizeof packed);
                for (size_t i = 0; i < COUNT(packed); i++)
                    others += packed[i] == 0;
                assert_int_equal(others, COUNT(packed) - (size_t)(rows * columns));
                packing_unpack((enum mote_packing)packing, shape, 2, (const uint8_t *)packed, (uint8_t *)back);
                assert_memory_equal(back, data, (size_t)(rows * columns) * 2);
            }
}

/* Element (row, column) of [5][6], worked out by hand. */
static void quads_lie_side_by_side(void **state)
{
    const int32_t shape[MOTE_PACKED_DIMS] = {5, 6};

    (void)state;
    assert_int_equal(mote_packed_quads_4(shape, 0, 3), 3);
    assert_int_equal(mote_packed_quads_4(shape, 1, 0), 4);
    assert_int_equal(mote_packed_quads_4(shape, 3, 2), 14);
    assert_int_equal(mote_packed_quads_4(shape, 0, 4), 16);
    assert_int_equal(mote_packed_quads_4(shape, 4, 0), 32);
    assert_int_equal(mote_packed_quads_4(shape, 4, 5), 49);
    assert_int_equal(mote_packed_quads_16(shape, 0, 3), 3);
    assert_int_equal(mote_packed_quads_16(shape, 4, 1), 17);
    assert_int_equal(mote_packed_quads_16(shape, 0, 4), 64);
    assert_int_equal(mote_packed_quads_16(shape, 4, 5), 81);
    assert_int_equal(mote_packed_quads_16((const int32_t[]){17, 6, 0}, 16, 0), 128);
}

/* Element (row, column) of [3][6]. */
static void rows_are_padded_to_words(void **state)
{
    const int32_t shape[MOTE_PACKED_DIMS] = {3, 6};

    (void)state;
    assert_int_equal(mote_packed_words_4(shape, 0, 5), 5);
    assert_int_equal(mote_packed_words_4(shape, 1, 0), 8);
    assert_int_equal(mote_packed_words_4(shape, 2, 5), 21);
}

/* Element (row, column) of [4 gates of 3 units][6]. */
static void gates_lie_side_by_side(void **state)
{
    const int32_t shape[MOTE_PACKED_DIMS] = {12, 6};

    (void)state;
    assert_int_equal(mote_packed_gates_4(shape, 0, 3), 3);
    assert_int_equal(mote_packed_gates_4(shape, 3, 0), 4);
    assert_int_equal(mote_packed_gates_4(shape, 9, 5), 29);
    assert_int_equal(mote_packed_gates_4(shape, 1, 0), 32);
    assert_int_equal(mote_packed_gates_4(shape, 11, 5), 93);
}

/* Of a filter that the vectors of Armv8.1-M see in one gather, and of others. Scratch is 64 bytes for four kernel rows
 * of a column of the input: at most 18 times. */
static void short_filters_are_transposed(void **state)
{
    extern const struct mote_version mote_version_depthwise_conv_2d_s8_mve;
    static const struct {
        int32_t kernel_h, kernel_w, dilation_w, in_w, out_h, out_w;
        uint32_t scratch;
        bool packed;
    } cases[] = {
        {.kernel_h = 3,
         .kernel_w = 3,
         .dilation_w = 1,
         .in_w = 5,
         .out_h = 25,
         .out_w = 5,
         .scratch = 2 * 7 * 64,
         .packed = true}, /* two output rows of seven columns */
        {.kernel_h = 3,
         .kernel_w = 3,
         .dilation_w = 1,
         .in_w = 48,
         .out_h = 48,
         .out_w = 48,
         .scratch = 18 * 64,
         .packed = true}, /* a part of a row */
        {.kernel_h = 4,
         .kernel_w = 4,
         .dilation_w = 1,
         .in_w = 20,
         .out_h = 1,
         .out_w = 17,
         .scratch = 18 * 64,
         .packed = true}, /* sixteen taps */
        {.kernel_h = 3,
         .kernel_w = 2,
         .dilation_w = 17,
         .in_w = 90,
         .out_h = 73,
         .out_w = 73,
         .scratch = 18 * 64,
         .packed = true}, /* a column, and one 17 further */
        {.kernel_h = 3, .kernel_w = 2, .dilation_w = 18, .in_w = 90, .out_h = 72, .out_w = 72}, /* 18 further */
        {.kernel_h = 15,
         .kernel_w = 1,
         .dilation_w = 1,
         .in_w = 1,
         .out_h = 1,
         .out_w = 1,
         .scratch = 4 * 64,
         .packed = true}, /* four words, one output row */
        {.kernel_h = 5,
         .kernel_w = 1,
         .dilation_w = 1,
         .in_w = 1,
         .out_h = 24,
         .out_w = 1,
         .scratch = 9 * 2 * 64,
         .packed = true}, /* nine output rows of two words */
        {.kernel_h = 5, .kernel_w = 3, .dilation_w = 1, .in_w = 9, .out_h = 9, .out_w = 9},  /* six words */
        {.kernel_h = 17, .kernel_w = 1, .dilation_w = 1, .in_w = 1, .out_h = 9, .out_w = 1}, /* five words */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct mote_depthwise_conv_2d_s8 p = {.batch = 1,
                                                    .in_w = cases[i].in_w,
                                                    .in_c = 6,
                                                    .out_c = 6,
                                                    .out_h = cases[i].out_h,
                                                    .out_w = cases[i].out_w,
                                                    .depth_multiplier = 1,
                                                    .kernel_h = cases[i].kernel_h,
                                                    .kernel_w = cases[i].kernel_w,
                                                    .stride_h = 1,
                                                    .stride_w = 1,
                                                    .dilation_h = 1,
                                                    .dilation_w = cases[i].dilation_w};
        int32_t shape[MOTE_PACKED_DIMS], taps = p.kernel_h * p.kernel_w;
        uint32_t bytes[8] = {0};

        assert_int_equal(mote_version_depthwise_conv_2d_s8_mve.fit(&p, bytes), cases[i].scratch);
        mote_version_depthwise_conv_2d_s8_mve.shape(&p, 1, shape);
        assert_int_equal(shape[MOTE_ROWS], cases[i].packed ? taps : 1);
        assert_int_equal(shape[MOTE_COLUMNS], cases[i].packed ? 6 : taps * 6);
    }
}

/* Element (row, column) of [3 filters of 2 rows][6]. */
static void filters_lie_in_pairs(void **state)
{
    const int32_t shape[MOTE_PACKED_DIMS] = {6, 6, 2};

    (void)state;
    assert_int_equal(mote_packed_pairs_4(shape, 0, 2), 2);
    assert_int_equal(mote_packed_pairs_4(shape, 0, 3), 6);
    assert_int_equal(mote_packed_pairs_4(shape, 2, 1), 5);
    assert_int_equal(mote_packed_pairs_4(shape, 0, 4), 8);
    assert_int_equal(mote_packed_pairs_4(shape, 1, 0), 16);
    assert_int_equal(mote_packed_pairs_4(shape, 3, 5), 29);
    assert_int_equal(mote_packed_pairs_4(shape, 4, 0), 32);
}

/* ---- who runs it ---- */
static void every_host_runs_every_image(void **state)
{
    struct fixture portable, m4;

    (void)state;
    compile(&portable, NULL);
    compile(&m4, "cortex-m4f");
    for (int i = 0; i < INPUTS; i++) {
        uint8_t input[IN], want[3], got[3];

        for (int k = 0; k < IN; k++)
            input[k] = (uint8_t)draw(0, 255);
        run(&portable, input, want);
        run(&m4, input, got);
        assert_memory_equal(got, want, sizeof want);
    }
    pool_free(&portable.pool);
    pool_free(&m4.pool);
}

/* Convolutions packed and with scratch for other instruction sets than this machine's best: less scratch than its
 * version wants, sizes that its packing has not. */
static void images_for_other_instructions_run_here(void **state)
{
    static const uint32_t sets[] = {0, MOTE_HAS_AVX2, MOTE_HAS_AVX2 | MOTE_HAS_AVX512_VNNI, MOTE_HAS_DSP,
                                    MOTE_HAS_DSP | MOTE_HAS_MVE};
    struct fixture f = {.at = {.index = -1}};
    uint8_t *input = NULL, *want = NULL, *got = NULL;

    (void)state;
    f.at.sink = &f.report;
    state_of_numbers = 1;
    for (size_t i = 0; i < COUNT(sets); i++) {
        struct target target = target_portable;
        struct pipeline_options options = {.target = &target};
        struct runner r;

        target.features = sets[i];
        if (pipeline_load(&f.pool, MOTE_SOURCE_DIR "/models/strokes.graph", &f.p, &f.at) != MOTE_OK ||
            pipeline_compile(&f.p, &options, &f.at) != MOTE_OK || runner_open(&f.pool, f.p.image, &r, &f.at) != MOTE_OK)
            fail_msg("%s", f.report.text);
        if (want == NULL) {
            input = pool_alloc(&f.pool, runner_input_bytes(&r));
            want = pool_alloc(&f.pool, runner_output_bytes(&r));
            got = pool_alloc(&f.pool, runner_output_bytes(&r));
            for (size_t k = 0; k < runner_input_bytes(&r); k++)
                input[k] = (uint8_t)draw(0, 255);
        }
        runner_run(&r, input, i == 0 ? want : got);
        assert_true(i == 0 || memcmp(want, got, runner_output_bytes(&r)) == 0);
    }
    pool_free(&f.pool);
}

/* The model of strokes planned for a Cortex-M4 with that goal, and what it makes of some input. */
static const uint8_t *plan_and_run(struct fixture *f, enum optimize goal, size_t *bytes)
{
    struct pipeline_options options = {.optimize = goal};
    struct target target;
    struct runner r;
    uint8_t *input, *output;

    *f = (struct fixture){.at = {.index = -1}};
    f->at.sink = &f->report;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    f->p = pipeline_of(&f->pool, "strokes");
    assert_int_equal(target_find(&f->pool, "cortex-m4f", &target, &f->at), MOTE_OK);
    options.target = &target;
    if (pipeline_load(&f->pool, MOTE_SOURCE_DIR "/models/strokes.graph", &f->p, &f->at) != MOTE_OK ||
        pipeline_compile(&f->p, &options, &f->at) != MOTE_OK ||
        runner_open(&f->pool, f->p.image, &r, &f->at) != MOTE_OK)
        fail_msg("%s", f->report.text);
    *bytes = runner_output_bytes(&r);
    output = pool_alloc(&f->pool, *bytes);
    input = pool_alloc(&f->pool, runner_input_bytes(&r));
    state_of_numbers = 1;
    for (size_t k = 0; k < runner_input_bytes(&r); k++)
        input[k] = (uint8_t)draw(0, 255);
    runner_run(&r, input, output);
    return output;
}

/* Versions that want none compute the same, slower. */
static void the_smallest_arena_spares_scratch(void **state)
{
    struct fixture balanced, ram;
    size_t bytes;
    const uint8_t *want = plan_and_run(&balanced, OPTIMIZE_BALANCED, &bytes);
    const uint8_t *got = plan_and_run(&ram, OPTIMIZE_RAM, &bytes);

    (void)state;
    assert_true(ram.p.plan.arena_bytes < balanced.p.plan.arena_bytes);
    assert_true(ram.p.plan.scratch_peak < balanced.p.plan.scratch_peak);
    assert_memory_equal(got, want, bytes);
    pool_free(&balanced.pool);
    pool_free(&ram.pool);
}

static int64_t code_of_kernels(const struct plan *plan)
{
    bool counted[KERNEL_LIMIT] = {false};
    int64_t bytes = 0;

    for (int32_t i = 0; i < plan->n_steps; i++) {
        if (!counted[plan->steps[i].kernel])
            bytes += code_of_version(plan->target.core, plan->steps[i].version, true);
        counted[plan->steps[i].kernel] = true;
    }
    return bytes;
}

static void the_code_of_all_versions_is_known(void **state)
{
    static const enum mote_core cores[] = {MOTE_CORE_CORTEX_M0,  MOTE_CORE_CORTEX_M3, MOTE_CORE_CORTEX_M4F,
                                           MOTE_CORE_CORTEX_M55, MOTE_CORE_RV32IMC,   MOTE_CORE_AARCH64_DOTPROD};

    (void)state;
    for (size_t i = 0; i < COUNT(cores); i++)
        for (enum kernel_id id = 1; id < KERNEL_LIMIT; id++)
            for (const struct kernel_version *v = kernels[id] ? kernel_version_first(id) : NULL; v != NULL;
                 v = kernel_version_next(v)) {
                const bool runs = (v->features & ~target_of_core(cores[i]).features) == 0;

                if (runs && (code_of_version(cores[i], v, false) == INT64_MAX ||
                             code_of_version(cores[i], v, true) == INT64_MAX))
                    fail_msg("host/plan/code.def has no code of %s, %s, on %s: run tools/code_size.py",
                             kernels[id]->name, v->name, core_name(cores[i]));
            }
}

/* Fewer kernels, in versions with less code: the fully connected layer is a convolution. */
static void the_least_code_computes_the_same(void **state)
{
    struct fixture balanced, flash;
    size_t bytes;
    const uint8_t *want = plan_and_run(&balanced, OPTIMIZE_BALANCED, &bytes);
    const uint8_t *got = plan_and_run(&flash, OPTIMIZE_FLASH, &bytes);

    (void)state;
    assert_true(code_of_kernels(&flash.p.plan) * 2 < code_of_kernels(&balanced.p.plan));
    for (int32_t i = 0; i < flash.p.plan.n_steps; i++) {
        assert_int_not_equal(flash.p.plan.steps[i].kernel, KERNEL_fully_connected_s8);
        if (flash.p.plan.steps[i].kernel == KERNEL_conv_2d_s8)
            assert_string_not_equal(flash.p.plan.steps[i].version->name, "dsp");
    }
    assert_memory_equal(got, want, bytes);
    pool_free(&balanced.pool);
    pool_free(&flash.pool);
}

static void a_device_without_the_packing_refuses(void **state)
{
    static _Alignas(16) uint8_t arena[ARENA];
    struct mote_model model;
    struct fixture f;

    (void)state;
    compile(&f, "cortex-m4f");
    assert_int_equal(mote_model_open(&model, &mote_kernels, f.p.image.data, f.p.image.size, arena, sizeof arena),
                     MOTE_ERR_CODING);
    assert_int_equal(model.error.step, 0);
    assert_int_equal(model.error.detail, 1); /* the argument */
    assert_int_equal(image_open(&f.pool, f.p.image, target_host().features, arena, sizeof arena, &model), MOTE_OK);
    assert_null(image_version(&model, KERNEL_fully_connected_s8, 0));
    assert_string_equal(image_version(&model, KERNEL_fully_connected_s8, M4)->name, "dsp");
    assert_null(image_version(&model, KERNEL_add_s8, M4));
    pool_free(&f.pool);
}

/* What is not packed may run in any version that wants nothing packed. */
static void a_portable_image_is_for_everyone(void **state)
{
    static _Alignas(16) uint8_t arena[ARENA];
    struct mote_model model;
    struct fixture f;

    (void)state;
    compile(&f, NULL);
    assert_int_equal(image_open(&f.pool, f.p.image, target_host().features, arena, sizeof arena, &model), MOTE_OK);
    assert_string_equal(image_version(&model, KERNEL_fully_connected_s8, M4)->name, "portable");
    assert_string_equal(image_version(&model, KERNEL_fully_connected_s8, M4 | MOTE_HAS_AVX2)->name, "avx2");
    assert_string_equal(image_version(&model, KERNEL_fully_connected_s8, MOTE_HAS_NEON)->name, "neon");
    assert_string_equal(image_version(&model, KERNEL_fully_connected_s8, MOTE_HAS_NEON | MOTE_HAS_DOTPROD)->name,
                        "dotprod");
    pool_free(&f.pool);
}

/* The best version that this machine has against the portable one, with the same table or without. */
static void this_machine_gives_the_portable_bytes(void **state)
{
    static _Alignas(16) uint8_t arena[ARENA];
    struct mote_model model;
    struct fixture f;

    (void)state;
    compile(&f, NULL);
    assert_int_equal(mote_model_open(&model, &mote_kernels, f.p.image.data, f.p.image.size, arena, ARENA), MOTE_OK);
    for (int i = 0; i < INPUTS; i++) {
        uint8_t input[IN], want[3], got[3];

        for (int k = 0; k < IN; k++)
            input[k] = (uint8_t)draw(0, 255);
        model_set_inputs(&model, input);
        mote_model_run(&model);
        model_get_outputs(&model, want);
        run(&f, input, got);
        assert_memory_equal(got, want, sizeof want);
    }
    pool_free(&f.pool);
}

/* ---- a version that wants scratch, and one that the compiler has no code for ---- */
static uint32_t wanted;
static const void *given;

static uint32_t want_scratch(const void *params, uint32_t *bytes)
{
    (void)params;
    (void)bytes;
    return wanted;
}

static void note_scratch(const struct mote_call *call) { given = call->args[6]; }

static const struct mote_kernels *table_of(const struct mote_version *version)
{
    static struct mote_linked rows[2];
    static uint8_t place[KERNEL_LIMIT];
    static const struct mote_kernels table = {rows, place, KERNEL_LIMIT};

    rows[1] = (struct mote_linked){.version = version, .kernel = kernels[KERNEL_fully_connected_s8]};
    place[KERNEL_fully_connected_s8] = 1;
    return &table;
}

static struct mote_image_section *section(const struct fixture *f, uint32_t id)
{
    struct mote_image_section *s = (void *)(f->p.image.data + sizeof(struct mote_image_header));

    while (s->id != id)
        s++;
    return s;
}

/* Each step of the image gets the model's input as one argument more, as if the plan had added scratch. */
static void add_argument(struct fixture *f)
{
    struct bytes old = f->p.image;
    struct mote_image_section *args = section(f, MOTE_SECTION_ARGS);
    const struct mote_image_section *steps = section(f, MOTE_SECTION_STEPS);
    struct mote_image_step *step = (void *)(old.data + steps->offset);
    uint16_t *list, n = 0;
    struct mote_image_header *h;

    f->p.image = (struct bytes){pool_alloc(&f->pool, old.size + 256), old.size + 256};
    memset(f->p.image.data, 0, f->p.image.size);
    list = (void *)(f->p.image.data + old.size);
    for (uint32_t i = 0; i < steps->count; i++) {
        memcpy(list + n, old.data + args->offset + 2 * step[i].args, 2u * step[i].n_args);
        step[i].args = n;
        n = (uint16_t)(n + step[i].n_args++);
        list[n++] = ((const uint16_t *)(const void *)(old.data + args->offset))[0];
    }
    *args = (struct mote_image_section){.id = args->id, .offset = (uint32_t)old.size, .bytes = 2u * n, .count = n};
    memcpy(f->p.image.data, old.data, old.size);
    h = (void *)f->p.image.data;
    h->bytes = (uint32_t)f->p.image.size;
    h->checksum = mote_crc32(f->p.image.data + 20, h->bytes - 20);
}

/* NULL where there is none. */
static void scratch_is_one_argument_more(void **state)
{
    static const struct mote_version version = {.run = note_scratch, .fit = want_scratch};
    static _Alignas(16) uint8_t arena[ARENA];
    const struct mote_kernels *table = table_of(&version);
    struct mote_model model;
    struct fixture f;

    (void)state;
    compile(&f, NULL);
    wanted = 0;
    assert_int_equal(mote_model_open(&model, table, f.p.image.data, f.p.image.size, arena, ARENA), MOTE_OK);
    given = arena;
    mote_model_step(&model);
    assert_null(given);
    wanted = 1;
    assert_int_equal(mote_model_open(&model, table, f.p.image.data, f.p.image.size, arena, ARENA), MOTE_ERR_CODING);
    assert_int_equal(model.error.step, 0);
    add_argument(&f);
    for (wanted = 0; wanted <= IN; wanted++)
        assert_int_equal(mote_model_open(&model, table, f.p.image.data, f.p.image.size, arena, ARENA), MOTE_OK);
    assert_int_equal(mote_model_open(&model, table, f.p.image.data, f.p.image.size, arena, ARENA), MOTE_ERR_PARAMS);
    assert_int_equal(model.error.detail, 6);
    wanted = IN;
    assert_int_equal(mote_model_open(&model, table, f.p.image.data, f.p.image.size, arena, ARENA), MOTE_OK);
    given = NULL;
    mote_model_step(&model);
    assert_ptr_equal(given, arena + model.tensors[model.args[0]].offset);
    /* More than one are none of anybody's. */
    add_argument(&f);
    assert_int_equal(mote_model_open(&model, table, f.p.image.data, f.p.image.size, arena, ARENA), MOTE_ERR_BOUNDS);
    pool_free(&f.pool);
}

static void what_has_no_code_is_not_linked(void **state)
{
    static const struct mote_version nothing = {.run = NULL};
    static _Alignas(16) uint8_t arena[ARENA];
    struct mote_model model;
    struct fixture f;

    (void)state;
    compile(&f, NULL);
    assert_int_equal(mote_model_open(&model, table_of(&nothing), f.p.image.data, f.p.image.size, arena, ARENA),
                     MOTE_ERR_KERNEL);
    pool_free(&f.pool);
}

/* ---- boards ---- */
static void shell(struct fixture *f, const char *dir, const char *command)
{
    struct process p = {.argv = (const char *const[]){"sh", "-c", command, NULL},
                        .folder = dir,
                        .log = pool_printf(&f->pool, "%s/log", dir),
                        .seconds = 300};

    if (process_run(&p, 1, &f->at) != MOTE_OK || p.exit_code != 0)
        fail_msg("%s: %s", command, process_log(&f->pool, &p));
}

/* Cores with and without the instruction set, image and C: the host's bytes. */
static void boards_give_the_same_bytes(void **state)
{
    static const char *const roads[] = {"mps2-an386 --via image",   "mps2-an386 --via c",     "mps2-an505 --via c",
                                        "mps2-an386-clang --via c", "mps3-an547 --via image", "mps2-an385 --via image"};
    char dir[] = "/tmp/mote_versions_XXXXXX";
    uint8_t input[INPUTS][IN], want[INPUTS][3];
    const char *text;
    struct fixture f;

    (void)state;
    compile(&f, NULL);
    if (system("command -v arm-none-eabi-gcc qemu-system-arm clang > /dev/null") != 0) {
        print_message("SKIP: no arm-none-eabi-gcc, qemu-system-arm or clang: tools/setup.sh check installs them\n");
        pool_free(&f.pool);
        return;
    }
    assert_non_null(mkdtemp(dir));
    for (int i = 0; i < INPUTS; i++) {
        for (int k = 0; k < IN; k++)
            input[i][k] = (uint8_t)draw(0, 255);
        run(&f, input[i], want[i]);
    }
    assert_int_equal(file_write(pool_printf(&f.pool, "%s/in.bin", dir), input, sizeof input, &f.at), MOTE_OK);
    state_of_numbers = 1;
    text = graph_text(&f.pool);
    assert_int_equal(file_write(pool_printf(&f.pool, "%s/m.graph", dir), text, strlen(text), &f.at), MOTE_OK);
    for (size_t i = 0; i < COUNT(roads); i++) {
        struct bytes got;

        shell(&f, dir,
              pool_printf(&f.pool, MOTE " emulate m.graph --target %s --input in.bin --output out.bin", roads[i]));
        assert_int_equal(file_read(&f.pool, pool_printf(&f.pool, "%s/out.bin", dir), &got, &f.at), MOTE_OK);
        assert_int_equal(got.size, sizeof want);
        assert_memory_equal(got.data, want, sizeof want);
    }
    shell(&f, "/tmp", pool_printf(&f.pool, "rm -rf %s", dir));
    pool_free(&f.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_takes_what_its_target_has),
        cmocka_unit_test(packings_lose_nothing),
        cmocka_unit_test(quads_lie_side_by_side),
        cmocka_unit_test(rows_are_padded_to_words),
        cmocka_unit_test(gates_lie_side_by_side),
        cmocka_unit_test(short_filters_are_transposed),
        cmocka_unit_test(filters_lie_in_pairs),
        cmocka_unit_test(every_host_runs_every_image),
        cmocka_unit_test(the_smallest_arena_spares_scratch),
        cmocka_unit_test(the_code_of_all_versions_is_known),
        cmocka_unit_test(the_least_code_computes_the_same),
        cmocka_unit_test(a_device_without_the_packing_refuses),
        cmocka_unit_test(a_portable_image_is_for_everyone),
        cmocka_unit_test(this_machine_gives_the_portable_bytes),
        cmocka_unit_test(scratch_is_one_argument_more),
        cmocka_unit_test(what_has_no_code_is_not_linked),
        cmocka_unit_test(boards_give_the_same_bytes),
        cmocka_unit_test(images_for_other_instructions_run_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
