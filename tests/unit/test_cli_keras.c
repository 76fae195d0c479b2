/* SPDX-License-Identifier: Apache-2.0 */
/* The program on Keras files, which test_keras has written: every command takes them. */
#define _XOPEN_SOURCE 700
#include "tests/unit/command.h"

#define MADE MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_keras/"
#define H5   MADE "model_in_a_model.h5"       /* [1,2] -> [1,2] */
#define ZIP  MADE "groups_dependencies.keras" /* [1,3,2] -> [1,1] */

/* The file itself, its image and its graph give the same bytes. */
static void want_same_outputs(const char *model, size_t inputs)
{
    static const float x[6] = {0.5f, -1.25f, 2, 0.125f, -0.75f, 1};

    put_bytes("in/x.bin", x, inputs * sizeof *x);
    OK("run", model, "--input", "@in/x.bin", "--output", "@out/file.bin");
    OK("compile", model, "-o", "@out/m.mote");
    OK("run", "@out/m.mote", "--input", "@in/x.bin", "--output", "@out/image.bin");
    OK("compile", model, "--emit", "graph", "-o", "@out/m.graph");
    OK("run", "@out/m.graph", "--input", "@in/x.bin", "--output", "@out/graph.bin");
    for (size_t i = 0; i < 2; i++) {
        struct bytes want = slurp(here("out/file.bin")), is = slurp(here(i == 0 ? "out/image.bin" : "out/graph.bin"));

        assert_true(want.size > 0);
        assert_int_equal(is.size, want.size);
        assert_memory_equal(is.data, want.data, want.size);
    }
}

static void all_commands_take_them(void **state)
{
    struct text csv = {.pool = &pool};

    (void)state;
    want_same_outputs(H5, 2);
    want_same_outputs(ZIP, 6);
    assert_non_null(strstr(OK("inspect", H5).out, "last"));
    OK("inspect", ZIP, "--json");
    OK("compile", H5, "--emit", "c", "-o", "@out/c");
    text_add(&csv, "a,b,label\n");
    for (int i = 0; i < 40; i++)
        text_add(&csv, "%d.5,%d.25,%s\n", i % 5 - 2, i % 7 - 3, i % 2 ? "odd" : "even");
    put_text("in/table.csv", csv.s);
    OK("quantize", H5, "--data", "@in/table.csv", "-o", "@out/q.graph");
    OK("eval", "@out/q.graph", "--data", "@in/table.csv", "--json");
    OK("eval", H5, "--data", "@in/table.csv", "--json");
}

static void what_is_no_model_is_named(void **state)
{
    static const struct bad bad[] = {
        {1, "a pointer of Git LFS", {"inspect", "@in/pointer.h5"}},
        {1, "a pickle of Python", {"inspect", "@in/model.pt"}},
        {1, "a pickle of Python", {"inspect", "@in/model.pkl"}},
        {1, "a folder, where a model is wanted", {"inspect", "@out"}},
        {1, "a saved model of TensorFlow, a folder; convert it", {"inspect", "@in"}},
        {1, "cut.h5: ", {"compile", "@in/cut.h5", "-o", "@out/x.mote"}},
        {1, "dimension 1 is 7, but it is fixed", {"inspect", H5, "--shape", "a=1,7"}},
        {2, "no input is called 'b'", {"inspect", H5, "--shape", "b=1,2"}},
    };
    struct bytes h5 = slurp(H5);

    (void)state;
    put_text("in/pointer.h5", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n");
    put_bytes("in/model.pt", "\x80\x02}q\x01.", 6);
    put_bytes("in/model.pkl", "\x80\x05}q\x01.", 6);
    put_text("in/saved_model.pb", "");
    put_bytes("in/cut.h5", h5.data, h5.size / 2);
    want_bad(bad, COUNT(bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_commands_take_them),
        TEST(what_is_no_model_is_named),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
