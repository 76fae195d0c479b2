/* SPDX-License-Identifier: Apache-2.0 */
/* All commands take models of all formats: small ones, which the importers' tests assemble (tests/fuzz/corpus). */
#include "tests/unit/command.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define CORPUS MOTE_SOURCE_DIR "/tests/fuzz/corpus/"

/* A model whose input is four floats, and three samples of two classes for it. */
static void every_command(const char *model, const char *name)
{
    static const float samples[3][4] = {{1, 2, 3, 4}, {4, 3, 2, 1}, {0, 1, 0, 1}};
    const char *c = pool_printf(&pool, "@out/%s", name);
    struct bytes host, image;
    struct result r;
    json_t *json;

    put_bytes("in/four.bin", samples[0], sizeof samples[0]);
    put_npy("in/four.npy", "<f4", "(3, 4)", samples, sizeof samples);
    OK("inspect", model);
    r = OK("inspect", model, "--json");
    json = json_of(&r);
    assert_true(json_array_size(json_object_get(json, "operators")) > 0);
    json_decref(json);
    OK("run", model, "--input", "@in/four.bin", "--output", "@out/host.bin");
    OK("compile", model, "-o", "@out/m.mote", "--target", "cortex-m4f");
    OK("run", "@out/m.mote", "--input", "@in/four.bin", "--output", "@out/image.bin");
    host = slurp(here("out/host.bin")), image = slurp(here("out/image.bin"));
    assert_int_equal(image.size, host.size);
    assert_memory_equal(image.data, host.data, host.size);
    OK("compile", model, "-o", c, "--emit", "c");
    OK("compile", model, "-o", "@out/m.graph", "--emit", "graph");
    OK("inspect", "@out/m.graph");
    OK("quantize", model, "--data", "@in/four.npy", "-o", "@out/int8.graph");
    if (!have_board())
        return;
    OK("profile", model, "--target", "mps2-an386");
    OK("emulate", model, "--target", "mps2-an386", "--via", "c", "--input", "@in/four.bin", "--output", "@out/c.bin");
    image = slurp(here("out/c.bin"));
    assert_int_equal(image.size, host.size);
    assert_memory_equal(image.data, host.data, host.size);
}

static void frozen_tensorflow_graphs(void **state)
{
    (void)state;
    every_command(CORPUS "fuzz_graphdef/0.pb", "small");
}

static void darknet_networks(void **state)
{
    static const char cfg[] = "[net]\nchannels=1\nheight=2\nwidth=2\n[convolutional]\nfilters=2\nsize=3\npad=1\n"
                              "activation=leaky\n[maxpool]\nsize=2\nstride=2\n[connected]\noutput=2\n"
                              "activation=linear\n[softmax]\n";
    static const struct bad bad[] = {
        {1, "in/alone.weights: No such file", {"inspect", "@in/alone.cfg"}},
        {1, "weights of Darknet; the model is the .cfg beside them", {"inspect", "@in/net.weights"}},
        {2,
         "--from and --to cut a frozen TensorFlow graph; this is a Darknet .cfg",
         {"run", "@in/net.cfg", "--to", "x"}},
    };
    struct {
        int32_t version[3], seen[2];
        float numbers[2 + 18 + 2 + 4];
    } weights = {.version = {0, 2, 0}};

    (void)state;
    for (int i = 0; i < 26; i++)
        weights.numbers[i] = (float)(i % 7 - 3) / 4;
    put_text("in/net.cfg", cfg);
    put_text("in/alone.cfg", cfg);
    put_bytes("in/net.weights", &weights, sizeof weights);
    want_bad(bad, COUNT(bad));
    every_command("@in/net.cfg", "net");
}

/* Other files are told what they are. */
static void what_is_no_model(void **state)
{
    static const struct bad bad[] = {
        {1, "in/page.onnx: a web page", {"inspect", "@in/page.onnx"}},
        {1, "in/saved_model.pb: a saved model: its graph, but no weights", {"inspect", "@in/saved_model.pb"}},
    };

    (void)state;
    put_text("in/page.onnx", "<!DOCTYPE html>\n<html></html>\n");
    put_bytes("in/saved_model.pb", "\x08\x01\x12\x90\x03\x0a\x42\x12\x07", 9);
    want_bad(bad, COUNT(bad));
}

static void cuts_of_tensorflow_graphs(void **state)
{
    const char *audio = CORPUS "fuzz_graphdef/1.pb";
    static const struct bad bad[] = {
        {2, "--to: no node is called 'z'", {"inspect", CORPUS "fuzz_graphdef/0.pb", "--to", "z"}},
        {2, "--from and --to cut a frozen TensorFlow graph; this is a graph file", {"inspect", GRAPH, "--to", "x"}},
        {2, "an image keeps its shapes; --from or --to wants the file", {"run", "@in/strokes.mote", "--from", "x"}},
        {2, "--to is for models", {"compress", "@in/none.yaml", "--to", "x"}},
    };
    struct result r;

    (void)state;
    want_bad(bad, COUNT(bad));
    r = RUN("compile", audio, "-o", "@out/audio.mote");
    want_status(&r, 0);
    assert_non_null(strstr(r.err, "its input is what 'mfcc' makes, 1x2x3"));
    r = OK("inspect", CORPUS "fuzz_graphdef/0.pb", "--from", "conv", "--to", "sum");
    assert_non_null(strstr(r.out, "1 operators"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(frozen_tensorflow_graphs),
        TEST(cuts_of_tensorflow_graphs),
        TEST(darknet_networks),
        TEST(what_is_no_model),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
