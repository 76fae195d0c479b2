/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `hybrids`: which float weights are integers of 8 bits with scales, that kernels make the same floats
 * of them, and that image and generated C compute what they compute with floats. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/boards/board.h"
#include "host/pipeline/pipeline.h"
#include "host/plan/hybrids.h"
#include "host/plan/kernels.h"
#include "host/plan/stages.h"
#include "host/run/runner.h"
#include "tests/unit/c_program.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

static uint64_t seed;

static int32_t between(int32_t min, int32_t max)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int32_t)(min + (int64_t)((seed >> 33) % (uint64_t)((int64_t)max - min + 1)));
}

/* ---- scales ---- */
enum { MOST = 24 };

static float some_scale(void)
{
    return ldexpf((float)between(1 << 23, (1 << 24) - 1), between(-150, 90)); /* from subnormals on */
}

static void every_scale_is_found(void **state)
{
    float weights[2 * MOST], scale;
    int8_t integers[2 * MOST];

    (void)state;
    seed = 1;
    for (int k = 0; k < 200000; k++) {
        const float made = some_scale();
        const int32_t n = between(1, MOST), step = between(1, 2), most = between(0, 1) ? 127 : between(0, 127);

        for (int32_t i = 0; i < n; i++)
            weights[i * step] = (float)between(-most - 1, most) * made + 0.0f;
        if (!hybrid_scale(weights, n, step, &scale, integers))
            fail_msg("case %d: no scale, was %a", k, (double)made);
        for (int32_t i = 0; i < n; i++) {
            float again = (float)integers[i * step] * scale;

            assert_memory_equal(&again, &weights[i * step], sizeof again);
        }
    }
}

static void others_have_none(void **state)
{
    static const float others[][3] = {{1, 0.3f, 0.7123f},      {127, 1, 0.5f},  {-129, 1, 2},     {1, -0.0f, 1},
                                      {INFINITY, INFINITY, 0}, {NAN, NAN, NAN}, {1, NAN, 0},      {1, 1.0000001f, 0},
                                      {1e30f, 1e-30f, 0},      {-0.0f, 0, 0},   {-INFINITY, 1, 2}};
    int8_t integers[3];
    float scale;

    (void)state;
    for (size_t i = 0; i < COUNT(others); i++)
        if (hybrid_scale(others[i], 3, 1, &scale, integers))
            fail_msg("case %d has a scale", (int)i);
}

/* ---- a network ---- */
enum { SIDE = 8, IN_C = 4, CHANNELS = 32, OUTPUTS = 10, PIXELS = SIDE * SIDE };

/* n weights, channel by channel or the channels last. */
static void put_weights(struct text *text, const char *head, int32_t channels, int32_t n, bool last, float first)
{
    float scales[CHANNELS];

    for (int32_t c = 0; c < channels; c++)
        scales[c] = (float)between(1000, 2000) / 100000.0f;
    text_add(text, "%s data [", head);
    for (int32_t i = 0; i < n; i++) {
        const float scale = scales[last ? i % channels : i / (n / channels)];

        text_add(text, i > 0 ? ", %.9g" : "%.9g",
                 (double)(i == 0 && first != 0.0f ? first : (float)between(INT8_MIN, INT8_MAX) * scale + 0.0f));
    }
    text_add(text, "]\n");
}

/* A convolution, one in depth, and a layer; `first` (if it is not 0) is one weight of the convolution. */
static struct bytes network(struct pool *pool, float first)
{
    struct text text = {.pool = pool};

    seed = 3;
    text_add(&text, "mote-graph 1\nmodel n\ngraph\ntensor 0 \"x\" f32 [1,8,8,4]\n");
    put_weights(&text, "tensor 1 \"w\" f32 [32,3,3,4]", CHANNELS, CHANNELS * 9 * IN_C, false, first);
    put_weights(&text, "tensor 2 \"b\" f32 [32]", CHANNELS, CHANNELS, false, 0.0f);
    put_weights(&text, "tensor 3 \"v\" f32 [1,3,3,32]", CHANNELS, 9 * CHANNELS, true, 0.0f);
    put_weights(&text, "tensor 4 \"u\" f32 [10,2048]", OUTPUTS, OUTPUTS * PIXELS * CHANNELS, false, 0.0f);
    text_add(&text, "tensor 5 \"y\" f32 [1,8,8,32]\ntensor 6 \"z\" f32 [1,8,8,32]\ntensor 7 \"a\" f32 [1,10]\n"
                    "op 0 conv_2d in [0, 1, 2] out [5] padding same\n"
                    "op 1 depthwise_conv_2d in [5, 3] out [6] padding same\n"
                    "op 2 fully_connected in [6, 4] out [7]\ninputs [0]\noutputs [7]\nend\n");
    return (struct bytes){(uint8_t *)text.s, text.len};
}

/* An LSTM with peepholes of 8 units, which has two tensors of weights with a scale a row, and a layer. */
enum { TIME = 8, UNITS = 8, ROWS = 4 * UNITS, STEP = PIXELS * IN_C / TIME };

static struct bytes recurrent_network(struct pool *pool)
{
    struct text text = {.pool = pool};

    seed = 5;
    text_add(&text, "mote-graph 1\nmodel n\ngraph\ntensor 0 \"x\" f32 [1,8,32]\n");
    put_weights(&text, "tensor 1 \"w\" f32 [32,32]", ROWS, ROWS * STEP, false, 0.0f);
    put_weights(&text, "tensor 2 \"r\" f32 [32,8]", ROWS, ROWS * UNITS, false, 0.0f);
    put_weights(&text, "tensor 3 \"b\" f32 [32]", ROWS, ROWS, false, 0.0f);
    put_weights(&text, "tensor 4 \"p\" f32 [24]", 3 * UNITS, 3 * UNITS, false, 0.0f);
    put_weights(&text, "tensor 5 \"u\" f32 [10,64]", OUTPUTS, OUTPUTS * TIME * UNITS, false, 0.0f);
    text_add(&text, "tensor 6 \"h\" f32 [1,8] state\ntensor 7 \"c\" f32 [1,8] state\n"
                    "tensor 8 \"y\" f32 [1,8,8]\ntensor 9 \"a\" f32 [1,10]\n"
                    "op 0 recurrent in [0, 1, 2, 3, 4, 6, 7] out [8] lstm 1 gate 1\n"
                    "op 1 fully_connected in [8, 5] out [9]\ninputs [0]\noutputs [9]\nend\n");
    return (struct bytes){(uint8_t *)text.s, text.len};
}

static float input[PIXELS * IN_C];

static const float *compute(struct pool *pool, struct bytes file, struct pipeline_options options, struct pipeline *p)
{
    struct report_text report = {0};
    const struct frame at = {.index = -1, .sink = &report};
    float *output = pool_array(pool, OUTPUTS, sizeof *output);
    struct target target;
    struct runner r;

    seed = 7;
    options.target = &target;
    for (int32_t i = 0; i < PIXELS * IN_C; i++)
        input[i] = (float)between(-1000, 1000) / 700.0f;
    if (target_find(pool, "cortex-m3", &target, &at) != MOTE_OK ||
        pipeline_read(pool, "n.graph", file, p, &at) != MOTE_OK || pipeline_compile(p, &options, &at) != MOTE_OK ||
        runner_open(pool, p->image, &r, &at) != MOTE_OK)
        fail_msg("%s", report.text);
    runner_run(&r, (const uint8_t *)input, (uint8_t *)output);
    return output;
}

static bool has(const struct pipeline *p, enum kernel_id kernel)
{
    for (int32_t i = 0; i < p->plan.n_steps; i++)
        if (p->plan.steps[i].kernel == kernel)
            return true;
    return false;
}

static void assert_hybrid(const struct pipeline *p, bool conv, bool others)
{
    assert_int_equal(has(p, KERNEL_conv_2d_hybrid), conv);
    assert_int_equal(has(p, KERNEL_conv_2d_f32), !conv);
    assert_int_equal(has(p, KERNEL_depthwise_conv_2d_hybrid), others);
    assert_int_equal(has(p, KERNEL_depthwise_conv_2d_f32), !others);
    assert_int_equal(has(p, KERNEL_fully_connected_hybrid) || has(p, KERNEL_fully_connected_rows_hybrid), others);
    assert_int_equal(has(p, KERNEL_fully_connected_f32) || has(p, KERNEL_fully_connected_rows_f32), !others);
}

static const char *printed(struct pool *pool, const struct plan *plan)
{
    struct text text = {.pool = pool};

    for (int i = 0; i < stages_count; i++)
        if (strcmp(stages[i].name, "hybrids") == 0)
            stages[i].print(plan, &text);
    return text.s;
}

static void a_network_computes_the_same(void **state)
{
    static const struct pipeline_options usual[] = {
        {.optimize = OPTIMIZE_BALANCED}, {.optimize = OPTIMIZE_RAM}, {.optimize = OPTIMIZE_FLASH}};
    const int64_t weights = CHANNELS * 9 * IN_C + 9 * CHANNELS + OUTPUTS * PIXELS * CHANNELS;
    struct pool pool = {0};
    struct pipeline floats, hybrid;
    const struct bytes file = network(&pool, 0.0f);
    const float *want = compute(&pool, file, (struct pipeline_options){.optimize = OPTIMIZE_SPEED}, &floats);

    (void)state;
    assert_hybrid(&floats, false, false);
    for (size_t i = 0; i < COUNT(usual); i++) {
        assert_memory_equal(compute(&pool, file, usual[i], &hybrid), want, OUTPUTS * sizeof *want);
        assert_hybrid(&hybrid, true, true);
        assert_non_null(strstr(printed(&pool, &hybrid.plan), "step 1: weights of 8 bits with scales, 288 bytes\n"));
        assert_int_equal(floats.plan.weight_bytes - hybrid.plan.weight_bytes,
                         3 * weights - 4 * (2 * CHANNELS + OUTPUTS));
    }
    assert_memory_equal(compute(&pool, file, (struct pipeline_options){.coding = CODING_DENSE}, &hybrid), want,
                        OUTPUTS * sizeof *want);
    assert_hybrid(&hybrid, false, false);
    pool_free(&pool);
}

static void a_recurrent_layer_computes_the_same(void **state)
{
    const int64_t weights = ROWS * (STEP + UNITS) + OUTPUTS * TIME * UNITS;
    struct pool pool = {0};
    struct pipeline floats, hybrid;
    const struct bytes file = recurrent_network(&pool);
    const float *want = compute(&pool, file, (struct pipeline_options){.optimize = OPTIMIZE_SPEED}, &floats);

    (void)state;
    assert_true(has(&floats, KERNEL_recurrent_f32) && !has(&floats, KERNEL_recurrent_hybrid));
    assert_memory_equal(compute(&pool, file, (struct pipeline_options){.optimize = OPTIMIZE_BALANCED}, &hybrid), want,
                        OUTPUTS * sizeof *want);
    assert_true(has(&hybrid, KERNEL_recurrent_hybrid) && !has(&hybrid, KERNEL_recurrent_f32));
    assert_non_null(strstr(printed(&pool, &hybrid.plan), "step 0: weights of 8 bits with scales, 1280 bytes\n"));
    assert_int_equal(floats.plan.weight_bytes - hybrid.plan.weight_bytes, 3 * weights - 4 * (2 * ROWS + OUTPUTS));
    pool_free(&pool);
}

static void one_other_weight_keeps_floats(void **state)
{
    static const float others[] = {0.00012345f, INFINITY, 100000.0f};
    struct pool pool = {0};
    struct pipeline p;

    (void)state;
    for (size_t i = 0; i < COUNT(others); i++) {
        compute(&pool, network(&pool, others[i]), (struct pipeline_options){0}, &p);
        assert_hybrid(&p, false, true);
    }
    pool_free(&pool);
}

static void c_computes_the_same(bool recurrent)
{
    struct fixture f;
    struct pipeline p;
    struct c_program prog;
    struct bytes want = {.size = OUTPUTS * sizeof(float)}, file;

    work_begin(&f);
    file = recurrent ? recurrent_network(&f.pool) : network(&f.pool, 0.0f);
    want.data = (uint8_t *)(uintptr_t)compute(&f.pool, file, (struct pipeline_options){0}, &p);
    if (recurrent)
        assert_true(has(&p, KERNEL_recurrent_hybrid));
    else
        assert_hybrid(&p, true, true);
    prog = c_program_new(&f);
    c_program_add_planned(&f, &prog, &p);
    c_program_infer(&prog, true, false);
    text_bytes(&prog.in, input, sizeof input);
    c_program_expect(&f, &prog, "outputs", TYPE_F32, false, want);
    c_program_write(&f, &prog);
    shell(&f, 1, &prog.dir, (const char *[]){GCC " -O1 *.c mote/kernels/*/*.c test/main.c -o program -lm"});
    assert_int_equal(c_program_compare(&f, &prog), 0);
    work_end(&f);
}

static void generated_c_computes_the_same(void **state)
{
    (void)state;
    c_computes_the_same(false);
    c_computes_the_same(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scale_is_found),          cmocka_unit_test(others_have_none),
        cmocka_unit_test(a_network_computes_the_same),   cmocka_unit_test(one_other_weight_keeps_floats),
        cmocka_unit_test(generated_c_computes_the_same), cmocka_unit_test(a_recurrent_layer_computes_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
