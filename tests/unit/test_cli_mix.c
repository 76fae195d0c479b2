/* SPDX-License-Identifier: Apache-2.0 */
/* mote mix from outside: the same list gives the same bytes, truths say where the clips are, and errors are named. */
#define _XOPEN_SOURCE 700
#include "tests/unit/sounds.h"

#define SECOND 16000

/* Nothing for six seconds. */
static void put_late(const char *name)
{
    static int16_t samples[7 * SECOND];

    memset(samples, 0, sizeof samples);
    add_sweep(samples + 6 * SECOND, SECOND, 500, 1500, 8000);
    put_sound(name, SECOND, 1, samples, 7 * SECOND);
}

/* A tone of half a second within a second of silence. */
static bool prepare(void)
{
    static int16_t samples[2 * SECOND];

    if (no_sound())
        return false;
    mkdir(here("in/word"), 0777);
    mkdir(here("in/other"), 0777);
    for (uint32_t k = 0; k < 3; k++) {
        memset(samples, 0, sizeof samples);
        add_sweep(samples + 4000, 8000, 500 + 100 * k, 1500, 8000);
        put_sound(pool_printf(&pool, "in/word/%u.wav", k), SECOND, 1, samples, SECOND);
        memset(samples, 0, sizeof samples);
        add_sweep(samples + 4000, 8000, 3000, 2000 + 100 * k, 8000);
        put_sound(pool_printf(&pool, "in/other/%u.wav", k), SECOND, 1, samples, SECOND);
    }
    for (uint32_t i = 0; i < 2 * SECOND; i++)
        samples[i] = (int16_t)((i * 40503) % 2000 - 1000);
    put_sound("in/noise.wav", SECOND, 1, samples, 2 * SECOND);
    memset(samples, 0, sizeof samples);
    put_sound("in/silent.wav", SECOND, 1, samples, SECOND);
    put_late("in/late.wav");
    return true;
}

#define CLIPS "clips: [{path: word, word: up, count: 4}, {path: other, count: 2}]\n"

static double power(struct bytes wav, double from, double to)
{
    double sum = 0;
    size_t first = (size_t)(from * SECOND), last = (size_t)(to * SECOND);

    for (size_t i = first; i < last; i++) {
        int16_t x = (int16_t)(wav.data[44 + 2 * i] | wav.data[45 + 2 * i] << 8);

        sum += (double)x * x;
    }
    return sum / (double)(last - first);
}

static void clips_are_where_the_truth_says(void **state)
{
    struct bytes wav;
    struct result r;
    json_t *root, *windows, *words;
    double end = 0;

    (void)state;
    if (!prepare())
        skip();
    put_text("in/list.yaml", "seed: 3\nseconds: 20\ngap: 0\n" CLIPS); /* is said, and is not the usual 1 */
    OK("mix", "@in/list.yaml", "-o", "@out/none.wav");
    put_text("in/list.yaml", "seed: 3\nseconds: 20\n" CLIPS);
    OK("mix", "@in/list.yaml", "-o", "@out/usual.wav");
    assert_memory_not_equal(slurp(here("out/none.wav")).data, slurp(here("out/usual.wav")).data, 44 + 2 * 20 * SECOND);
    put_text("in/list.yaml", "seed: 3\nseconds: 20\ngap: 1.5\n" CLIPS);
    r = OK("mix", "@in/list.yaml", "-o", "@out/s.wav", "--truth", "@out/t.json");
    assert_string_equal(r.out, "20.0 s: 4 words, 2 other sounds\n");
    wav = slurp(here("out/s.wav"));
    assert_int_equal(wav.size, 44 + 2 * 20 * SECOND);
    root = json_loads(text_of(here("out/t.json")), 0, NULL);
    assert_string_equal(json_string_value(json_object_get(json_array_get(root, 0), "wav_file")), "s.wav");
    windows = json_object_get(json_array_get(root, 0), "detection_windows");
    words = json_object_get(json_array_get(root, 0), "words");
    assert_int_equal(json_array_size(windows), 4);
    for (size_t i = 0; i < 4; i++) {
        double from = json_number_value(json_array_get(json_array_get(windows, i), 0));
        double to = json_number_value(json_array_get(json_array_get(windows, i), 1));

        assert_true(from >= end + 1.4 && to > from + 0.3 && to < from + 0.6);
        assert_true(power(wav, from, to) > 1e6 && power(wav, from - 1, from - 0.1) < 1e5);
        assert_string_equal(json_string_value(json_array_get(words, i)), "up");
        end = to;
    }
    json_decref(root);
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    struct bytes streams[3];

    (void)state;
    if (!prepare())
        skip();
    for (int i = 0; i < 3; i++) {
        const char *out = pool_printf(&pool, "out/%d.wav", i);

        put_text("in/list.yaml",
                 pool_printf(&pool, "seed: %d\nseconds: 20\nsnr: 10\nbackground: noise.wav\n" CLIPS, i / 2));
        OK("mix", "@in/list.yaml", "-o", pool_printf(&pool, "@%s", out));
        streams[i] = slurp(here(out));
    }
    assert_memory_equal(streams[0].data, streams[1].data, streams[0].size);
    assert_memory_not_equal(streams[0].data, streams[2].data, streams[0].size);
}

/* Of the first half second, which has no clip. */
static void the_background_is_as_loud_as_said(void **state)
{
    double louder;

    (void)state;
    if (!prepare())
        skip();
    put_text("in/loud.yaml", "seconds: 20\nsnr: 0\nbackground: noise.wav\n" CLIPS);
    put_text("in/soft.yaml", "seconds: 20\nsnr: 20\nbackground: noise.wav\n" CLIPS);
    OK("mix", "@in/loud.yaml", "-o", "@out/loud.wav");
    OK("mix", "@in/soft.yaml", "-o", "@out/soft.wav");
    louder = power(slurp(here("out/loud.wav")), 0, 0.5) / power(slurp(here("out/soft.wav")), 0, 0.5);
    assert_true(louder > 98 && louder < 102);
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *list, *part;
    } wrong[] = {
        {"seconds: 0\n" CLIPS, "seconds is 0; 1 to 14400 are wanted"},
        {"seconds: 3\n" CLIPS, "do not fit into 3 s"},
        {"seconds: 3\nclips: [{path: word, count: 100000}]\n", "2 clips of "},
        {"seconds: 5\nbackground: late.wav\n"
         "clips: [{path: word, count: 1}]\n",
         "late.wav: its first 5 s are silence, no background"},
        {"seconds: 20\nsnr: 200\n" CLIPS, "snr is 200"},
        {"seconds: 20\nbackground: silent.wav\n" CLIPS, "is a background of silence"},
        {"seconds: 20\nclips: [{path: silent.wav, count: 1}]\n", "is silence, or has no samples"},
        {"seconds: 20\nclips: [{path: word, count: 0}]\n", "count is 0"},
        {"seconds: 20\nclips: [{path: nowhere, count: 1}]\n", "nowhere"},
        {"seconds: 20\nclips: [{path: list.yaml, count: 1}]\n", "is no sound that libsndfile reads"},
        {"seconds: 20\nclip: []\n", "line 2"},
    };

    (void)state;
    if (!prepare())
        skip();
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct result r;

        put_text("in/list.yaml", wrong[i].list);
        r = RUN("mix", "@in/list.yaml", "-o", "@out/s.wav");
        want_failure(&r, 1, wrong[i].part);
    }
    put_text("in/list.yaml", "seconds: 20\n" CLIPS);
    assert_int_equal(RUN("mix", "@in/list.yaml").status, 2);
}

/* JSON is UTF-8, names of files need not be. */
static void any_name_has_a_truth(void **state)
{
    (void)state;
    if (!prepare())
        skip();
    put_text("in/list.yaml", "seconds: 20\n" CLIPS);
    OK("mix", "@in/list.yaml", "-o", "@out/\xff.wav", "--truth", "@out/t.json");
    assert_non_null(strstr(text_of(here("out/t.json")), "\\\\xff.wav"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clips_are_where_the_truth_says),
        TEST(the_same_seed_gives_the_same_bytes),
        TEST(the_background_is_as_loud_as_said),
        TEST(any_name_has_a_truth),
        TEST(what_is_wrong_is_named),
    };

    return cmocka_run_group_tests(tests, setup_narrow, teardown_all);
}
