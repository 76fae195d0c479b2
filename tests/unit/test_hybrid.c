/* SPDX-License-Identifier: Apache-2.0 */
/* Hybrid models: which constants become floats, and which. Graphs as text, before and after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/import/import.h"

#include <cmocka.h>

#define HEAD "mote-graph 1\nmodel t version 0\ngraph \"main\"\n"

static enum mote_status convert(struct pool *pool, const char *text, int64_t limit, struct report_text *report,
                                const char **out)
{
    struct frame at = {.name = "t", .index = -1, .sink = report};
    struct model m = {.pool = pool};
    struct text printed = {.pool = pool};
    char *copy = pool_strdup(pool, text);

    TRY(model_parse(&m, (struct bytes){(uint8_t *)copy, strlen(copy)}, &at));
    TRY(import_dequantize(&m, limit, &at));
    TRY(model_verify(&m, &at));
    model_print(&m, &printed, true);
    *out = printed.s;
    return MOTE_OK;
}

static void becomes(const char *before, const char *after)
{
    struct pool pool = {0};
    struct report_text report = {0};
    const char *got = "";

    if (convert(&pool, before, 1000, &report, &got) != MOTE_OK)
        print_error("%s\n", report.text);
    assert_string_equal(got, after);
    pool_free(&pool);
}

static void one_scale_and_one_a_channel(void **state)
{
    (void)state;
    becomes(HEAD "tensor 0 \"x\" f32 [1,2]\n"
                 "tensor 1 \"w\" s8 [2,2] quant [0.5; 1] source 1 data [1, 3, -127, 0]\n"
                 "tensor 2 \"b\" s32 [2] quant [0.25; 0] data [-4, 2000000000]\n"
                 "tensor 3 \"y\" f32 [1,2]\n"
                 "op 0 fully_connected in [0, 1, 2] out [3]\ninputs [0]\noutputs [3]\nend\n",
            HEAD "tensor 0 \"x\" f32 [1,2]\n"
                 "tensor 1 \"w\" f32 [2,2] source 1 data [0, 1, -64, -0.5]\n"
                 "tensor 2 \"b\" f32 [2] data [-1, 5e+08]\n"
                 "tensor 3 \"y\" f32 [1,2]\n"
                 "op 0 fully_connected in [0, 1, 2] out [3]\ninputs [0]\noutputs [3]\nend\n");
    becomes(HEAD "tensor 0 \"x\" f32 [1,1,2,2]\n"
                 "tensor 1 \"w\" s8 [1,1,2,2] quant axis 3 [0.5, 2; 0, 0] data [1, 1, -3, -4]\n"
                 "tensor 2 \"y\" f32 [1,1,1,2]\n"
                 "op 0 depthwise_conv_2d in [0, 1] out [2] padding valid\ninputs [0]\noutputs [2]\nend\n",
            HEAD "tensor 0 \"x\" f32 [1,1,2,2]\n"
                 "tensor 1 \"w\" f32 [1,1,2,2] data [0.5, 2, -1.5, -8]\n"
                 "tensor 2 \"y\" f32 [1,1,1,2]\n"
                 "op 0 depthwise_conv_2d in [0, 1] out [2] padding valid\ninputs [0]\noutputs [2]\nend\n");
    becomes(HEAD "tensor 0 \"x\" f32 [1,2]\n"
                 "tensor 1 \"w\" s16 [2,2] quant axis 0 [0.5, 2; 0, 0] data [1, 1, -300, 4]\n"
                 "tensor 2 \"y\" f32 [1,2]\n"
                 "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n",
            HEAD "tensor 0 \"x\" f32 [1,2]\n"
                 "tensor 1 \"w\" f32 [2,2] data [0.5, 0.5, -600, 8]\n"
                 "tensor 2 \"y\" f32 [1,2]\n"
                 "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n");
}

/* An int8 operator and two float ones read the same weights: one copy is made. */
static void shared_weights_are_copied_once(void **state)
{
    static const char ops[] = "op 0 fully_connected in [1, 2] out [4]\nop 1 fully_connected in [0, %d] out [5]\n"
                              "op 2 fully_connected in [5, %d] out [6]\ninputs [0, 1]\noutputs [4, 6]\nend\n";
    static const char tensors[] = HEAD "tensor 0 \"x\" f32 [1,2]\ntensor 1 \"q\" s8 [1,2] quant [0.5; 0]\n"
                                       "tensor 2 \"w\" s8 [2,2] quant [0.5; 0] source 2 data [1, 2, 3, 4]\n"
                                       "tensor 3 \"unused\" s8 [1] quant [0.5; 0] data [1]\n"
                                       "tensor 4 \"y\" s8 [1,2] quant [0.5; 0]\ntensor 5 \"h\" f32 [1,2]\n"
                                       "tensor 6 \"z\" f32 [1,2]\n";
    struct pool pool = {0};

    (void)state;
    becomes(pool_printf(&pool, "%s%s", tensors, pool_printf(&pool, ops, 2, 2)),
            pool_printf(&pool, "%stensor 7 \"w\" f32 [2,2] data [0.5, 1, 1.5, 2]\n%s", tensors,
                        pool_printf(&pool, ops, 7, 7)));
    pool_free(&pool);
}

/* What DEQUANTIZE makes of float16 constants is a constant, every value of it; where it is an output, the operator
 * stays, and so does one of float16 that is computed. */
static void half_precision_is_widened(void **state)
{
    static const char stays[] =
        HEAD "tensor 0 \"h\" f16 [2] data [0x3c00, 0xbc00]\ntensor 1 \"x\" f16 [2]\ntensor 2 \"y\" f32 [2]\n"
             "tensor 3 \"z\" f32 [2]\nop 0 dequantize in [0] out [2]\nop 1 dequantize in [1] out [3]\n"
             "inputs [1]\noutputs [2, 3]\nend\n";

    (void)state;
    becomes(
        HEAD "tensor 0 \"h\" f16 [9] data [0x0000, 0x8000, 0x0001, 0x83ff, 0x0400, 0x3c01, 0xfbff, 0x7c00, 0x7e00]\n"
             "tensor 1 \"w\" f32 [9]\ntensor 2 \"v\" f32 [9]\ntensor 3 \"x\" f32 [9]\n"
             "tensor 4 \"y\" f32 [9]\ntensor 5 \"z\" f32 [9]\n"
             "op 0 dequantize in [0] out [1]\nop 1 dequantize in [0] out [2]\nop 2 add in [3, 1] out [4]\n"
             "op 3 add in [4, 2] out [5]\ninputs [3]\noutputs [5]\nend\n",
        HEAD "tensor 0 \"h\" f16 [9] data [0x0000, 0x8000, 0x0001, 0x83ff, 0x0400, 0x3c01, 0xfbff, 0x7c00, 0x7e00]\n"
             "tensor 1 \"w\" f32 [9] data [0, -0, 5.9604645e-08, -6.097555e-05, 6.1035156e-05, 1.0009766, -65504, "
             "inf, 0x7fc00000]\n"
             "tensor 2 \"v\" f32 [9] data [0, -0, 5.9604645e-08, -6.097555e-05, 6.1035156e-05, 1.0009766, -65504, "
             "inf, 0x7fc00000]\n"
             "tensor 3 \"x\" f32 [9]\ntensor 4 \"y\" f32 [9]\ntensor 5 \"z\" f32 [9]\n"
             "op 0 add in [3, 1] out [4]\nop 1 add in [4, 2] out [5]\ninputs [3]\noutputs [5]\nend\n");
    becomes(stays, stays);
}

/* Integers without a scale are lists, not weights; int8 operators keep theirs. */
static void all_else_stays(void **state)
{
    static const char *const graphs[] = {
        HEAD "tensor 0 \"x\" f32 [1,2]\ntensor 1 \"p\" s32 [2,2] data [0, 0, 1, 1]\ntensor 2 \"y\" f32 [1,4]\n"
             "op 0 pad in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n",
        HEAD "tensor 0 \"x\" s8 [1,2] quant [0.5; 0]\ntensor 1 \"w\" s8 [1,2] quant [0.5; 0] data [1, 2]\n"
             "tensor 2 \"y\" s8 [1,1] quant [0.5; 0]\n"
             "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n",
        HEAD "tensor 0 \"q\" s8 [2] quant [0.5; 0] data [1, 2]\ntensor 1 \"y\" f32 [2]\n"
             "op 0 dequantize in [0] out [1]\ninputs []\noutputs [1]\nend\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(graphs); i++)
        becomes(graphs[i], graphs[i]);
}

static void memory_is_bounded(void **state)
{
    static const char text[] = HEAD "tensor 0 \"x\" f32 [1,2]\n"
                                    "tensor 1 \"w\" s8 [2,2] quant [0.5; 1] data [1, 3, -127, 0]\n"
                                    "tensor 2 \"y\" f32 [1,2]\n"
                                    "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n";
    struct pool pool = {0};
    struct report_text report = {0};
    const char *out;

    (void)state;
    assert_int_equal(convert(&pool, text, 4, &report, &out), MOTE_OK);
    assert_int_equal(convert(&pool, text, 3, &report, &out), MOTE_ERR_MEMORY);
    assert_non_null(strstr(report.text, "op 0 FULLY_CONNECTED: tensor 1 w"));
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_scale_and_one_a_channel), cmocka_unit_test(shared_weights_are_copied_once),
        cmocka_unit_test(half_precision_is_widened),   cmocka_unit_test(all_else_stays),
        cmocka_unit_test(memory_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
