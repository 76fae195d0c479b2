/* SPDX-License-Identifier: Apache-2.0 */
/* mote report from outside: what it finds in a folder, tests, and counts on a board. */
#include "tests/unit/command.h"

#include "tests/unit/drawn_table.h"

static void put_drawn(void)
{
    struct text t = drawn_table(&pool);

    put_text("in/drawn.csv", t.s);
    put_text("in/net.yaml",
             pool_printf(&pool,
                         "%snetwork: [{dense: {units: 8, activation: relu}}, {dense: {}}, {softmax: {}}]\n"
                         "training: {epochs: 5, batch: 16, optimizer: {rate: 0.01}}\n",
                         drawn_data));
}

/* A network and its int8 form, in a folder "net". */
static void put_networks(void)
{
    put_drawn();
    assert_int_equal(RUN("train", "@in/net.yaml", "-o", "@out/net", "--threads", "1").status, 0);
    OK("quantize", "@out/net/model.graph", "--data", "@in/net.yaml", "-o", "@out/net/int8.graph");
}

static const json_t *model_of(const json_t *root, const char *end)
{
    const json_t *models = json_object_get(root, "models");

    for (size_t i = 0; i < json_array_size(models); i++) {
        const json_t *m = json_array_get(models, i);
        const char *path = json_string_value(json_object_get(m, "model"));

        if (strcmp(path + strlen(path) - strlen(end), end) == 0)
            return m;
    }
    fail_msg("no model %s", end);
    return NULL;
}

static void a_folder_without_a_board(void **state)
{
    struct result r;
    const char *page;
    json_t *root, *eval;

    (void)state;
    put_networks();
    r = OK("report", "@out/net", "--data", "@in/net.yaml", "--json");
    root = json_of(&r);
    assert_string_equal(json_string_value(json_object_get(root, "score")), "accuracy");
    assert_int_equal(json_array_size(json_object_get(root, "models")), 2);
    assert_true(json_is_true(json_object_get(model_of(root, "/int8.graph"), "main")));
    assert_true(integer(model_of(root, "/int8.graph"), "weight_bytes") <
                integer(model_of(root, "/model.graph"), "weight_bytes"));
    r = OK("eval", "@out/net/int8.graph", "--data", "@in/net.yaml", "--json");
    eval = json_of(&r);
    assert_true(real(model_of(root, "/int8.graph"), "score") == real(eval, "accuracy"));
    page = text_of(here("out/net/life.html"));
    for (const char *const *h = (const char *const[]){"Models", "Data", "Most wrong", "Training", "Confusion", NULL};
         *h != NULL; h++)
        assert_non_null(strstr(page, pool_printf(&pool, "<h2>%s</h2>", *h)));
    assert_null(strstr(page, "<h2>Arena</h2>"));
    json_decref(root);
    json_decref(eval);
}

static void the_smallest_on_a_board(void **state)
{
    struct result r;
    json_t *root;
    const json_t *board;
    const char *page;

    (void)state;
    if (!have_board())
        skip();
    put_networks();
    r = OK("report", "@out/net", "--data", "@in/net.yaml", "--target", "stm32-nucleo-u385rg-q", "--via", "c", "--every",
           "1s", "-o", "@out/page.html", "--json");
    root = json_of(&r);
    board = json_object_get(model_of(root, "/int8.graph"), "board");
    assert_true(integer(board, "samples") > 50);
    assert_true(integer(board, "samples") == integer(board, "equal"));
    assert_null(json_object_get(model_of(root, "/model.graph"), "board"));
    assert_true(integer(model_of(root, "/int8.graph"), "instructions") > 100);
    assert_true(real(model_of(root, "/int8.graph"), "energy_uj") > 0);
    page = text_of(here("out/page.html"));
    assert_non_null(strstr(page, "<h2>Arena</h2>"));
    assert_non_null(strstr(page, "Days of 220 mAh at 3 V"));
    assert_true(access(here("out/net/life.html"), F_OK) != 0);
    json_decref(root);
}

/* Without a target, data, or a folder. */
static void one_model_alone(void **state)
{
    struct result r = OK("report", GRAPH, "-o", "@out/one.html");

    (void)state;
    assert_non_null(strstr(r.out, "strokes.graph"));
    assert_null(strstr(r.out, "no smaller one is as good"));
    assert_non_null(strstr(text_of(here("out/one.html")), "<h2>Network</h2>"));
}

static void what_cannot_be_is_refused(void **state)
{
    static const struct bad bad[] = {
        {2, "missing", {"report"}},
        {1, "cannot read", {"report", "@in/none"}},
        {1, "holds no models", {"report", "@in/empty", "-o", "@out/x.html"}},
        {1, "broken.tflite", {"report", "@in/broken", "-o", "@out/x.html"}},
        {2, "--target is missing", {"report", GRAPH, "--every", "1s", "-o", "@out/x.html"}},
        {2, "no board", {"report", GRAPH, "--target", "cortex-m4f", "-o", "@out/x.html"}},
        {1, "nowhere.csv", {"report", GRAPH, "--data", "@in/nowhere.csv", "-o", "@out/x.html"}},
    };

    (void)state;
    mkdir(here("in/empty"), 0777);
    put_text("in/empty/checkpoint.graph", "no model");
    assert_int_equal(symlink(".", here("in/empty/folder.graph")), 0);
    mkdir(here("in/broken"), 0777);
    put_text("in/broken/broken.tflite", "no model");
    want_bad(bad, COUNT(bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_folder_without_a_board),
        TEST(the_smallest_on_a_board),
        TEST(one_model_alone),
        TEST(what_cannot_be_is_refused),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
