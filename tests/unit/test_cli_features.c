/* SPDX-License-Identifier: Apache-2.0 */
/* mote features from outside: sounds in, features, pictures and graphs out, and what is wrong with sounds. */
#define _XOPEN_SOURCE 700
#include "tests/unit/sounds.h"

/* In its first channel a tone that grows, in others noise. */
static void put_wav(const char *name, uint32_t rate, uint32_t channels, uint32_t n)
{
    int16_t *samples = pool_array(&pool, (size_t)n * channels, sizeof *samples);

    for (uint32_t i = 0; i < n; i++)
        for (uint32_t c = 0; c < channels; c++)
            samples[i * channels + c] =
                (int16_t)(c == 0 ? (uint32_t)(int32_t)(i * (i / 4 % 2 ? 3.0 : -3.0)) : i * 40503);
    put_sound(name, rate, channels, samples, n);
}

static void sounds_become_features(void **state)
{
    struct result json;
    struct bytes mono, stereo;
    json_t *root;

    (void)state;
    if (no_sound())
        skip();
    put_wav("in/one.wav", 16000, 1, 1600);
    put_wav("in/two.wav", 16000, 2, 1600);
    json = OK("features", "--preset", "micro", "@in/one.wav", "-o", "@out/one.bin", "--json");
    root = json_of(&json);
    assert_int_equal(integer(root, "frames"), 4);
    assert_int_equal(integer(root, "channels"), 40);
    assert_int_equal(integer(root, "step"), 320);
    json_decref(root);
    assert_non_null(strstr(OK("features", "--preset", "micro", "@in/two.wav", "-o", "@out/two.bin").out,
                           "the first of 2 channels"));
    mono = slurp(here("out/one.bin"));
    stereo = slurp(here("out/two.bin"));
    assert_int_equal(mono.size, 4 * 40 * 2);
    assert_int_equal(stereo.size, mono.size);
    assert_memory_equal(mono.data, stereo.data, mono.size);
    OK("features", "--preset", "micro", "--step", "10", "@in/one.wav", "-o", "@out/f.npy", "--picture", "@out/f.png");
    assert_non_null(strstr((const char *)slurp(here("out/f.npy")).data + 10, "'descr': '<u2'"));
    assert_non_null(strstr((const char *)slurp(here("out/f.npy")).data + 10, "(8, 40, )"));
    assert_memory_equal(slurp(here("out/f.png")).data, "\x89PNG", 4);
}

/* A second that rises from 300 to 3000 Hz, as loud at any rate. */
static void put_tone(const char *name, uint32_t rate)
{
    int16_t *samples = pool_array(&pool, rate, sizeof *samples);

    for (uint32_t i = 0; i < rate; i++) {
        double t = (double)i / rate;

        samples[i] = (int16_t)(8000 * sin(6.283185307179586 * (300 * t + 1350 * t * t)));
    }
    put_sound(name, rate, 1, samples, rate);
}

static int feature(struct bytes features, int frame, int channel)
{
    const uint8_t *p = features.data + (size_t)(frame * 40 + channel) * 2;

    return p[0] | p[1] << 8;
}

static int loudest(struct bytes features, int frame)
{
    int best = 0;

    for (int c = 1; c < 40; c++)
        if (feature(features, frame, c) > feature(features, frame, best))
            best = c;
    return best;
}

/* At any rate a tone has its channel, and about its feature. */
static void rates_are_converted(void **state)
{
    static const uint32_t rates[] = {8000, 44100, 48000};
    struct bytes want;

    (void)state;
    if (no_sound())
        skip();
    put_tone("in/tone.wav", 16000);
    OK("features", "--preset", "micro", "@in/tone.wav", "-o", "@out/tone.bin");
    want = slurp(here("out/tone.bin"));
    for (size_t i = 0; i < COUNT(rates); i++) {
        struct result r;
        struct bytes got;

        put_tone("in/other.wav", rates[i]);
        r = RUN("features", "--preset", "micro", "@in/other.wav", "-o", "@out/other.bin");
        if (strstr(r.err, "this build converts none") != NULL)
            skip();
        want_status(&r, 0);
        assert_non_null(strstr(r.out, pool_printf(&pool, "16000 samples a second, converted from %u", rates[i])));
        got = slurp(here("out/other.bin"));
        assert_int_equal(got.size, want.size);
        for (int frame = 10; frame < 40; frame++) { /* the edges are filtered */
            int x = loudest(want, frame), y = loudest(got, frame);

            assert_int_equal(x, y);
            assert_true(abs(feature(want, frame, x) - feature(got, frame, x)) <= 4);
        }
    }
}

static void floats_become_features(void **state)
{
    static const struct preset {
        const char *name, *shape;
        size_t bytes;
    } presets[] = {{"mfcc", "(49, 10, )", 49 * 10 * 4},
                   {"lfbe", "(30, 40, )", 30 * 40 * 4},
                   {"logmel", "(30, 128, )", 30 * 128 * 4}};

    (void)state;
    if (no_sound())
        skip();
    put_wav("in/second.wav", 16000, 1, 16000);
    for (size_t i = 0; i < 3; i++) {
        struct bytes npy, raw;

        OK("features", "--preset", presets[i].name, "@in/second.wav", "-o", "@out/f.npy", "--picture", "@out/f.png");
        OK("features", "--preset", presets[i].name, "@in/second.wav", "-o", "@out/f.bin");
        npy = slurp(here("out/f.npy"));
        raw = slurp(here("out/f.bin"));
        assert_non_null(strstr((const char *)npy.data + 10, "'descr': '<f4'"));
        assert_non_null(strstr((const char *)npy.data + 10, presets[i].shape));
        assert_int_equal(raw.size, presets[i].bytes);
        assert_memory_equal(npy.data + npy.size - raw.size, raw.data, raw.size);
    }
    OK("features", "--preset", "mfcc", "--absolute", "@in/second.wav", "-o", "@out/a.bin");
    OK("features", "--preset", "mfcc", "@in/second.wav", "-o", "@out/f.bin");
    assert_memory_not_equal(slurp(here("out/a.bin")).data, slurp(here("out/f.bin")).data, 49 * 10 * 4);
}

/* What the network of a model hears: int8 of the preset's features, frame by frame. */
static void a_model_hears(void **state)
{
    struct bytes inside, outside;

    (void)state;
    if (no_sound())
        skip();
    put_wav("in/second.wav", 16000, 1, 16000);
    put_text("in/ten.graph", "mote-graph 1\nmodel m version 0\ngraph \"main\"\n"
                             "tensor 0 \"x\" f32 [1,400] source 0\ntensor 1 \"y\" f32 [1,400] source 1\n"
                             "op 0 relu in [0] out [1] source 0\ninputs [0]\noutputs [1]\nend\n");
    for (int i = 0; i < 2; i++) {
        const char *preset = i == 0 ? "micro" : "lfbe";

        OK("features", "--preset", preset, "--before", "@in/ten.graph", "--graph", "@out/ears.graph");
        OK("features", "@out/ears.graph", "@in/second.wav", "-o", "@out/inside.bin");
        OK("features", "--preset", preset, "@in/second.wav", "-o", "@out/outside.bin");
        inside = slurp(here("out/inside.bin"));
        outside = slurp(here("out/outside.bin"));
        if (i == 1) {
            assert_int_equal(inside.size, outside.size);
            assert_memory_equal(inside.data, outside.data, outside.size);
            continue;
        }
        assert_int_equal(inside.size, 2 * outside.size);
        for (size_t k = 0; k < outside.size / 2; k++) {
            uint16_t log;
            float x;

            memcpy(&log, outside.data + 2 * k, sizeof log);
            memcpy(&x, inside.data + 4 * k, sizeof x);
            assert_true(x == (float)log * (10.0F / 256));
        }
    }
}

static void a_preset_is_a_graph(void **state)
{
    struct result inspected;

    (void)state;
    OK("features", "--preset", "micro", "--graph", "@out/micro.graph");
    inspected = OK("inspect", "@out/micro.graph");
    assert_non_null(strstr(inspected.out, "filter_bank_spectral_subtraction"));
}

/* Frames of a growing tone, as image and as C. */
static void a_board_hears_the_same(void **state)
{
    int16_t frames[3 * 480];
    struct bytes want;

    (void)state;
    if (!have_board())
        skip();
    for (int i = 0; i < 3 * 480; i++)
        frames[i] = (int16_t)(i * (i / 4 % 2 ? 20 : -20));
    put_bytes("in/frames.bin", frames, sizeof frames);
    OK("features", "--preset", "micro", "--graph", "@out/micro.graph");
    OK("run", "@out/micro.graph", "--input", "@in/frames.bin", "--output", "@out/want.bin");
    want = slurp(here("out/want.bin"));
    assert_int_equal(want.size, 3 * 40 * 2);
    for (int via = 0; via < 2; via++) {
        OK("emulate", "@out/micro.graph", "--input", "@in/frames.bin", "--target", "mps2-an386", "--via",
           via == 0 ? "image" : "c", "--output", "@out/got.bin");
        assert_memory_equal(slurp(here("out/got.bin")).data, want.data, want.size);
    }
}

/* A model with its ears: as a clip and as a stream, here and on a board. */
static void a_board_hears_a_stream(void **state)
{
    static const char *const ways[] = {"image", "c"};
    int16_t clip[960] = {0};
    struct bytes want;

    (void)state;
    put_text("in/two.graph", "mote-graph 1\nmodel m version 0\ngraph \"main\"\n"
                             "tensor 0 \"x\" s8 [1,80] quant [0.1; -128] source 0\n"
                             "tensor 1 \"y\" s8 [1,80] quant [0.1; -128] source 1\n"
                             "op 0 relu in [0] out [1] source 0\ninputs [0]\noutputs [1]\nend\n");
    OK("features", "--preset", "micro", "--before", "@in/two.graph", "--graph", "@out/ears.graph");
    for (int i = 160; i < 960; i++)
        clip[i] = (int16_t)(i * (i / 5 % 2 ? 30 : -30));
    put_bytes("in/clip.bin", clip, sizeof clip);
    OK("run", "@out/ears.graph", "--input", "@in/clip.bin", "--output", "@out/want.bin");
    want = slurp(here("out/want.bin"));
    assert_int_equal(want.size, 80);
    assert_memory_not_equal(want.data, want.data + 40, 40);
    OK("compile", "@out/ears.graph", "--stream", "-o", "@out/ears.mote");
    OK("run", "@out/ears.mote", "--input", "@in/clip.bin", "--output", "@out/got.bin");
    assert_memory_equal(slurp(here("out/got.bin")).data, want.data, want.size);
    if (!have_board())
        return;
    for (size_t i = 0; i < 2; i++) {
        OK("emulate", "@out/ears.graph", "--input", "@in/clip.bin", "--target", "mps2-an386", "--via", ways[i],
           "--output", "@out/got.bin");
        assert_memory_equal(slurp(here("out/got.bin")).data, want.data, want.size);
    }
    OK("emulate", "@out/ears.mote", "--input", "@in/clip.bin", "--target", "mps2-an386", "--output", "@out/got.bin");
    assert_memory_equal(slurp(here("out/got.bin")).data, want.data, want.size);
}

/* Looks like a graph with a front end inside, but "features" is a part of the frames, of this size. */
static void put_framed(const char *name, int samples, const char *frames, const char *size)
{
    put_text(name, pool_printf(&pool,
                               "mote-graph 1\nmodel m version 0\ngraph \"main\"\n"
                               "tensor 0 \"x\" s16 [1,%d] source 0\ntensor 1 \"f\" s16 [%s] source 1\n"
                               "tensor 2 \"features\" s16 [%s] source 2\n"
                               "tensor 3 \"begin\" s32 [3] source 3 data [0, 0, 0]\n"
                               "tensor 4 \"size\" s32 [3] source 4 data [%s]\n"
                               "op 0 frame in [0] out [1] source 0 size 480 step 320\n"
                               "op 1 slice in [1, 3, 4] out [2] source 1\ninputs [0]\noutputs [2]\nend\n",
                               samples, frames, size, size));
}

static void wrong_sounds_are_refused(void **state)
{
    static const struct bad bad[] = {
        {1,
         "has 500 samples a second; 1000 to 400000 are converted",
         {"features", "--preset", "micro", "@in/slow.wav"}},
        {1, "has 479 samples, fewer than a window, 480", {"features", "--preset", "micro", "@in/short.wav"}},
        {1, "is no sound that libsndfile reads", {"features", "--preset", "micro", "@in/text.wav"}},
        {1, "cannot read", {"features", "--preset", "micro", "@in/nowhere.wav"}},
        {2, "would overwrite the input", {"features", "--preset", "micro", "@in/one.wav", "-o", "@in/one.wav"}},
        {2, "there is no preset loud", {"features", "--preset", "loud", "@in/one.wav"}},
        {1,
         "a step of 480 samples leaves some out between windows of 320",
         {"features", "--preset", "micro", "@in/one.wav", "--window", "20", "--step", "30"}},
        {1,
         "a window has 16000 samples: 8192 are the most",
         {"features", "--preset", "micro", "@in/one.wav", "--window", "1000"}},
        {2, "--preset is missing: micro, mfcc", {"features", "@in/one.wav"}},
        {2, "nothing to do", {"features", "--preset", "micro"}},
        {2, "it has no front end inside", {"features", "@in/two.graph", "@in/one.wav"}},
        {1,
         "3200 bytes of samples and 14 of \"features\" are not those of 4 frames of 7 features",
         {"features", "@in/few.graph", "@in/one.wav"}},
        {1, "3600 bytes of samples and 4800 of", {"features", "@in/left.graph", "@in/one.wav"}},
        {2, "--step is a preset's", {"features", "@in/two.graph", "@in/one.wav", "--step", "10"}},
        {2, "--before wants --graph", {"features", "--preset", "micro", "@in/one.wav", "--before", "@in/two.graph"}},
    };

    (void)state;
    if (no_sound())
        skip();
    put_wav("in/one.wav", 16000, 1, 1600);
    put_wav("in/slow.wav", 500, 1, 1600);
    put_framed("in/few.graph", 1600, "1,4,480", "1,1,7");
    put_framed("in/left.graph", 1800, "1,5,480", "1,5,480");
    put_wav("in/short.wav", 16000, 1, 479);
    put_text("in/text.wav", "no sound");
    want_bad(bad, COUNT(bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sounds_become_features), TEST(floats_become_features),   TEST(a_model_hears),
        TEST(rates_are_converted),    TEST(a_preset_is_a_graph),      TEST(a_board_hears_the_same),
        TEST(a_board_hears_a_stream), TEST(wrong_sounds_are_refused),
    };

    return cmocka_run_group_tests(tests, setup_narrow, teardown_all);
}
