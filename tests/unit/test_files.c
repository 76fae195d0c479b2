/* SPDX-License-Identifier: Apache-2.0 */
/* host/base: whole files that appear at once or not at all, temporary ones, and what a kill leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/base/base.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- files ---- */
struct folder {
    char path[64], file[80];
    struct pool pool;
    struct report_text sink;
    struct frame at;
};

static int set_up(void **state)
{
    struct folder *f = calloc(1, sizeof *f);

    strcpy(f->path, "mote-test-files-XXXXXX");
    if (!mkdtemp(f->path))
        return -1;
    snprintf(f->file, sizeof f->file, "%s/out.bin", f->path);
    f->at = (struct frame){.name = f->file, .index = -1, .sink = &f->sink};
    *state = f;
    return 0;
}

static int entries(const char *path)
{
    DIR *d = opendir(path);
    int n = 0;

    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static int tear_down(void **state)
{
    struct folder *f = *state;
    int left;

    unlink(f->file);
    left = entries(f->path);
    rmdir(f->path);
    pool_free(&f->pool);
    free(f);
    return left; /* whatever a test leaves behind fails it */
}

static void test_file_round_trip(void **state)
{
    struct folder *f = *state;
    struct bytes got;
    char data[10000];
    struct stat st;

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 7);
    for (size_t size = 0; size <= sizeof data; size += 2500) {
        assert_int_equal(file_write(f->file, data, size, &f->at), MOTE_OK);
        assert_int_equal(file_read(&f->pool, f->file, &got, &f->at), MOTE_OK);
        assert_int_equal(got.size, size);
        assert_memory_equal(got.data, data, size);
        assert_int_equal(got.data[size], 0);
        assert_int_equal(entries(f->path), 1);
    }
    assert_int_equal(chmod(f->file, 0640), 0);
    assert_int_equal(file_write(f->file, data, 1, &f->at), MOTE_OK);
    assert_int_equal(stat(f->file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640); /* replacing keeps the mode */
}

static void test_file_through_link(void **state)
{
    struct folder *f = *state;
    char link[80];
    struct stat st;

    snprintf(link, sizeof link, "%s/link", f->path);
    assert_int_equal(file_write(f->file, "old", 3, &f->at), MOTE_OK);
    assert_int_equal(symlink("out.bin", link), 0);
    assert_int_equal(file_write(link, "newer", 5, &f->at), MOTE_OK);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(f->file, &st), 0);
    assert_int_equal(st.st_size, 5);
    unlink(link);
}

static void test_file_missing(void **state)
{
    struct folder *f = *state;
    struct bytes got;
    char want[256];

    assert_int_equal(file_read(&f->pool, f->file, &got, &f->at), MOTE_ERR_FILE);
    snprintf(want, sizeof want, "%s: cannot read: No such file or directory [ERR_FILE]", f->file);
    assert_string_equal(f->sink.text, want);

    f->sink = (struct report_text){0};
    assert_int_equal(file_read(&f->pool, f->path, &got, &f->at), MOTE_ERR_FILE);
    snprintf(want, sizeof want, "%s: cannot read %s: Is a directory [ERR_FILE]", f->file, f->path);
    assert_string_equal(f->sink.text, want);
}

static void test_write_to_folder(void **state)
{
    struct folder *f = *state;
    char want[256];

    assert_int_equal(file_write(f->path, "x", 1, &f->at), MOTE_ERR_FILE);
    snprintf(want, sizeof want, "%s: cannot write %s: Is a directory [ERR_FILE]", f->file, f->path);
    assert_string_equal(f->sink.text, want);

    f->sink = (struct report_text){0};
    assert_int_equal(file_write(f->file, "x", 1, &f->at), MOTE_OK);
    snprintf(want, sizeof want, "%s/x", f->file);
    assert_int_equal(file_write(want, "x", 1, &f->at), MOTE_ERR_FILE);
    assert_non_null(strstr(f->sink.text, "out.bin/x: Not a directory"));
}

/* A file size limit stands in for a full disk: write() fails half-way with EFBIG. */
static void test_write_fails_half_way(void **state)
{
    struct folder *f = *state;
    struct rlimit before, small;
    static char data[100000];
    struct bytes got;

    assert_int_equal(file_write(f->file, "old", 3, &f->at), MOTE_OK);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 50000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum mote_status status = file_write(f->file, data, sizeof data, &f->at);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(status, MOTE_ERR_ENVIRONMENT);
    assert_non_null(
        strstr(f->sink.text, ": cannot write: File too large; `ulimit -f` or the disk sets the limit [ERR"));
    assert_int_equal(entries(f->path), 1); /* the temporary file is gone, */
    assert_int_equal(file_read(&f->pool, f->file, &got, &f->at), MOTE_OK);
    assert_int_equal(got.size, 3); /* and the old one is whole */
}

static void test_devices_are_not_replaced(void **state)
{
    struct folder *f = *state;
    struct stat st;
    char fifo[80];
    int fd;

    snprintf(fifo, sizeof fifo, "%s/fifo", f->path);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    fd = open(fifo, O_RDONLY | O_NONBLOCK);
    assert_int_equal(file_write(fifo, "abc", 3, &f->at), MOTE_OK);
    char got[4] = {0};
    assert_int_equal(read(fd, got, 3), 3);
    assert_string_equal(got, "abc");
    close(fd);
    assert_int_equal(stat(fifo, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    unlink(fifo);
}

static void test_read_pipe(void **state)
{
    struct folder *f = *state;
    static char data[20000];
    char path[32];
    struct bytes got;
    int fds[2];

    memset(data, 'p', sizeof data);
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], data, sizeof data), sizeof data);
    close(fds[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
    assert_int_equal(file_read(&f->pool, path, &got, &f->at), MOTE_OK);
    close(fds[0]);
    assert_int_equal(got.size, sizeof data);
    assert_memory_equal(got.data, data, sizeof data);
}

/* With folders and a link inside; what the link leads to stays. */
static void test_temporary_folder(void **state)
{
    struct folder *f = *state;
    const char *path, *deep;

    unsetenv("MOTE_KEEP");
    setenv("TMPDIR", f->path, 1);
    for (int by_signal = 0; by_signal < 2; by_signal++) {
        assert_int_equal(folder_temporary(&f->pool, "mote-test", &path, &f->at), MOTE_OK);
        assert_non_null(strstr(path, "/mote-test.mote-"));
        assert_int_equal(path[0], '/');
        deep = pool_printf(&f->pool, "%s/a/b", path);
        assert_int_equal(mkdir(pool_printf(&f->pool, "%s/a", path), 0777) | mkdir(deep, 0777), 0);
        for (int i = 0; i < 200; i++)
            assert_int_equal(file_write(pool_printf(&f->pool, "%s/file%d", deep, i), "x", 1, &f->at), MOTE_OK);
        assert_int_equal(symlink("/", pool_printf(&f->pool, "%s/link", path)), 0);
        if (by_signal)
            base_cleanup();
        folder_remove(path);
        assert_int_equal(entries(f->path), 0);
    }
    folder_remove(NULL);
    setenv("TMPDIR", pool_printf(&f->pool, "%s/none", f->path), 1);
    assert_int_equal(folder_temporary(&f->pool, "mote-test", &path, &f->at), MOTE_ERR_ENVIRONMENT);
    unsetenv("TMPDIR");
}

static const char *content(struct folder *f, const char *name)
{
    struct bytes file;

    assert_int_equal(file_read(&f->pool, pool_printf(&f->pool, "%s/%s", f->path, name), &file, &f->at), MOTE_OK);
    return pool_printf(&f->pool, "%.*s", (int)file.size, (const char *)file.data);
}

static void test_staging(void **state)
{
    struct folder *f = *state;
    const char *dir = pool_printf(&f->pool, "%s/new/", f->path);
    struct staging s;

    for (int again = 0; again < 2; again++) {
        assert_int_equal(staging_begin(&f->pool, dir, &s, &f->at), MOTE_OK);
        assert_int_equal(staging_put(&s, "a/b/c", again ? "second" : "first", 5 + again, &f->at), MOTE_OK);
        assert_int_equal(staging_put(&s, "d", "d", 1, &f->at), MOTE_OK);
        assert_int_equal(entries(f->path), 1); /* as long as it is not there: the temporary one beside it */
        assert_int_equal(staging_commit(&s, &f->at), MOTE_OK);
        staging_end(&s);
        assert_string_equal(content(f, "new/a/b/c"), again ? "second" : "first");
        assert_int_equal(entries(f->path), 1);
        assert_int_equal(entries(dir), 2);
    }
    /* Nothing is replaced before everything can be. */
    assert_int_equal(staging_begin(&f->pool, dir, &s, &f->at), MOTE_OK);
    assert_int_equal(staging_put(&s, "d", "third", 5, &f->at), MOTE_OK);
    assert_int_equal(staging_put(&s, "a/b", "a folder is there", 1, &f->at), MOTE_ERR_FILE);
    staging_end(&s);
    assert_string_equal(content(f, "new/d"), "d");
    assert_int_equal(entries(dir), 2);
    /* Nor is a folder made before there is something to be in it. */
    dir = pool_printf(&f->pool, "%s/other", f->path);
    assert_int_equal(staging_begin(&f->pool, dir, &s, &f->at), MOTE_OK);
    assert_int_equal(staging_put(&s, "x/y", "", 0, &f->at), MOTE_OK);
    staging_end(&s);
    assert_int_equal(entries(f->path), 1);
    assert_int_equal(staging_begin(&f->pool, pool_printf(&f->pool, "%s/new/d", f->path), &s, &f->at), MOTE_ERR_FILE);
    staging_end(&s);
    dir = pool_printf(&f->pool, "%s/new", f->path);
    assert_true(cleanup_folder(dir) >= 0);
    folder_remove(dir);
}

static void test_cleanup_ends_programs(void **state)
{
    pid_t pid = fork();

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0) {
        setpgid(0, 0);
        sleep(60);
        _exit(0);
    }
    setpgid(pid, pid);
    cleanup_program(pid);
    base_cleanup();
    assert_int_equal(kill(pid, 0), -1); /* gone, and waited for */
    cleanup_program_ended(pid);
}

static const char *signal_folder;
static int signal_entries;
static void on_signal(int signal_number)
{
    (void)signal_number;
    signal_entries = entries(signal_folder);
    base_cleanup();
}

/* A write to a slow disk, interrupted: the handler sees the temporary file and removes it. */
static void test_cleanup(void **state)
{
    struct folder *f = *state;
    enum { SIZE = 64 << 20 };
    char *data = calloc(1, SIZE);
    enum mote_status status;

    signal_folder = f->path;
    signal(SIGXFSZ, on_signal); /* sent in the middle of the write, when the limit below is reached */
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 1 << 20;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    status = file_write(f->file, data, SIZE, &f->at);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    free(data);
    assert_int_equal(status, MOTE_ERR_ENVIRONMENT);
    assert_int_equal(signal_entries, 1);
    assert_int_equal(entries(f->path), 0);
}

/* ---- what kills leave ---- */
/* Dies in the middle of a write, of the kernel's signal. */
static void die_writing(const struct folder *f, const char *path)
{
    struct rlimit small;
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGXFSZ, SIG_DFL);
        getrlimit(RLIMIT_CORE, &small);
        small.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &small);
        getrlimit(RLIMIT_FSIZE, &small);
        small.rlim_cur = 4096;
        setrlimit(RLIMIT_FSIZE, &small);
        _exit(file_write(path, calloc(1, 100000), 100000, &f->at) == MOTE_OK);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
}

enum { HOLD, STAGE, KEEP };

/* A process that has a temporary folder: for a staging, or in TMPDIR; or that holds a temporary file. Told by `ready`.
 */
static pid_t start_holder(struct folder *f, int what, const char *dir)
{
    struct temporary t;
    struct staging s;
    const char *path;
    int ready[2];
    pid_t pid;
    char c;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (what == HOLD && temporary_file(dir, 0666, &t) != 0)
            _exit(1);
        if (what == STAGE &&
            (staging_begin(&f->pool, dir, &s, &f->at) != MOTE_OK || staging_put(&s, "a/b", "b", 1, &f->at) != MOTE_OK))
            _exit(1);
        if (what == KEEP && (folder_temporary(&f->pool, "mote-test", &path, &f->at) != MOTE_OK ||
                             file_write(pool_printf(&f->pool, "%s/x", path), "x", 1, &f->at) != MOTE_OK))
            _exit(1);
        if (write(ready[1], "r", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
    return pid;
}

static void kill_holder(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* The next command's first write into f->path. */
static void write_anew(struct folder *f)
{
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0) {
        const char *dir = pool_printf(&f->pool, "%s/again", f->path);

        mkdir(dir, 0777); /* this process may have written into f->path before: the next folder makes it forget */
        _exit(file_write(pool_printf(&f->pool, "%s/again/x", f->path), "", 0, &f->at) != MOTE_OK ||
              unlink(pool_printf(&f->pool, "%s/again/x", f->path)) != 0 || rmdir(dir) != 0 ||
              file_write(f->file, "new", 3, &f->at) != MOTE_OK);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_what_kills_leave(void **state)
{
    struct folder *f = *state;
    const char *in = pool_printf(&f->pool, "%s/", f->path);

    unsetenv("MOTE_KEEP");
    setenv("TMPDIR", f->path, 1);
    die_writing(f, f->file);
    kill_holder(start_holder(f, HOLD, in));
    kill_holder(start_holder(f, STAGE, f->path));
    kill_holder(start_holder(f, STAGE, pool_printf(&f->pool, "%s/new", f->path)));
    kill_holder(start_holder(f, KEEP, NULL));
    assert_in_range(entries(f->path), 1, 5); /* each also removes what those before it left */
    write_anew(f);
    assert_string_equal(content(f, strrchr(f->file, '/') + 1), "new");
    assert_int_equal(entries(f->path), 1);
    unsetenv("TMPDIR");
}

static void test_what_is_held_stays(void **state)
{
    static const char *const others[] = {".mote-1.tmp", "x.mote-1-2.tmp.gz", ".mote-a-1.tmp", "mote-1-1.tmp", "a.tmp"};
    struct folder *f = *state;
    const char *in = pool_printf(&f->pool, "%s/", f->path), *link = pool_printf(&f->pool, "%s/.mote-1-1.tmp", f->path);
    pid_t holders[4];

    setenv("TMPDIR", f->path, 1);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(file_write(pool_printf(&f->pool, "%s/%s", f->path, others[i]), "", 0, &f->at), MOTE_OK);
    assert_int_equal(symlink(f->path, link), 0);
    holders[0] = start_holder(f, HOLD, in);
    holders[1] = start_holder(f, STAGE, f->path);
    holders[2] = start_holder(f, STAGE, pool_printf(&f->pool, "%s/new", f->path));
    holders[3] = start_holder(f, KEEP, NULL);
    write_anew(f);
    assert_int_equal(entries(f->path), COUNT(others) + 1 + COUNT(holders) + 1);
    for (size_t i = 0; i < COUNT(holders); i++)
        kill_holder(holders[i]);
    write_anew(f);
    assert_int_equal(entries(f->path), COUNT(others) + 1 + 1);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(unlink(pool_printf(&f->pool, "%s/%s", f->path, others[i])), 0);
    assert_int_equal(unlink(link), 0);
    unsetenv("TMPDIR");
}

/* Another process gets it when this one has ended. */
static void test_folder_lock(void **state)
{
    struct folder *f = *state;
    int ready[2], status, lock;
    pid_t pid;
    char c;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (folder_lock(f->path, "test", &lock, &f->at) == MOTE_OK && write(ready[1], "r", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(folder_lock(f->path, "test", &lock, &f->at), MOTE_ERR_USAGE);
    assert_non_null(strstr(f->sink.text, "another test is at work in it: wait until it ends"));
    kill_holder(pid);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(folder_lock(f->path, "test", &lock, &f->at) != MOTE_OK);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(folder_lock(f->path, "test", &lock, &f->at), MOTE_OK);
        folder_unlock(lock);
    }
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_file_round_trip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file_through_link, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_write_to_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_write_fails_half_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_devices_are_not_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_read_pipe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cleanup, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_temporary_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_staging, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_kills_leave, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_held_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_folder_lock, set_up, tear_down),
        cmocka_unit_test(test_cleanup_ends_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
