/* SPDX-License-Identifier: Apache-2.0 */
/* Models with their front end inside, fed with samples in pieces of any size, against the same models on features. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/front_end/front_end.h"
#include "host/run/samples.h"
#include "tests/golden/road.h"
#include "tests/shared.h"

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

struct trial {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct front_end front_end;
    struct runner runner;
};

static void trial_open(struct trial *t)
{
    *t = (struct trial){.at = {.name = "samples", .index = -1}};
    t->at.sink = &t->report;
}

static void must(struct trial *t, enum mote_status status)
{
    if (status != MOTE_OK)
        printf("%s\n", t->report.text);
    assert_int_equal(status, MOTE_OK);
}

static const char *path_of(struct trial *t, const char *name)
{
    const char *path = shared_path(&t->pool, name);

    if (path == NULL) {
        pool_free(&t->pool);
        skip();
    }
    return path;
}

static struct bytes read_all(struct trial *t, const char *name)
{
    struct bytes file = {0};

    must(t, file_read(&t->pool, path_of(t, name), &file, &t->at));
    return file;
}

/* With a front end before it and as a stream, if a preset is named. */
static struct runner open_model(struct trial *t, struct bytes file, const char *preset, int32_t step_ms)
{
    struct pipeline p;
    struct runner r;

    must(t, pipeline_read(&t->pool, "m", file, &p, &t->at));
    if (preset != NULL) {
        must(t, front_end_find(preset, &(struct front_end_wish){.step_ms = step_ms}, &t->front_end, &t->at));
        must(t, front_end_before(&t->front_end, &p.model, &t->at));
    }
    must(t, pipeline_compile(&p, &(struct pipeline_options){.stream = preset != NULL}, &t->at));
    must(t, runner_open(&t->pool, p.image, &r, &t->at));
    return r;
}

/* The outputs of all windows of those features. */
static struct text outputs_of_features(struct trial *t, struct bytes file, struct bytes features)
{
    struct runner r = open_model(t, file, NULL, 0);
    size_t window = runner_input_bytes(&r), frame = window / (size_t)t->front_end.frames;
    uint8_t *out = pool_alloc(&t->pool, runner_output_bytes(&r));
    struct text all = {.pool = &t->pool};

    for (size_t from = 0; from + window <= features.size; from += frame) {
        runner_run(&r, features.data + from, out);
        text_bytes(&all, out, runner_output_bytes(&r));
    }
    return all;
}

static struct text outputs_of_samples(struct trial *t, struct samples *s, struct bytes sound, int64_t piece)
{
    const int16_t *samples = (const int16_t *)(const void *)sound.data, *end = samples + sound.size / 2;
    uint8_t *out = pool_alloc(&t->pool, runner_output_bytes(&t->runner));
    struct text all = {.pool = &t->pool};

    while (samples < end) {
        int64_t n = end - samples < piece ? end - samples : piece;

        while (samples_take(s, &samples, &n)) {
            model_get_outputs(&t->runner.model, out);
            text_bytes(&all, out, runner_output_bytes(&t->runner));
        }
        assert_int_equal(n, 0);
    }
    return all;
}

static void compare_pieces(struct trial *t, struct bytes sound, struct text want)
{
    static const int64_t pieces[] = {1, 7, 160, 480, 4096};
    struct samples s;

    must(t, samples_open(&t->pool, &t->runner, front_end_silence(&t->front_end), t->front_end.step, &s, &t->at));
    for (size_t i = 0; i < COUNT(pieces); i++) {
        struct text got;

        samples_reset(&s);
        got = outputs_of_samples(t, &s, sound, pieces[i]);
        assert_int_equal(got.len, want.len);
        assert_memory_equal(got.s, want.s, want.len);
    }
}

static void test_micro_speech(void **state)
{
    static const char *const sounds[] = {"yes_0cb74144_nohash_3", "syn_noise_fs", "syn_all_m32768",
                                         "short_wav_easy10s"};
    struct trial t;
    struct bytes file;

    (void)state;
    trial_open(&t);
    file = read_all(&t, "models/tflite_micro/micro_speech.tflite");
    t.runner = open_model(&t, file, "micro", 20);
    for (size_t i = 0; i < COUNT(sounds); i++) {
        struct bytes sound = read_all(&t, pool_printf(&t.pool, "data/audio_features/audio/%s.s16", sounds[i]));
        struct bytes features = read_all(&t, pool_printf(&t.pool, "data/audio_features/micro_speech/%s.s8", sounds[i]));
        struct text want = outputs_of_features(&t, file, features);

        assert_true(want.len >= runner_output_bytes(&t.runner));
        compare_pieces(&t, sound, want);
    }
    pool_free(&t.pool);
}

/* Features of floats, of frames that take the sample before them, and a network that streams to its end. */
static void test_streaming_wake_word(void **state)
{
    static const char *const sounds[] = {"marvin_617de221_0", "short_wav_easy10s"};
    struct trial t;
    struct bytes file;

    (void)state;
    trial_open(&t);
    file = read_all(&t, "models/mlperf_tiny/strww.tflite");
    t.runner = open_model(&t, file, "lfbe", 32);
    for (size_t i = 0; i < COUNT(sounds); i++) {
        struct bytes sound = read_all(&t, pool_printf(&t.pool, "data/audio_features/audio/%s.s16", sounds[i]));
        struct bytes features = read_all(&t, pool_printf(&t.pool, "data/audio_features/sww/%s.lfbe.s8", sounds[i]));
        struct text want = outputs_of_features(&t, file, features);

        assert_true(want.len >= runner_output_bytes(&t.runner));
        compare_pieces(&t, sound, want);
    }
    pool_free(&t.pool);
}

/* ---- what a model must be ---- */
static const char float_model[] = "mote-graph 1\nmodel m version 0\ngraph \"main\"\n"
                                  "tensor 0 \"x\" f32 [1,80] source 0\ntensor 1 \"y\" f32 [1,80] source 1\n"
                                  "op 0 relu in [0] out [1] source 0\ninputs [0]\noutputs [1]\nend\n";

static struct bytes text_bytes_of(const char *text) { return (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)}; }

/* Two frames; an inference sees each for itself, or each with the one before it. */
static void test_whole_input(void **state)
{
    struct trial t;
    struct pipeline p;
    struct samples s;

    (void)state;
    trial_open(&t);
    must(&t, front_end_find("micro", &(struct front_end_wish){0}, &t.front_end, &t.at));
    must(&t, pipeline_read(&t.pool, "m.graph", text_bytes_of(float_model), &p, &t.at));
    must(&t, front_end_before(&t.front_end, &p.model, &t.at));
    must(&t, pipeline_compile(&p, &(struct pipeline_options){0}, &t.at));
    must(&t, runner_open(&t.pool, p.image, &t.runner, &t.at));
    assert_int_equal(t.front_end.frames, 2);
    assert_int_equal(t.front_end.skip, 160);
    assert_int_equal(front_end_samples(&t.front_end), 960);
    must(&t, samples_open(&t.pool, &t.runner, 160, 640, &s, &t.at));
    for (int32_t n = 0; n < 3000; n++) {
        const int16_t sample[1] = {0}, *from = sample;
        int64_t one = 1;

        assert_int_equal(samples_take(&s, &from, &one), n >= 799 && (n - 799) % 640 == 0);
    }
    assert_int_equal(samples_open(&t.pool, &t.runner, 960, 640, &s, &t.at), MOTE_ERR_VALUE);
    assert_int_equal(samples_open(&t.pool, &t.runner, 0, 961, &s, &t.at), MOTE_ERR_VALUE);
    pool_free(&t.pool);
}

static void test_inside(void **state)
{
    struct trial t;
    struct pipeline p;
    struct front_end f;

    (void)state;
    trial_open(&t);
    must(&t, pipeline_read(&t.pool, "m.graph", text_bytes_of(float_model), &p, &t.at));
    assert_false(front_end_inside(&p.model, &f));
    must(&t, front_end_find("micro", &(struct front_end_wish){.step_ms = 10}, &t.front_end, &t.at));
    must(&t, front_end_before(&t.front_end, &p.model, &t.at));
    assert_true(front_end_inside(&p.model, &f));
    assert_int_equal(f.window, 480);
    assert_int_equal(f.step, 160);
    assert_int_equal(f.skip, 0);
    assert_int_equal(f.frames, 2);
    assert_int_equal(f.channels, 40);
    pool_free(&t.pool);
}

static void test_refusals(void **state)
{
    static const struct refusal {
        const char *from, *to, *says;
    } refusals[] = {
        {"f32 [1,80]", "f32 [1,81]", "it has 81 elements, no multiple of the 40 features of a frame"},
        {"f32 [1,80]", "s32 [1,80]", "it is s32: a front end makes f32, and s8 of one scale"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct trial t;
        struct pipeline p;
        struct text text;
        const char *rest = float_model, *found;

        trial_open(&t);
        text = (struct text){.pool = &t.pool};
        for (; (found = strstr(rest, refusals[i].from)) != NULL; rest = found + strlen(refusals[i].from))
            text_add(&text, "%.*s%s", (int)(found - rest), rest, refusals[i].to);
        text_add(&text, "%s", rest);
        must(&t, pipeline_read(&t.pool, "m.graph", (struct bytes){(uint8_t *)text.s, text.len}, &p, &t.at));
        must(&t, front_end_find("micro", &(struct front_end_wish){0}, &t.front_end, &t.at));
        assert_int_not_equal(front_end_before(&t.front_end, &p.model, &t.at), MOTE_OK);
        if (strstr(t.report.text, refusals[i].says) == NULL)
            printf("%s\n", t.report.text);
        assert_non_null(strstr(t.report.text, refusals[i].says));
        pool_free(&t.pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_micro_speech), cmocka_unit_test(test_streaming_wake_word),
        cmocka_unit_test(test_whole_input),  cmocka_unit_test(test_inside),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
