/* SPDX-License-Identifier: Apache-2.0 */
/* `mote train` from outside: what it prints and leaves, what it refuses, and that a training which was interrupted or
 * killed and then resumed ends with the same bytes as one that was not. Runs build/mote on a small table. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/base/base.h"
#include "host/base/random.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define ARGS_MAX 24
#define ROWS     2000 /* all epochs take about a second, long enough to be interrupted three times */

static struct pool pool;
static char folder[] = "/tmp/mote-train-XXXXXX"; /* in: inputs, out: what mote writes */

/* ---- running ---- */
struct result {
    int status; /* 1000 + the signal, if one ended it */
    const char *out, *err;
};

static const char *here(const char *name) { return pool_printf(&pool, "%s/%s", folder, name); }

static struct bytes slurp(const char *name)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct bytes file;

    if (file_read(&pool, here(name), &file, &at) != MOTE_OK)
        fail_msg("%s: %s", name, report.text);
    return file;
}

static const char *text_of(const char *name)
{
    struct bytes file = slurp(name);

    return pool_printf(&pool, "%.*s", (int)file.size, (const char *)file.data);
}

static bool exists(const char *name) { return access(here(name), F_OK) == 0; }

/* "@name" stands for a file of the folder. */
static pid_t start(const char *const *args)
{
    char *argv[ARGS_MAX + 4] = {(char *)(uintptr_t) "mote", (char *)(uintptr_t) "train"};
    int n = 2;
    pid_t pid;

    for (; *args != NULL; args++) {
        assert_true(n < ARGS_MAX);
        argv[n++] = pool_strdup(&pool, **args == '@' ? here(*args + 1) : *args);
    }
    remove(here("stdout.txt"));
    remove(here("stderr.txt"));
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(open(here("stdout.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0666), STDOUT_FILENO);
        dup2(open(here("stderr.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0666), STDERR_FILENO);
        execv(MOTE_BINARY_DIR "/mote", argv);
        _exit(126);
    }
    return pid;
}

static struct result finish(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return (struct result){.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status),
                           .out = text_of("stdout.txt"),
                           .err = text_of("stderr.txt")};
}

#define ARGS(...)  ((const char *const[]){__VA_ARGS__, NULL})
#define TRAIN(...) finish(start(ARGS(__VA_ARGS__)))

static void want_status(const struct result *r, int status)
{
    if (r->status != status)
        fail_msg("exit status %d, want %d\n%s", r->status, status, r->err);
}

/* Until it has told of its first epoch. */
static void wait_for_epoch(pid_t pid)
{
    int status;

    while (!exists("stderr.txt") || strstr(text_of("stderr.txt"), "epoch ") == NULL) {
        assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

static void want_same(const char *a, const char *b)
{
    struct bytes x = slurp(a), y = slurp(b);

    if (x.size != y.size || memcmp(x.data, y.data, x.size) != 0)
        fail_msg("%s and %s differ", a, b);
}

/* ---- the folder ---- */
static int entries(const char *name)
{
    DIR *dir = opendir(here(name));
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n - 2;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static void put_text(const char *name, const char *text)
{
    FILE *file = fopen(here(name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* Which of two numbers is larger? Class c is a rare third answer that nothing tells. */
static void put_table(void)
{
    struct random_stream s = random_stream(5, 0, 0, 0);
    struct text table = {.pool = &pool};

    text_add(&table, "a,b,larger\n");
    for (uint64_t i = 0; i < ROWS; i++) {
        float a = random_unit(s, 2 * i), b = random_unit(s, 2 * i + 1);

        text_add(&table, "%.4f,%.4f,%s\n", (double)a, (double)b, i % 50 == 0 ? "c" : a > b ? "a" : "b");
    }
    put_text("in/table.csv", table.s);
    put_text("in/data.yaml", "data:\n  path: table.csv\n  validation: 0.2\n  test: 0.2\n");
    put_text("in/whole.yaml", "data:\n  path: table.csv\n  lists: {test: one.txt}\n");
    put_text("in/one.txt", "1\n");
    put_text("in/r_type.yaml", "data:\n  path: table.csv\n\n  type: u8\nnetwork:\n  - softmax: {}\n");
    put_text("in/nan.csv", "a,b,larger\n1,2,b\n2,nan,a\n");
    put_text("in/nan.yaml", "data:\n  path: nan.csv\n  test: 0.5\n");
}

static void put_recipe(const char *name, const char *training)
{
    put_text(name, pool_printf(&pool,
                               "name: larger\n"
                               "network:\n"
                               "  - fully_connected: {units: 16, activation: relu}\n"
                               "  - dropout: {rate: 0.1}\n"
                               "  - fully_connected: {}\n"
                               "  - softmax: {}\n"
                               "training:\n%s",
                               training));
}

static int setup_all(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    setenv("COLUMNS", "1000", 1); /* a line each */
    assert_int_equal(mkdir(here("in"), 0777), 0);
    put_table();
    put_recipe("in/r.yaml", "  epochs: 60\n  batch: 2\n  optimizer: {kind: adam, rate: 0.003}\n");
    put_text("in/wrong.yaml", "name: wrong\nnetwork:\n  - fully_connected: {units: 3}\n");
    return 0;
}

static int teardown_all(void **state)
{
    (void)state;
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    pool_free(&pool);
    return 0;
}

static int before_each(void **state)
{
    (void)state;
    nftw(here("out"), remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return mkdir(here("out"), 0777);
}

/* ---- what it gives ---- */
static void it_leaves_four_files(void **state)
{
    static const char *const keys[] = {"recipe",  "epochs",  "best_epoch", "split",    "samples",
                                       "loss",    "seconds", "macs",       "accuracy", "balanced_accuracy",
                                       "macro_f1"};
    struct result r = TRAIN("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--epochs", "5", "--json");
    json_t *json = json_loads(r.out, 0, NULL);

    (void)state;
    want_status(&r, 0);
    assert_non_null(json);
    assert_int_equal(json_object_size(json), COUNT(keys));
    for (size_t i = 0; i < COUNT(keys); i++)
        assert_non_null(json_object_get(json, keys[i]));
    assert_int_equal(json_integer_value(json_object_get(json, "epochs")), 5);
    assert_int_equal(json_integer_value(json_object_get(json, "samples")), ROWS / 5);
    assert_string_equal(json_string_value(json_object_get(json, "split")), "test");
    assert_true(json_number_value(json_object_get(json, "accuracy")) > 0.9);
    json_decref(json);
    assert_int_equal(entries("out"), 1);
    assert_int_equal(entries("out/t"), 4);
    assert_true(exists("out/t/model.graph") && exists("out/t/checkpoint.graph"));
    assert_true(exists("out/t/history.jsonl") && exists("out/t/report.html"));
    assert_non_null(strstr(text_of("out/t/history.jsonl"), "{\"epoch\": 5, "));
    assert_non_null(strstr(r.err, "epoch 5/5"));
}

/* The label of a line of the table, from 1. */
static char label_of(long line)
{
    const char *at = text_of("in/table.csv");

    while (--line > 0)
        at = strchr(at, '\n') + 1;
    return strchr(at, '\n')[-1];
}

/* Splits, settings, seed, and samples that are wrong, on the terminal and on the page. */
static void it_says_what_the_training_was(void **state)
{
    static const char *const facts[] = {(">Training</th><td class=\"number any\">1\xe2\x80\xaf"
                                         "200<"),
                                        ">Seed</th><td class=\"number any\">7<",
                                        ">Samples a step</th><td class=\"number any\">2<",
                                        "3 epochs in batches of 2, seed 7, 1 thread.", "<h2>Most wrong</h2>"};
    const char *at, *page;
    struct result r;
    int n = 0;

    (void)state;
    put_recipe("in/seed.yaml", "  seed: 7\n  batch: 2\n  optimizer: {kind: adam, rate: 0.003}\n");
    r = TRAIN("@in/seed.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--epochs", "3");
    want_status(&r, 0);
    if (strstr(r.out, "\nadam, rate 0.003 (cosine), batches of 2, seed 7; samples: 1200 for training, 400 validation, "
                      "400 test\n") == NULL)
        fail_msg("%s", r.out);
    at = strstr(r.out, "\nmost wrong (look at the labels, too):\n");
    assert_non_null(at);
    page = text_of("out/t/report.html");
    for (at = strchr(at + 1, '\n') + 1; *at == ' '; at = strchr(at, '\n') + 1, n++) {
        char truth, said;
        long line;

        assert_int_equal(sscanf(at, "  table.csv:%ld: %c, taken for %c\n", &line, &truth, &said), 3);
        assert_int_equal(truth, label_of(line));
        assert_int_not_equal(truth, said);
        assert_non_null(strstr(page, pool_printf(&pool, "taken for %c (table.csv:%ld)", said, line)));
    }
    assert_int_equal(n, 5);
    for (size_t i = 0; i < COUNT(facts); i++)
        if (strstr(page, facts[i]) == NULL)
            fail_msg("the report lacks %s", facts[i]);
}

/* What is done may be done again: the results are printed anew, and no byte changes. */
static void a_training_that_is_done_can_be_resumed(void **state)
{
    struct result r = TRAIN("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--epochs", "2");
    struct bytes before = slurp("out/t/model.graph"), after;

    (void)state;
    want_status(&r, 0);
    r = TRAIN("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--epochs", "2", "--resume");
    want_status(&r, 0);
    assert_non_null(strstr(r.out, "epoch "));
    after = slurp("out/t/model.graph");
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, after.size);
}

/* ---- what it refuses ---- */
static void want_failure(const struct result *r, int status, const char *part)
{
    const char *newline = strchr(r->err, '\n');

    want_status(r, status);
    if (strncmp(r->err, "mote: ", 6) != 0 || newline == NULL || newline[1] != '\0' || strstr(r->err, part) == NULL)
        fail_msg("says \"%s\", want one line with \"%s\"", r->err, part);
    assert_string_equal(r->out, "");
}

static void want_trained(struct result r) { want_status(&r, 0); }

/* A small network takes one; what goes on takes as many as before. */
static void threads_are_of_the_network_and_the_checkpoint(void **state)
{
    const char *text;

    (void)state;
    want_trained(TRAIN("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/one", "--epochs", "1"));
    assert_non_null(strstr(text_of("out/one/history.jsonl"), "\"threads\": 1.0, "));
    want_trained(TRAIN("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/two", "--epochs", "1", "--threads", "2"));
    want_trained(TRAIN("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/two", "--epochs", "2", "--resume"));
    text = text_of("out/two/history.jsonl");
    if (strstr(strchr(text, '\n'), "\"threads\": 2.0, ") == NULL)
        fail_msg("it went on with others: %s", text);
}

static void what_is_wrong_is_refused_before_there_is_a_folder(void **state)
{
    static const struct {
        int status;
        const char *part, *recipe, *data, *folder;
    } bad[] = {
        {1, "line 3: column b: \"nan\" is no finite number", "@in/r.yaml", "@in/nan.yaml", "@out/t"},
        {1, "cannot read", "@in/r.yaml", "@in/none.csv", "@out/t"},
        {1, "cannot read", "@in/none.yaml", "@in/data.yaml", "@out/t"},
        {1, "no samples to train on", "@in/r.yaml", "@in/whole.yaml", "@out/t"},
        {1, "r_type.yaml: line 4: the key \"type\" is for tensors, but", "@in/r_type.yaml", "@in/table.csv", "@out/t"},
        {1, "wants probabilities", "@in/wrong.yaml", "@in/data.yaml", "@out/t"},
        {1, "cannot make the folder: Not a directory", "@in/r.yaml", "@in/data.yaml", "@in/table.csv/where"},
        {1, "cannot make the folder: Not a directory", "@in/r.yaml", "@in/data.yaml", "@in/table.csv"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct result r = TRAIN(bad[i].recipe, "--data", bad[i].data, "-o", bad[i].folder);

        want_failure(&r, bad[i].status, bad[i].part);
        assert_int_equal(entries("out"), 0);
    }
}

/* --data says where the data are; all else stays where the recipe is. */
static void lists_are_beside_the_recipe(void **state)
{
    struct result r;

    (void)state;
    put_text("in/l.yaml", "data:\n  path: none.csv\n  lists: {train: l.train, validation: l.rest, test: l.test}\n"
                          "network:\n  - fully_connected: {}\n  - softmax: {}\ntraining: {epochs: 1}\n");
    put_text("in/l.train", "1\n2\n3\n4\n5\n");
    put_text("in/l.rest", "6\n7\n");
    put_text("in/l.test", "8\n9\n10\n");
    r = TRAIN("@in/l.yaml", "--data", "@in/table.csv", "-o", "@out/lists");
    want_status(&r, 0);
    assert_non_null(strstr(r.out, "on the 3 samples of the test split"));
}

static void trainings_are_not_written_over(void **state)
{
    const char *const *again = ARGS("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--epochs", "1");
    struct result r = finish(start(again));

    (void)state;
    want_status(&r, 0);
    r = finish(start(again));
    want_failure(&r, 2, ": it holds a training already: go on with --resume");
    assert_int_equal(remove(here("out/t/checkpoint.graph")), 0);
    r = finish(start(again));
    want_failure(&r, 2, "holds a model.graph already");
    r = TRAIN("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--resume");
    want_failure(&r, 1, "there is no checkpoint.graph");
    assert_int_equal(entries("out/t"), 3);
}

/* A folder from which somebody took a file is not gone on with for hours. */
static void damaged_folders_are_refused(void **state)
{
    const char *const *resume = ARGS("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--resume");
    struct result r = TRAIN("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--epochs", "1");

    (void)state;
    want_status(&r, 0);
    assert_int_equal(rename(here("out/t/history.jsonl"), here("out/history")), 0);
    r = finish(start(resume));
    want_failure(&r, 1, "ends at epoch 0, but checkpoint.graph is of epoch 1");
    assert_int_equal(rename(here("out/history"), here("out/t/history.jsonl")), 0);
    assert_int_equal(truncate(here("out/t/checkpoint.graph"), 500), 0);
    r = finish(start(resume));
    want_failure(&r, 1, "checkpoint.graph: ");
}

/* The rate of the second run is far too large: the loss grows beyond all numbers. */
static void divergence_leaves_the_last_checkpoint(void **state)
{
    static const char *const files[] = {"out/t/model.graph", "out/t/checkpoint.graph", "out/t/history.jsonl"};
    const char *recipe = "name: copy\nnetwork:\n  - fully_connected: {units: 2}\ntraining:\n"
                         "  loss: mean_squared_error\n  optimizer: {kind: sgd, rate: %s}\n  epochs: 3\n";
    struct bytes before[COUNT(files)];
    struct result r;

    (void)state;
    put_text("in/copy.yaml", pool_printf(&pool, recipe, "0.01"));
    r = TRAIN("@in/copy.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--epochs", "1");
    want_status(&r, 0);
    for (size_t i = 0; i < COUNT(files); i++)
        before[i] = slurp(files[i]);
    put_text("in/copy.yaml", pool_printf(&pool, recipe, "1000"));
    r = TRAIN("@in/copy.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--resume");
    want_failure(&r, 1, "training has diverged");
    for (size_t i = 0; i < COUNT(files); i++) {
        struct bytes after = slurp(files[i]);

        assert_int_equal(before[i].size, after.size);
        assert_memory_equal(before[i].data, after.data, after.size);
    }
}

/* ---- interrupted ---- */
static void end_in_the_middle(const char *const *args, int signal_number, int status)
{
    pid_t pid = start(args);
    struct result r;

    wait_for_epoch(pid);
    assert_int_equal(kill(pid, signal_number), 0);
    r = finish(pid);
    want_status(&r, status);
    assert_string_equal(r.out, "");
    if (signal_number != SIGKILL)
        assert_non_null(strstr(r.err, "--resume"));
}

/* All numbers of all epochs, but how long they took. */
static void want_same_history(const char *a, const char *b)
{
    const char *x = text_of(a), *y = text_of(b);

    for (int line = 1; *x != '\0' && *y != '\0'; line++) {
        json_t *row = json_loads(x, JSON_DISABLE_EOF_CHECK, NULL), *other = json_loads(y, JSON_DISABLE_EOF_CHECK, NULL);

        assert_non_null(row);
        assert_non_null(other);
        assert_int_equal(json_object_del(row, "seconds") | json_object_del(row, "samples_per_second"), 0);
        assert_int_equal(json_object_del(other, "seconds") | json_object_del(other, "samples_per_second"), 0);
        assert_true(json_object_size(row) >= 6);
        if (!json_equal(row, other))
            fail_msg("line %d differs:\n%s\n%s", line, json_dumps(row, 0), json_dumps(other, 0));
        json_decref(row);
        json_decref(other);
        x = strchr(x, '\n') + 1;
        y = strchr(y, '\n') + 1;
    }
    assert_true(*x == '\0' && *y == '\0');
}

/* Killed, resumed and interrupted, resumed and told to end, resumed. */
static void a_resumed_training_ends_with_the_same_bytes(void **state)
{
    const char *const *first = ARGS("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/parts");
    const char *const *resume = ARGS("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/parts", "--resume");
    struct result r = TRAIN("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/whole");

    (void)state;
    want_status(&r, 0);
    end_in_the_middle(first, SIGKILL, 1000 + SIGKILL);
    end_in_the_middle(resume, SIGINT, 128 + SIGINT);
    end_in_the_middle(resume, SIGTERM, 128 + SIGTERM);
    r = finish(start(resume));
    want_status(&r, 0);
    want_same("out/whole/model.graph", "out/parts/model.graph");
    want_same("out/whole/checkpoint.graph", "out/parts/checkpoint.graph");
    want_same_history("out/whole/history.jsonl", "out/parts/history.jsonl");
}

/* ---- two at once ---- */
static void a_folder_is_one_training_s(void **state)
{
    const char *const *first = ARGS("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/t");
    const char *const *resume = ARGS("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--resume");
    struct result r;
    pid_t pid = start(first);

    (void)state;
    wait_for_epoch(pid);
    r = finish(start(resume));
    want_failure(&r, 2, "another mote train is at work in it: wait until it ends");
    r = finish(pid);
    want_status(&r, 0);
    r = TRAIN("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/alone");
    want_status(&r, 0);
    want_same("out/t/model.graph", "out/alone/model.graph");
}

/* Begun at the same moment, one of them trains. */
static void of_two_that_begin_one_trains(void **state)
{
    const char *const *args = ARGS("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--epochs", "20");
    pid_t a, b;
    int a_status, b_status;
    struct result r;

    (void)state;
    a = start(args);
    b = start(args);
    a_status = finish(a).status;
    b_status = finish(b).status;
    if (a_status + b_status != 2 || (a_status != 0 && b_status != 0))
        fail_msg("exit statuses %d and %d, want 0 and 2", a_status, b_status);
    r = TRAIN("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/alone", "--epochs", "20");
    want_status(&r, 0);
    want_same("out/t/model.graph", "out/alone/model.graph");
    want_same("out/t/checkpoint.graph", "out/alone/checkpoint.graph");
}

/* ---- limits ---- */
/* A file that may not grow is told of, and neither this leaves something, nor does a kill once there is another write.
 */
static void nothing_is_left_behind(void **state)
{
    struct rlimit before, small;
    struct result r;
    pid_t pid;

    (void)state;
    assert_int_equal(mkdir(here("out/t"), 0777), 0);
    put_text("out/t/.mote-1-1.tmp", "half a model"); /* as a kill leaves it */
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 3000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    pid = start(ARGS("@in/r.yaml", "--data", "@in/data.yaml", "-o", "@out/t", "--epochs", "2"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    r = finish(pid);
    want_failure(&r, 3, "checkpoint.graph: cannot write: File too large; `ulimit -f`");
    assert_int_equal(entries("out/t"), 1);
    assert_true(exists("out/t/history.jsonl"));
}

#define TEST(name) cmocka_unit_test_setup(name, before_each)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_leaves_four_files),
        TEST(it_says_what_the_training_was),
        TEST(a_training_that_is_done_can_be_resumed),
        TEST(threads_are_of_the_network_and_the_checkpoint),
        TEST(what_is_wrong_is_refused_before_there_is_a_folder),
        TEST(lists_are_beside_the_recipe),
        TEST(trainings_are_not_written_over),
        TEST(damaged_folders_are_refused),
        TEST(divergence_leaves_the_last_checkpoint),
        TEST(a_resumed_training_ends_with_the_same_bytes),
        TEST(a_folder_is_one_training_s),
        TEST(of_two_that_begin_one_trains),
        TEST(nothing_is_left_behind),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
