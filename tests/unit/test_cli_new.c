/* SPDX-License-Identifier: Apache-2.0 */
/* mote new from outside: what it says of data, and recipes that train at once and fit. */
#include "tests/unit/command.h"

#include <png.h>

/* Two classes that a line parts, and a column of words. */
static void put_table(const char *name, int n, const char *head)
{
    struct text t = {.pool = &pool};

    text_add(&t, "%s", head);
    for (int i = 0; i < n; i++)
        text_add(&t, "w%d,%d,%d,%s\n", i % 7, i * 37 % 101, i * 53 % 97, i * 37 % 101 > i * 53 % 97 ? "up" : "down");
    put_text(name, t.s);
}

static void put_png(const char *name, int height, int width, int shade)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = PNG_FORMAT_GRAY};
    uint8_t pixels[32 * 32];

    for (int i = 0; i < height * width; i++)
        pixels[i] = (uint8_t)(shade + i % 7);
    assert_true(png_image_write_to_file(&image, here(name), 0, pixels, 0, NULL));
}

static const char *recipe_of(const char *folder)
{
    return text_of(here(pool_printf(&pool, "out/%s/recipe.yaml", folder)));
}

static void want_lines(const char *text, const char *const *lines)
{
    for (; *lines != NULL; lines++)
        if (strstr(text, *lines) == NULL)
            fail_msg("\"%s\" is not in\n%s", *lines, text);
}
#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The two commands, with no edited line. */
static void a_table_becomes_a_network_on_a_board(void **state)
{
    struct result r;
    json_t *root, *int8, *board;

    (void)state;
    put_table("in/t.csv", 300, "note,a,b,way\n");
    r = OK("new", "@in/t.csv", "-o", "@out/net");
    want_lines(r.out, LINES("300 samples of 2 f32, 2 classes", "are left out: note", "Next: mote train"));
    want_lines(recipe_of("net"),
               LINES("name: net\n", "target: nano-33-ble-sense", "ignore: [note]", "normalize: auto"));
    OK("new", "@in/t.csv", "--label", "3", "-o", "@out/by_number");
    want_lines(recipe_of("by_number"), LINES("label: \"3\"", "ignore: [note]"));
    if (!have_board())
        skip();
    r = RUN("train", "@out/net/recipe.yaml", "--threads", "1", "--epochs", "20", "--json");
    assert_int_equal(r.status, 0);
    root = json_of(&r);
    int8 = json_object_get(root, "int8");
    board = json_object_get(int8, "board");
    assert_true(json_real_value(json_object_get(int8, "accuracy_int8")) > 0.9);
    assert_string_equal(json_string_value(json_object_get(board, "target")), "nano-33-ble-sense");
    assert_true(integer(board, "samples") == 60);
    assert_true(json_real_value(json_object_get(board, "accuracy")) ==
                json_real_value(json_object_get(int8, "accuracy_int8")));
    assert_true(access(here("out/net/int8.graph"), F_OK) == 0);
    json_decref(root);
}

static void want_runs(const char *option, const char *folder, const char *word)
{
    struct result r = RUN("train", "@in/f.yaml", "-o", folder, option, "3", "--threads", "1", "--json");
    json_t *root, *accuracy;

    assert_int_equal(r.status, 0);
    root = json_of(&r);
    accuracy = json_object_get(json_object_get(root, "metrics"), "accuracy");
    assert_string_equal(json_string_value(json_object_get(root, "runs")), word);
    assert_int_equal(json_array_size(json_object_get(accuracy, "each")), 3);
    assert_true(json_real_value(json_object_get(accuracy, "mean")) > 0.7);
    for (int k = 1; k <= 3; k++)
        assert_true(access(here(pool_printf(&pool, "%s/%s_%d/model.graph", folder + 1, word, k)), F_OK) == 0);
    json_decref(root);
}

static void folds_and_seeds_have_a_mean(void **state)
{
    (void)state;
    put_table("in/t.csv", 200, "note,a,b,way\n");
    put_text("in/f.yaml",
             "data: {path: t.csv, ignore: [note], normalize: auto}\nnetwork: [{dense: {units: 8, activation: relu}}, "
             "{dense: {}}, {softmax: {}}]\ntraining: {epochs: 20, batch: 8, balance: yes, optimizer: {rate: 0.01}}\n");
    want_runs("--folds", "@out/folds", "fold");
    want_runs("--seeds", "@out/seeds", "seed");
}

static void pictures_of_several_sizes_become_one(void **state)
{
    struct result r;

    (void)state;
    mkdir(here("in/p"), 0777);
    mkdir(here("in/p/a"), 0777);
    mkdir(here("in/p/b"), 0777);
    for (int i = 0; i < 8; i++) {
        put_png(pool_printf(&pool, "in/p/a/%d.png", i), 20 + i, 24, 10 * i);
        put_png(pool_printf(&pool, "in/p/b/%d.png", i), 20, 24, 3 + 10 * i);
    }
    r = OK("new", "@in/p", "-o", "@out/p", "--target", "mps2-an386");
    want_lines(r.out, LINES("the pictures differ in size: all are made 64 x 64", "for pictures"));
    want_lines(recipe_of("p"), LINES("target: mps2-an386", "size: [64, 64]", "conv_2d", "augment: {shift: 6}"));
    OK("new", "@in/p", "-o", "@out/q", "--size", "16x24");
    want_lines(recipe_of("q"), LINES("size: [16, 24]"));
}

static void rows_can_be_series_or_pictures(void **state)
{
    struct text waves = {.pool = &pool}, squares = {.pool = &pool};

    (void)state;
    for (int i = 0; i < 60; i++) {
        for (int k = 0; k < 40; k++)
            text_add(&waves, "%.3f,", sin(0.1 * k * (1 + i % 2) + i));
        text_add(&waves, "%d\n", i % 2);
        for (int k = 0; k < 64; k++)
            text_add(&squares, "%d,", (k % 8 > i % 3 && k % 8 < 5 && k / 8 > 1 && k / 8 < 5 + i % 2) ? 9 + i % 5 : 0);
        text_add(&squares, "%d\n", i % 2);
    }
    put_text("in/w.csv", waves.s);
    put_text("in/s.csv", squares.s);
    want_lines(OK("new", "@in/w.csv", "-o", "@out/w").out, LINES("series: the columns are alike"));
    want_lines(recipe_of("w"), LINES("shape: [40, 1]", "conv_1d"));
    want_lines(OK("new", "@in/s.csv", "-o", "@out/s").out, LINES("pictures: the columns are alike"));
    want_lines(recipe_of("s"), LINES("shape: [8, 8, 1]", "conv_2d"));
}

static void numbers_and_anomalies_have_networks_of_their_own(void **state)
{
    struct text t = {.pool = &pool};

    (void)state;
    for (int i = 0; i < 100; i++)
        text_add(&t, "%d,%d,%.2f\n", i, i * 31 % 17, 1.5 * i);
    put_text("in/r.csv", t.s);
    want_lines(OK("new", "@in/r.csv", "-o", "@out/r").out, LINES("a number to predict"));
    assert_null(strstr(recipe_of("r"), "softmax"));
    put_table("in/t.csv", 100, "note,a,b,way\n");
    OK("new", "@in/t.csv", "--normal", "up", "-o", "@out/a");
    want_lines(recipe_of("a"), LINES("loss: mean_squared_error", "normal: 1 # the class that is trained on: up"));
    OK("new", "@in/t.csv", "--task", "anomaly", "-o", "@out/b");
    assert_null(strstr(recipe_of("b"), "normal:"));
}

/* Long recordings are cut, gestures of several lengths are stretched. */
static void recordings_are_cut_or_stretched(void **state)
{
    (void)state;
    mkdir(here("in/long"), 0777);
    mkdir(here("in/short"), 0777);
    for (int k = 0; k < 12; k++) {
        struct text t = {.pool = &pool};

        for (int i = 0; i < 400; i++)
            text_add(&t, "%d,%d\n", i % (3 + k % 2), -i % 5);
        put_text(pool_printf(&pool, "in/long/%02d_%s.csv", k, k % 2 ? "odd" : "even"), t.s);
        put_bytes(pool_printf(&pool, "in/short/%02d_%s.csv", k, k % 2 ? "odd" : "even"), t.s, strlen("0,0\n") * 20);
    }
    put_text("in/short/12_odd.csv", "1,2\n3,4\n5,6\n");
    put_text("in/short/13_even.csv", "1,2\n3,4\n5,6\n");
    want_lines(OK("new", "@in/long", "-o", "@out/long").out,
               LINES("cut into windows of 128, one every 64", "for series"));
    want_lines(recipe_of("long"), LINES("window: 128", "step: 64", "conv_1d", "global_average_pool"));
    OK("new", "@in/long", "-o", "@out/features", "--features", "both");
    want_lines(recipe_of("features"),
               LINES("- statistics: {name", "- spectrum: {name", "from: [statistics, spectrum]"));
    if (have_board())
        want_lines(RUN("train", "@out/features/recipe.yaml", "--threads", "1", "--epochs", "3").out,
                   LINES("int8.graph is the int8 network", "on the emulated board"));
    want_lines(OK("new", "@in/short", "-o", "@out/short").out, LINES("each is stretched to 64"));
    want_lines(recipe_of("short"), LINES("resample: 64"));
    OK("new", "@in/long", "-o", "@out/own", "--window", "50", "--step", "10");
    want_lines(recipe_of("own"), LINES("window: 50", "step: 10"));
}

/* A table whose rows follow each other in time is series, by its columns; one whose rows do not is none. */
static void tables_may_be_series(void **state)
{
    struct text log = {.pool = &pool}, ids = {.pool = &pool}, rows = {.pool = &pool};

    (void)state;
    text_add(&log, "timestamp,ax,note,activity\n");
    text_add(&ids, "id,t,ax,label\n");
    text_add(&rows, "id,time,ax,label\n");
    for (int i = 0; i < 1200; i++) {
        text_add(&log, "%d,%d,n%d,%s\n", 20 * i, i % (3 + i / 100 % 2), i % 5, i / 100 % 2 ? "walk" : "run");
        text_add(&ids, "%d,%d,%d,%s\n", i / 40, i % 40, i % (3 + i / 40 % 2), i / 40 % 2 ? "up" : "down");
        text_add(&rows, "%d,%d,%d,%s\n", i, 7 * i, i % 2 * 3 + i % 5, i % 2 ? "up" : "down");
    }
    put_text("in/log.csv", log.s);
    put_text("in/ids.csv", ids.s);
    put_text("in/rows.csv", rows.s);
    mkdir(here("in/logs"), 0777);
    put_text("in/logs/monday.csv", log.s);
    put_text("in/logs/tuesday.csv", log.s);
    want_lines(OK("new", "@in/log.csv", "-o", "@out/log").out,
               LINES("rows follow each other in time", "rows are labeled by column \"activity\"", "for series"));
    want_lines(recipe_of("log"), LINES("kind: series", "label: activity", "ignore: [note]", "window: 32", "conv_1d"));
    want_lines(OK("data", "@out/log/recipe.yaml").out, LINES("2 classes"));
    want_lines(OK("new", "@in/ids.csv", "-o", "@out/ids").out,
               LINES("recordings by column \"id\"", "30 samples of 40x1"));
    want_lines(recipe_of("ids"), LINES("recording: id", "label: label"));
    want_lines(OK("new", "@in/logs", "-o", "@out/logs").out, LINES("rows are labeled by column \"activity\""));
    want_lines(recipe_of("logs"), LINES("label: activity", "window: 32"));
    want_lines(OK("new", "@in/rows.csv", "-o", "@out/rows").out,
               LINES("are left out: id, time", "for rows of numbers"));
    OK("new", "@in/log.csv", "-o", "@out/numbers", "--task", "classification");
    assert_null(strstr(recipe_of("numbers"), "kind: series"));
}

/* Words before a last column of numbers, as a difficulty is, may be the classes. */
static void another_label_is_told_of(void **state)
{
    struct text t = {.pool = &pool};

    (void)state;
    for (int i = 0; i < 120; i++)
        text_add(&t, "%d,%d,%s,%d\n", i % 3 * 40 + i % 7, i % 5, i % 3 ? "normal" : "attack", i % 12);
    put_text("in/difficulty.csv", t.s);
    want_lines(OK("new", "@in/difficulty.csv", "-o", "@out/last").out,
               LINES("12 classes", "the last column; column \"2\", before it, has words: --label 2 takes it"));
    want_lines(OK("new", "@in/difficulty.csv", "--label", "2", "-o", "@out/words").out, LINES("2 classes"));
}

/* The recipe finds its data from its own folder, wherever it is read. */
static void paths_are_from_the_recipe(void **state)
{
    (void)state;
    put_table("in/t.csv", 100, "note,a,b,way\n");
    assert_int_equal(chdir(here("out")), 0);
    OK("new", "../in/t.csv", "-o", "rel");
    assert_int_equal(chdir("/"), 0);
    want_lines(recipe_of("rel"), LINES("path: ../../in/t.csv\n"));
    want_lines(OK("data", "@out/rel/recipe.yaml").out, LINES("100 samples of 2"));
}

/* What is wrong with data is worth saying before they are trained on. */
static void what_is_odd_is_said(void **state)
{
    struct text t = {.pool = &pool};

    (void)state;
    for (int i = 0; i < 40; i++)
        text_add(&t, "%d,%d,%s\n", i, 2 * i, i < 36 ? "cat" : "dog");
    text_add(&t, "39,78,cat\n38,76,dog\n");
    put_text("in/o.csv", t.s);
    want_lines(
        OK("new", "@in/o.csv", "-o", "@out/o").out,
        LINES("classes are unequal: 37 samples of the largest, 5 of the smallest; with `class_weights: balanced`",
              "2 samples are equal to another one", "2 samples are equal to one of another class"));
}

static void what_cannot_be_is_refused(void **state)
{
    static const struct bad bad[] = {
        {2, "-o is missing", {"new", "@in/t.csv"}},
        {2, "--size wants HEIGHTxWIDTH", {"new", "@in/t.csv", "-o", "@out/x", "--size", "8"}},
        {2, "--task wants", {"new", "@in/t.csv", "-o", "@out/x", "--task", "magic"}},
        {1, "there is no such file or folder", {"new", "@in/none.csv", "-o", "@out/x"}},
        {1, "is nothing that data are known by", {"new", "@in/prose.txt", "-o", "@out/x"}},
        {1, "has one class alone", {"new", "@in/one.csv", "-o", "@out/x"}},
        {1, "--normal: there is no class \"cow\"", {"new", "@in/t.csv", "-o", "@out/x", "--normal", "cow"}},
        {2, "is no board that is emulated", {"new", "@in/t.csv", "-o", "@out/x", "--target", "cortex-m4f"}},
        {2,
         "--features are of windows of series, and these are rows of numbers",
         {"new", "@in/t.csv", "-o", "@out/x", "--features", "both"}},
        {2, "--features wants none or statistics or", {"new", "@in/t.csv", "-o", "@out/x", "--features", "fft"}},
        {1, "its labels are numbers to predict", {"new", "@in/r.csv", "-o", "@out/x", "--task", "anomaly"}},
        {2, "it holds a recipe.yaml already", {"new", "@in/t.csv", "-o", "@in/full"}},
    };

    (void)state;
    put_table("in/t.csv", 100, "note,a,b,way\n");
    put_text("in/prose.txt", "It was a dark night.\nNobody was there.\n");
    put_text("in/one.csv", "1,2,cat\n3,4,cat\n");
    put_text("in/r.csv", "1,2,0.5\n3,4,0.7\n");
    mkdir(here("in/full"), 0777);
    put_text("in/full/recipe.yaml", "name: x\n");
    want_bad(bad, COUNT(bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_table_becomes_a_network_on_a_board),
        TEST(folds_and_seeds_have_a_mean),
        TEST(pictures_of_several_sizes_become_one),
        TEST(rows_can_be_series_or_pictures),
        TEST(numbers_and_anomalies_have_networks_of_their_own),
        TEST(recordings_are_cut_or_stretched),
        TEST(tables_may_be_series),
        TEST(another_label_is_told_of),
        TEST(paths_are_from_the_recipe),
        TEST(what_is_odd_is_said),
        TEST(what_cannot_be_is_refused),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
