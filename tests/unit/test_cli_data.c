/* SPDX-License-Identifier: Apache-2.0 */
/* mote data from outside, and data sets and pictures as inputs. */
#define _XOPEN_SOURCE 700
#include "tests/unit/command.h"

#include <png.h>
#include <zlib.h>

/* A sample of the strokes as a picture. */
static void put_png(const char *name, const char *sample)
{
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 12, .height = 12, .format = PNG_FORMAT_GRAY};
    struct bytes raw = slurp(pool_printf(&pool, DATA "/%s", sample));
    uint8_t pixels[144];

    for (int i = 0; i < 144; i++)
        pixels[i] = raw.data[i] ^ 0x80;
    assert_true(png_image_write_to_file(&image, here(name), 0, pixels, 0, NULL));
}

static void put_pictures(void)
{
    static const char *const folders[] = {"in/set",
                                          "in/set/train",
                                          "in/set/test",
                                          "in/set/train/blank",
                                          "in/set/train/horizontal",
                                          "in/set/test/horizontal"};

    for (size_t i = 0; i < COUNT(folders); i++)
        mkdir(here(folders[i]), 0777);
    put_png("in/set/train/blank/a.png", "004_blank.bin");
    put_png("in/set/train/horizontal/a.png", "015_horizontal.bin");
    put_png("in/set/test/horizontal/b.png", "005_horizontal.bin");
    put_text("in/set.yaml", "data:\n  path: set\n  classes: [horizontal, vertical, rising, falling, blank]\n");
}

static void data_shows_what_is_in_it(void **state)
{
    struct result text, json;
    json_t *root, *splits;

    (void)state;
    put_pictures();
    text = OK("data", "@in/set.yaml", "--sheet", "@out/sheet.png");
    assert_non_null(strstr(text.out, "3 samples of 12x12x1 u8, 5 classes"));
    assert_non_null(strstr(text.out, "preprocessing: image gray of u8, real = (raw - 0) / 255"));
    assert_memory_equal(slurp(here("out/sheet.png")).data, "\x89PNG", 4);
    json = OK("data", "@in/set.yaml", "--json");
    root = json_of(&json);
    splits = json_object_get(root, "splits");
    assert_int_equal(integer(root, "samples"), 3);
    assert_true(integer(splits, "train") == 2 && integer(splits, "validation") == 0 && integer(splits, "test") == 1);
    assert_int_equal(json_array_size(json_object_get(root, "classes")), 5);
    assert_true(json_real_value(json_object_get(json_object_get(root, "range"), "max")) > 200);
    json_decref(root);
    assert_non_null(strstr(OK("data", DATA).out, "bytes of unknown type"));
}

/* A list beside pictures is nothing to tell of, as many files of another kind among them are. */
static void samples_of_two_kinds_are_told_of(void **state)
{
    (void)state;
    put_pictures();
    put_text("in/set/train/blank/a.csv", "1,2\n");
    assert_null(strstr(OK("data", "@in/set.yaml").out, "left out"));
    put_text("in/set/train/blank/b.wav", "RIFF");
    assert_non_null(strstr(OK("data", "@in/set.yaml").out,
                           "2 files are no pictures and are left out (train/blank/a.csv): a network"));
    unlink(here("in/set/train/blank/a.csv"));
    unlink(here("in/set/train/blank/b.wav"));
}

static void wrong_data_are_refused(void **state)
{
    static const struct bad bad[] = {
        {1, "set/train/blank/a.png: is a damaged PNG", {"data", "@in/broken"}},
        {1, "is a damaged PNG", {"eval", GRAPH, "--data", "@in/broken"}},
        {1, "these samples are none", {"data", DATA, "--sheet", "@out/sheet.png"}},
        {1, "cannot write", {"data", "@in/set", "--sheet", "@in/broken/set/train/blank/a.png/sheet.png"}},
        {1, "cannot read", {"data", "@in/nowhere"}},
        {1,
         "in/broken/set/train/blank/a.png: is a damaged PNG",
         {"run", GRAPH, "--input", "@in/broken/set/train/blank/a.png"}},
        {1,
         "its validation split is empty (train has 2 samples, validation 0, test 1)",
         {"eval", GRAPH, "--data", "@in/set", "--split", "validation"}},
        {1, "samples are 6x6x1, the model's input is 1x12x12x1", {"eval", GRAPH, "--data", "@in/small.yaml"}},
        {2,
         "--split wants test or validation or train or all, not \"every\"",
         {"eval", GRAPH, "--data", "@in/set", "--split", "every"}},
    };
    struct bytes png;

    (void)state;
    put_pictures();
    for (size_t i = 0; i < 5; i++)
        mkdir(here((const char *[]){"in/broken", "in/broken/set", "in/broken/set/train", "in/broken/set/train/blank",
                                    "in/broken/set/train/other"}[i]),
              0777);
    png = slurp(here("in/set/train/blank/a.png"));
    put_bytes("in/broken/set/train/blank/a.png", png.data, png.size - 30);
    put_text("in/small.yaml", "data: {path: set, size: [6, 6]}\n");
    want_bad(bad, COUNT(bad));
}

static void pictures_are_inputs(void **state)
{
    struct result r;

    (void)state;
    put_pictures();
    r = OK("run", GRAPH, "--input", "@in/set/test/horizontal/b.png");
    assert_string_equal(r.out, OK("run", GRAPH, "--input", DATA "/005_horizontal.bin").out);
    assert_non_null(strstr(r.out, "largest [0]"));
    assert_non_null(strstr(r.out, "\n  horizontal "));
    OK("eval", GRAPH, "--data", "@in/set.yaml", "--predictions", "@out/p.csv");
    assert_string_equal(text_of(here("out/p.csv")), "test/horizontal/b.png,0,0\n");
    OK("eval", GRAPH, "--data", "@in/set.yaml", "--split", "train", "--predictions", "@out/p.csv");
    assert_string_equal(text_of(here("out/p.csv")), "train/blank/a.png,4,4\ntrain/horizontal/a.png,0,0\n");
}

/* A classifier of raw lines of a table, which its preprocessing makes comparable: without it all are versicolor. */
static void put_flowers(void)
{
    static const double rows[3][4] = {{5.1, 3.5, 1.4, 0.2}, {6.4, 3.2, 4.5, 1.5}, {4.9, 3, 1.4, 0.2}};
    static const float flat[4] = {6.4f, 3.2f, 4.5f, 1.5f};

    put_text("in/flowers.graph", "mote-graph 1\nmodel flowers version 0\nclasses \"setosa\" \"versicolor\"\n"
                                 "preprocess values f32 mean [5.5, 3.1, 2.8, 0.8] std [0.6, 0.5, 1.5, 0.6]\n"
                                 "graph \"main\"\ntensor 0 \"x\" s8 [1,4] quant [0.03; 1]\n"
                                 "tensor 1 \"w\" s8 [2,4] quant [0.01; 0] data [-20, 30, -90, -80, 20, -30, 90, 80]\n"
                                 "tensor 2 \"y\" s8 [1,2] quant [0.05; 0]\n"
                                 "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n");
    put_text("in/flowers.csv", "length,width,petal,petal width,kind\n5.1,3.5,1.4,0.2,setosa\n"
                               "6.4,3.2,4.5,1.5,versicolor\n4.9,3.0,1.4,0.2,setosa\n");
    put_text("in/bare.csv", "5.1;3.5;1.4;0.2\n6.4;3.2;4.5;1.5\n4.9;3.0;1.4;0.2\n");
    put_text("in/one.tsv", "5.1\t3.5\t1.4\t0.2\t\n"); /* nobody knows yet what it is */
    put_text("in/flowers.yaml", "data: {path: turned.csv, label: kind}\n");
    put_text("in/turned.csv", "kind,a,b,c,d\nsetosa,5.1,3.5,1.4,0.2\nversicolor,6.4,3.2,4.5,1.5\n"
                              "setosa,4.9,3.0,1.4,0.2\n");
    put_npy("in/flowers.npy", "<f8", "(3, 4)", rows, sizeof rows);
    put_npy("in/row.npy", "<f4", "(4,)", flat, sizeof flat);
}

static const char *flowers(const char *input, const char *flag)
{
    return OK("run", "@in/flowers.graph", "--input", input, "--output", "@out/y.bin", flag).out;
}

static void data_files_are_inputs(void **state)
{
    static const char *const same[] = {"@in/bare.csv", "@in/flowers.npy", "@in/flowers.yaml"};
    const char *want, *first, *tensor;

    (void)state;
    put_flowers();
    want = flowers("@in/flowers.csv", NULL);
    OK("eval", "@in/flowers.graph", "--data", "@in/flowers.csv", "--predictions", "@out/p.csv");
    assert_string_equal(text_of(here("out/p.csv")), "flowers.csv:2,0,0\nflowers.csv:3,1,1\nflowers.csv:4,0,0\n");
    first = strstr(want, "\n  setosa ");
    assert_true(first != NULL && first < strstr(want, "\n  versicolor "));
    for (size_t i = 0; i < COUNT(same); i++)
        assert_string_equal(flowers(same[i], NULL), want);
    assert_memory_equal(flowers("@in/one.tsv", NULL), want, (size_t)(strstr(want, "\n1 y") - want));

    assert_non_null(strstr(OK("inspect", "@in/flowers.graph").out,
                           "preprocessing: values of f32, real = (raw - mean) / std\n"
                           "  mean 5.5 3.1 2.8 0.8\n  std 0.6 0.5 1.5 0.6\n"));
    /* (6.4 - 5.5) / 0.6 / 0.03 + 1 = 51, and so on */
    put_bytes("in/ready.bin", "\x33\x08\x27\x28", 4);
    put_bytes("in/ready.csv", "\x33\x08\x27\x28", 4);
    put_npy("in/ready.npy", "|i1", "(1, 4)", "\x33\x08\x27\x28", 4);
    tensor = flowers("@in/ready.bin", NULL);
    assert_string_equal(flowers("@in/row.npy", NULL), tensor);
    assert_string_equal(flowers("@in/ready.csv", "--raw"), tensor);
    assert_string_equal(flowers("@in/ready.npy", "--raw"), tensor);
}

static void what_is_no_input_is_refused_by_name(void **state)
{
    static const struct bad bad[] = {
        {2, "in/x.txt: its name does not say what it holds", {"run", "@in/flowers.graph", "--input", "@in/x.txt"}},
        {2, "is to be called .bin, or give --raw", {"run", "@in/flowers.graph", "--input", "@in/none"}},
        {1,
         "in/wide.csv: has 6 columns; the model's input takes 4 numbers a line",
         {"run", "@in/flowers.graph", "--input", "@in/wide.csv"}},
        {1,
         "in/words.csv: line 2: column 1: \"many\" is no finite number",
         {"run", "@in/flowers.graph", "--input", "@in/words.csv"}},
        {1,
         "in/wide.npy: the array's shape is (2, 3), which is no sample of the 4 numbers",
         {"run", "@in/flowers.graph", "--input", "@in/wide.npy"}},
        {1, "nan.npy sample 0: element 1 is NaN", {"run", "@in/flowers.graph", "--input", "@in/nan.npy"}},
        {1,
         "the array's type is '<f4', the tensor's |i1 (s8)",
         {"run", "@in/flowers.graph", "--raw", "--input", "@in/nan.npy"}},
        {1,
         "in/wide.csv: holds 12 bytes of data, which is no multiple",
         {"run", "@in/sum.graph", "--raw", "--input", "@in/wide.csv"}},
        {3,
         "more than --max-bytes, 10",
         {"run", "@in/flowers.graph", "--input", "@in/packed.csv.gz", "--max-bytes", "10"}},
        {1, "has the type s32; samples become", {"run", "@in/sum.graph", "--input", "@in/bare.csv"}},
    };
    gzFile packed;

    (void)state;
    put_flowers();
    put_text("in/sum.graph", "mote-graph 1\nmodel sum\ngraph\ntensor 0 \"x\" s32 [4]\ninputs [0]\noutputs [0]\nend\n");
    packed = gzopen(here("in/packed.csv.gz"), "wb");
    assert_int_equal(gzputs(packed, "5.1,3.5,1.4,0.2\n"), 16);
    gzclose(packed);
    put_text("in/x.txt", "5.1,3.5,1.4,0.2\n");
    put_text("in/wide.csv", "1,2,3,4,5,6\n");
    put_text("in/words.csv", "1,2,3,4\n1,many,3,4\n");
    put_npy("in/wide.npy", "<f4", "(2, 3)", (float[6]){0}, 24);
    put_npy("in/nan.npy", "<f4", "(4,)", (float[4]){1, (float)NAN}, 16);
    want_bad(bad, COUNT(bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(data_shows_what_is_in_it), TEST(samples_of_two_kinds_are_told_of),
        TEST(wrong_data_are_refused),   TEST(pictures_are_inputs),
        TEST(data_files_are_inputs),    TEST(what_is_no_input_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
