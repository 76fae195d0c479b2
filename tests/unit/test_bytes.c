/* SPDX-License-Identifier: Apache-2.0 */
/* Networks of uint8 become int8: which tensors, which operators, what stays. Graphs as text, before and after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/import/import.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"

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
    TRY(import_bytes(&m, limit, &at));
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

    if (convert(&pool, before, 100, &report, &got) != MOTE_OK)
        print_error("%s\n", report.text);
    assert_string_equal(got, after);
    pool_free(&pool);
}

static void is_refused(const char *before, int64_t limit, enum mote_status status, const char *message)
{
    struct pool pool = {0};
    struct report_text report = {0};
    const char *got;

    assert_int_equal(convert(&pool, before, limit, &report, &got), status);
    if (!strstr(report.text, message))
        print_error("%s\n", report.text);
    assert_non_null(strstr(report.text, message));
    pool_free(&pool);
}

/* The weights 120 … 250 with zero point 130 take it away whole; 1 … 255 with 100 keep what int8 has no room for. */
static void weights_lose_their_zero_point(void **state)
{
    (void)state;
    becomes(HEAD "tensor 0 \"x\" u8 [1,2] quant [0.5; 131]\n"
                 "tensor 1 \"w\" u8 [2,2] quant [0.25; 130] data [120, 130, 250, 140]\n"
                 "tensor 2 \"y\" u8 [1,2] quant [0.5; 0]\n"
                 "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n",
            HEAD "tensor 0 \"x\" u8 [1,2] quant [0.5; 131]\n"
                 "tensor 1 \"w\" s8 [2,2] quant [0.25; 0] data [-10, 0, 120, 10]\n"
                 "tensor 2 \"y\" u8 [1,2] quant [0.5; 0]\n"
                 "tensor 3 s8 [1,2] quant [0.5; 3]\n"
                 "tensor 4 s8 [1,2] quant [0.5; -128]\n"
                 "op 0 quantize in [0] out [3]\n"
                 "op 1 fully_connected in [3, 1] out [4]\n"
                 "op 2 quantize in [4] out [2]\ninputs [0]\noutputs [2]\nend\n");
    becomes(HEAD "tensor 0 \"x\" u8 [1,1,1,2] quant [0.5; 131]\n"
                 "tensor 1 \"w\" u8 [1,1,1,2] quant [0.25; 100] data [1, 255]\n"
                 "tensor 2 \"y\" u8 [1,1,1,1] quant [0.5; 0]\n"
                 "op 0 conv_2d in [0, 1] out [2] padding same\ninputs [0]\noutputs [2]\nend\n",
            HEAD "tensor 0 \"x\" u8 [1,1,1,2] quant [0.5; 131]\n"
                 "tensor 1 \"w\" s8 [1,1,1,2] quant [0.25; -28] data [-127, 127]\n"
                 "tensor 2 \"y\" u8 [1,1,1,1] quant [0.5; 0]\n"
                 "tensor 3 s8 [1,1,1,2] quant [0.5; 3]\n"
                 "tensor 4 s8 [1,1,1,1] quant [0.5; -128]\n"
                 "op 0 quantize in [0] out [3]\n"
                 "op 1 conv_2d uint8 in [3, 1] out [4] padding same\n"
                 "op 2 quantize in [4] out [2]\ninputs [0]\noutputs [2]\nend\n");
}

static void other_scales_are_brought_to_the_output(void **state)
{
    (void)state;
    becomes(HEAD "tensor 0 \"x\" u8 [2] quant [0.5; 131]\n"
                 "tensor 1 \"c\" u8 [1] quant [0.25; 128] data [255]\n"
                 "tensor 2 \"y\" u8 [3] quant [0.25; 128]\n"
                 "op 0 concatenation in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n",
            HEAD "tensor 0 \"x\" u8 [2] quant [0.5; 131]\n"
                 "tensor 1 \"c\" s8 [1] quant [0.25; 0] data [127]\n"
                 "tensor 2 \"y\" u8 [3] quant [0.25; 128]\n"
                 "tensor 3 s8 [2] quant [0.5; 3]\n"
                 "tensor 4 s8 [3] quant [0.25; 0]\n"
                 "tensor 5 s8 [2] quant [0.25; 0]\n"
                 "op 0 quantize in [0] out [3]\n"
                 "op 1 quantize uint8 in [3] out [5]\n"
                 "op 2 concatenation in [5, 1] out [4]\n"
                 "op 3 quantize in [4] out [2]\ninputs [0]\noutputs [2]\nend\n");
}

/* What has no scale brings none to its inputs: it is refused when it is compiled. */
static void without_a_scale_nothing_is_brought(void **state)
{
    (void)state;
    becomes(HEAD "tensor 0 \"x\" u8 [2] quant [0.5; 131]\n"
                 "tensor 1 \"y\" u8 [4]\n"
                 "op 0 concatenation in [0, 0] out [1]\ninputs [0]\noutputs [1]\nend\n",
            HEAD "tensor 0 \"x\" u8 [2] quant [0.5; 131]\n"
                 "tensor 1 \"y\" u8 [4]\n"
                 "tensor 2 s8 [2] quant [0.5; 3]\n"
                 "op 0 quantize in [0] out [2]\n"
                 "op 1 concatenation in [2, 2] out [1]\ninputs [0]\noutputs [1]\nend\n");
}

/* CAST takes bytes as numbers. */
static void casts_see_uint8(void **state)
{
    (void)state;
    becomes(HEAD "tensor 0 \"x\" u8 [2] quant [0.5; 131]\n"
                 "tensor 1 \"z\" u8 [2] quant [1; 128]\n"
                 "tensor 2 \"y\" f32 [2]\n"
                 "op 0 add in [0, 0] out [1]\n"
                 "op 1 cast in [1] out [2]\ninputs [0]\noutputs [2]\nend\n",
            HEAD "tensor 0 \"x\" u8 [2] quant [0.5; 131]\n"
                 "tensor 1 \"z\" s8 [2] quant [1; 0]\n"
                 "tensor 2 \"y\" f32 [2]\n"
                 "tensor 3 s8 [2] quant [0.5; 3]\n"
                 "tensor 4 u8 [2] quant [1; 128]\n"
                 "op 0 quantize in [0] out [3]\n"
                 "op 1 add in [3, 3] out [1]\n"
                 "op 2 quantize in [1] out [4]\n"
                 "op 3 cast in [4] out [2]\ninputs [0]\noutputs [2]\nend\n");
}

static void what_only_moves_stays(void **state)
{
    const char *text = HEAD "tensor 0 \"x\" u8 [1,2] quant [0.5; 131]\n"
                            "tensor 1 \"y\" u8 [2] quant [0.5; 131]\n"
                            "tensor 2 \"r\" f32 [2]\n"
                            "op 0 reshape in [0] out [1]\n"
                            "op 1 dequantize in [1] out [2]\ninputs [0]\noutputs [1, 2]\nend\n";

    (void)state;
    becomes(text, text);
}

/* 1 / scale is infinite: no float is cast that is no number. */
static void scales_near_zero_saturate(void **state)
{
    static const char *const texts[] = {
        HEAD "tensor 0 \"x\" u8 [2] quant [1; 128]\n"
             "tensor 1 \"y\" u8 [2] quant [1e-45; 0]\n"
             "op 0 logistic in [0] out [1]\ninputs [0]\noutputs [1]\nend\n",
        HEAD "tensor 0 \"x\" u8 [2] quant [1; 0]\n"
             "tensor 1 \"c\" u8 [1] quant [1; 0] data [0]\n"
             "tensor 2 \"y\" u8 [3] quant [1e-45; 0]\n"
             "op 0 concatenation in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        const struct frame at = {.name = "t", .index = -1};
        const uint8_t x[] = {0, 255};
        struct pool pool = {0};
        struct pipeline p;
        struct runner r;
        uint8_t y[3];
        char *copy = pool_strdup(&pool, texts[i]);

        assert_int_equal(pipeline_read(&pool, "t.graph", (struct bytes){(uint8_t *)copy, strlen(copy)}, &p, &at),
                         MOTE_OK);
        assert_int_equal(pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &at), MOTE_OK);
        assert_int_equal(runner_open(&pool, p.image, &r, NULL), MOTE_OK);
        runner_run(&r, x, y);
        assert_int_equal(y[0], 0);
        assert_int_equal(y[1], i == 0 ? UINT8_MAX : 0);
        pool_free(&pool);
    }
}

/* n inputs of another scale than the output's. */
static const char *concatenation_of(struct pool *pool, int n)
{
    struct text t = {.pool = pool};

    text_add(&t,
             HEAD "tensor 0 \"x\" u8 [1] quant [1; 128]\ntensor 1 \"y\" u8 [%d] quant [0.5; 128]\n"
                  "op 0 concatenation in [0",
             n);
    for (int i = 1; i < n; i++)
        text_add(&t, ", 0");
    text_add(&t, "] out [1]\ninputs [0]\noutputs [1]\nend\n");
    return t.s;
}

static void refusals_name_the_operator(void **state)
{
    struct pool pool = {0};
    const char *other = HEAD "tensor 0 \"x\" u8 [1,2] quant [0.5; 131]\n"
                             "tensor 1 \"y\" u8 [1,2] quant [0.0625; 255]\n"
                             "op 0 log_softmax in [0] out [1]\ninputs [0]\noutputs [1]\nend\n";
    const char *large = HEAD "tensor 0 \"x\" u8 [4] quant [0.5; 131]\n"
                             "tensor 1 \"c\" u8 [4] quant [0.5; 131] data [1, 2, 3, 4]\n"
                             "tensor 2 \"y\" u8 [4] quant [0.5; 0]\n"
                             "op 0 add in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n";

    (void)state;
    is_refused(other, 100, MOTE_ERR_UNSUPPORTED, "op 0 LOG_SOFTMAX: it has no form of uint8");
    is_refused(concatenation_of(&pool, 16384), 100, MOTE_ERR_MEMORY, "in int8 the network of uint8 has more than");
    pool_free(&pool);
    is_refused(large, 3, MOTE_ERR_MEMORY, "tensor 1 c: too many constants of uint8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_lose_their_zero_point),
        cmocka_unit_test(other_scales_are_brought_to_the_output),
        cmocka_unit_test(without_a_scale_nothing_is_brought),
        cmocka_unit_test(casts_see_uint8),
        cmocka_unit_test(what_only_moves_stays),
        cmocka_unit_test(scales_near_zero_saturate),
        cmocka_unit_test(refusals_name_the_operator),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
