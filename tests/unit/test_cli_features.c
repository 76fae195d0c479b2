/* SPDX-License-Identifier: Apache-2.0 */
/* mote features from outside: sounds in, features, pictures and graphs out, and what is wrong with sounds. */
#define _XOPEN_SOURCE 700
#include "tests/unit/command.h"

static void put_number(uint8_t **to, uint32_t x, int bytes)
{
    for (; bytes > 0; bytes--, x >>= 8)
        *(*to)++ = (uint8_t)x;
}

/* A WAV of 16 bits: in its first channel a tone that grows, in others noise. */
static void put_wav(const char *name, uint32_t rate, uint32_t channels, uint32_t n)
{
    uint32_t bytes = n * channels * 2;
    uint8_t *file = pool_alloc(&pool, 44 + bytes), *to = file;

    memcpy(to, "RIFF", 4), to += 4;
    put_number(&to, 36 + bytes, 4);
    memcpy(to, "WAVEfmt ", 8), to += 8;
    put_number(&to, 16, 4);
    put_number(&to, 1, 2);
    put_number(&to, channels, 2);
    put_number(&to, rate, 4);
    put_number(&to, rate * channels * 2, 4);
    put_number(&to, channels * 2, 2);
    put_number(&to, 16, 2);
    memcpy(to, "data", 4), to += 4;
    put_number(&to, bytes, 4);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t c = 0; c < channels; c++)
            put_number(&to, c == 0 ? (uint32_t)(int32_t)(i * (i / 4 % 2 ? 3.0 : -3.0)) : i * 40503, 2);
    put_bytes(name, file, 44 + bytes);
}

/* A build without libsndfile says so. */
static bool no_sound(void)
{
    put_wav("in/one.wav", 16000, 1, 1600);
    return strstr(RUN("features", "--preset", "micro", "@in/one.wav").err, "this build reads no sound") != NULL;
}

static void sounds_become_features(void **state)
{
    struct result json;
    struct bytes mono, stereo;
    json_t *root;

    (void)state;
    if (no_sound())
        skip();
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

static void wrong_sounds_are_refused(void **state)
{
    static const struct bad bad[] = {
        {1,
         "has 8000 samples a second, the preset micro wants 16000",
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
        {2, "--preset is missing: micro", {"features", "@in/one.wav"}},
        {2, "nothing to do", {"features", "--preset", "micro"}},
        {2, "--before wants --graph", {"features", "--preset", "micro", "@in/one.wav", "--before", "@in/two.graph"}},
    };

    (void)state;
    if (no_sound())
        skip();
    put_wav("in/slow.wav", 8000, 1, 1600);
    put_wav("in/short.wav", 16000, 1, 479);
    put_text("in/text.wav", "no sound");
    want_bad(bad, COUNT(bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sounds_become_features), TEST(a_preset_is_a_graph),      TEST(a_board_hears_the_same),
        TEST(a_board_hears_a_stream), TEST(wrong_sounds_are_refused),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
