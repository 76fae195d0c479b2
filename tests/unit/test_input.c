/* SPDX-License-Identifier: Apache-2.0 */
/* Raw samples into inputs: the numbers, rows, channels that change, and sections that no host would write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include "host/base/base.h"
#include "mote/mote.h"
#include "mote/ops/image.h"
#include "mote/ops/types.h"
#include "tests/golden/road.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

struct opened {
    struct pool pool;
    struct bytes image;
    struct mote_model model;
    struct mote_io in;
};

static int32_t reopen(struct opened *o)
{
    struct mote_image_header *h = (void *)o->image.data;
    void *arena = pool_alloc(&o->pool, h->arena_bytes + 1);
    int32_t status;

    h->checksum = mote_crc32(o->image.data + 20, h->bytes - 20);
    status = mote_model_open(&o->model, &mote_kernels, o->image.data, o->image.size, arena, h->arena_bytes);
    mote_model_input(&o->model, 0, &o->in);
    return status;
}

/* A model whose output is its input, of `type` and `shape`. */
static void setup(struct opened *o, const char *preprocess, const char *type, const char *shape)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline_options options = {0};
    struct pipeline p;
    char text[1024];

    snprintf(text, sizeof text,
             "mote-graph 1\nmodel t\n%sgraph\ntensor 0 \"x\" %s %s%s\ntensor 1 \"y\" %s %s%s\n"
             "op 0 reshape in [0] out [1]\ninputs [0]\noutputs [1]\nend\n",
             preprocess, type, shape, strcmp(type, "f32") == 0 ? "" : " quant [0.25; 3]", type, shape,
             strcmp(type, "f32") == 0 ? "" : " quant [0.25; 3]");
    *o = (struct opened){0};
    p = pipeline_of(&o->pool, "test");
    if (model_parse(&p.model, (struct bytes){(uint8_t *)text, strlen(text)}, &at) != MOTE_OK ||
        pipeline_compile(&p, &options, &at) != MOTE_OK)
        fail_msg("%s", report.text);
    o->image = p.image;
    assert_int_equal(reopen(o), MOTE_OK);
}

/* ---- numbers ---- */
static void reals_are_quantized_as_quantize_does(void **state)
{
    static const float raw[] = {2, 6, 1.0625f, -2.5f, (float)NAN, (float)INFINITY, -1e30f, -2};
    static const int8_t want[] = {11, 11, 4, 3 - 1, 3, 127, -128, 3};
    struct opened o;

    (void)state;
    setup(&o, "preprocess values f32 mean [1, -2] std [0.5, 4]\n", "s8", "[1,8]");
    assert_int_equal(mote_model_set_input(&o.model, 0, raw), MOTE_OK);
    assert_memory_equal(o.in.data, want, sizeof want);
    pool_free(&o.pool);
}

/* 1/255 is rounded before it multiplies: 7 / 255 is another float. */
static void the_reciprocal_is_rounded_first(void **state)
{
    static const uint8_t raw[] = {0, 7, 128, 255};
    const float factor = 1.0f / 255;
    struct opened o;

    (void)state;
    setup(&o, "preprocess image mean [0] std [255]\n", "f32", "[4]");
    assert_int_equal(mote_model_set_input(&o.model, 0, raw), MOTE_OK);
    for (int i = 0; i < 4; i++) {
        volatile float real = (float)raw[i] * factor;

        assert_true(((const float *)o.in.data)[i] == real);
    }
    assert_true(((const float *)o.in.data)[1] != 7.0f / 255);
    pool_free(&o.pool);
}

/* Every raw type into every type of input, by rows and at once; expected values computed here, without the runtime. */
static void all_types_at_once_and_by_rows(void **state)
{
    static const struct {
        const char *name;
        float lo, hi;
    } types[] = {{.name = "s8", .lo = -128, .hi = 127},
                 {.name = "u8", .hi = 255},
                 {.name = "s16", .lo = -32768, .hi = 32767},
                 {.name = "f32"}};
    static const float mean[] = {3.7f, -11.1f}, std[] = {0.3f, 1.7f};
    static const int8_t s8[] = {-128, -1, 0, 5, 77, 127};
    static const uint8_t u8[] = {0, 1, 4, 127, 128, 255};
    static const int16_t s16[] = {-32768, -300, -1, 3, 500, 32767};
    static const float f32[] = {-1e6f, -3.25f, 0, 0.1f, 4.5f, 1e6f};
    const void *raws[] = {s8, u8, s16, f32};

    (void)state;
    for (int r = 0; r < 4; r++)
        for (int t = 0; t < 4; t++) {
            char text[128];
            uint8_t once[24];
            struct opened o;

            snprintf(text, sizeof text, "preprocess audio %s mean [3.7, -11.1] std [0.3, 1.7]\n", types[r].name);
            setup(&o, text, types[t].name, "[1,3,2]");
            assert_int_equal(mote_model_set_input(&o.model, 0, raws[r]), MOTE_OK);
            memcpy(once, o.in.data, o.in.bytes);
            for (int i = 0; i < 6; i++) {
                float raw = r == 0 ? s8[i] : r == 1 ? u8[i] : r == 2 ? s16[i] : f32[i], factor = 1 / std[i % 2];
                volatile float difference = raw - mean[i % 2];
                volatile float real = difference * factor;
                float q = roundf(real / 0.25f) + 3, got;

                q = q < types[t].lo ? types[t].lo : q > types[t].hi ? types[t].hi : q;
                got = t == 0   ? (float)((int8_t *)o.in.data)[i]
                      : t == 1 ? (float)((uint8_t *)o.in.data)[i]
                      : t == 2 ? (float)((int16_t *)o.in.data)[i]
                               : ((float *)o.in.data)[i];
                assert_true(got == (t == 3 ? real : q));
            }
            memset(o.in.data, 0x55, o.in.bytes);
            assert_int_equal(mote_io_rows(&o.in), 3);
            for (uint32_t row = 3; row-- > 0;)
                assert_int_equal(mote_model_set_input_row(&o.model, 0, row,
                                                          (const uint8_t *)raws[r] + row * 2 *
                                                                                         (r == 3   ? 4
                                                                                          : r == 2 ? 2
                                                                                                   : 1)),
                                 MOTE_OK);
            assert_memory_equal(o.in.data, once, o.in.bytes);
            assert_int_equal(mote_model_set_input_row(&o.model, 0, 3, raws[r]), MOTE_ERR_USAGE);
            pool_free(&o.pool);
        }
}

/* Raw pictures are RGB; mean and std are in the input's order. */
static void red_and_blue_change(void **state)
{
    static const uint8_t raw[] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};
    static const float want[] = {28, 18, 8, 58, 48, 38, 88, 78, 68, 118, 108, 98};
    struct opened o;

    (void)state;
    setup(&o, "preprocess image bgr u8 mean [2] std [1]\n", "f32", "[1,2,2,3]");
    assert_int_equal(mote_model_set_input(&o.model, 0, raw), MOTE_OK);
    assert_memory_equal(o.in.data, want, sizeof want);
    memset(o.in.data, 0, o.in.bytes);
    for (uint32_t row = 0; row < 2; row++)
        assert_int_equal(mote_model_set_input_row(&o.model, 0, row, raw + 6 * row), MOTE_OK);
    assert_memory_equal(o.in.data, want, sizeof want);
    pool_free(&o.pool);

    setup(&o, "preprocess image bgr u8 mean [30, 20, 10] std [1, 2, 10]\n", "f32", "[12]");
    assert_int_equal(mote_model_set_input(&o.model, 0, raw), MOTE_OK);
    assert_true(((float *)o.in.data)[0] == 0 && ((float *)o.in.data)[3] == 30 && ((float *)o.in.data)[4] == 15);
    assert_int_equal(mote_model_set_input_row(&o.model, 0, 0, raw), MOTE_ERR_SHAPE); /* would cut a pixel */
    pool_free(&o.pool);
}

static void without_preprocessing_raw_numbers_are_reals(void **state)
{
    static const float raw[] = {0, 0.5f, -1, 100};
    static const int8_t want[] = {3, 5, -1, 127};
    struct mote_preprocess p;
    struct opened o;

    (void)state;
    setup(&o, "", "s8", "[1,4]");
    assert_int_equal(mote_model_preprocess(&o.model, 0, &p), MOTE_OK);
    assert_true(p.n == 0 && p.type == TYPE_F32 && p.kind == MOTE_KIND_NONE && p.channels == MOTE_CHANNELS_NONE);
    assert_int_equal(mote_model_set_input(&o.model, 0, raw), MOTE_OK);
    assert_memory_equal(o.in.data, want, sizeof want);
    assert_int_equal(mote_model_set_input(&o.model, 1, raw), MOTE_ERR_USAGE);
    assert_int_equal(mote_model_set_input(&o.model, -1, raw), MOTE_ERR_USAGE);
    pool_free(&o.pool);
}

/* ---- images that no host would write ---- */
static struct mote_image_section *section(struct opened *o, uint32_t id)
{
    struct mote_image_header *h = (void *)o->image.data;
    struct mote_image_section *s = (void *)(o->image.data + sizeof *h);

    for (uint32_t i = 0; i < h->n_sections; i++)
        if (s[i].id == id)
            return &s[i];
    fail_msg("the image has no section %u", id);
    return NULL;
}

#define HEAD(type, kind, channels) ((type) | (kind) << 8 | (channels) << 16)

static void damaged_sections_are_refused(void **state)
{
    static const struct {
        uint32_t word; /* of the section; 100: its size, 101: the input's scale, 102: its zero point */
        union {
            uint32_t bits;
            float real;
        } value;
        int32_t status;
    } cases[] = {
        {0, {.bits = HEAD(0, MOTE_KIND_VALUES, 0)}, MOTE_ERR_TYPE},
        {0, {.bits = HEAD(TYPE_S32, MOTE_KIND_VALUES, 0)}, MOTE_ERR_TYPE},
        {0, {.bits = HEAD(255, MOTE_KIND_VALUES, 0)}, MOTE_ERR_TYPE},
        {0, {.bits = HEAD(TYPE_F32, MOTE_KIND_NONE, 0)}, MOTE_ERR_VERSION},
        {0, {.bits = HEAD(TYPE_F32, MOTE_KIND_AUDIO + 1, 0)}, MOTE_ERR_VERSION},
        {0, {.bits = HEAD(TYPE_F32, 255, 0)}, MOTE_ERR_VERSION},
        {0, {.bits = HEAD(TYPE_F32, MOTE_KIND_VALUES, MOTE_CHANNELS_GRAY + 1)}, MOTE_ERR_VERSION},
        {0, {.bits = HEAD(TYPE_F32, MOTE_KIND_VALUES, 255)}, MOTE_ERR_VERSION},
        {0, {.bits = HEAD(TYPE_F32, MOTE_KIND_IMAGE, MOTE_CHANNELS_BGR)}, MOTE_ERR_SHAPE},
        {0, {.bits = HEAD(TYPE_F32, MOTE_KIND_AUDIO, MOTE_CHANNELS_GRAY) | 0xff000000}, MOTE_OK}, /* reserved */
        {1, {.bits = 5}, MOTE_ERR_BOUNDS},
        {1, {.bits = 0x20000000}, MOTE_ERR_BOUNDS},
        {1, {.bits = UINT32_MAX}, MOTE_ERR_BOUNDS},
        {2, {.real = (float)NAN}, MOTE_ERR_VALUE},
        {3, {.real = (float)INFINITY}, MOTE_ERR_VALUE},
        {4, {.real = (float)NAN}, MOTE_ERR_VALUE},
        {5, {.real = (float)-INFINITY}, MOTE_ERR_VALUE},
        {5, {.real = 0}, MOTE_OK}, /* all reals are 0 */
        {100, {.bits = 23}, MOTE_ERR_BOUNDS},
        {100, {.bits = 7}, MOTE_ERR_BOUNDS},
        {100, {.bits = 0}, MOTE_ERR_BOUNDS},
        {101, {.real = 0}, MOTE_ERR_QUANT},
        {101, {.real = (float)NAN}, MOTE_ERR_QUANT},
        {101, {.real = (float)INFINITY}, MOTE_ERR_QUANT},
        {102, {.bits = INT32_MAX}, MOTE_ERR_QUANT},
        {102, {.bits = 0x80000000u}, MOTE_ERR_QUANT},
    };
    static const float raw[8];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct opened o;
        struct mote_image_io *io;
        struct mote_image_section *s;

        setup(&o, "preprocess values f32 mean [1, -2] std [0.5, 4]\n", "s8", "[1,8]");
        io = (void *)(o.image.data + section(&o, MOTE_SECTION_IO)->offset);
        s = section(&o, MOTE_SECTION_PREPROCESS);
        if (cases[i].word == 100)
            s->bytes = s->count = cases[i].value.bits;
        else if (cases[i].word == 101)
            io->scale = cases[i].value.real;
        else if (cases[i].word == 102)
            io->zero = (int32_t)cases[i].value.bits;
        else
            memcpy(o.image.data + s->offset + 4 * cases[i].word, &cases[i].value, 4);
        assert_int_equal(reopen(&o), MOTE_OK); /* who feeds tensors does not read it */
        assert_int_equal(mote_model_set_input(&o.model, 0, raw), cases[i].status);
        assert_int_equal(mote_model_set_input_row(&o.model, 0, 0, raw), cases[i].status);
        pool_free(&o.pool);
    }
}

static void channels_fit_the_input(void **state)
{
    uint32_t two = 2;
    struct opened o;

    (void)state;
    setup(&o, "preprocess values f32 mean [1, 1, 1] std [1, 1, 1]\n", "s8", "[1,9]");
    memcpy(o.image.data + section(&o, MOTE_SECTION_PREPROCESS)->offset + 4, &two, sizeof two);
    assert_int_equal(reopen(&o), MOTE_OK);
    assert_int_equal(mote_model_set_input(&o.model, 0, (float[9]){0}), MOTE_ERR_SHAPE);
    pool_free(&o.pool);
}

/* ---- scores ---- */
/* An identity repeats its input but for what int8 cannot hold: 100 / 0.5 = 200 becomes 0.25 * (127 - 3) = 31. */
static void scores_are_of_the_raw_sample(void **state)
{
    static const float raw[] = {2, 6, 101, -2};
    struct opened o;
    float score;

    (void)state;
    setup(&o, "preprocess values f32 mean [1, -2] std [0.5, 4]\n", "s8", "[1,4]");
    assert_int_equal(mote_model_set_input(&o.model, 0, raw), MOTE_OK);
    mote_model_run(&o.model);
    assert_int_equal(mote_model_score(&o.model, raw, &score), MOTE_OK);
    assert_true(score == (200.0f - 31.0f) * (200.0f - 31.0f) / 4);
    pool_free(&o.pool);
    setup(&o, "preprocess image bgr u8 mean [30, 20, 10] std [1, 2, 10]\n", "f32", "[12]");
    static const uint8_t pixels[] = {1, 2, 3, 40, 50, 60, 7, 8, 9, 100, 110, 255};
    assert_int_equal(mote_model_set_input(&o.model, 0, pixels), MOTE_OK);
    mote_model_run(&o.model);
    assert_int_equal(mote_model_score(&o.model, pixels, &score), MOTE_OK);
    assert_true(score == 0);
    assert_true(isinf(mote_model_threshold(&o.model)));
    pool_free(&o.pool);
}

static void thresholds_travel(void **state)
{
    struct opened o;
    struct mote_image_section *s;
    float score;

    (void)state;
    setup(&o, "task anomaly threshold 0.5 normal 2\n", "f32", "[1,4]");
    assert_true(mote_model_threshold(&o.model) == 0.5f);
    mote_model_run(&o.model);
    assert_int_equal(mote_model_score(&o.model, (const float[]){1, 2, 3, 4}, &score), MOTE_OK);
    s = section(&o, MOTE_SECTION_TASK);
    memcpy(o.image.data + s->offset + 4, "\0\0\xc0\x7f", 4); /* NaN is none */
    assert_true(isinf(mote_model_threshold(&o.model)));
    s->bytes = 4; /* of a stranger */
    assert_null(mote_model_class(&o.model, 0));
    assert_true(isinf(mote_model_threshold(&o.model)));
    pool_free(&o.pool);
    setup(&o, "task regression\n", "f32", "[1,4]");
    assert_true(isinf(mote_model_threshold(&o.model)));
    pool_free(&o.pool);
}

/* ---- names of classes ---- */
static void want_classes(const struct mote_model *m, const char *first, const char *second)
{
    const char *want[] = {first, second, NULL}, *got;

    for (uint32_t k = 0; k < 3; k++) {
        got = mote_model_class(m, k);
        assert_true((got == NULL) == (want[k] == NULL));
        if (got != NULL)
            assert_string_equal(got, want[k]);
    }
    assert_null(mote_model_class(m, UINT32_MAX));
    assert_null(mote_model_class(m, UINT32_MAX / 4)); /* where 4 k is small again */
}

static void classes_have_names(void **state)
{
    struct mote_image_section *s;
    struct mote_image_task *task;
    uint32_t *names;
    struct opened o;

    (void)state;
    setup(&o, "", "f32", "[1,4]");
    want_classes(&o.model, NULL, NULL);
    pool_free(&o.pool);
    setup(&o, "task regression\n", "f32", "[1,4]");
    want_classes(&o.model, NULL, NULL);
    pool_free(&o.pool);
    setup(&o, "classes \"down\" \"up\"\n", "f32", "[1,4]");
    assert_true(isinf(mote_model_threshold(&o.model)));
    want_classes(&o.model, "down", "up");
    s = section(&o, MOTE_SECTION_TASK);
    task = (void *)(o.image.data + s->offset);
    names = (void *)(task + 1);
    assert_true(s->bytes == sizeof *task + 8 && task->n_classes == 2);
    names[1] = o.model.n_strings - 1; /* its last NUL */
    want_classes(&o.model, "down", "");
    names[1] = o.model.n_strings;
    want_classes(&o.model, "down", NULL);
    names[1] = UINT32_MAX;
    want_classes(&o.model, "down", NULL);
    task->n_classes = 1;
    want_classes(&o.model, "down", NULL);
    for (size_t i = 0; i < 3; i++) { /* more than the section has room for: it says nothing */
        task->n_classes = (const uint32_t[]){3, 0x40000000, UINT32_MAX}[i];
        want_classes(&o.model, NULL, NULL);
    }
    pool_free(&o.pool);
}

static void sections_without_room_say_no_threshold(void **state)
{
    struct opened o;
    struct mote_image_section *s;
    struct mote_image_task *task;

    (void)state;
    setup(&o, "task anomaly threshold 0.5 normal 2\n", "f32", "[1,4]");
    s = section(&o, MOTE_SECTION_TASK);
    task = (void *)(o.image.data + s->offset);
    assert_true(s->bytes == sizeof *task && mote_model_threshold(&o.model) == 0.5f);
    task->n_classes = 1;
    assert_true(isinf(mote_model_threshold(&o.model)));
    task->n_classes = 0;
    s->bytes = sizeof *task - 1;
    assert_true(isinf(mote_model_threshold(&o.model)));
    pool_free(&o.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reals_are_quantized_as_quantize_does),
        cmocka_unit_test(the_reciprocal_is_rounded_first),
        cmocka_unit_test(all_types_at_once_and_by_rows),
        cmocka_unit_test(red_and_blue_change),
        cmocka_unit_test(without_preprocessing_raw_numbers_are_reals),
        cmocka_unit_test(damaged_sections_are_refused),
        cmocka_unit_test(channels_fit_the_input),
        cmocka_unit_test(scores_are_of_the_raw_sample),
        cmocka_unit_test(thresholds_travel),
        cmocka_unit_test(classes_have_names),
        cmocka_unit_test(sections_without_room_say_no_threshold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
