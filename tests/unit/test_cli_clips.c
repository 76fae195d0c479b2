/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of sounds from outside: clips of the test's own become features, train a network, and the network hears. */
#define _XOPEN_SOURCE 700
#include "tests/unit/sounds.h"

#include "host/base/random.h"

#define SECOND 16000

/* Rising or falling within 700 to 3000 Hz, at another place and as loud as `k` says. */
static void add_clip(int16_t *samples, int32_t n, bool rising, uint32_t k)
{
    struct random_stream s = random_stream(k, rising, 0, 0);
    int32_t length = 6000, from = (int32_t)random_below(s, 0, (uint32_t)(n - length));
    double low = 700 + 200 * (double)random_unit(s, 1), high = 2600 + 400 * (double)random_unit(s, 2);

    for (int32_t i = 0; i < n; i++)
        samples[i] = (int16_t)(100 * random_normal(s, (uint64_t)i + 10));
    add_sweep(samples + from, (uint32_t)length, rising ? low : high, rising ? high : low, 6000);
}

#define SPEAKERS 12

/* clips/rise, clips/fall and clips/_silence_; a speaker has two of each. */
static bool put_clips(void)
{
    static const char *const folders[] = {"in/clips", "in/clips/rise", "in/clips/fall", "in/clips/_silence_",
                                          "in/clips/_background_noise_"};
    static int16_t samples[2 * SECOND];

    if (no_sound())
        return false;
    for (size_t i = 0; i < COUNT(folders); i++)
        mkdir(here(folders[i]), 0777);
    for (uint32_t k = 0; k < 2 * SPEAKERS; k++)
        for (int c = 0; c < 3; c++) {
            static const char *const words[] = {"rise", "fall", "_silence_"};
            uint32_t n = c == 0 && k == 0 ? SECOND / 2 : c == 1 && k == 0 ? 2 * SECOND : SECOND;

            add_clip(samples, (int32_t)n, c == 0, k);
            for (uint32_t i = 0; i < n && c == 2; i++)
                samples[i] = (int16_t)((i * 40503 + k * 977) % 400 - 200);
            put_sound(pool_printf(&pool, "in/clips/%s/s%u_nohash_%u.wav", words[c], k / 2, k % 2), SECOND, 1, samples,
                      n);
        }
    for (uint32_t i = 0; i < 2 * SECOND; i++)
        samples[i] = (int16_t)((i * 40503) % 2000 - 1000);
    put_sound("in/clips/_background_noise_/hiss.wav", SECOND, 1, samples, 2 * SECOND);
    return true;
}

#define RECIPE(input, data)                                                                                            \
    "input: " input "\n"                                                                                               \
    "data: {path: clips, group: _nohash_, test: 0.25, validation: 0.2" data "}\n"                                      \
    "network:\n"                                                                                                       \
    "  - conv_2d: {filters: 8, kernel: 8x8, stride: 4, batch_norm: true, activation: relu}\n"                          \
    "  - conv_2d: {filters: 12, kernel: 3, batch_norm: true, activation: relu}\n"                                      \
    "  - max_pool_2d: {global: true}\n"                                                                                \
    "  - fully_connected: {}\n"                                                                                        \
    "  - softmax: {}\n"                                                                                                \
    "training: {epochs: 25, batch: 8, optimizer: {kind: adam, rate: 0.01}}\n"
#define MICRO "{audio: micro, step: 20, clip: 1000}"
#define AUGMENT                                                                                                        \
    ", augment: {shift: 50, gain: 3, background: _background_noise_, snr: [10, 30], share: 0.5, mask_frames: 4, "      \
    "mask_channels: 3}"
#define LED                                                                                                            \
    ", augment: {shift: 50, gain: 3, background: _background_noise_, snr: [10, 30], share: 0.5, mask_frames: 4, "      \
    "mask_channels: 3, lead: 500}"

static void clips_are_samples(void **state)
{
    struct result r;
    json_t *root;

    (void)state;
    if (!put_clips())
        skip();
    put_text("in/clips.yaml", "input: " MICRO "\ndata: {path: clips, group: _nohash_, test: 0.25}\n");
    r = OK("data", "@in/clips.yaml");
    assert_non_null(strstr(r.out, "72 samples of 49x40x1 s16, 3 classes"));
    assert_non_null(strstr(r.out, "real = (raw - 0) / 25.6"));
    r = OK("data", "@in/clips.yaml", "--json");
    root = json_of(&r);
    assert_int_equal(integer(root, "samples"), 72);
    json_decref(root);
}

/* A network hears what it was trained for, in clips and in a stream. */
static void a_network_learns_to_hear(void **state)
{
    static int16_t stream[6 * SECOND];
    struct result r;
    const char *text;
    json_t *root;

    (void)state;
    if (!put_clips())
        skip();
    put_text("in/words.yaml", RECIPE(MICRO, AUGMENT));
    r = RUN("train", "@in/words.yaml", "-o", "@out/words", "--threads", "1");
    want_status(&r, 0);
    text = OK("inspect", "@out/words/model.graph", "--text").out;
    assert_non_null(strstr(text, "hears \"micro\" window 30 step 20 channels 40 clip 1000\n"));
    r = OK("eval", "@out/words/model.graph", "--data", "@in/clips", "--json"); /* the model knows its front end */
    root = json_of(&r);
    assert_true(integer(root, "samples") >= 12 && real(root, "accuracy") >= 0.9);
    json_decref(root);
    add_clip(stream, 6 * SECOND, true, 99);
    memset(stream, 0, sizeof stream);
    add_sweep(stream + SECOND, 6000, 800, 2800, 6000);
    add_sweep(stream + 4 * SECOND, 6000, 2800, 800, 6000);
    put_sound("in/stream.wav", SECOND, 1, stream, 6 * SECOND);
    put_text("in/truth.json", "{\"detection_windows\": [[1.0, 1.4], [4.0, 4.4]], \"words\": [\"rise\", \"fall\"]}");
    r = OK("listen", "@out/words/model.graph", "@in/stream.wav", "--truth", "@in/truth.json", "--threshold", "0.5",
           "--over", "15", "--json");
    root = json_of(&r);
    assert_int_equal(integer(json_object_get(root, "truth"), "hits"), 2);
    json_decref(root);
}

/* A table of two classes, for a recipe of one word. */
static void put_one_word(void)
{
    static const char *const splits[] = {"train", "train", "validation", "test"};
    const char *text = "file\tlabel\tsplit\n";

    for (uint32_t k = 0; k < 2 * SPEAKERS; k++)
        for (int c = 0; c < 2; c++)
            text = pool_printf(&pool, "%s%s/s%u_nohash_%u.wav\t%s\t%s\n", text, c == 0 ? "rise" : "_silence_", k / 2,
                               k % 2, c == 0 ? "computer" : "_other", splits[k / 2 % COUNT(splits)]);
    put_text("in/clips/one_word.tsv", text);
    put_text("in/one_word.yaml", "input: " MICRO "\ndata: {path: clips, index: one_word.tsv" LED "}\n");
}

/* The recipes that hear, on the test's own clips, an epoch each: trained, quantized, listening to a stream. */
static void shipped_recipes_hear(void **state)
{
    static const struct {
        const char *name;
        double pace; /* seconds between inferences: an LSTM wants a whole window */
        const char *data;
    } recipes[] = {{"keywords", 0.02, "@in/few.yaml"},
                   {"keywords_crnn", 0.98, "@in/few.yaml"},
                   {"keywords_stream", 0.02, "@in/few.yaml"},
                   {"wake_word", 0.02, "@in/one_word.yaml"}};
    static int16_t stream[2 * SECOND];

    (void)state;
    if (!put_clips())
        skip();
    put_text("in/few.yaml",
             "input: " MICRO "\ndata: {path: clips, group: _nohash_, test: 0.25, validation: 0.2" LED "}\n");
    put_one_word();
    add_sweep(stream + SECOND / 2, 6000, 800, 2800, 6000);
    put_sound("in/short.wav", SECOND, 1, stream, 2 * SECOND);
    for (size_t i = 0; i < COUNT(recipes); i++) {
        const char *recipe = pool_printf(&pool, "%s/models/recipes/%s.yaml", MOTE_SOURCE_DIR, recipes[i].name);
        const char *folder = pool_printf(&pool, "@out/%s", recipes[i].name);
        const char *model = pool_printf(&pool, "%s/model.graph", folder),
                   *int8 = pool_printf(&pool, "%s/8.graph", folder);
        struct result r =
            RUN("train", recipe, "--data", recipes[i].data, "-o", folder, "--threads", "1", "--epochs", "1");
        json_t *root;

        want_status(&r, 0);
        OK("quantize", model, "--data", recipes[i].data, "-o", int8);
        r = OK("listen", int8, "@in/short.wav", "--threshold", "0.1", "--json");
        root = json_of(&r);
        assert_true(fabs(real(root, "pace") - recipes[i].pace) < 1e-6);
        assert_true(json_array_size(json_object_get(root, "events")) > 0); /* of so low a threshold */
        json_decref(root);
    }
}

/* What a recipe says of a posterior stays with the model, float and int8, and so does the threshold of a sweep. */
static void a_posterior_stays_with_the_model(void **state)
{
    static int16_t stream[3 * SECOND];
    struct result r;

    (void)state;
    if (!put_clips())
        skip();
    put_text("in/posterior.yaml", RECIPE(MICRO, "") "posterior: {kind: hits, threshold: 0.6, over: 3, suppress: 700}\n"
                                                    "gate: {above: 9, least: 70, before: 40}\n");
    r = RUN("train", "@in/posterior.yaml", "-o", "@out/kept", "--threads", "1", "--epochs", "8");
    want_status(&r, 0);
    assert_non_null(strstr(OK("inspect", "@out/kept/model.graph", "--text").out,
                           "clip 1000 posterior hits threshold 153 window 3 minimum 3 suppression 35 "
                           "gate ratio 2033 least 107 hold 52 before 2\n"));
    OK("quantize", "@out/kept/model.graph", "--data", "@in/posterior.yaml", "-o", "@out/kept/int8.graph");
    add_sweep(stream + SECOND, 6000, 800, 2800, 6000);
    put_sound("in/rise.wav", SECOND, 1, stream, 3 * SECOND);
    put_text("in/rise.json", "{\"detection_windows\": [[1.0, 1.4]], \"words\": [\"rise\"]}");
    setenv("COLUMNS", "1000", 1); /* a line each */
    assert_non_null(strstr(OK("listen", "@out/kept/int8.graph", "@in/rise.wav").out, "by hits of 3 above 0.600"));
    unsetenv("COLUMNS");
    r = OK("listen", "@out/kept/int8.graph", "@in/rise.wav", "--truth", "@in/rise.json", "--sweep", "--false-accepts",
           "0", "--keep");
    r = OK("inspect", "@out/kept/int8.graph");
    assert_non_null(strstr(r.out, "posterior: hits of 3 inferences above "));
    assert_null(strstr(r.out, "above 0.600"));
    assert_non_null(strstr(r.out, "gate: 9.0 dB above the background, 70.0 dB below full scale at most"));
    assert_non_null(strstr(OK("listen", "@out/kept/int8.graph", "@in/rise.wav").out, "the gate was open for "));
    assert_null(strstr(OK("listen", "@out/kept/int8.graph", "@in/rise.wav", "--gate", "0").out, "the gate"));
}

static void wrong_posteriors_are_named(void **state)
{
    static const struct {
        const char *text, *part;
    } wrong[] =
        {
            {"{kind: mean}", "mean"},
            {"{over: 0}", "posterior: over is \"0\": it must be a whole number from 1 to 4096"},
            {"{threshold: 1.5}", "posterior: threshold is \"1.5\": it must be a number from 0 to 1"},
            {"{suppress: soon}", "suppress is \"soon\""},
            {"{kind: average, over: 3, minimum: 4}", "minimum is 4 inferences of 3"},
            {"{kind: sum, minimum: 4}", "minimum belongs to the kind average"},
            {"{wide: 3}", "wide"},
        },
      gates[] = {
          {"{above: 0}", "gate: above is \"0\": it must be a number of decibels above 0, to 24"},
          {"{least: 200}", "gate: least is \"200\": it must be a number of decibels above 0, to 90"},
          {"{before: soon}", "gate: before is \"soon\": it must be a whole number from 0 to 60000"},
      };
    struct result r;

    (void)state;
    if (!put_clips())
        skip();
    for (size_t i = 0; i < COUNT(wrong); i++) {
        put_text("in/wrong.yaml", pool_printf(&pool, "%sposterior: %s\n", RECIPE(MICRO, ""), wrong[i].text));
        r = RUN("train", "@in/wrong.yaml", "-o", "@out/wrong");
        assert_true(r.status == 1 || r.status == 2);
        want_failure(&r, r.status, wrong[i].part);
    }
    for (size_t i = 0; i < COUNT(gates); i++) {
        put_text("in/wrong.yaml", pool_printf(&pool, "%sgate: %s\n", RECIPE(MICRO, ""), gates[i].text));
        r = RUN("train", "@in/wrong.yaml", "-o", "@out/wrong");
        assert_true(r.status == 1 || r.status == 2);
        want_failure(&r, r.status, gates[i].part);
    }
    put_text("in/table.csv", "a,b\n1,x\n2,y\n3,x\n4,y\n5,x\n6,y\n7,x\n8,y\n9,x\n10,y\n");
    put_text("in/table.yaml", "data: {path: table.csv}\nnetwork:\n  - fully_connected: {}\n  - softmax: {}\n"
                              "training: {epochs: 1}\nposterior: {kind: sum}\n");
    r = RUN("train", "@in/table.yaml", "-o", "@out/table");
    want_status(&r, 1);
    assert_non_null(strstr(r.err, "posterior: is for classes of sounds"));
}

/* What is drawn is drawn again: the same bytes; without augmentation others. */
static void augmentation_repeats(void **state)
{
    static const char *const recipes[] = {RECIPE(MICRO, AUGMENT), RECIPE(MICRO, AUGMENT), RECIPE(MICRO, ""),
                                          RECIPE(MICRO, LED)};
    const char *texts[4];

    (void)state;
    if (!put_clips())
        skip();
    for (int i = 0; i < 4; i++) {
        const char *recipe = pool_printf(&pool, "in/r%d.yaml", i), *out = pool_printf(&pool, "@out/r%d", i);
        struct result r;

        put_text(recipe, recipes[i]);
        r = RUN("train", pool_printf(&pool, "@%s", recipe), "-o", out, "--threads", "1", "--epochs", "1");
        want_status(&r, 0);
        texts[i] = strstr(OK("inspect", pool_printf(&pool, "%s/model.graph", out), "--text").out, "graph \"main\"");
    }
    assert_string_equal(texts[0], texts[1]);
    assert_string_not_equal(texts[0], texts[2]);
    assert_string_not_equal(texts[0], texts[3]); /* the ear knows the background */
}

/* A table says which files, words and splits. */
static void a_table_names_the_clips(void **state)
{
    struct result r;

    (void)state;
    if (!put_clips())
        skip();
    put_text("in/clips/table.tsv", "file\tlabel\tspeaker\tsplit\nrise/s0_nohash_1.wav\tup\ts0\ttrain\n"
                                   "fall/s1_nohash_0.wav\tdown\ts1\ttrain\nrise/s2_nohash_0.wav\tup\ts2\tval\n"
                                   "fall/s3_nohash_0.wav\tdown\ts3\ttest\n");
    put_text("in/table.yaml", "input: " MICRO "\ndata: {path: clips, index: table.tsv}\n");
    r = OK("data", "@in/table.yaml");
    assert_non_null(strstr(r.out, "4 samples of 49x40x1 s16, 2 classes"));
    put_text("in/clips/bad.tsv", "file\tlabel\tsplit\nrise/s0_nohash_1.wav\tup\tsome\n");
    put_text("in/bad_split.yaml", "input: " MICRO "\ndata: {path: clips, index: bad.tsv}\n");
    put_text("in/clips/columns.tsv", "name\tlabel\na\tb\n");
    put_text("in/bad_columns.yaml", "input: " MICRO "\ndata: {path: clips, index: columns.tsv}\n");
    static const struct bad bad[] = {
        {1, "the split is \"some\"; train, validation or test is wanted", {"data", "@in/bad_split.yaml"}},
        {1, "has no columns \"file\" and \"label\"", {"data", "@in/bad_columns.yaml"}},
    };
    want_bad(bad, COUNT(bad));
}

/* Long sounds: the loudest clip, all of them, or those that a table names in seconds; of one sound all are in one
 * split. And mote new writes a recipe for them. */
static void long_sounds_are_cut(void **state)
{
    static int16_t samples[5 * SECOND];
    static const char *const specs[][2] = {
        {"", "4 samples"},
        {", step: 1000", "20 samples"},
        {", step: 500", "36 samples"},
        {", index: t.csv", "4 samples"},
        {", index: t.csv, step: 1000", "7 samples"},
    };
    static const struct bad bad[] = {
        {1, "a/0.wav: has 5.000 s, and line 2 of the labels names 4 s to 6 s of it", {"data", "@in/l0.yaml"}},
        {1, "line 2: from \"2\" to \"1\" s: two numbers are wanted, the second one larger", {"data", "@in/l1.yaml"}},
        {1, "has a column start_s, but none end_s", {"data", "@in/l2.yaml"}},
    };
    static const char *const tables[] = {"file,label,start_s,end_s\na/0.wav,x,4,6\n",
                                         "file,label,start_s,end_s\na/0.wav,x,2,1\n",
                                         "file,label,start_s\na/0.wav,x,2\n"};
    json_t *root;
    struct result r;

    (void)state;
    if (no_sound())
        skip();
    mkdir(here("in/long"), 0777);
    mkdir(here("in/long/a"), 0777);
    mkdir(here("in/long/b"), 0777);
    for (int k = 0; k < 4; k++) {
        for (int i = 0; i < 5 * SECOND; i++)
            samples[i] = (int16_t)(3000 * sin(i * (k % 2 ? 0.2 : 0.5)) + (i * 4051) % (100 + k));
        put_sound(pool_printf(&pool, "in/long/%s/%d.wav", k % 2 ? "b" : "a", k), SECOND, 1, samples, 5 * SECOND);
    }
    put_text("in/long/t.csv", "file,label,start_s,end_s\na/0.wav,calm,0,2.5\na/0.wav,wild,2.5,4\nb/1.wav,calm,0.25,1\n"
                              "b/3.wav,wild,1,4.2\n");
    for (size_t i = 0; i < COUNT(specs); i++) {
        put_text("in/l.yaml", pool_printf(&pool, "input: " MICRO "\ndata: {path: long%s}\n", specs[i][0]));
        r = OK("data", "@in/l.yaml");
        assert_non_null(strstr(r.out, specs[i][1]));
    }
    put_text("in/l.yaml", "input: " MICRO "\ndata: {path: long, step: 1000, test: 0.5, split: random}\n");
    r = OK("data", "@in/l.yaml", "--json");
    root = json_of(&r);
    assert_int_equal(integer(json_object_get(root, "splits"), "test") % 5, 0); /* sounds as a whole */
    json_decref(root);
    for (size_t i = 0; i < COUNT(tables); i++) {
        put_text(pool_printf(&pool, "in/long/bad%zu.csv", i), tables[i]);
        put_text(pool_printf(&pool, "in/l%zu.yaml", i),
                 pool_printf(&pool, "input: " MICRO "\ndata: {path: long, index: bad%zu.csv}\n", i));
    }
    want_bad(bad, COUNT(bad));
    r = OK("new", "@in/long", "-o", "@out/long");
    assert_non_null(strstr(r.out, "cut into clips of 1000 ms"));
    assert_non_null(strstr(text_of(here("out/long/recipe.yaml")), "  step: 1000 # ms"));
}

/* From a folder of sounds to a network, with no edited line. */
static void sounds_become_a_recipe(void **state)
{
    struct result r;
    const char *recipe;

    (void)state;
    if (!put_clips())
        skip();
    r = OK("new", "@in/clips", "-o", "@out/words");
    assert_non_null(strstr(r.out, "72 samples of 99x40x1 s16, 3 classes"));
    assert_non_null(strstr(r.out, "clips of 2000 ms"));
    OK("new", "@in/clips", "-o", "@out/short", "--window", "1000", "--epochs", "2");
    recipe = text_of(here("out/short/recipe.yaml"));
    assert_non_null(strstr(recipe, "input: {audio: micro, clip: 1000}"));
    assert_non_null(strstr(recipe, "background: _background_noise_"));
    if (have_board())
        assert_non_null(strstr(RUN("train", "@out/short/recipe.yaml", "--threads", "1").out, "on the emulated board"));
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *input, *data, *part;
    } wrong[] = {
        {"{audio: loud}", "", "there is no preset loud"},
        {"{audio: micro, clip: 20}", "", "a clip of 20 ms is shorter than a window of 30 ms"},
        {"{audio: micro, window: -3}", "", "input: window is -3"},
        {MICRO, ", augment: {shift: 1000}", "augment: shift is 1000"},
        {MICRO, ", augment: {flip: horizontal}", "flip and noise are for other data"},
        {MICRO, ", augment: {snr: [20, 0]}", "snr is [20, 0]"},
        {MICRO, ", augment: {background: nowhere}", "nowhere"},
        {MICRO, ", augment: {lead: -1}", "augment: lead is -1"},
        {MICRO, ", augment: {lead: 5000, background: _background_noise_}", "a clip has 16000, its lead 80000"},
        {MICRO, ", augment: {mask_frames: 50}", "mask_frames and mask_channels are 0 to 49 and 40"},
        {MICRO, ", size: [3, 4]", "the key \"size\" is for images"},
    };

    (void)state;
    if (!put_clips())
        skip();
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct result r;

        put_text("in/wrong.yaml",
                 pool_printf(&pool, "input: %s\ndata: {path: clips%s}\n", wrong[i].input, wrong[i].data));
        r = RUN("data", "@in/wrong.yaml");
        assert_true(r.status == 1 || r.status == 2);
        want_failure(&r, r.status, wrong[i].part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clips_are_samples),          TEST(a_network_learns_to_hear),
        TEST(augmentation_repeats),       TEST(a_posterior_stays_with_the_model),
        TEST(wrong_posteriors_are_named), TEST(a_table_names_the_clips),
        TEST(what_is_wrong_is_named),     TEST(long_sounds_are_cut),
        TEST(sounds_become_a_recipe),     TEST(shipped_recipes_hear),
    };

    return cmocka_run_group_tests(tests, setup_narrow, teardown_all);
}
