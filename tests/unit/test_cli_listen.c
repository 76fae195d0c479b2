/* SPDX-License-Identifier: Apache-2.0 */
/* mote listen from outside: tones of the test's own with a network that hears high ones, real words where they are, and
 * what is wrong with sounds, truths and manifests. */
#define _XOPEN_SOURCE 700
#include "tests/unit/sounds.h"

#define SECOND 16000

/* Of each frame the mean of the features, as microWakeWord has them in int8, of which the upper half counts:
 * sigmoid(sum / 8 - 8). */
static void put_network(const char *name)
{
    struct text t = {.pool = &pool};

    text_add(&t, "mote-graph 1\nmodel high\ngraph \"main\"\n"
                 "tensor 0 \"frame\" s8 [1,40] quant [0.10196078; -128]\n"
                 "tensor 1 \"weights\" s8 [1,40] quant [0.09807692; 0] data [");
    for (int i = 0; i < 40; i++)
        text_add(&t, "%s%d", i > 0 ? ", " : "", i < 30 ? -10 : 40);
    text_add(&t, "]\ntensor 2 \"bias\" s32 [1] quant [0.01; 0] data [-1000]\ntensor 3 \"sum\" s8 [1,1] quant [0.1; 0]\n"
                 "tensor 4 \"score\" s8 [1,1] quant [0.00390625; -128]\n"
                 "op 0 fully_connected in [0, 1, 2] out [3]\nop 1 logistic in [3] out [4]\n"
                 "inputs [0]\noutputs [4]\nend\n");
    put_bytes(name, t.s, t.len);
}

static void put_manifest(const char *name, const char *model, const char *micro)
{
    put_text(name, pool_printf(&pool, "{\"wake_word\": \"High\", \"model\": \"%s\", \"micro\": {%s}}", model, micro));
}

/* Five seconds with a low hum; a high tone at 1 and at 3 s, of 0.5 s each. */
static void put_tones(const char *name, uint32_t channels)
{
    static int16_t mono[5 * SECOND], all[2 * 5 * SECOND];

    memset(mono, 0, sizeof mono);
    add_sweep(mono, 5 * SECOND, 200, 300, 1000);
    add_sweep(mono + 1 * SECOND, SECOND / 2, 4000, 6000, 12000);
    add_sweep(mono + 3 * SECOND, SECOND / 2, 4000, 6000, 12000);
    for (uint32_t i = 0; i < 5 * SECOND; i++)
        for (uint32_t c = 0; c < channels; c++)
            all[i * channels + c] = c == 0 ? mono[i] : 0;
    put_sound(name, SECOND, channels, all, 5 * SECOND);
}

#define TRUTH(windows) "[{\"wav_file\": \"tones.wav\", \"detection_windows\": [" windows "]}]"

static bool prepare(void)
{
    if (no_sound())
        return false;
    put_network("in/high.graph");
    put_manifest("in/high.json", "high.graph", "\"probability_cutoff\": 0.8, \"sliding_window_size\": 5");
    put_tones("in/tones.wav", 1);
    put_text("in/truth.json", TRUTH("[1.0, 1.5], [3.0, 3.5]"));
    return true;
}

static void tones_are_heard(void **state)
{
    struct result r;
    json_t *root, *events;

    (void)state;
    if (!prepare())
        skip();
    r = OK("listen", "@in/high.json", "@in/tones.wav", "--json");
    root = json_of(&r);
    events = json_object_get(root, "events");
    assert_int_equal(json_array_size(events), 2);
    for (size_t i = 0; i < 2; i++) {
        double time = real(json_array_get(events, i), "time"), from = i == 0 ? 1 : 3;

        assert_true(time > from && time < from + 1);
        assert_string_equal(json_string_value(json_object_get(json_array_get(events, i), "word")), "High");
    }
    json_decref(root);
}

static void a_truth_says_what_events_are_worth(void **state)
{
    struct result r;
    json_t *root, *truth;

    (void)state;
    if (!prepare())
        skip();
    r = OK("listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/truth.json", "--json");
    root = json_of(&r);
    truth = json_object_get(root, "truth");
    assert_int_equal(integer(truth, "words"), 2);
    assert_int_equal(integer(truth, "hits"), 2);
    assert_int_equal(integer(truth, "false_accepts"), 0);
    json_decref(root);
    put_text("in/late.json", TRUTH("[3.0, 3.5], [4.5, 4.9]"));
    r = OK("listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/late.json", "--sweep");
    assert_non_null(strstr(r.out, "1 of 2 words heard, 1 missed (50.0 %; 95 %: 9.5 to 90.5 %)"));
    assert_non_null(strstr(r.out, "1 false accepts in 0.001 h, 720.00 an hour"));
    assert_non_null(strstr(r.out, "threshold  missed  false accepts an hour"));
}

/* A manifest is a stranger's: no command of its own reaches a terminal. */
static void a_word_is_printed_as_text(void **state)
{
    (void)state;
    if (!prepare())
        skip();
    put_text("in/red.json", "{\"wake_word\": \"\\u001b[31mRed\", \"model\": \"high.graph\", \"micro\": {}}");
    assert_non_null(strstr(OK("listen", "@in/red.json", "@in/tones.wav").out, " s  \\x1b[31mRed  "));
}

/* Stereo, other posteriors, and the bytes of scores. */
#define LONG "a_word_whose_name_is_longer_than_a_line_has_columns_and_which_nobody_would_say_to_a_device"

static void what_is_printed_has_80_columns(void **state)
{
    static const char *const lists[][12] = {
        {"listen", "@in/" LONG ".json", "@in/" LONG ".wav"},
        {"listen", "@in/" LONG ".json", "@in/" LONG ".wav", "--truth", "@in/" LONG "_truth.json"},
        {"listen", "@in/" LONG ".json", "@in/" LONG ".wav", "--truth", "@in/" LONG "_truth.json", "--sweep",
         "--false-accepts", "0", "-o", "@out/" LONG ".graph"},
        {"listen", "@in/" LONG ".json", "@in/" LONG ".wav", "--target", "mps2-an386", "--via", "c"},
    };

    (void)state;
    if (!prepare())
        skip();
    put_tones("in/" LONG ".wav", 1);
    put_text("in/" LONG ".json", "{\"wake_word\": \"" LONG "\", \"model\": \"high.graph\", \"micro\": "
                                 "{\"probability_cutoff\": 0.8, \"sliding_window_size\": 5}}");
    put_text("in/" LONG "_truth.json",
             "[{\"wav_file\": \"" LONG ".wav\", \"detection_windows\": [[1.0, 1.5], [3.0, 3.5]]}]");
    unsetenv("COLUMNS");
    for (size_t i = 0; i < COUNT(lists) - (have_board() ? 0 : 1); i++) {
        struct result r = run_list(NULL, lists[i]);

        want_status(&r, 0);
        assert_true(r.out[0] != '\0');
        want_narrow(&r);
    }
    setenv("COLUMNS", "1000", 1);
}

static void options_choose_how(void **state)
{
    struct bytes mono, stereo;

    (void)state;
    if (!prepare())
        skip();
    put_tones("in/stereo.wav", 2);
    OK("listen", "@in/high.json", "@in/tones.wav", "--scores", "@out/mono.u8", "--silence", "0");
    assert_non_null(
        strstr(OK("listen", "@in/high.json", "@in/stereo.wav", "--scores", "@out/stereo.u8", "--silence", "0").out,
               "the first of 2 channels"));
    mono = slurp(here("out/mono.u8"));
    stereo = slurp(here("out/stereo.u8"));
    assert_int_equal(mono.size, (5 * SECOND - 480) / 320 + 1);
    assert_int_equal(stereo.size, mono.size);
    assert_memory_equal(mono.data, stereo.data, mono.size);
    assert_non_null(strstr(OK("listen", "@in/high.graph", "@in/tones.wav", "--preset", "micro", "--posterior", "hits",
                              "--over", "3", "--threshold", "0.8", "--suppress", "1000", "--classes", "beep")
                               .out,
                           "2 events"));
    assert_non_null(strstr(OK("listen", "@in/high.json", "@in/tones.wav", "--threshold", "1").out, "0 events"));
}

/* Each score above the threshold is an event then. */
static void nothing_need_be_suppressed(void **state)
{
    struct bytes scores;
    struct result r;
    json_t *root;
    size_t above = 0;

    (void)state;
    if (!prepare())
        skip();
    r = OK("listen", "@in/high.json", "@in/tones.wav", "--posterior", "hits", "--over", "1", "--threshold", "0.8",
           "--suppress", "0", "--scores", "@out/scores.u8", "--json");
    scores = slurp(here("out/scores.u8"));
    for (size_t i = 0; i < scores.size; i++)
        above += scores.data[i] > 204;
    root = json_of(&r);
    assert_true(above > 10);
    assert_int_equal(json_array_size(json_object_get(root, "events")), above);
    json_decref(root);
}

/* A manifest becomes an image that listens, and a graph that knows how. */
static void a_model_that_listens_is_compiled(void **state)
{
    static const char *const models[] = {"@out/high.mote", "@out/high.graph"};
    const char *want;

    (void)state;
    if (!prepare())
        skip();
    want = OK("listen", "@in/high.json", "@in/tones.wav").out;
    OK("compile", "@in/high.json", "-o", "@out/high.mote");
    OK("compile", "@in/high.json", "--emit", "graph", "-o", "@out/high.graph");
    for (size_t i = 0; i < COUNT(models); i++)
        assert_string_equal(OK("listen", models[i], "@in/tones.wav").out, want);
    assert_non_null(strstr(OK("inspect", "@out/high.graph").out, "posterior: sum of 5 inferences above 0.800"));
    assert_non_null(strstr(OK("listen", "@out/high.graph", "@in/tones.wav", "--threshold", "0.9").out, "above 0.898"));
    OK("compile", "@out/high.graph", "--emit", "c", "-o", "@out/high");
    assert_non_null(strstr(text_of(here("out/high/high.h")), "uint32_t high_listen("));
}

/* Within a limit the largest threshold with the fewest misses, which the written model has. */
static void a_threshold_is_chosen(void **state)
{
    struct result r;
    json_t *root, *chosen;
    const char *page;
    double threshold;

    (void)state;
    if (!prepare())
        skip();
    put_text("in/late.json", TRUTH("[3.0, 3.5]"));
    r = OK("listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/truth.json", "--sweep", "--false-accepts", "0",
           "-o", "@out/chosen.graph", "--html", "@out/page.html", "--json");
    root = json_of(&r);
    chosen = json_object_get(root, "chosen");
    threshold = real(chosen, "threshold");
    assert_int_equal(integer(json_object_get(chosen, "truth"), "misses"), 0);
    assert_true(threshold > 0.8);
    json_decref(root);
    r = OK("listen", "@out/chosen.graph", "@in/tones.wav");
    assert_non_null(strstr(r.out, pool_printf(&pool, "by sum of 5 above %.3f", threshold)));
    assert_non_null(strstr(r.out, "2 events"));
    page = text_of(here("out/page.html"));
    assert_non_null(strstr(page, "Detection errors"));
    assert_non_null(strstr(page, "Threshold kept"));
    r = RUN("listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/late.json", "--false-accepts", "0", "--json");
    want_status(&r, 0); /* above the highest score nothing is heard, nor falsely */
    r = OK("listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/truth.json", "--misses", "0", "--json");
    root = json_of(&r);
    assert_true(fabs(real(json_object_get(root, "chosen"), "threshold") - threshold) < 1e-9);
    json_decref(root);
    r = OK("listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/truth.json", "--misses", "100", "--json");
    root = json_of(&r);
    assert_true(real(json_object_get(root, "chosen"), "threshold") > 0.999);
    json_decref(root);
    r = RUN("listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/late.json", "--misses", "0", "--false-accepts",
            "0");
    want_status(&r, 1);
    assert_non_null(strstr(r.err, "no threshold that misses so few words has at most 0 false accepts an hour"));
}

/* The same events by other cores, or the command fails; and what they took. */
static void boards_hear_the_same(void **state)
{
    static const char *const boards[] = {"mps2-an386", "microbit", "riscv32-virt"}, *const ways[] = {"image", "c"};

    (void)state;
    if (!prepare() || !have_board())
        skip();
    for (size_t i = 0; i < COUNT(boards) * COUNT(ways); i++) {
        struct result r =
            OK("listen", "@in/high.json", "@in/tones.wav", "--target", boards[i / 2], "--via", ways[i % 2], "--json");
        json_t *root = json_of(&r), *board = json_object_get(root, "board");

        assert_int_equal(json_array_size(json_object_get(root, "events")), 2);
        assert_true(real(board, "instructions_per_second") > 1e6 && real(board, "instructions_per_second") < 2e7);
        assert_true(integer(board, "instructions_longest_call") > 10000);
        json_decref(root);
    }
}

static void what_is_wrong_is_named(void **state)
{
    static const int16_t quiet[2 * SECOND];

    (void)state;
    if (!prepare())
        skip();
    put_sound("in/fast.wav", 44100, 1, quiet, 2 * SECOND);
    put_sound("in/short.wav", SECOND, 1, quiet, 100);
    put_sound("in/none.wav", SECOND, 1, quiet, 0);
    put_text("in/none.json", "{\"detection_windows\": []}");
    put_text("in/bad.wav", "RIFFnothing");
    put_text("in/outside.json", TRUTH("[1.0, 1.5], [4.9, 5.5]"));
    put_text("in/order.json", TRUTH("[3.0, 3.5], [1, 2]"));
    put_text("in/two.json", "[{\"wav_file\": \"a.wav\"}, {\"wav_file\": \"b.wav\"}]");
    put_text("in/broken.json", "[{");
    put_text("in/words.json", "{\"detection_windows\": [[1, 2]], \"words\": [\"low\"]}");
    put_manifest("in/over.json", "high.graph", "\"probability_cutoff\": 1.5");
    put_manifest("in/half.json", "high.graph", "\"feature_step_size\": 10.5");
    put_manifest("in/gone.json", "gone.graph", "\"probability_cutoff\": 0.5");
    OK("compile", "@in/high.json", "-o", "@in/high.mote");
    OK("compile", "@in/high.graph", "-o", "@in/deaf.mote");
    put_text("in/other.json", "{\"model\": \"high.graph\"}");
    static const struct bad bad[] = {
        {1, "is no sound that libsndfile reads", {"listen", "@in/high.json", "@in/bad.wav"}},
        {1, "none.wav: has no samples", {"listen", "@in/high.json", "@in/none.wav", "--truth", "@in/none.json"}},
        {1, "is too short", {"listen", "@in/high.json", "@in/short.wav", "--silence", "0"}},
        {1,
         "window 1: goes from 4.9 to 5.5 seconds, but the sound ends at 5",
         {"listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/outside.json"}},
        {1, "must be in order", {"listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/order.json"}},
        {1, "says nothing of \"tones.wav\"", {"listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/two.json"}},
        {1, "broken.json: line 1", {"listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/broken.json"}},
        {1,
         "word \"low\", which the model does not have",
         {"listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/words.json"}},
        {1, "\"probability_cutoff\" is 1.5; 0 to 1", {"listen", "@in/over.json", "@in/tones.wav"}},
        {1, "gone.graph", {"listen", "@in/gone.json", "@in/tones.wav"}},
        {1, "has no \"wake_word\"", {"listen", "@in/other.json", "@in/tones.wav"}},
        {2, "does not say what it hears by: --preset", {"listen", "@in/high.graph", "@in/tones.wav"}},
        {2, "an image listens as it was compiled", {"listen", "@in/high.mote", "@in/tones.wav", "--threshold", "0.5"}},
        {2, "is an image that does not listen", {"listen", "@in/deaf.mote", "@in/tones.wav"}},
        {2,
         "takes its samples as they come: no --feed",
         {"compile", "@in/high.json", "--feed", "rows", "-o", "@out/m.mote"}},
        {2, "--html wants --truth", {"listen", "@in/high.json", "@in/tones.wav", "--html", "@out/p.html"}},
        {2, "-o and --keep keep a threshold that", {"listen", "@in/high.json", "@in/tones.wav", "-o", "@out/m.graph"}},
        {2,
         "--keep writes into graph files",
         {"listen", "@in/high.json", "@in/tones.wav", "--truth", "@in/truth.json", "--false-accepts", "1", "--keep"}},
        {2, "--false-accepts wants --truth", {"listen", "@in/high.json", "@in/tones.wav", "--false-accepts", "1"}},
        {2, "--misses wants --truth", {"listen", "@in/high.json", "@in/tones.wav", "--misses", "1"}},
        {2, "--misses wants percent of the words", {"listen", "@in/high.json", "@in/tones.wav", "--misses", "101"}},
        {1, "\"feature_step_size\" is 10.5; a whole number is wanted", {"listen", "@in/half.json", "@in/tones.wav"}},
        {2, "--via and --operator-source want --target", {"listen", "@in/high.json", "@in/tones.wav", "--via", "c"}},
        {2, "--sweep wants --truth", {"listen", "@in/high.json", "@in/tones.wav", "--sweep"}},
        {2, "--threshold wants a number from 0 to 1", {"listen", "@in/high.json", "@in/tones.wav", "--threshold", "x"}},
    };

    want_bad(bad, COUNT(bad));
}

/* microWakeWord's models: the probabilities that Mote gave for golden features, and the word. */
static void alexa_is_heard(void **state)
{
    static const struct {
        const char *manifest, *scores;
    } models[] = {{"models/microwakeword/v2/alexa.json", "data/wake_words/alexa_v2.u8"},
                  {"models/microwakeword/v1/alexa.json", "data/wake_words/alexa_v1.u8"}};
    const char *sound = shared("data/wake_words/alexa_test.wav");

    (void)state;
    if (no_sound())
        skip();
    for (size_t i = 0; i < COUNT(models); i++) {
        const char *manifest = shared(models[i].manifest);
        struct bytes want = slurp(shared(models[i].scores)), got;

        OK("listen", manifest, sound, "--silence", "1000", "--scores", "@out/scores.u8");
        got = slurp(here("out/scores.u8"));
        assert_int_equal(got.size, want.size);
        assert_memory_equal(got.data, want.data, want.size);
        assert_non_null(strstr(OK("listen", manifest, sound).out, "1 event\n"));
    }
}

static void micro_speech_recognizes(void **state)
{
    static const char *const words[] = {"yes", "no"};
    const char *model = shared("models/tflite_micro/micro_speech.tflite");

    (void)state;
    if (no_sound())
        skip();
    for (size_t i = 0; i < COUNT(words); i++) {
        struct result r = OK("listen", model, shared(pool_printf(&pool, "data/speech_misc/%s_1000ms.wav", words[i])),
                             "--preset", "micro", "--classes", "silence,unknown,yes,no");

        assert_non_null(strstr(r.out, pool_printf(&pool, " s  %s  ", words[i])));
        assert_non_null(strstr(r.out, "1 event\n"));
    }
}

/* What the streaming wake word hears behind the line of what was converted; silence NULL: the usual one. */
static const char *marvins(const char *silence)
{
    const char *model = shared("models/mlperf_tiny/strww.tflite");
    const char *sound = shared("data/speech_misc/short_wav_easy10s.wav");
    const char *truth = shared("data/speech_misc/sww_short_test.json");
#define MARVIN                                                                                                         \
    "listen", model, sound, "--preset", "lfbe", "--posterior", "hits", "--over", "1", "--threshold", "0.953",          \
        "--classes", "marvin,_silence,_unknown", "--truth", truth
    struct result r = silence == NULL ? OK(MARVIN) : OK(MARVIN, "--silence", silence);

    return strstr(r.out, "the first of 2 channels");
}

/* The usual silence is whole frames: scores are those without it, of which this word's are near the threshold. */
static void silence_moves_no_frame(void **state)
{
    const char *usual;

    (void)state;
    if (no_sound())
        skip();
    usual = marvins(NULL);
    assert_non_null(strstr(usual, "2 of 3 words heard"));
    assert_non_null(strstr(usual, "0 false accepts"));
    assert_string_equal(marvins("0"), usual);
    assert_string_equal(marvins("2048"), usual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tones_are_heard),
        TEST(a_truth_says_what_events_are_worth),
        TEST(a_word_is_printed_as_text),
        TEST(what_is_printed_has_80_columns),
        TEST(options_choose_how),
        TEST(nothing_need_be_suppressed),
        TEST(a_model_that_listens_is_compiled),
        TEST(a_threshold_is_chosen),
        TEST(boards_hear_the_same),
        TEST(what_is_wrong_is_named),
        TEST(alexa_is_heard),
        TEST(micro_speech_recognizes),
        TEST(silence_moves_no_frame),
    };

    return cmocka_run_group_tests(tests, setup_narrow, teardown_all);
}
