/* SPDX-License-Identifier: Apache-2.0 */
/* Other tasks than classes, from outside and on every road: a recipe and a table become a network, an int8 image, and
 * answers on the host and on the emulated board. Runs build/mote on data that are made here. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/base.h"
#include "host/base/random.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define ARGS_MAX 24

static struct pool pool;
static const char *folder;

/* ---- files ---- */
static const char *here(const char *name) { return pool_printf(&pool, "%s/%s", folder, name); }

static void put(const char *name, const char *text)
{
    struct frame at = {.index = -1};

    assert_int_equal(file_write(here(name), text, strlen(text), &at), MOTE_OK);
}

static struct bytes slurp(const char *name)
{
    struct frame at = {.index = -1};
    struct bytes file;

    if (file_read_back(&pool, here(name), &file, &at) != MOTE_OK)
        fail_msg("cannot read %s", name);
    return file;
}

static const char *text_of(const char *name)
{
    struct bytes file = slurp(name);

    return pool_printf(&pool, "%.*s", (int)file.size, (const char *)file.data);
}

static void want_same(const char *a, const char *b)
{
    if (strcmp(text_of(a), text_of(b)) != 0)
        fail_msg("%s and %s differ", a, b);
}

/* ---- running ---- */
struct result {
    int status;
    const char *command, *out, *err;
};

static void become(char **argv)
{
    dup2(open(here("stdout.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0666), STDOUT_FILENO);
    dup2(open(here("stderr.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0666), STDERR_FILENO);
    execv(MOTE_BINARY_DIR "/mote", argv);
    _exit(126);
}

/* "@name" stands for a file of the folder. */
static struct result run_list(const char *const *args)
{
    char *argv[ARGS_MAX + 2] = {(char *)(uintptr_t) "mote"};
    struct text command = {.pool = &pool};
    int n = 1, status;
    pid_t pid;

    for (; *args != NULL; args++) {
        assert_true(n <= ARGS_MAX);
        argv[n] = pool_strdup(&pool, **args == '@' ? here(*args + 1) : *args);
        text_add(&command, " %s", argv[n++]);
    }
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become(argv);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return (struct result){WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status), command.s,
                           text_of("stdout.txt"), text_of("stderr.txt")};
}

static struct result run_ok(const char *const *args)
{
    struct result r = run_list(args);

    if (r.status != 0)
        fail_msg("mote%s: exit status %d\n%s", r.command, r.status, r.err);
    return r;
}

#define OK(...) run_ok((const char *const[]){__VA_ARGS__, NULL})

static json_t *json_ok(const char *const *args)
{
    struct result r = run_ok(args);
    json_t *json = json_loads(r.out, 0, NULL);

    if (json == NULL)
        fail_msg("mote%s: no JSON: %.200s", r.command, r.out);
    return json;
}

#define JSON(...) json_ok((const char *const[]){__VA_ARGS__, "--json", NULL})

static void want_bad(const char *part, const char *const *args)
{
    struct result r = run_list(args);

    if (r.status != 1 && r.status != 2)
        fail_msg("mote%s: exit status %d", r.command, r.status);
    if (strstr(r.err, part) == NULL)
        fail_msg("mote%s: said \"%s\", not \"%s\"", r.command, r.err, part);
}

#define BAD(part, ...) want_bad(part, (const char *const[]){__VA_ARGS__, NULL})

static double real(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);

    if (!json_is_number(value))
        fail_msg("the key %s is missing or no number", key);
    return json_number_value(value);
}

static bool have(const char *program)
{
    char *paths = pool_strdup(&pool, getenv("PATH") != NULL ? getenv("PATH") : ""), *rest = paths, *path;

    while ((path = strtok_r(rest, ":", &rest)) != NULL)
        if (access(pool_printf(&pool, "%s/%s", path, program), X_OK) == 0)
            return true;
    return false;
}

static bool have_board(void)
{
    if (have("arm-none-eabi-gcc") && have("qemu-system-arm"))
        return true;
    puts("SKIP: no arm-none-eabi-gcc or no qemu-system-arm: tools/setup.sh check installs them");
    return false;
}

/* The board's answers are the host's, to the byte. */
static void want_board(const char *model, const char *data, const char *via)
{
    if (!have_board())
        return;
    OK("eval", model, "--data", data, "--split", "all", "--limit", "20", "--predictions", "@host.csv");
    OK("eval", model, "--data", data, "--split", "all", "--limit", "20", "--predictions", "@board.csv", "--target",
       "mps2-an386", "--via", via);
    want_same("host.csv", "board.csv");
}

/* ---- regression ---- */
#define AWAY    500.0 /* targets lie about here, so that one that is not standardized is never learned */
#define SPREAD  100.0
#define REGRESS "training: {epochs: 40, batch: 16, optimizer: {rate: 0.01}}\n"

static void put_regression(void)
{
    struct text t = {.pool = &pool};
    struct random_stream s = random_stream(3, 0, 0, 0);

    text_add(&t, "a,b,c,y\n");
    for (int i = 0; i < 400; i++) {
        double x[3];

        for (int k = 0; k < 3; k++)
            x[k] = round(1000 * (double)random_normal(s, (uint64_t)(4 * i + k))) / 1000;
        text_add(&t, "%.3f,%.3f,%.3f,%.2f\n", x[0], x[1], x[2],
                 AWAY + SPREAD * (x[0] - 0.5 * x[1] + 0.5 * fabs(x[2])) +
                     (double)random_normal(s, (uint64_t)(4 * i + 3)));
    }
    put("numbers.csv", t.s);
    put("numbers.yaml",
        "data: {path: numbers.csv, validation: 0.1, test: 0.2}\n"
        "network:\n  - fully_connected: {units: 16, activation: relu}\n  - fully_connected: {}\n" REGRESS);
}

static double last_history(const char *name, const char *key)
{
    const char *text = text_of(name), *line = text + strlen(text) - 1;
    json_t *row;
    double value;

    while (line > text && line[-1] != '\n')
        line--;
    row = json_loads(line, 0, NULL);
    value = real(row, key);
    json_decref(row);
    return value;
}

/* Real units everywhere, and the same figures wherever they are asked for. */
static void regressions_on_every_road(void **state)
{
    json_t *train, *graph, *quantized, *image;

    (void)state;
    put_regression();
    train = JSON("train", "@numbers.yaml", "-o", "@numbers", "--threads", "1");
    graph = JSON("eval", "@numbers/model.graph", "--data", "@numbers.csv");
    assert_string_equal(json_string_value(json_object_get(graph, "task")), "regression");
    assert_int_equal(json_integer_value(json_object_get(graph, "samples")), 80);
    assert_null(json_object_get(train, "accuracy"));
    assert_true(fabs(real(train, "mae") - real(graph, "mae")) < 1e-3);
    assert_true(fabs(real(train, "rmse") - real(graph, "rmse")) < 1e-3);
    assert_true(fabs(real(train, "r2") - real(graph, "r2")) < 1e-5);
    assert_true(real(graph, "r2") > 0.95 && real(graph, "mae") < 0.2 * SPREAD && real(graph, "mae") > 0.5);
    assert_true(last_history("numbers/history.jsonl", "validation_mae") < 0.2 * SPREAD);
    assert_true(last_history("numbers/history.jsonl", "validation_r2") > 0.9);
    assert_non_null(strstr(text_of("numbers/report.html"), "Mean absolute error"));
    assert_null(strstr(text_of("numbers/report.html"), "Accuracy"));

    quantized = JSON("quantize", "@numbers/model.graph", "--data", "@numbers.csv", "-o", "@numbers.mote");
    image = JSON("eval", "@numbers.mote", "--data", "@numbers.csv", "--split", "all");
    assert_true(fabs(real(quantized, "mae_float") - real(graph, "mae")) < 1e-3);
    assert_true(real(quantized, "rmse_int8") < 2 * real(quantized, "rmse_float"));
    assert_true(real(image, "r2") > 0.95);
    OK("quantize", "@numbers/model.graph", "--data", "@numbers.csv", "-o", "@q.graph");
    json_decref(image);
    image = JSON("eval", "@q.graph", "--data", "@numbers.csv");
    assert_true(real(image, "mae") == real(quantized, "mae_int8"));
    want_board("@numbers.mote", "@numbers.csv", "image");
    want_board("@q.graph", "@numbers.csv", "c");
    json_decref(train);
    json_decref(graph);
    json_decref(quantized);
    json_decref(image);
}

/* A model that predicts numbers takes labels for numbers, even if they look like classes. */
static void the_model_says_what_labels_are(void **state)
{
    struct result r;

    (void)state;
    put("counts.csv", "a,b,c,y\n0,0,0,500\n1,0,0,600\n0,1,0,450\n");
    r = OK("eval", "@numbers.mote", "--data", "@counts.csv", "--predictions", "@counts.txt");
    assert_non_null(strstr(r.out, "MAE "));
    assert_non_null(strstr(text_of("counts.txt"), "counts.csv:3,600,"));
    put("words.csv", "a,b,c,y\n0,0,0,low\n1,0,0,high\n");
    BAD("words.csv line 2: the label \"low\" is no finite number", "eval", "@numbers.mote", "--data", "@words.csv");
    BAD("its output \"probabilities\" has 5 elements of s8; the data have one number to predict", "eval",
        MOTE_SOURCE_DIR "/models/strokes.graph", "--data", "@numbers.csv");
}

static void bad_regressions(void **state)
{
    static const struct {
        const char *network, *part;
    } bad[] = {
        {"  - fully_connected: {units: 2}\ntraining: {epochs: 1}\n", "the network gives 2 numbers, the data have one"},
        {"  - fully_connected: {activation: relu}\ntraining: {epochs: 1}\n",
         "layer 1 fully_connected_1: the labels are "
         "numbers to predict: the last layer has to be"},
        {"  - fully_connected: {bias: false}\ntraining: {epochs: 1}\n", "with a bias"},
        {"  - fully_connected: {batch_norm: true}\ntraining: {epochs: 1}\n", "without activation or batch_norm"},
        {"  - fully_connected: {}\n  - softmax: {}\ntraining: {epochs: 1}\n",
         "layer 2 softmax_1: the labels are numbers"},
        {"  - fully_connected: {}\ntraining: {epochs: 1, loss: cross_entropy}\n", "leave `loss` out"},
        {"  - fully_connected: {}\ntraining: {epochs: 1, label_smoothing: 0.1}\n", "label_smoothing is for classes"},
        {"  - fully_connected: {}\ntraining: {epochs: 1, loss: mean_squared_error, normal: 1}\n",
         "normal is for classes"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        put("bad.yaml", pool_printf(&pool, "data: {path: numbers.csv, test: 0.2}\nnetwork:\n%s", bad[i].network));
        BAD(bad[i].part, "train", "@bad.yaml", "-o", "@bad");
        assert_int_not_equal(access(here("bad"), F_OK), 0);
    }
}

static int setup(void **state)
{
    struct frame at = {.index = -1};

    (void)state;
    return folder_temporary(&pool, "mote-test-tasks", &folder, &at) == MOTE_OK ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    folder_remove(folder);
    pool_free(&pool);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regressions_on_every_road),
        cmocka_unit_test(the_model_says_what_labels_are),
        cmocka_unit_test(bad_regressions),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
