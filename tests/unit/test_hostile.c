/* SPDX-License-Identifier: Apache-2.0 */
/* The program among strangers' files, other processes and small limits: what it prints, what it leaves, that it ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/base/base.h"
#include "tests/shared.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define ARGS_MAX 24
#define GRAPH    MOTE_SOURCE_DIR "/models/strokes.graph"

/* A folder of its own for each test, in which mote runs. */
struct world {
    char path[64];
    struct pool pool;
    rlim_t file_limit; /* of mote's files; 0: none */
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    strcpy(w->path, "/tmp/mote-hostile-XXXXXX");
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    *state = w;
    return w != NULL && mkdtemp(w->path) != NULL ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static int tear_down(void **state)
{
    struct world *w = *state;

    nftw(w->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    pool_free(&w->pool);
    free(w);
    return 0;
}

static const char *in(struct world *w, const char *name) { return pool_printf(&w->pool, "%s/%s", w->path, name); }

static void put(struct world *w, const char *name, const void *data, size_t size)
{
    struct frame at = {.index = -1};

    assert_int_equal(file_write(in(w, name), data, size, &at), MOTE_OK);
}

static const char *text_of(struct world *w, const char *path)
{
    struct frame at = {.index = -1};
    struct bytes file;

    assert_int_equal(file_read(&w->pool, path, &file, &at), MOTE_OK);
    return (const char *)file.data; /* a NUL follows */
}

static const char *text_in(struct world *w, const char *name) { return text_of(w, in(w, name)); }

static int entries(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n - 2;
}

/* ---- running ---- */
struct result {
    int status; /* 1000 + the signal that ended it */
    const char *out, *err;
};

static pid_t start(struct world *w, const char *out, const char *err, const char *const *args)
{
    char *argv[ARGS_MAX + 2] = {(char *)(uintptr_t) "mote"};
    pid_t pid;

    for (int n = 0; args[n] != NULL; n++) {
        assert_true(n < ARGS_MAX);
        argv[n + 1] = pool_strdup(&w->pool, args[n]);
    }
    pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    if (chdir(w->path) != 0)
        _exit(125);
    dup2(open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), STDOUT_FILENO);
    dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), STDERR_FILENO);
    if (w->file_limit > 0)
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){w->file_limit, w->file_limit});
    execv(MOTE_BINARY_DIR "/mote", argv);
    _exit(126);
}

static int status_of(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static struct result run_list(struct world *w, const char *const *args)
{
    int status = status_of(start(w, "stdout", "stderr", args));
    struct result r = {status, text_in(w, "stdout"), text_in(w, "stderr")};

    unlink(in(w, "stdout"));
    unlink(in(w, "stderr"));
    return r;
}

#define ARGS(...)   ((const char *const[]){__VA_ARGS__, NULL})
#define RUN(w, ...) run_list(w, ARGS(__VA_ARGS__))

static void want(const struct result *r, int status, const char *out_part, const char *err_part)
{
    if (r->status != status || strstr(r->out, out_part) == NULL || strstr(r->err, err_part) == NULL)
        fail_msg("exit status %d, want %d with \"%s\" and \"%s\"\nstdout: %s\nstderr: %s", r->status, status, out_part,
                 err_part, r->out, r->err);
}

/* ---- limits ---- */
static void limits_of_files_are_told(void **state)
{
    struct world *w = *state;
    struct result r;

    w->file_limit = 1000;
    r = RUN(w, "compile", GRAPH, "-o", "m.mote");
    want(&r, 3, "", "m.mote: cannot write: File too large");
    assert_int_equal(entries(w->path), 0);
}

/* ---- many names ---- */
static void many_classes_take_little_time(void **state)
{
    struct world *w = *state;
    struct text graph = {.pool = &w->pool};
    struct rusage used;
    struct result r;

    text_add(&graph, "mote-graph 1\nmodel many\nclasses");
    for (int i = 0; i < 80000; i++)
        text_add(&graph, " \"class number %d\"", i);
    text_add(&graph, "\ngraph \"main\"\ntensor 0 \"in\" f32 [1,2]\ntensor 1 \"out\" f32 [1,2]\n"
                     "op 0 relu in [0] out [1]\ninputs [0]\noutputs [1]\nend\n");
    put(w, "many.graph", graph.s, graph.len);
    r = RUN(w, "compile", "many.graph", "-o", "many.mote");
    want(&r, 0, "", "");
    getrusage(RUSAGE_CHILDREN, &used);
    assert_true(used.ru_utime.tv_sec < 10); /* of all programs that this test has run; it were 20 for this one */
}

/* ---- names ---- */
/* Names that would turn a terminal red, clear it, turn the direction of writing, and forge a line. */
#define STRANGERS                                                                                                      \
    "mote-graph 1\nmodel tiny\nclasses \"a\\xc2\\x9b31mRED\" \"b\\xe2\\x80\\xaeevil\"\ngraph \"main\"\n"               \
    "tensor 0 \"in\\xc2\\x9b31mX\\xe2\\x80\\xaeabc\" f32 [1,2] source 0\n"                                             \
    "tensor 1 \"o\\x0a99 s8 [1] 1 forged\\x9b2J\" f32 [1,2] source 1\n"                                                \
    "op 0 relu in [0] out [1]\ninputs [0]\noutputs [1]\nend\n"

static void want_clean(struct world *w, const char *what, const char *text)
{
    for (const char *s = text; *s != '\0';) {
        size_t n = *s == '\n' ? 1 : shown_length(s, SIZE_MAX);

        if (n == 0)
            fail_msg("%s: the byte %02x reaches the terminal: %s", what, (unsigned char)*s, printable(&w->pool, text));
        s += n;
    }
    if (strstr(text, "\n99 s8") != NULL)
        fail_msg("%s: a line is forged: %s", what, text);
}

static void names_do_not_reach_the_terminal(void **state)
{
    struct world *w = *state;
    const char *const *const commands[] = {
        ARGS("inspect", "tiny.graph"),
        ARGS("inspect", "tiny.graph", "--json"),
        ARGS("inspect", "tiny.graph", "--text"),
        ARGS("compile", "tiny.graph", "-o", "tiny.mote", "--dump", "fold"),
        ARGS("inspect", "tiny.mote"),
        ARGS("compile", "tiny.graph", "-o", "tiny", "--emit", "c"),
        ARGS("compile", "tiny.graph", "-o", "again.graph", "--emit", "graph"),
        ARGS("run", "tiny.graph", "--input", "in.bin", "--passes", "none", "--tensors", "tensors"),
        ARGS("run", "tiny.graph", "--input", "in.bin", "--json"),
        ARGS("run", "tiny.graph", "--input", "stdout"),
        ARGS("no\xc2\x9bne"),
        ARGS("inspect", "no\xc2\x9bne\n"),
    };

    put(w, "tiny.graph", STRANGERS, sizeof STRANGERS - 1);
    put(w, "in.bin", (float[2]){1, 2}, 8);
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct result r = run_list(w, commands[i]);

        want_clean(w, commands[i][0], r.out);
        want_clean(w, commands[i][0], r.err);
    }
    want_clean(w, "tensors/index.txt", text_in(w, "tensors/index.txt"));
    want_clean(w, "again.graph", text_in(w, "again.graph"));
    want_clean(w, "tiny/tiny.h", text_in(w, "tiny/tiny.h"));
    want_clean(w, "tiny/tiny.c", text_in(w, "tiny/tiny.c"));
}

#define RECIPE(name)                                                                                                   \
    "name: \"" name "\"\ndata: {path: \"two <rows>.csv\", test: 0.2}\nnetwork:\n  - fully_connected: {}\n"             \
    "  - softmax: {}\ntraining: {epochs: 3, batch: 4}\n"

#define LABELED                                                                                                        \
    "data: {path: x.csv, test: 0.2, header: yes, label: larger}\nnetwork:\n  - fully_connected: {}\n"                  \
    "  - softmax: {}\ntraining: {epochs: 1}\n"

static void put_rows(struct world *w)
{
    struct text rows = {.pool = &w->pool};

    text_add(&rows, "a,b,larger\n");
    for (int i = 0; i < 40; i++)
        text_add(&rows, "%d,%d,%s\n", i * 7 % 40, i * 11 % 40, i * 7 % 40 > i * 11 % 40 ? "a" : "b");
    put(w, "two <rows>.csv", rows.s, rows.len);
}

static void recipes_stay_in_the_folder(void **state)
{
    static const char *const recipes[] = {RECIPE("../evil"), RECIPE("/tmp/evil"), RECIPE(".evil"), RECIPE("-evil"),
                                          RECIPE("e\\nvil")};
    struct world *w = *state;

    put_rows(w);
    for (size_t i = 0; i < COUNT(recipes); i++) {
        struct result r;

        put(w, "r.yaml", recipes[i], strlen(recipes[i]));
        r = RUN(w, "train", "r.yaml");
        want(&r, 1, "", "it becomes a folder's");
        assert_int_equal(entries(w->path), 2);
    }
}

/* What is printed as the next command is one that a shell runs. */
static void next_commands_can_be_pasted(void **state)
{
    struct world *w = *state;
    const char *next, *script;
    struct result r;

    put_rows(w);
    put(w, "my recipe.yaml", RECIPE("it's <mine>"), strlen(RECIPE("it's <mine>")));
    r = RUN(w, "train", "my recipe.yaml", "--data", "two <rows>.csv");
    want(&r, 0, "Next: mote quantize ", "");
    next = strstr(r.out, "Next: mote ") + strlen("Next: mote ");
    next = pool_printf(&w->pool, "%.*s", (int)strcspn(next, "\n"), next);
    script = pool_printf(&w->pool, "cd %s && " MOTE_BINARY_DIR "/mote %s >/dev/null", w->path, next);
    assert_int_equal(system(script), 0); /* NOLINT(cert-env33-c): a shell is what is tested */
    assert_int_equal(access(in(w, "it's <mine>.graph"), F_OK), 0);
    put(w, "label.yaml", LABELED, sizeof LABELED - 1);
    r = RUN(w, "train", "label.yaml", "--data", "two <rows>.csv");
    want(&r, 0, "quantize label/model.graph --data 'two <rows>.csv' -o label.graph\n", "");
    want(&r, 0, "The recipe's header, label say how these data are read", "");
}

/* ---- archives ---- */
/* 195 bytes that stand for 24 GiB. */
static void archives_are_no_bombs(void **state)
{
    struct world *w = *state;
    const char *bomb = shared_path(&w->pool, "cases/archive_24GiB.tar.zst");
    struct result r;

    if (bomb == NULL)
        return;
    r = RUN(w, "data", bomb, "--max-bytes", "1000000");
    want(&r, 1, "", "the archive is packed twice, which is not unpacked here; unpack it once");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(limits_of_files_are_told),   TEST(many_classes_take_little_time), TEST(names_do_not_reach_the_terminal),
        TEST(recipes_stay_in_the_folder), TEST(next_commands_can_be_pasted),   TEST(archives_are_no_bombs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
