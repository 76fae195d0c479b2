/* SPDX-License-Identifier: Apache-2.0 */
/* Operators of users: libraries that are none, shapes and sizes that cannot be, and one that has all there is, as an
 * image. examples/own_operator is the same with a .tflite, by the command line, and in generated C. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/graph/own.h"
#include "host/pipeline/operators.h"
#include "mote/operator.h"
#include "tests/golden/road.h"
#include "tests/onnx_made.h"

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

/* ---- operators ---- */
/* Two inputs, one of which may be missing, become two outputs: their sum with a count of the inferences, and the count.
 */
static void run_count(const struct mote_operator_call *c)
{
    const uint8_t *a = c->in[0], *b = c->in[1], *prepared = c->prepared;
    uint8_t *sum = c->out[0], *number = c->out[1], *state = c->state, *scratch = c->scratch;

    assert_non_null(scratch);
    assert_int_equal(c->scratch_bytes, 16);
    assert_int_equal(c->state_bytes, 1);
    assert_null(c->in[2]);
    assert_null(c->out[2]);
    memset(scratch, 0xff, 16);
    *state += prepared[0];
    for (uint32_t i = 0; i < c->in_bytes[0]; i++)
        sum[i] = (uint8_t)(a[i] + (b != NULL ? b[i] : 100) + *state);
    *number = *state;
}

static bool check_count(const struct mote_operator_call *c)
{
    return c->prepared_bytes >= 4 && c->state_bytes >= 1 && c->scratch_bytes >= 16 &&
           c->in_bytes[0] <= c->out_bytes[0] && (c->in_bytes[1] == 0 || c->in_bytes[1] >= c->in_bytes[0]) &&
           c->out_bytes[1] > 0;
}

static int32_t shape_count(struct mote_operator_node *n)
{
    n->out[0].rank = n->in[0].rank;
    memcpy(n->out[0].dims, n->in[0].dims, sizeof n->in[0].dims);
    n->out[1].rank = 1;
    n->out[1].dims[0] = 1;
    return 0;
}

static int32_t prepare_count(struct mote_operator_node *n)
{
    assert_int_equal(n->options_bytes, 2);
    n->prepared[0] = n->options[1];
    n->prepared_bytes = 1;
    n->state_bytes = 1;
    n->scratch_bytes = 16;
    return 0;
}

static int32_t no_shape(struct mote_operator_node *n)
{
    (void)n;
    return 0;
}

static int32_t shape_rank(struct mote_operator_node *n)
{
    n->out[0].rank = 9;
    return 0;
}

static int32_t shape_negative(struct mote_operator_node *n)
{
    n->out[0].rank = 1;
    n->out[0].dims[0] = -4;
    return 0;
}

static int32_t shape_type(struct mote_operator_node *n)
{
    n->out[0].type = 11;
    return 0;
}

static int32_t shape_other(struct mote_operator_node *n)
{
    n->out[0].rank = 1;
    n->out[0].dims[0] = 5;
    return 0;
}

static int32_t shape_fails(struct mote_operator_node *n)
{
    memset(n->error, 'x', sizeof n->error); /* not ended */
    n->error[0] = 27;
    return 7;
}

static int32_t shape_fails_mutely(struct mote_operator_node *n)
{
    (void)n;
    return 7;
}

static int32_t prepare_much(struct mote_operator_node *n)
{
    n->prepared_bytes = MOTE_OPERATOR_PREPARED + 1;
    return 0;
}

static const struct mote_operator count = {"Count", run_count, check_count, shape_count, prepare_count};

/* ---- models ---- */
struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct pipeline p;
};

static enum mote_status read_model(struct fixture *f, const char *text)
{
    const struct bytes file = {(uint8_t *)(uintptr_t)text, strlen(text)};

    *f = (struct fixture){.at = {.name = "m.graph", .index = -1}};
    f->at.sink = &f->report;
    return pipeline_read(&f->pool, "m.graph", file, &f->p, &f->at);
}

static enum mote_status compile(struct fixture *f)
{
    const struct pipeline_options options = {0};

    return pipeline_compile(&f->p, &options, &f->at);
}

#define BEGIN "mote-graph 1\nmodel m version 0\ngraph \"main\"\n"
#define COUNTS(second, reads)                                                                                          \
    BEGIN "tensor 0 u8 [3]\ntensor 1 u8 [5] data [67,111,117,110,116]\ntensor 2 u8 [2] data [9,2]\n"                   \
          "tensor 3 u8 [3]\ntensor 4 u8 [1]\n" second "op 0 own in [1, 2, 0" reads "] out [3, 4]\n"

static void it_has_state_scratch_and_several_outputs(void **state)
{
    struct fixture f;
    struct runner r;
    uint8_t in[] = {1, 2, 250}, out[4];

    (void)state;
    assert_int_equal(read_model(&f, COUNTS("", "") "inputs [0]\noutputs [3, 4]\nend\n"), MOTE_OK);
    assert_int_equal(compile(&f), MOTE_OK);
    assert_int_equal(runner_open(&f.pool, f.p.image, &r, &f.at), MOTE_OK);
    for (uint8_t i = 1; i <= 3; i++) {
        runner_run(&r, in, out);
        for (int k = 0; k < 3; k++)
            assert_int_equal(out[k], (uint8_t)(in[k] + 100 + 2 * i));
        assert_int_equal(out[3], 2 * i);
    }
    mote_model_reset(&r.model);
    runner_run(&r, in, out);
    assert_int_equal(out[3], 2);
    pool_free(&f.pool);
}

/* What stands for an input that is absent is in RAM, where an AVR's kernel looks for inputs; `prepared` is in flash. */
static void no_input_is_what_is_prepared(void **state)
{
    struct fixture f;
    const struct step *step;

    (void)state;
    assert_int_equal(read_model(&f, COUNTS("", "") "inputs [0]\noutputs [3, 4]\nend\n"), MOTE_OK);
    assert_int_equal(compile(&f), MOTE_OK);
    step = &f.p.plan.steps[0];
    assert_int_equal(step->kernel, KERNEL_own);
    for (int i = 0; i < MOTE_OPERATOR_INPUTS; i++)
        assert_int_not_equal(step->args[i], step->args[MOTE_OPERATOR_INPUTS]);
    pool_free(&f.pool);
}

static void it_reads_constants(void **state)
{
    struct fixture f;
    struct runner r;
    uint8_t in[] = {1, 2, 250}, out[4];

    (void)state;
    assert_int_equal(
        read_model(&f, COUNTS("tensor 5 u8 [3] data [10,20,30]\n", ", 5") "inputs [0]\noutputs [3, 4]\nend\n"),
        MOTE_OK);
    assert_int_equal(compile(&f), MOTE_OK);
    assert_int_equal(runner_open(&f.pool, f.p.image, &r, &f.at), MOTE_OK);
    runner_run(&r, in, out);
    assert_memory_equal(out, ((uint8_t[]){13, 24, 26, 2}), 4);
    pool_free(&f.pool);
}

/* What has a state is no constant, whatever it reads. */
static void it_keeps_its_state_though_it_reads_constants_alone(void **state)
{
    static const char graph[] =
        BEGIN "tensor 0 u8 [3]\ntensor 1 u8 [5] data [67,111,117,110,116]\ntensor 2 u8 [2] data [9,2]\n"
              "tensor 3 u8 [3] data [10,20,30]\ntensor 4 u8 [3]\ntensor 5 u8 [1]\ntensor 6 u8 [3]\ntensor 7 u8 [1]\n"
              "op 0 own in [1, 2, 3] out [4, 5]\nop 1 own in [1, 2, 0, 4] out [6, 7]\n"
              "inputs [0]\noutputs [6]\nend\n";
    struct fixture f;
    struct runner r;
    uint8_t in[] = {1, 2, 3}, out[3];

    (void)state;
    assert_int_equal(read_model(&f, graph), MOTE_OK);
    assert_int_equal(compile(&f), MOTE_OK);
    assert_int_equal(runner_open(&f.pool, f.p.image, &r, &f.at), MOTE_OK);
    for (uint8_t i = 1; i <= 3; i++) {
        runner_run(&r, in, out);
        for (int k = 0; k < 3; k++)
            assert_int_equal(out[k], in[k] + 2 * i + 10 * (k + 1) + 100 + 2 * i);
    }
    pool_free(&f.pool);
}

/* Of the image's words one is another, and the checksum is right again. */
static enum mote_status open_with(struct fixture *f, uint32_t section, size_t word, uint32_t value, struct runner *r)
{
    struct mote_image_header *h = (void *)f->p.image.data;
    const struct mote_image_section *s = (const void *)(h + 1);
    uint32_t *words, was;
    enum mote_status status;

    while (s->id != section)
        s++;
    words = (void *)(f->p.image.data + s->offset);
    was = words[word];
    words[word] = value;
    h->checksum = mote_crc32(f->p.image.data + 20, f->p.image.size - 20);
    f->report.status = MOTE_OK;
    status = runner_open(&f->pool, f->p.image, r, &f->at);
    words[word] = was;
    return status;
}

static void a_strange_image_is_refused(void **state)
{
    struct fixture f;
    struct runner r;

    (void)state;
    assert_int_equal(read_model(&f, COUNTS("", "") "inputs [0]\noutputs [3, 4]\nend\n"), MOTE_OK);
    assert_int_equal(compile(&f), MOTE_OK);
    assert_int_equal(open_with(&f, MOTE_SECTION_DATA, 0, 0x6e756f43, &r), MOTE_OK); /* as it is: "Coun" */
    assert_int_equal(open_with(&f, MOTE_SECTION_DATA, 0, 0x6e756f44, &r), MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(f.report.text, "--operators"));
    assert_int_equal(open_with(&f, MOTE_SECTION_PARAMS, 0, 4, &r), MOTE_ERR_UNSUPPORTED); /* a name that does not end */
    assert_int_equal(open_with(&f, MOTE_SECTION_PARAMS, 0, 6, &r), MOTE_ERR_UNSUPPORTED);
    assert_int_equal(open_with(&f, MOTE_SECTION_PARAMS, 1, 0, &r), MOTE_ERR_UNSUPPORTED);  /* check() wants 4 */
    assert_int_equal(open_with(&f, MOTE_SECTION_PARAMS, 1, 4096, &r), MOTE_ERR_PARAMS);    /* more than is stored */
    assert_int_equal(open_with(&f, MOTE_SECTION_PARAMS, 2, 0, &r), MOTE_ERR_UNSUPPORTED);  /* no state */
    assert_int_equal(open_with(&f, MOTE_SECTION_PARAMS, 5, 99, &r), MOTE_ERR_PARAMS);      /* in 0 */
    assert_int_equal(open_with(&f, MOTE_SECTION_PARAMS, 13, 2, &r), MOTE_ERR_UNSUPPORTED); /* out 0 */
    assert_int_equal(open_with(&f, MOTE_SECTION_PARAMS, 16, 99, &r), MOTE_ERR_PARAMS);     /* out 3 */
    pool_free(&f.pool);
}

static void what_shape_says_is_checked(void **state)
{
    static const struct trial {
        struct mote_operator is;
        enum mote_status status;
        const char *says;
    } trials[] = {
        {{"A", run_count, NULL, no_shape, NULL}, MOTE_ERR_SHAPE, "-1 dimensions"},
        {{"B", run_count, NULL, shape_rank, NULL}, MOTE_ERR_SHAPE, "9 dimensions"},
        {{"C", run_count, NULL, shape_negative, NULL}, MOTE_ERR_SHAPE, "makes dimension 0 of output 0 -4"},
        {{"D", run_count, NULL, shape_type, NULL}, MOTE_ERR_TYPE, "makes output 0 f32; the file has u8"},
        {{"E", run_count, NULL, shape_other, NULL}, MOTE_ERR_SHAPE, "5"},
        {{"F", run_count, NULL, shape_fails, NULL}, MOTE_ERR_UNSUPPORTED, "shape() of the operator \"F\": \\x1bxxx"},
        {{"G", run_count, NULL, shape_fails_mutely, NULL}, MOTE_ERR_UNSUPPORTED, "\"G\" returns 7"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct fixture f;
        char text[512];

        assert_true(own_add(trials[i].is.name, &trials[i].is));
        snprintf(text, sizeof text,
                 BEGIN "tensor 0 u8 [3]\ntensor 1 u8 [1] data [%d]\ntensor 2 u8 [3]\nop 0 own in [1, -, 0] out [2]\n"
                       "inputs [0]\noutputs [2]\nend\n",
                 trials[i].is.name[0]);
        assert_int_equal(read_model(&f, text), trials[i].status);
        if (strstr(f.report.text, trials[i].says) == NULL)
            print_message("%s: no \"%s\" in \"%s\"\n", trials[i].is.name, trials[i].says, f.report.text);
        assert_non_null(strstr(f.report.text, trials[i].says));
        pool_free(&f.pool);
    }
}

static void what_prepare_wants_is_checked(void **state)
{
    static const struct mote_operator much = {"M", run_count, NULL, shape_other, prepare_much};
    struct fixture f;

    (void)state;
    assert_true(own_add("M", &much));
    assert_int_equal(read_model(&f, BEGIN "tensor 0 u8 [3]\ntensor 1 u8 [1] data [77]\ntensor 2 u8 [5]\n"
                                          "op 0 own in [1, -, 0] out [2]\ninputs [0]\noutputs [2]\nend\n"),
                     MOTE_OK);
    assert_int_equal(compile(&f), MOTE_ERR_MEMORY);
    assert_non_null(strstr(f.report.text, "65537 bytes prepared"));
    pool_free(&f.pool);
}

static void nobody_has_it(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(read_model(&f, BEGIN "tensor 0 u8 [3]\ntensor 1 u8 [1] data [90]\ntensor 2 u8 [3]\n"
                                          "op 0 own in [1, -, 0] out [2]\ninputs [0]\noutputs [2]\nend\n"),
                     MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(f.report.text, "the operator \"Z\" is a user's: --operators"));
    pool_free(&f.pool);
}

/* ---- libraries ---- */
static enum mote_status load(const char *path, struct report_text *report)
{
    struct frame at = {.name = path, .index = -1, .sink = report};

    *report = (struct report_text){.status = MOTE_OK};
    return operators_load(path, &at);
}

static void libraries_that_are_none(void **state)
{
    struct report_text report;

    (void)state;
    assert_int_equal(load("no/such.so", &report), MOTE_ERR_ENVIRONMENT);
    assert_non_null(strstr(report.text, "no/such.so"));
    assert_int_equal(load(MOTE_SOURCE_DIR "/README.md", &report), MOTE_ERR_ENVIRONMENT);
    assert_int_equal(load(MOTE_BINARY_DIR "/examples/libexample_magnitude_device.so", &report), MOTE_ERR_FORMAT);
    assert_non_null(strstr(report.text, "-DMOTE_DESCRIBE=1"));
    assert_int_equal(load(MOTE_BINARY_DIR "/examples/libexample_magnitude.so", &report), MOTE_OK);
    assert_non_null(own_find("Magnitude"));
    assert_int_equal(load(MOTE_BINARY_DIR "/examples/libexample_magnitude.so", &report), MOTE_ERR_VALUE);
    assert_non_null(strstr(report.text, "another operator \"Magnitude\""));
}

/* ---- from ONNX ---- */
/* Twice x. */
static void run_twice(const struct mote_operator_call *c)
{
    const float *x = c->in[0];
    float *y = c->out[0];

    for (uint32_t i = 0; i < c->in_bytes[0] / sizeof *x; i++)
        y[i] = 2 * x[i];
}

static int32_t shape_twice(struct mote_operator_node *n)
{
    static const char want[] = "gain=-3\nmode=fast, or not\nsizes=7,7\n";

    if (n->options_bytes != strlen(want) || memcmp(n->options, want, strlen(want)) != 0)
        return 1;
    n->out[0].rank = n->in[0].rank;
    memcpy(n->out[0].dims, n->in[0].dims, sizeof n->in[0].dims);
    return 0;
}

static const struct mote_operator twice = {"Twice", run_twice, NULL, shape_twice, NULL};

/* Twice of a user's domain, with what is said in `mode`, and Relu. */
static enum mote_status read_onnx(struct fixture *f, const char *type, const char *mode)
{
    struct text graph = {.pool = &f->pool}, node;

    *f = (struct fixture){.at = {.name = "m.onnx", .index = -1}};
    f->at.sink = &f->report;
    node = node_of(&f->pool, type);
    put_string(&node, 7, "some.where");
    put_attribute_int(&node, "gain", -3);
    put_attribute_string(&node, "mode", mode);
    put_attribute_ints(&node, "sizes", 2, 7);
    put_message(&graph, 1, &node);
    put_node(&graph, "Relu s -> y");
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 3));
    put_value(&graph, 12, "y", FLOAT, DIMS(1, 3));
    return pipeline_read(&f->pool, "m.onnx", model_of(&graph, 13), &f->p, &f->at);
}

static void a_node_of_onnx_is_one(void **state)
{
    const float in[] = {1.5f, -2, 0.25f};
    struct fixture f;
    struct runner r;
    float out[3];

    (void)state;
    assert_int_equal(read_onnx(&f, "Twice x -> s", "fast, or not"), MOTE_OK);
    assert_int_equal(compile(&f), MOTE_OK);
    assert_int_equal(runner_open(&f.pool, f.p.image, &r, &f.at), MOTE_OK);
    runner_run(&r, (const uint8_t *)in, (uint8_t *)out);
    assert_memory_equal(out, ((float[]){3, 0, 0.5f}), sizeof out);
    pool_free(&f.pool);
}

static void what_a_node_of_onnx_cannot_say(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(read_onnx(&f, "Twice x -> s", "two\nlines"), MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(f.report.text, "attribute mode has a line's end"));
    pool_free(&f.pool);
    assert_int_equal(read_onnx(&f, "Twice x -> s", "slow"), MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(f.report.text, "\"Twice\" returns 1"));
    pool_free(&f.pool);
    assert_int_equal(read_onnx(&f, "Thrice x -> s", "fast, or not"), MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(f.report.text, "--operators"));
    pool_free(&f.pool);
}

static int begin(void **state)
{
    (void)state;
    return own_add(count.name, &count) && own_add(twice.name, &twice) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_state_scratch_and_several_outputs),
        cmocka_unit_test(no_input_is_what_is_prepared),
        cmocka_unit_test(it_reads_constants),
        cmocka_unit_test(it_keeps_its_state_though_it_reads_constants_alone),
        cmocka_unit_test(a_strange_image_is_refused),
        cmocka_unit_test(what_shape_says_is_checked),
        cmocka_unit_test(what_prepare_wants_is_checked),
        cmocka_unit_test(nobody_has_it),
        cmocka_unit_test(libraries_that_are_none),
        cmocka_unit_test(a_node_of_onnx_is_one),
        cmocka_unit_test(what_a_node_of_onnx_cannot_say),
    };

    return cmocka_run_group_tests(tests, begin, NULL);
}
