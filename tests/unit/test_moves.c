/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that move data: what they refuse, GATHER's indices at run time, CAST beyond what the reference defines, and
 * kernels with parameters that no host would write. (That they are exact, test_vectors says.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mote/kernels/elementwise/cast.h"
#include "mote/kernels/move/gather.h"
#include "tests/golden/road.h"

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

/* ---- graphs of one line or more ---- */
struct tried {
    struct pool pool;
    struct pipeline p;
    struct runner runner;
    struct report_text sink;
};

/* `lines` are a graph's, from its tensors to its outputs. */
static enum mote_status try_passes(struct tried *t, const char *lines, const char *passes)
{
    struct frame at = {.name = "t", .index = -1, .sink = &t->sink};
    const char *text;

    memset(t, 0, sizeof *t);
    text = pool_printf(&t->pool, "mote-graph 1\nmodel t\ngraph \"main\"\n%s\nend\n", lines);
    t->p = pipeline_of(&t->pool, "t");
    TRY(model_parse(&t->p.model, (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)}, &at));
    TRY(pipeline_compile(&t->p, &(struct pipeline_options){.passes = passes}, &at));
    return runner_open(&t->pool, t->p.image, &t->runner, &at);
}

/* Legalized, a transposition that moves nothing, SQUEEZE and EXPAND_DIMS are a RESHAPE; the user has none. */
static void test_refused_by_its_own_name(void **state)
{
    static const struct {
        const char *lines, *name;
    } cases[] = {
        {"tensor 0 s8 [4] quant [0.5; 0]\ntensor 1 s32 [1] data [0]\ntensor 2 s8 [4] quant [0.25; 0]\n"
         "op 0 transpose in [0, 1] out [2]\ninputs [0]\noutputs [2]",
         "TRANSPOSE"},
        {"tensor 0 s8 [1,4] quant [0.5; 0]\ntensor 1 s32 [2] data [1, 0]\ntensor 2 s8 [4,1] quant [0.25; 0]\n"
         "op 0 transpose in [0, 1] out [2]\ninputs [0]\noutputs [2]",
         "TRANSPOSE"},
        {"tensor 0 s8 [1,4] quant [0.5; 0]\ntensor 1 s8 [4] quant [0.25; 0]\nop 0 squeeze in [0] out [1]\n"
         "inputs [0]\noutputs [1]",
         "SQUEEZE"},
        {"tensor 0 s8 [4] quant [0.5; 0]\ntensor 1 s32 [] data [0]\ntensor 2 s8 [1,4] quant [0.25; 0]\n"
         "op 0 expand_dims in [0, 1] out [2]\ninputs [0]\noutputs [2]",
         "EXPAND_DIMS"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tried t;
        char want[256];

        snprintf(want, sizeof want,
                 "t: op 0 %s: tensor 0: it has scale 0.5 and zero point 0, the operator's output 0.25 and 0: put a "
                 "QUANTIZE between them [ERR_QUANT]",
                 cases[i].name);
        assert_int_equal(try_passes(&t, cases[i].lines, NULL), MOTE_ERR_QUANT);
        assert_string_equal(t.sink.text, want);
        pool_free(&t.pool);
    }
}

static enum mote_status try_lines(struct tried *t, const char *lines) { return try_passes(t, lines, "none"); }

#define Q " quant [0.5; 0]"

static void test_refusals(void **state)
{
    static const struct {
        const char *lines, *want;
    } cases[] = {
        {"tensor 0 s8 [2,2]" Q "\ntensor 1 s8 [2,4]" Q
         "\nop 0 concatenation in [0, 0] out [1] axis 1 activation relu\ninputs [0]\noutputs [1]",
         "t: op 0 CONCATENATION: a fused activation; put it into an operator of its own [ERR_UNSUPPORTED]"},
        {"tensor 0 s8 [2,2] quant [0.5; 1]\ntensor 1 s8 [2,4]" Q
         "\nop 0 concatenation in [0, 0] out [1] axis 1\ninputs [0]\noutputs [1]",
         "t: op 0 CONCATENATION: tensor 0: it has scale 0.5 and zero point 1, the operator's output 0.5 and 0: put a "
         "QUANTIZE between them [ERR_QUANT]"},
        {"tensor 0 s16 [2,2] quant [0.5; 1]\ntensor 1 s16 [2,4] quant [0.5; 1]\n"
         "op 0 concatenation in [0, 0] out [1] axis 1\ninputs [0]\noutputs [1]",
         "t: op 0 CONCATENATION: input 0 or the output has a zero point other than 0 [ERR_QUANT]"},
        {"tensor 0 s8 [2,2]" Q "\ntensor 1 s8 [3,2]" Q "\ntensor 2 s8 [2,4]" Q
         "\nop 0 concatenation in [0, 1] out [2] axis 1\ninputs [0, 1]\noutputs [2]",
         "t: op 0 CONCATENATION: input 1 is 3x2, which does not fit the first one's 2x2 [ERR_SHAPE]"},
        {"tensor 0 s8 [2]\ntensor 1 s16 [2]\ntensor 2 s8 [4]\nop 0 concatenation in [0, 1] out [2]\n"
         "inputs [0, 1]\noutputs [2]",
         "t: op 0 CONCATENATION: input 1 is s16 and the output s8 [ERR_TYPE]"},
        {"tensor 0 s8 [2,2]\ntensor 1 s8 [2,2]\nop 0 concatenation in [0] out [1] axis 2\ninputs [0]\noutputs [1]",
         "t: op 0 CONCATENATION: axis 2 of 2 dimensions [ERR_VALUE]"},
        {"tensor 0 s8 [5]\ntensor 1 s32 [] data [0]\ntensor 2 s8 [2]\ntensor 3 s8 [3]\n"
         "op 0 split in [1, 0] out [2, 3]\ninputs [0]\noutputs [2, 3]",
         "t: op 0 SPLIT: dimension 0 is 5, which 2 outputs do not divide [ERR_SHAPE]"},
        {"tensor 0 s8 [4]\ntensor 1 s32 []\ntensor 2 s8 [4]\nop 0 split in [1, 0] out [2]\n"
         "inputs [0, 1]\noutputs [2]",
         "t: op 0 SPLIT: tensor 1: the axis is an input of the model; make it a constant [ERR_UNSUPPORTED]"},
        {"tensor 0 s8 [4]\ntensor 1 s32 [] data [0]\nop 0 split in [1, 0] out []\ninputs [0]\noutputs [0]",
         "t: op 0 SPLIT: 0 outputs: the operator has up to 32767 [ERR_FORMAT]"},
        {"tensor 0 s8 [5]\ntensor 1 s32 [2] data [2, 4]\ntensor 2 s32 [] data [0]\ntensor 3 s8 [2]\n"
         "tensor 4 s8 [4]\nop 0 split_v in [0, 1, 2] out [3, 4]\ninputs [0]\noutputs [3, 4]",
         "t: op 0 SPLIT_V: the sizes' sum is 6, not 5 [ERR_SHAPE]"},
        {"tensor 0 s8 [5]\ntensor 1 s32 [2] data [5, -1]\ntensor 2 s32 [] data [0]\ntensor 3 s8 [5]\n"
         "tensor 4 s8 []\nop 0 split_v in [0, 1, 2] out [3, 4]\ninputs [0]\noutputs [3, 4]",
         "t: op 0 SPLIT_V: dimension 0 of the output would be empty"},
        {"tensor 0 s8 [5]\ntensor 1 s32 [1] data [3]\ntensor 2 s32 [1] data [3]\ntensor 3 s8 [3]\n"
         "op 0 slice in [0, 1, 2] out [3]\ninputs [0]\noutputs [3]",
         "t: op 0 SLICE: size is 3 from 3 on in dimension 0, which has 5 [ERR_VALUE]"},
        {"tensor 0 s8 [5]\ntensor 1 s32 [1]\ntensor 2 s32 [1] data [3]\ntensor 3 s8 [3]\n"
         "op 0 slice in [0, 1, 2] out [3]\ninputs [0, 1]\noutputs [3]",
         "t: op 0 SLICE: tensor 1: the begin is an input of the model; make it a constant [ERR_UNSUPPORTED]"},
        {"tensor 0 s8 [5]\ntensor 1 s8 [4]\ntensor 2 s8 [2,5]\nop 0 pack in [0, 1] out [2]\n"
         "inputs [0, 1]\noutputs [2]",
         "t: op 0 PACK: input 1 is 4, the first one 5 [ERR_SHAPE]"},
        {"tensor 0 s8 [3,5]\ntensor 1 s8 [5]\ntensor 2 s8 [5]\nop 0 unpack in [0] out [1, 2]\n"
         "inputs [0]\noutputs [1, 2]",
         "t: op 0 UNPACK: dimension 0 is 3, but there are 2 outputs [ERR_SHAPE]"},
        {"tensor 0 s8 [3]\ntensor 1 s64 [1]\nop 0 shape in [0] out [1]\ninputs [0]\noutputs [1]",
         "t: op 0 SHAPE: the output is s64, not s32 [ERR_TYPE]"},
        {"tensor 0 s8 [1,3]\ntensor 1 s8 [3]\nop 0 squeeze in [0] out [1] dims 2\ninputs [0]\noutputs [1]",
         "t: op 0 SQUEEZE: dimension 1 is to be squeezed, but is 3 [ERR_SHAPE]"},
        {"tensor 0 s8 [1,3]\ntensor 1 s8 [3]\nop 0 squeeze in [0] out [1] dims 5\ninputs [0]\noutputs [1]",
         "t: op 0 SQUEEZE: a dimension beyond the input's 2 is to be squeezed [ERR_VALUE]"},
        {"tensor 0 s8 [3]\ntensor 1 s32 [] data [2]\ntensor 2 s8 [3,1]\nop 0 expand_dims in [0, 1] out [2]\n"
         "inputs [0]\noutputs [2]",
         "t: op 0 EXPAND_DIMS: axis 2 of 2 dimensions [ERR_VALUE]"},
        {"tensor 0 s8 [1,2,2,6]\ntensor 1 s8 [1,4,4,1]\nop 0 depth_to_space in [0] out [1] block_size 2\n"
         "inputs [0]\noutputs [1]",
         "t: op 0 DEPTH_TO_SPACE: 6 channels do not fill blocks of size 2 [ERR_SHAPE]"},
        {"tensor 0 s8 [1,3,2,1]\ntensor 1 s8 [1,1,1,4]\nop 0 space_to_depth in [0] out [1] block_size 2\n"
         "inputs [0]\noutputs [1]",
         "t: op 0 SPACE_TO_DEPTH: 3x2 pixels are no blocks of size 2 [ERR_SHAPE]"},
        {"tensor 0 s8 [1,3,1]\ntensor 1 s32 [1] data [2]\ntensor 2 s32 [1,2] data [0, 0]\ntensor 3 s8 [2,1,1]\n"
         "op 0 space_to_batch_nd in [0, 1, 2] out [3]\ninputs [0]\noutputs [3]",
         "t: op 0 SPACE_TO_BATCH_ND: 3 pixels with their border are no blocks of 2 [ERR_SHAPE]"},
        {"tensor 0 s8 [3,3,1]\ntensor 1 s32 [1] data [2]\ntensor 2 s32 [1,2] data [0, 0]\ntensor 3 s8 [1,6,1]\n"
         "op 0 batch_to_space_nd in [0, 1, 2] out [3]\ninputs [0]\noutputs [3]",
         "t: op 0 BATCH_TO_SPACE_ND: 3 batches are no blocks [ERR_SHAPE]"},
        {"tensor 0 s8 [2,3,1]\ntensor 1 s32 [1] data [2]\ntensor 2 s32 [1,2] data [0, -1]\ntensor 3 s8 [1,7,1]\n"
         "op 0 batch_to_space_nd in [0, 1, 2] out [3]\ninputs [0]\noutputs [3]",
         "t: op 0 BATCH_TO_SPACE_ND: borders of 0 and -1 pixels [ERR_VALUE]"},
        {"tensor 0 s8 [3]\ntensor 1 s32 [2] data [0, 3]\ntensor 2 s8 [2]\nop 0 gather in [0, 1] out [2]\n"
         "inputs [0]\noutputs [2]",
         "t: op 0 GATHER: index 1 is 3, of 3 [ERR_VALUE]"},
        {"tensor 0 f32 [2,3]\ntensor 1 s32 [2] data [0, -1]\ntensor 2 f32 [2,3]\n"
         "op 0 embedding_lookup in [1, 0] out [2]\ninputs [0]\noutputs [2]",
         "t: op 0 EMBEDDING_LOOKUP: index 1 is -1, of 2 [ERR_VALUE]"},
        {"tensor 0 s8 [3]\ntensor 1 s64 [2] data [0, 1]\ntensor 2 s8 [2]\nop 0 gather in [0, 1] out [2]\n"
         "inputs [0]\noutputs [2]",
         "t: op 0 GATHER: the indices are s64, not s32 [ERR_TYPE]"},
        {"tensor 0 s8 [3,2]\ntensor 1 s32 [2] data [0, 1]\ntensor 2 s8 [2]\n"
         "op 0 gather in [0, 1] out [2] batch_dims 1\ninputs [0]\noutputs [2]",
         "t: op 0 GATHER: batch_dims is 1, with axis 0 and indices of 1 dimensions [ERR_VALUE]"},
        {"tensor 0 s8 [3]\ntensor 1 s32 [1,2] data [3, 0]\ntensor 2 s8 [6]\nop 0 mirror_pad in [0, 1] out [2]\n"
         "inputs [0]\noutputs [2]",
         "t: op 0 MIRROR_PAD: padding of 3 elements at dimension 0, which has 2 to mirror [ERR_VALUE]"},
        {"tensor 0 s8 [3]\ntensor 1 s8 [4]\nop 0 relu in [0] out [1]\ninputs [0]\noutputs [1]",
         "t: op 0 RELU: the output's shape is 4 in the file, but the inputs make it 3 [ERR_SHAPE]"},
        {"tensor 0 s8 [3] quant [1; 3]\ntensor 1 s8 [3] quant [1e-45; 0]\nop 0 elu in [0] out [1]\ninputs [0]\noutputs "
         "[1]",
         "t: op 0 ELU: the output's scale 1.4013e-45 is too small: it has no reciprocal [ERR_QUANT]"},
        {"tensor 0 f16 [3]\ntensor 1 f32 [3]\nop 0 dequantize in [0] out [1]\ninputs [0]\noutputs [1]",
         "t: op 0 DEQUANTIZE: from f16 to f32: only s8, u8, s16 and constants of f16 to f32 are there "
         "[ERR_UNSUPPORTED]"},
        {"tensor 0 s8 [3]\ntensor 1 f16 [3]\nop 0 cast in [0] out [1]\ninputs [0]\noutputs [1]",
         "t: op 0 CAST: from s8 to f16: s8, u8, s16, s32, u32, f32 and bool are there [ERR_TYPE]"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tried t;

        assert_int_not_equal(try_lines(&t, cases[i].lines), MOTE_OK);
        if (strncmp(t.sink.text, cases[i].want, strlen(cases[i].want)) != 0)
            assert_string_equal(t.sink.text, cases[i].want);
        pool_free(&t.pool);
    }
}

/* All operators that cannot be lowered are named at once, each kind once, with its place said once; those that constant
 * folding meets first are no exception. */
static void test_all_are_named(void **state)
{
    static const char *const passes[] = {"none", NULL /* all */};

    (void)state;
    for (size_t i = 0; i < COUNT(passes); i++) {
        struct tried t;

        assert_int_equal(try_passes(&t,
                                    "tensor 0 s64 [2] data [1, 2]\ntensor 1 f32 [2]\ntensor 2 f32 [2]\n"
                                    "tensor 3 s64 [2]\ntensor 4 f32 [2]\ntensor 5 f32 [2]\ntensor 6 f16 [2]\n"
                                    "tensor 7 f32 [2]\nop 0 logistic in [0] out [1]\nop 1 dequantize in [6] out [7]\n"
                                    "op 2 logistic in [3] out [2]\nop 3 add in [1, 2] out [4]\n"
                                    "op 4 add in [7, 4] out [5]\ninputs [3, 6]\noutputs [5]",
                                    passes[i]),
                         MOTE_ERR_TYPE);
        assert_string_equal(
            t.sink.text,
            "t: 3 faults: op 0 LOGISTIC: tensor 0: the type is s64, the operator takes s8, s16 and f32 (and "
            "1 more LOGISTIC); op 1 DEQUANTIZE: from f16 to f32: only s8, u8, s16 and constants of f16 "
            "to f32 are there [ERR_TYPE]");
        pool_free(&t.pool);
    }
    for (size_t i = 0; i < COUNT(passes); i++) {
        struct tried t;

        assert_int_equal(try_passes(&t,
                                    "tensor 0 f32 [2]\ntensor 1 s64 [2] data [1, 2]\ntensor 2 f32 [2]\n"
                                    "tensor 3 f32 [2]\nop 0 logistic in [1] out [2]\nop 1 add in [0, 2] out [3]\n"
                                    "inputs [0]\noutputs [3]",
                                    passes[i]),
                         MOTE_ERR_TYPE);
        assert_string_equal(t.sink.text,
                            "t: op 0 LOGISTIC: tensor 1: the type is s64, the operator takes s8, s16 and f32 "
                            "[ERR_TYPE]");
        pool_free(&t.pool);
    }
}

/* Operators that move or compare stored values do not convert them: one rule for all, whatever passes are run. */
static void test_one_quantization(void **state)
{
    static const struct {
        const char *first, *list, *op, *second;
    } cases[] = {
        {"[2,2]", "s32 [2] data [1, 0]", "transpose in [0, 2]", "[2,2]"},
        {"[2,2]", "s32 [1] data [4]", "reshape in [0, 2]", "[4]"},
        {"[1,2,2,1]", "s32 [2] data [4, 4]", "resize_bilinear in [0, 2]", "[1,4,4,1]"},
        {"[1,2,2,1]", "s32 [2] data [4, 4]", "resize_nearest_neighbor in [0, 2]", "[1,4,4,1]"},
        {"[2,2]", "s32 [2,2] data [0, 1, 0, 0]", "pad in [0, 2]", "[3,2]"},
        {"[2,2]", "s32 [1] data [0]", "gather in [0, 2]", "[1,2]"},
        {"[2,2]", "s32 [1] data [0]", "reduce_max in [0, 2]", "[2]"},
        {"[2,2]", "s32 [1] data [0]", "concatenation in [0]", "[2,2]"},
        {"[2,2]", "s32 [1] data [0]", "relu6 in [0]", "[2,2]"},
        {"[1,2,2,1]", "s32 [1] data [0]", "max_pool_2d in [0]", "[1,2,2,1]"},
    };
    static const char *const passes[] = {"none", NULL /* all */};

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        struct tried t;
        char lines[400];

        snprintf(lines, sizeof lines,
                 "tensor 0 s8 %s quant [0.5; 1]\ntensor 1 s8 %s quant [0.25; 1]\ntensor 2 %s\nop 0 %s out [1]\n"
                 "inputs [0]\noutputs [1]",
                 cases[i / 2].first, cases[i / 2].second, cases[i / 2].list, cases[i / 2].op);
        assert_int_equal(try_passes(&t, lines, passes[i % 2]), MOTE_ERR_QUANT);
        assert_non_null(strstr(t.sink.text,
                               "tensor 0: it has scale 0.5 and zero point 1, the operator's output 0.25 and "
                               "1: put a QUANTIZE between them [ERR_QUANT]"));
        pool_free(&t.pool);
    }
}

static void test_fixed_quantization(void **state)
{
    static const char *const wrong[] = {"logistic in [0] out [1]", "tanh in [0] out [1]",
                                        "l2_normalization in [0] out [1]", "softmax in [0] out [1]"};

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct tried t;
        char lines[300];

        snprintf(lines, sizeof lines,
                 "tensor 0 s8 [1,2] quant [0.5; 1]\ntensor 1 s8 [1,2] quant [0.25; -128]\nop 0 %s\ninputs [0]\n"
                 "outputs [1]",
                 wrong[i]);
        assert_int_equal(try_lines(&t, lines), MOTE_ERR_QUANT);
        assert_non_null(strstr(t.sink.text, "the output's scale is 0.25 and its zero point -128, not 1/"));
        pool_free(&t.pool);
    }
}

/* ---- GATHER ---- */
static void test_indices_at_run_time(void **state)
{
    static const int32_t indices[] = {2, -1, INT32_MIN, 3, INT32_MAX, 1, 0};
    static const uint8_t in[] = {10, 11, 20, 21, 30, 31},
                         want[] = {30, 31, 10, 11, 10, 11, 30, 31, 30, 31, 20, 21, 10, 11};
    struct tried t;

    (void)state;
    assert_int_equal(try_lines(&t, "tensor 0 s8 [3,2]\ntensor 1 s32 [7]\ntensor 2 s8 [7,2]\n"
                                   "op 0 gather in [0, 1] out [2]\ninputs [0, 1]\noutputs [2]"),
                     MOTE_OK);
    memcpy(runner_input(&t.runner, 0).data, in, sizeof in);
    memcpy(runner_input(&t.runner, 1).data, indices, sizeof indices);
    mote_model_run(&t.runner.model);
    assert_memory_equal(runner_output(&t.runner, 0).data, want, sizeof want);
    pool_free(&t.pool);
}

/* ---- SPACE_TO_BATCH_ND ---- */
static void check_border(const char *type, const uint8_t want[4])
{
    struct tried t;
    char lines[400];

    snprintf(lines, sizeof lines,
             "tensor 0 %s [1,2,1] quant [0.5; 17]\ntensor 1 s32 [1] data [2]\ntensor 2 s32 [1,2] data [1, 1]\n"
             "tensor 3 %s [2,2,1] quant [0.5; 17]\nop 0 space_to_batch_nd in [0, 1, 2] out [3]\ninputs [0]\n"
             "outputs [3]",
             type, type);
    assert_int_equal(try_lines(&t, lines), MOTE_OK);
    memcpy(runner_input(&t.runner, 0).data, (uint8_t[]){99, 98}, 2);
    mote_model_run(&t.runner.model);
    assert_memory_equal(runner_output(&t.runner, 0).data, want, 4);
    pool_free(&t.pool);
}

/* The border is real zero: the reference has no byte of its own there, TensorFlow Lite writes the zero point. */
static void test_border_is_zero_point(void **state)
{
    (void)state;
    check_border("s8", (uint8_t[]){17, 98, 99, 17});
    check_border("u8", (uint8_t[]){17, 98, 99, 17});
}

/* ---- CAST ---- */
static void cast(enum mote_type from, const void *in, enum mote_type to, void *out, int32_t n)
{
    mote_cast(&(struct mote_cast){1, n, 1, 1, (int32_t)from, (int32_t)to}, in, out, 0, 1);
}

static void test_floats_out_of_range(void **state)
{
    static const float in[] = {1e30f,  -1e30f, __builtin_inff(), -__builtin_inff(), __builtin_nanf(""),
                               300.7f, -1.5f,  2147483648.0f,    -2147483648.0f};
    int32_t s32[COUNT(in)];
    uint32_t u32[COUNT(in)];
    int16_t s16[COUNT(in)];
    int8_t s8[COUNT(in)];
    uint8_t u8[COUNT(in)], flag[COUNT(in)];

    (void)state;
    cast(TYPE_F32, in, TYPE_S32, s32, COUNT(in));
    assert_memory_equal(
        s32, ((int32_t[]){INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN, 0, 300, -1, INT32_MAX, INT32_MIN}), sizeof s32);
    cast(TYPE_F32, in, TYPE_U32, u32, COUNT(in));
    assert_memory_equal(u32, ((uint32_t[]){UINT32_MAX, 0, UINT32_MAX, 0, 0, 300, 0, UINT32_C(1) << 31, 0}), sizeof u32);
    cast(TYPE_F32, in, TYPE_S16, s16, COUNT(in));
    assert_memory_equal(s16, ((int16_t[]){-1, 0, -1, 0, 0, 300, -1, -1, 0}), sizeof s16);
    cast(TYPE_F32, in, TYPE_S8, s8, COUNT(in));
    assert_memory_equal(s8, ((int8_t[]){-1, 0, -1, 0, 0, 44, -1, -1, 0}), sizeof s8);
    cast(TYPE_F32, in, TYPE_U8, u8, COUNT(in));
    assert_memory_equal(u8, ((uint8_t[]){255, 0, 255, 0, 0, 44, 255, 255, 0}), sizeof u8);
    cast(TYPE_F32, (float[]){0.0f, -0.0f, 0.25f, -7.0f}, TYPE_BOOL, flag, 4);
    assert_memory_equal(flag, ((uint8_t[]){0, 0, 1, 1}), 4);
}

static void test_beyond_the_reference(void **state)
{
    float f32[3];
    int32_t s32[3];
    uint8_t flag[3];

    (void)state;
    cast(TYPE_U8, (uint8_t[]){0, 128, 255}, TYPE_F32, f32, 3);
    assert_memory_equal(f32, ((float[]){0.0f, 128.0f, 255.0f}), sizeof f32);
    cast(TYPE_U8, (uint8_t[]){0, 128, 255}, TYPE_S32, s32, 3);
    assert_memory_equal(s32, ((int32_t[]){0, 128, 255}), sizeof s32);
    cast(TYPE_S16, (int16_t[]){0, 256, -1}, TYPE_BOOL, flag, 3);
    assert_memory_equal(flag, ((uint8_t[]){0, 1, 1}), sizeof flag);
    cast(TYPE_BOOL, (uint8_t[]){0, 1, 7}, TYPE_S32, s32, 3);
    assert_memory_equal(s32, ((int32_t[]){0, 1, 1}), sizeof s32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_refused_by_its_own_name),
        cmocka_unit_test(test_all_are_named),
        cmocka_unit_test(test_one_quantization),
        cmocka_unit_test(test_fixed_quantization),
        cmocka_unit_test(test_indices_at_run_time),
        cmocka_unit_test(test_border_is_zero_point),
        cmocka_unit_test(test_floats_out_of_range),
        cmocka_unit_test(test_beyond_the_reference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
