/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/keras/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/guard.h"

#define SECONDS_MAX 60

/* What the copy leaves in memory that both have: this, and what it wrote. Without it, the copy did not come back. */
struct answer {
    uint32_t came_back;
    struct report_text report;
};

struct task {
    const struct apart *a;
    FILE *out;
    const struct frame *at;
};

static enum mote_status work(void *context)
{
    const struct task *t = context;
    enum mote_status status = t->a->work(t->a->context, t->out, t->at);

    if (status == MOTE_OK && fflush(t->out) != 0)
        return fail(t->at, MOTE_ERR_MEMORY, "no room for what was read");
    return status;
}

static _Noreturn void copy_works(const struct apart *a, int fd)
{
    const struct rlimit time = {SECONDS_MAX, SECONDS_MAX}, none = {0, 0};
    struct answer answer = {.came_back = 0};
    const struct frame root = {.index = -1, .sink = &answer.report};
    struct task t = {a, fdopen(fd, "w"), &root};
    int silence = open("/dev/null", O_WRONLY);

    for (int signal_number = 1; signal_number < NSIG; signal_number++)
        signal(signal_number, SIG_DFL); /* whoever catches them is the other process */
    setrlimit(RLIMIT_CPU, &time);
    setrlimit(RLIMIT_CORE, &none);
    if (silence >= 0)
        dup2(silence, STDERR_FILENO); /* last words of the C library */
    if (t.out == NULL || fseek(t.out, sizeof answer, SEEK_SET) != 0)
        _exit(1);
    if (guarded_run(&(struct guarded){.work = work, .context = &t}, &root) != MOTE_OK)
        assert(answer.report.status != MOTE_OK);
    answer.came_back = 1;
    _exit(pwrite(fd, &answer, sizeof answer, 0) == sizeof answer ? 0 : 1);
}

static bool read_at(int fd, void *to, size_t bytes, size_t place)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t n = pread(fd, (uint8_t *)to + done, bytes - done, (off_t)(place + done));

        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static enum mote_status read_answer(int fd, struct pool *pool, size_t limit, struct bytes *out, const struct frame *at)
{
    struct answer answer;
    off_t size = lseek(fd, 0, SEEK_END);

    if (size < (off_t)sizeof answer || !read_at(fd, &answer, sizeof answer, 0) || answer.came_back != 1)
        return fail(at, MOTE_ERR_FORMAT, "the file is damaged: the library that reads it gave up");
    if (answer.report.status != MOTE_OK) {
        answer.report.text[sizeof answer.report.text - 1] = '\0';
        if (answer.report.end > strlen(answer.report.text))
            answer.report.end = strlen(answer.report.text);
        return fail_again(at, &answer.report);
    }
    out->size = (size_t)size - sizeof answer;
    if (out->size > limit)
        return fail(at, MOTE_ERR_MEMORY, "its contents take more than %zu bytes", limit);
    out->data = pool_alloc(pool, out->size);
    return read_at(fd, out->data, out->size, sizeof answer) ? MOTE_OK
                                                            : fail(at, MOTE_ERR_MEMORY, "no room for what was read");
}

enum mote_status apart_run(const struct apart *a, struct pool *pool, size_t limit, struct bytes *out,
                           const struct frame *at)
{
    int fd = memfd_create("mote", MFD_CLOEXEC);
    pid_t copy = fd < 0 ? -1 : fork();
    enum mote_status status;

    if (copy == 0)
        copy_works(a, fd);
    while (copy > 0 && waitpid(copy, NULL, 0) < 0 && errno == EINTR)
        continue;
    status = copy > 0 ? read_answer(fd, pool, limit, out, at)
                      : fail(at, MOTE_ERR_ENVIRONMENT, "no process to read it: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return status;
}
