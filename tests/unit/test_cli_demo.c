/* SPDX-License-Identifier: Apache-2.0 */
/* mote demo from outside. */
#define _XOPEN_SOURCE 700
#include "tests/unit/sounds.h"

#define DEMO "demo", "-o", "@out/demo", "--recipe"

static void put_demo_recipes(void)
{
    put_text("in/demo.yaml", "name: larger\ndata: {path: table.csv, test: 0.5}\n"
                             "network:\n  - fully_connected: {units: 2}\n  - softmax: {}\n"
                             "training: {epochs: 2, batch: 4}\n");
    put_text("in/small.yaml", "name: larger\ndata: {path: table.csv, test: 0.5}\n"
                              "network:\n  - fully_connected: {units: 8}\n  - fully_connected: {units: 2}\n"
                              "  - softmax: {}\ntraining: {epochs: 2, batch: 4}\n"
                              "compress: {prune: {keep: 0.5, epochs: 9, ramp: 3}, levels: {count: 4}}\n");
    put_text("in/copy.yaml",
             "name: copy\ndata: {path: table.csv, test: 0.5}\nnetwork:\n  - fully_connected: {units: 2}\n"
             "training: {epochs: 2, batch: 4, loss: mean_squared_error, normal: 0}\n");
}

/* After a step that failed, here for want of a compiler, the training is not done again. */
static void demo_goes_on_where_it_failed(void **state)
{
    (void)state;
    put_demo_recipes();
    for (int again = 0; again < 2; again++) {
        struct result r = run_list("/nowhere", ARGS(DEMO, "@in/demo.yaml"));

        want_status(&r, 3);
        assert_string_equal(r.out, "");
        assert_non_null(strstr(r.err, "\n$ mote eval "));
        assert_non_null(strstr(r.err, "is not installed"));
        assert_non_null(strstr(r.err, "[ERR_ENVIRONMENT]\n"));
        assert_true((strstr(r.err, " --resume\n") != NULL) == (again == 1));
    }
    assert_int_equal(entries(here("tmp")), 0);
}

static void demo_is_for_classifiers(void **state)
{
    struct result r;

    (void)state;
    put_demo_recipes();
    r = RUN(DEMO, "@in/copy.yaml");
    want_status(&r, 1);
    assert_non_null(strstr(r.err, "copy.yaml: trains no classifier"));
}

/* With few voices and an epoch: to a board that hears, and C. */
static void a_wake_word_is_made(void **state)
{
    struct result r;

    (void)state;
    r = RUN("demo", "sleep");
    want_status(&r, 2);
    assert_non_null(strstr(r.err, "there is a demo `wake-word`, not \"sleep\""));
    if (no_sound() || !have_board() || access("/usr/bin/espeak-ng", X_OK) != 0)
        skip();
    setenv("VOICES", "m1 f1 m2 f2", 1);
    setenv("EPOCHS", "1", 1);
    r = RUN("demo", "wake-word", "-o", "@out/wake");
    want_status(&r, 0);
    assert_non_null(strstr(r.out, "synthetic speech by espeak-ng stands in"));
    assert_non_null(strstr(r.out, "samples a call: the same"));
    assert_non_null(strstr(text_of(here("out/wake/firmware/computer/computer.h")), "uint32_t computer_listen("));
}

static void demo_tells_all_as_json(void **state)
{
    struct result r;
    json_t *json, *image, *c;

    (void)state;
    if (!have_board())
        return;
    put_demo_recipes();
    r = RUN(DEMO, "@in/demo.yaml", "--json");
    want_status(&r, 0);
    json = json_of(&r);
    image = json_object_get(json, "image");
    c = json_object_get(json, "c");
    assert_string_equal(json_string_value(json_object_get(json, "recipe")), "larger");
    assert_int_equal(integer(json, "samples"), 20);
    assert_true(real(json, "accuracy_float") >= 0 && real(json, "accuracy_int8") == real(c, "accuracy"));
    assert_true(integer(image, "equal") == 20 && integer(c, "equal") == 20 && integer(c, "samples") == 20);
    assert_true(integer(c, "code_bytes") > 0 && integer(c, "code_bytes") < integer(image, "code_bytes"));
    assert_true(integer(c, "ram_bytes") > 0 && integer(c, "weight_bytes") > 0 && real(c, "milliseconds") > 0);
    json_decref(json);
    assert_int_equal(entries(here("tmp")), 0);
}

/* A recipe that says how to compress has one form more, which is smaller and as equal. */
static void demo_compresses(void **state)
{
    struct result r;
    json_t *json, *c;

    (void)state;
    if (!have_board())
        return;
    put_demo_recipes();
    r = RUN("demo", "-o", "@out/small", "--recipe", "@in/small.yaml", "--json");
    want_status(&r, 0);
    assert_non_null(strstr(r.err, "/compressed --dense "));
    assert_non_null(strstr(r.err, " --epochs 2\n"));
    json = json_of(&r);
    c = json_object_get(json, "compressed");
    assert_true(integer(c, "equal") == 20 && real(json, "accuracy_compressed") == real(c, "accuracy"));
    assert_true(integer(c, "weight_bytes") < integer(json_object_get(json, "c"), "weight_bytes"));
    json_decref(json);
    r = RUN("demo", "-o", "@out/small", "--recipe", "@in/small.yaml");
    want_status(&r, 0);
    assert_non_null(strstr(r.out, "accuracy, compressed, the same"));
    assert_non_null(strstr(r.out, "compressed, C"));
    assert_non_null(strstr(r.err, " --limit 500 --coding huffman\n")); /* what is shown is a command that there is */
    OK("eval", "@out/small/compressed/int8.graph", "--data", "@in/small.yaml", "--target", "nano-33-ble-sense", "--via",
       "c", "--limit", "500", "--coding", "huffman");
}

/* It has a folder in tmp and runs a compiler. */
static void interrupted_demo_leaves_nothing(void **state)
{
    char *argv[] = {
        "mote", "demo", "-o", (char *)(uintptr_t)here("out/demo"), "--recipe", (char *)(uintptr_t)here("in/demo.yaml"),
        NULL};
    int status;
    pid_t pid;

    (void)state;
    if (!have_board())
        return;
    put_demo_recipes();
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become(argv, NULL);
    while (entries(here("tmp")) == 0)
        assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGINT);
    assert_int_equal(entries(here("tmp")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(demo_goes_on_where_it_failed), TEST(demo_is_for_classifiers), TEST(a_wake_word_is_made),
        TEST(demo_tells_all_as_json),       TEST(demo_compresses),         TEST(interrupted_demo_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, setup_narrow, teardown_all);
}
