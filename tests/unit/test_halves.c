/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `halves`: which float weights are stored in half precision, that kernels make the same floats of them, and
 * that image and generated C compute what they compute with floats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/boards/board.h"
#include "host/graph/half.h"
#include "host/pipeline/pipeline.h"
#include "host/plan/code.h"
#include "host/plan/kernels.h"
#include "host/plan/stages.h"
#include "host/run/runner.h"
#include "mote/kernels/shared/weights_f16.h"
#include "tests/unit/c_program.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

static uint64_t seed;

static int32_t between(int32_t min, int32_t max)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int32_t)(min + (int64_t)((seed >> 33) % (uint64_t)((int64_t)max - min + 1)));
}

/* ---- numbers ---- */
enum { INFINITE = 0x7c00, SIGN = 0x8000 };

static void every_number_is_its_float(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits <= UINT16_MAX; bits++) {
        float want = half_value((uint16_t)bits), made = mote_weight_value((uint16_t)bits);
        uint16_t back = 0;
        bool finite = (bits & INFINITE) != INFINITE;

        assert_int_equal(half_of(want, &back), finite);
        if (!finite) /* a number like others to the kernels */
            want = copysignf(ldexpf((float)((bits & 0x3ff) + 1024), 6), bits & SIGN ? -1.0f : 1.0f);
        else
            assert_int_equal(back, bits);
        assert_memory_equal(&made, &want, sizeof want);
    }
}

/* The floats next to those, and beyond the largest. */
static void other_floats_are_none(void **state)
{
    static const float others[] = {65504.01f, 65536.0f, 1e30f, 2.9802322e-08f, 8.9406967e-08f, 6.1005354e-05f};
    uint16_t bits;

    (void)state;
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_false(half_of(others[i], &bits));
        assert_false(half_of(-others[i], &bits));
    }
    for (uint32_t h = 0; h < INFINITE; h++) {
        assert_false(half_of(nextafterf(half_value((uint16_t)h), INFINITY), &bits));
        assert_false(half_of(-nextafterf(half_value((uint16_t)h), INFINITY), &bits));
    }
}

/* ---- a network ---- */
enum { SIDE = 8, IN_C = 4, CHANNELS = 32, OUTPUTS = 10, PIXELS = SIDE * SIDE };

static void put_floats(struct text *text, const char *head, int32_t n, float last)
{
    text_add(text, "%s data [", head);
    for (int32_t i = 0; i < n; i++)
        text_add(text, i > 0 ? ", %.9g" : "%.9g",
                 (double)(i == n - 1 && last != 0.0f
                              ? last
                              : half_value((uint16_t)(between(0, 1) * SIGN | between(0, 0x3bff)))));
    text_add(text, "]\n");
}

/* A convolution, one in depth, and a layer; `last` (if it is not 0) is one weight of the convolution. */
static struct bytes network(struct pool *pool, float last)
{
    struct text text = {.pool = pool};

    seed = 3;
    text_add(&text, "mote-graph 1\nmodel n\ngraph\ntensor 0 \"x\" f32 [1,8,8,4]\n");
    put_floats(&text, "tensor 1 \"w\" f32 [32,3,3,4]", CHANNELS * 9 * IN_C, last);
    put_floats(&text, "tensor 2 \"b\" f32 [32]", CHANNELS, 0.1f);
    put_floats(&text, "tensor 3 \"v\" f32 [1,3,3,32]", 9 * CHANNELS, 0.0f);
    put_floats(&text, "tensor 4 \"u\" f32 [10,2048]", OUTPUTS * PIXELS * CHANNELS, 0.0f);
    text_add(&text, "tensor 5 \"y\" f32 [1,8,8,32]\ntensor 6 \"z\" f32 [1,8,8,32]\ntensor 7 \"a\" f32 [1,10]\n"
                    "op 0 conv_2d in [0, 1, 2] out [5] padding same\n"
                    "op 1 depthwise_conv_2d in [5, 3] out [6] padding same\n"
                    "op 2 fully_connected in [6, 4] out [7]\ninputs [0]\noutputs [7]\nend\n");
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

static void assert_halves(const struct pipeline *p, bool conv, bool others)
{
    assert_int_equal(has(p, KERNEL_conv_2d_f16), conv);
    assert_int_equal(has(p, KERNEL_conv_2d_f32), !conv);
    assert_int_equal(has(p, KERNEL_depthwise_conv_2d_f16), others);
    assert_int_equal(has(p, KERNEL_depthwise_conv_2d_f32), !others);
    assert_int_equal(has(p, KERNEL_fully_connected_f16) || has(p, KERNEL_fully_connected_rows_f16), others);
    assert_int_equal(has(p, KERNEL_fully_connected_f32) || has(p, KERNEL_fully_connected_rows_f32), !others);
}

static const char *printed(struct pool *pool, const struct plan *plan)
{
    struct text text = {.pool = pool};

    for (int i = 0; i < stages_count; i++)
        if (strcmp(stages[i].name, "halves") == 0)
            stages[i].print(plan, &text);
    return text.s;
}

static void a_network_computes_the_same(void **state)
{
    static const struct pipeline_options usual[] = {
        {.optimize = OPTIMIZE_BALANCED}, {.optimize = OPTIMIZE_RAM}, {.optimize = OPTIMIZE_FLASH}};
    struct pool pool = {0};
    struct pipeline floats, halves;
    const struct bytes file = network(&pool, 0.0f);
    const uint64_t before = seed;
    const float *want = compute(&pool, file, (struct pipeline_options){.optimize = OPTIMIZE_SPEED}, &floats);

    (void)state;
    assert_halves(&floats, false, false);
    for (size_t i = 0; i < COUNT(usual); i++) {
        seed = before;
        assert_memory_equal(compute(&pool, file, usual[i], &halves), want, OUTPUTS * sizeof *want);
        assert_halves(&halves, true, true);
        assert_non_null(strstr(printed(&pool, &halves.plan), "step 1: weights in half precision, 576 bytes\n"));
        assert_int_equal(floats.plan.weight_bytes - halves.plan.weight_bytes,
                         2 * (CHANNELS * 9 * IN_C + 9 * CHANNELS + OUTPUTS * PIXELS * CHANNELS));
    }
    seed = before;
    assert_memory_equal(compute(&pool, file, (struct pipeline_options){.coding = CODING_DENSE}, &halves), want,
                        OUTPUTS * sizeof *want);
    assert_halves(&halves, false, false);
    pool_free(&pool);
}

static void one_other_weight_keeps_floats(void **state)
{
    static const float others[] = {0.1f, INFINITY, 100000.0f};
    struct pool pool = {0};
    struct pipeline p;

    (void)state;
    for (size_t i = 0; i < COUNT(others); i++) {
        compute(&pool, network(&pool, others[i]), (struct pipeline_options){0}, &p);
        assert_halves(&p, false, true);
    }
    pool_free(&pool);
}

/* Few weights are not worth the code, but where all are to be stored in few bytes. */
static void small_layers_keep_floats(void **state)
{
    static const char small[] = "mote-graph 1\nmodel n\ngraph\ntensor 0 \"x\" f32 [1,256]\n"
                                "tensor 1 \"w\" f32 [2,2] data [1, 2, 0.5, -3]\ntensor 2 \"y\" f32 [128,2]\n"
                                "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n";
    struct pool pool = {0};
    struct report_text report = {0};
    const struct frame at = {.index = -1, .sink = &report};

    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct pipeline_options options = {.coding = i == 0 ? CODING_USUAL : CODING_HUFFMAN};
        const struct bytes file = {(uint8_t *)pool_strdup(&pool, small), sizeof small - 1};
        struct pipeline p;

        if (pipeline_read(&pool, "n.graph", file, &p, &at) != MOTE_OK || pipeline_compile(&p, &options, &at) != MOTE_OK)
            fail_msg("%s", report.text);
        assert_int_equal(has(&p, KERNEL_fully_connected_f16), i == 1);
    }
    pool_free(&pool);
}

/* Two steps of three share a constant of 80 bytes, and have 30 instead; then all three do. */
static void a_constant_counts_once(void **state)
{
    int32_t args[][2] = {{0, 1}, {2, 1}, {3, 1}};
    struct value values[4] = {[1] = {.kind = VALUE_CONST, .bytes = 80}};
    struct step steps[] = {
        {.n_args = 2, .args = args[0]}, {.n_args = 2, .args = args[1]}, {.n_args = 2, .args = args[2]}};
    const struct plan plan = {.n_values = 4, .values = values, .n_steps = 3, .steps = steps};
    const bool two[] = {false, true, true}, all[] = {true, true, true};

    (void)state;
    assert_int_equal(constant_saves(&plan, two, 1, 1, 30), -30);
    assert_int_equal(constant_saves(&plan, two, 2, 1, 30), 0);
    assert_int_equal(constant_saves(&plan, all, 0, 1, 30), 50);
    assert_int_equal(constant_saves(&plan, all, 1, 1, 30), 0);
}

/* Two layers of the same `n` weights, of half precision, and one of others. */
static bool are_stored_in_halves(struct pool *pool, int32_t n, bool shared)
{
    struct text text = {.pool = pool};
    struct pipeline p;
    struct report_text report = {0};
    const struct frame at = {.index = -1, .sink = &report};
    struct target target;
    const struct pipeline_options options = {.target = &target};

    seed = 4;
    text_add(&text, "mote-graph 1\nmodel n\ngraph\ntensor 0 \"x\" f32 [1,%d]\n", (int)n);
    for (int i = 1; i <= 3; i++) {
        text_add(&text, "tensor %d \"w\" f32 [1,%d]", i, (int)n);
        if (i == 2 && shared)
            seed = 4;
        put_floats(&text, "", n, i == 3 ? 0.1f : 0.0f);
    }
    text_add(&text, "tensor 4 \"a\" f32 [1,1]\ntensor 5 \"b\" f32 [1,1]\ntensor 6 \"c\" f32 [1,1]\n"
                    "op 0 fully_connected in [0, 1] out [4]\nop 1 fully_connected in [0, 2] out [5]\n"
                    "op 2 fully_connected in [0, 3] out [6]\ninputs [0]\noutputs [4, 5, 6]\nend\n");
    if (target_find(pool, "cortex-m3", &target, &at) != MOTE_OK ||
        pipeline_read(pool, "n.graph", (struct bytes){(uint8_t *)text.s, text.len}, &p, &at) != MOTE_OK ||
        pipeline_compile(&p, &options, &at) != MOTE_OK)
        fail_msg("%s", report.text);
    return has(&p, KERNEL_fully_connected_f16);
}

/* The kernel's code is more than half of the weights once, and less than half of them twice. */
static void what_two_layers_share_is_saved_once(void **state)
{
    const struct kernel_version *version = kernel_version_best(KERNEL_fully_connected_f16, 0);
    const int64_t code = code_of_version(MOTE_CORE_CORTEX_M3, version, false);
    struct pool pool = {0};

    (void)state;
    assert_true(are_stored_in_halves(&pool, (int32_t)(code * 3 / 8), false));
    assert_false(are_stored_in_halves(&pool, (int32_t)(code * 3 / 8), true));
    assert_true(are_stored_in_halves(&pool, (int32_t)code, true));
    pool_free(&pool);
}

static void generated_c_computes_the_same(void **state)
{
    struct fixture f;
    struct pipeline p;
    struct c_program prog;
    struct bytes want = {.size = OUTPUTS * sizeof(float)};

    (void)state;
    work_begin(&f);
    want.data = (uint8_t *)(uintptr_t)compute(&f.pool, network(&f.pool, 0.0f), (struct pipeline_options){0}, &p);
    assert_halves(&p, true, true);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_is_its_float),
        cmocka_unit_test(other_floats_are_none),
        cmocka_unit_test(a_network_computes_the_same),
        cmocka_unit_test(one_other_weight_keeps_floats),
        cmocka_unit_test(small_layers_keep_floats),
        cmocka_unit_test(a_constant_counts_once),
        cmocka_unit_test(what_two_layers_share_is_saved_once),
        cmocka_unit_test(generated_c_computes_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
