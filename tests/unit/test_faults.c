/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and disk that fail, one call after the other, through whole commands: each time either everything is as if
 * nothing had happened, or there is one clear line, the exit status says whose fault it is, and no file is left behind.
 * Runs build/mote_faulty (tests/faults), in a folder of its own. Of the thousands of allocations behind a command's
 * first ones every STEP-th fails; all do where MOTE_ALL_FAULTS is set in the environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <ftw.h>
#include <png.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/base.h"
#include "tests/faults/faulty.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define ARGS_MAX   16
#define FAULTS_MAX 100000 /* a command that has more never ends */

enum { FIRST = 100, STEP = 11 };

enum { EXIT_INPUT = 1, EXIT_ENVIRONMENT = 3 };

struct run {
    int status; /* 128 + the signal, if one ended it */
    struct bytes out, err;
    struct text files; /* names and sizes of what is in the output folder */
    bool met;          /* the fault was made */
};

static struct pool pool;
static char folder[] = "/tmp/mote-faults-XXXXXX";
static struct text *listing;

static const char *here(const char *name) { return pool_printf(&pool, "%s/%s", folder, name); }

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    return ftw->level == 0 ? 0 : remove(path);
}

static void empty_output(void)
{
    mkdir(here("out"), 0777);
    nftw(here("out"), remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int list_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    if (ftw->level > 0 && type == FTW_F)
        text_add(listing, "%s %lld\n", path + strlen(folder) + 1, (long long)st->st_size);
    return 0;
}

static struct bytes slurp(const char *path)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct bytes file;

    assert_int_equal(file_read(&pool, path, &file, &at), MOTE_OK);
    return file;
}

/* ---- the server of one command ---- */
static struct server {
    const char *command; /* NULL: there is none */
    pid_t pid;
    int requests, answers;
} server;

static void end_server(void)
{
    if (server.command == NULL)
        return;
    close(server.requests);
    close(server.answers);
    assert_int_equal(waitpid(server.pid, NULL, 0), server.pid);
    server = (struct server){0};
}

static void become_server(const char *const *args, int in, int out)
{
    /* emptied before each run: appended to */
    dup2(open(here("stdout"), O_WRONLY | O_CREAT | O_APPEND, 0666), STDOUT_FILENO);
    dup2(open(here("stderr"), O_WRONLY | O_CREAT | O_APPEND, 0666), STDERR_FILENO);
    setenv(FAULT_SERVER, pool_printf(&pool, "%d %d", in, out), 1);
    execv(MOTE_FAULTY, (char *const *)(uintptr_t)args);
    _exit(126);
}

/* Of these arguments from now on. */
static void want_server(const char *const *args)
{
    struct text command = {.pool = &pool};
    int requests[2], answers[2];

    for (const char *const *arg = args; *arg != NULL; arg++)
        text_add(&command, "%s\n", *arg);
    if (server.command != NULL && strcmp(server.command, command.s) == 0)
        return;
    end_server();
    assert_int_equal(pipe(requests), 0);
    assert_int_equal(pipe(answers), 0);
    server = (struct server){command.s, fork(), requests[1], answers[0]};
    assert_true(server.pid >= 0);
    if (server.pid == 0) {
        close(requests[1]);
        close(answers[0]);
        become_server(args, requests[0], answers[1]);
    }
    close(requests[0]);
    close(answers[1]);
}

static int ask_server(const char *fault, const struct rlimit *file_size)
{
    struct fault_request request = {.file_size = file_size != NULL ? file_size->rlim_cur : 0};
    int status;

    snprintf(request.fault, sizeof request.fault, "%s", fault != NULL ? fault : "");
    truncate(here("stdout"), 0); /* the server makes them */
    truncate(here("stderr"), 0);
    assert_int_equal(write(server.requests, &request, sizeof request), sizeof request);
    assert_int_equal(read(server.answers, &status, sizeof status), sizeof status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- running ---- */
/* With what is in the output folder. */
static struct run run_on(const char *const *args, const char *fault, const struct rlimit *file_size)
{
    struct run r = {.files = {.pool = &pool}};

    want_server(args);
    r.status = ask_server(fault, file_size);
    r.out = slurp(here("stdout"));
    r.err = slurp(here("stderr"));
    if (r.err.size >= sizeof FAULT_MARK - 1 && memcmp(r.err.data, FAULT_MARK, sizeof FAULT_MARK - 1) == 0) {
        r.met = true;
        r.err.data += sizeof FAULT_MARK - 1;
        r.err.size -= sizeof FAULT_MARK - 1;
    }
    text_add(&r.files, "%s", "");
    listing = &r.files;
    nftw(here("out"), list_one, 8, FTW_PHYS);
    return r;
}

static struct run run(const char *const *args, const char *fault, const struct rlimit *file_size)
{
    empty_output();
    return run_on(args, fault, file_size);
}

/* ---- what must hold ---- */
static bool is_one_line(const struct run *r)
{
    const char *text = (const char *)r->err.data;

    return r->err.size > 12 && (strncmp(text, "mote: ", 6) == 0 || strncmp(text, "{\"error\": {", 11) == 0) &&
           strchr(text, '\n') == text + r->err.size - 1;
}

static bool is_as_if_nothing(const struct run *r, const struct run *right)
{
    return r->status == right->status && r->err.size == right->err.size && r->out.size == right->out.size &&
           memcmp(r->out.data, right->out.data, r->out.size) == 0 && strcmp(r->files.s, right->files.s) == 0;
}

/* A temporary name is "….tmp"; of a folder of generated C, whole files may be there already. */
static bool left_nothing(const struct run *r, bool makes_folder)
{
    return makes_folder ? strstr(r->files.s, ".tmp") == NULL : r->files.len == 0;
}

static bool is_clean(const struct run *r, const struct run *right, bool makes_folder, bool is_read)
{
    if (is_as_if_nothing(r, right))
        return true;
    return (r->status == EXIT_ENVIRONMENT || (is_read && r->status == EXIT_INPUT)) && is_one_line(r) &&
           left_nothing(r, makes_folder);
}

static long next_of(long n) { return n < FIRST || getenv("MOTE_ALL_FAULTS") != NULL ? n + 1 : n + STEP; }

/* Makes the n-th call of the kind fail, for one n after the other until there are no more. */
static int fail_each(const char *const *args, const char *kind, bool makes_folder)
{
    struct run right = run(args, NULL, NULL);
    bool is_pool = strcmp(kind, "pool") == 0, is_read = strcmp(kind, "read") == 0;
    int met = 0;

    assert_int_equal(right.status, 0);
    for (long n = 1; n < FAULTS_MAX; n = next_of(n)) {
        const char *fault = pool_printf(&pool, "%s %ld", kind, n);
        struct run r = run(args, fault, NULL);
        bool more = is_pool ? r.status != 0 : r.met;

        if (!more) {
            if (!is_as_if_nothing(&r, &right))
                fail_msg("%s: not met, but the result differs", fault);
            return met;
        }
        if (!is_clean(&r, &right, makes_folder, is_read))
            fail_msg("%s %s, fault %s: exit status %d, stderr:\n%s\nfiles left:\n%s", args[1], args[2], fault, r.status,
                     (const char *)r.err.data, r.files.s);
        met++;
    }
    fail_msg("%s: no end", kind);
    return met;
}

static const char *const kinds[] = {"pool", "malloc", "write", "read"};

static void fail_all(const char *name, const char *const *args, bool makes_folder)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        print_message("%s: %d %s faults\n", name, fail_each(args, kinds[i], makes_folder), kinds[i]);
}

/* ---- the commands ---- */
#define ARGS(...) ((const char *const[]){"mote", __VA_ARGS__, NULL})
#define MODEL     MOTE_SOURCE_DIR "/models/strokes.graph"

static void compile_to_image(void **state)
{
    (void)state;
    fail_all("compile", ARGS("compile", MODEL, "-o", here("out/m.mote"), "--target", "nano-33-ble-sense", "--json"),
             false);
}

static void compile_to_c(void **state)
{
    (void)state;
    fail_all("compile --emit c", ARGS("compile", MODEL, "--emit", "c", "-o", here("out/c")), true);
}

static void compile_to_graph(void **state)
{
    (void)state;
    fail_all("compile --emit graph", ARGS("compile", MODEL, "--emit", "graph", "-o", here("out/m.graph")), false);
}

/* Its key is that of RFC 8410. */
static void sign(void **state)
{
    static const char key[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                              "-----END PRIVATE KEY-----\n";
    struct run r = run(ARGS("compile", MODEL, "-o", here("m.mote")), NULL, NULL);
    int fd = open(here("key.pem"), O_WRONLY | O_CREAT, 0666);

    (void)state;
    assert_int_equal(r.status, 0);
    assert_int_equal(write(fd, key, sizeof key - 1), sizeof key - 1);
    close(fd);
    fail_all("sign", ARGS("sign", here("m.mote"), "--key", here("key.pem"), "-o", here("out/s.mote"), "--json"), false);
}

static void inspect_and_run(void **state)
{
    const char *input = here("input.bin");
    struct run r = run(ARGS("compile", MODEL, "-o", here("m.mote")), NULL, NULL);
    int fd = open(input, O_WRONLY | O_CREAT, 0666);

    (void)state;
    assert_int_equal(r.status, 0);
    assert_int_equal(ftruncate(fd, 144), 0);
    close(fd);
    fail_all("inspect", ARGS("inspect", here("m.mote"), "--json"), false);
    fail_all("inspect of a graph", ARGS("inspect", MODEL, "--json"), false);
    fail_all("run, as text", ARGS("run", MODEL, "--input", input, "--output", here("out/y.bin")), false);
    fail_all("run", ARGS("run", here("m.mote"), "--input", input, "--output", here("out/y.npy"), "--json"), false);
}

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static void quantize(void **state)
{
    const char *const model = here("f.graph"), *const data = here("d.csv");

    (void)state;
    write_text(model, "mote-graph 1\nmodel f version 0\ngraph \"main\"\n"
                      "tensor 0 \"x\" f32 [1,2]\ntensor 1 \"w\" f32 [2,2] data [1.5, -1, -1, 1.5]\n"
                      "tensor 2 \"y\" f32 [1,2]\n"
                      "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n");
    write_text(data, "a,b,larger\n1,2,b\n2,1,a\n3,4,b\n9,5,a\n3,7,b\n8,6,a\n");
    fail_all("quantize",
             ARGS("quantize", model, "--data", data, "-o", here("out/q.mote"), "--samples", "3", "--method", "mse",
                  "--threads", "2", "--json"),
             false);
    fail_all("quantize to a graph",
             ARGS("quantize", model, "--data", data, "-o", here("out/q.graph"), "--threads", "1"), false);
}

/* Three pictures in an archive, and a table. */
static void put_data(void)
{
    struct archive *a = archive_write_new();
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 12, .height = 12, .format = PNG_FORMAT_GRAY};
    uint8_t pixels[144] = {7}, png[4096];
    png_alloc_size_t size = sizeof png;
    FILE *table = fopen(here("t.csv"), "w");

    assert_true(png_image_write_to_memory(&image, png, &size, 0, pixels, 0, NULL));
    assert_int_equal(archive_write_set_format_filter_by_ext(a, "a.tar.gz"), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(a, here("a.tar.gz")), ARCHIVE_OK);
    for (int i = 0; i < 3; i++) {
        struct archive_entry *entry = archive_entry_new();

        archive_entry_set_pathname(entry, pool_printf(&pool, "%d/%d.png", i, i));
        archive_entry_set_size(entry, (la_int64_t)size);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_write_header(a, entry);
        archive_write_data(a, png, size);
        archive_entry_free(entry);
    }
    archive_write_free(a);
    mkdir(here("set"), 0777);
    mkdir(here("set/0"), 0777);
    assert_true(png_image_write_to_file(&image, here("set/0/a.png"), 0, pixels, 0, NULL));
    assert_non_null(table);
    fputs("1,2,a\n3,4,b\n5,6,a\n7,8,b\n", table);
    fclose(table);
}

static void data_sets(void **state)
{
    (void)state;
    put_data();
    for (size_t i = 0; i < COUNT(kinds); i++) /* libarchive itself ends the process when there is no memory */
        if (strcmp(kinds[i], "malloc") != 0)
            fail_each(ARGS("data", here("a.tar.gz"), "--sheet", here("out/s.png"), "--json"), kinds[i], false);
    fail_all("data of a table", ARGS("data", here("t.csv")), false);
    fail_all("eval", ARGS("eval", MODEL, "--data", here("set"), "--predictions", here("out/p.csv")), false);
}

/* ---- training ---- */
#define TRAIN(...) ARGS("train", here("r.yaml"), "--data", here("t.yaml"), "-o", here("out/t"), __VA_ARGS__)
#define NEW        TRAIN("--threads", "1")
#define RESUME     TRAIN("--threads", "1", "--resume")

struct trained {
    struct bytes model, checkpoint;
};

static struct trained read_trained(void)
{
    return (struct trained){.model = slurp(here("out/t/model.graph")),
                            .checkpoint = slurp(here("out/t/checkpoint.graph"))};
}

static bool is_same(struct bytes a, struct bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

/* Epochs have their lines on stderr; the last line is the error. */
static bool ends_with_error(const struct run *r)
{
    const char *text = (const char *)r->err.data, *last = text + r->err.size;

    while (last > text && (last == text + r->err.size || last[-1] != '\n'))
        last--;
    return r->status != 0 && strncmp(last, "mote: ", 6) == 0;
}

/* Whatever failed, the folder is one that a second run goes on with, or one in which it begins, to the same end. */
static void want_recovery(const char *fault, const struct trained *right)
{
    bool resume = access(here("out/t/checkpoint.graph"), F_OK) == 0;
    struct run r = run_on(resume ? RESUME : NEW, NULL, NULL);
    struct trained now;

    if (r.status != 0)
        fail_msg("after fault %s: exit status %d, stderr:\n%s", fault, r.status, (const char *)r.err.data);
    now = read_trained();
    if (!is_same(now.model, right->model) || !is_same(now.checkpoint, right->checkpoint))
        fail_msg("after fault %s: the network differs", fault);
}

/* All faults of a kind; of a pool's, which are many, fewer and fewer. */
static int fail_training(const char *kind, const struct trained *right)
{
    bool is_pool = strcmp(kind, "pool") == 0;
    int met = 0;

    for (long n = 1; n < FAULTS_MAX; n += is_pool ? 1 + n / 8 : 1, met++) {
        const char *fault = pool_printf(&pool, "%s %ld", kind, n);
        struct run r = run(NEW, fault, NULL);

        if (r.status == 0 && !r.met)
            return met;
        if (r.status != 0 && (r.status > EXIT_ENVIRONMENT || !ends_with_error(&r) || !left_nothing(&r, true)))
            fail_msg("fault %s: exit status %d, stderr:\n%s\nfiles left:\n%s", fault, r.status,
                     (const char *)r.err.data, r.files.s);
        want_recovery(fault, right);
    }
    return met;
}

/* No faults of malloc: the runtimes of C++ and OpenMP, which oneDNN needs, end the process themselves. */
static void train(void **state)
{
    static const char *const some[] = {"pool", "write", "read"};
    struct text table = {.pool = &pool};
    struct trained right;
    struct run r;

    (void)state;
    for (int i = 0; i < 60; i++)
        text_add(&table, "%d,%d,%s\n", i * 7 % 40, i * 11 % 40, i * 7 % 40 > i * 11 % 40 ? "a" : "b");
    write_text(here("t.csv"), table.s);
    write_text(here("t.yaml"), "data:\n  path: t.csv\n  validation: 0.2\n  test: 0.2\n");
    write_text(here("r.yaml"), "name: r\nnetwork:\n  - fully_connected: {units: 4, activation: relu}\n"
                               "  - fully_connected: {}\n  - softmax: {}\ntraining:\n  epochs: 3\n  batch: 8\n");
    r = run(NEW, NULL, NULL);
    assert_int_equal(r.status, 0);
    right = read_trained();
    for (size_t i = 0; i < COUNT(some); i++)
        print_message("train: %d %s faults\n", fail_training(some[i], &right), some[i]);
}

/* A disk that is full from some epoch on: a checkpoint that was whole stays. */
static void train_on_a_full_disk(void **state)
{
    const struct rlimit tiny = {1000, 1000};
    struct run r = run(TRAIN("--threads", "1", "--epochs", "1"), NULL, NULL);
    struct trained before, after;

    (void)state;
    assert_int_equal(r.status, 0);
    before = read_trained();
    r = run_on(RESUME, NULL, &tiny);
    assert_int_equal(r.status, EXIT_ENVIRONMENT);
    assert_true(ends_with_error(&r) && left_nothing(&r, true));
    after = read_trained();
    assert_true(is_same(before.model, after.model) && is_same(before.checkpoint, after.checkpoint));
}

/* ---- the disk, without help ---- */
static void full_disk(void **state)
{
    const struct rlimit tiny = {1000, 1000};
    struct run r;

    (void)state;
    r = run(ARGS("compile", MODEL, "-o", "/dev/full"), NULL, NULL);
    assert_int_equal(r.status, EXIT_ENVIRONMENT);
    assert_true(is_one_line(&r));
    r = run(ARGS("compile", MODEL, "-o", here("out/m.mote")), NULL, &tiny);
    assert_int_equal(r.status, EXIT_ENVIRONMENT);
    assert_true(is_one_line(&r) && left_nothing(&r, false));
}

/* A path that leads nowhere is the caller's mistake. */
static void folder_that_cannot_be_written(void **state)
{
    static const char *const places[] = {"/proc/m.mote", "/proc/nowhere/m.mote", "/dev/null/m.mote"};

    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        struct run r = run(ARGS("compile", MODEL, "-o", places[i]), NULL, NULL);

        if (r.status != EXIT_INPUT || !is_one_line(&r))
            fail_msg("%s: exit status %d, %s", places[i], r.status, (const char *)r.err.data);
    }
    if (geteuid() == 0)
        return; /* root writes everywhere */
    mkdir(here("closed"), 0555);

    struct run r = run(ARGS("compile", MODEL, "-o", here("closed/m.mote")), NULL, NULL);

    assert_int_equal(r.status, EXIT_INPUT);
    assert_true(is_one_line(&r));
}

/* An older file stays whole when the newer one cannot be written. */
static void old_file_stays(void **state)
{
    const char *const *args = ARGS("compile", MODEL, "-o", here("kept.mote"));
    struct bytes before, after;
    struct run r = run(args, NULL, NULL);

    (void)state;
    assert_int_equal(r.status, 0);
    before = slurp(here("kept.mote"));
    for (int n = 1; n < 100; n++) {
        r = run(args, pool_printf(&pool, "write %d", n), NULL);
        after = slurp(here("kept.mote"));
        assert_int_equal(after.size, before.size);
        assert_memory_equal(after.data, before.data, before.size);
        if (!r.met)
            return;
    }
    fail_msg("no end");
}

static int clean_up(void **state)
{
    (void)state;
    end_server();
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    rmdir(folder);
    pool_free(&pool);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compile_to_image),
        cmocka_unit_test(compile_to_c),
        cmocka_unit_test(compile_to_graph),
        cmocka_unit_test(sign),
        cmocka_unit_test(inspect_and_run),
        cmocka_unit_test(quantize),
        cmocka_unit_test(data_sets),
        cmocka_unit_test(train),
        cmocka_unit_test(train_on_a_full_disk),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(folder_that_cannot_be_written),
        cmocka_unit_test(old_file_stays),
    };

    if (access(MOTE_FAULTY, X_OK) != 0) {
        printf("SKIP: %s is not built: sanitizers have an allocator of their own\n", MOTE_FAULTY);
        return 0;
    }
    if (mkdtemp(folder) == NULL)
        return 1;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
