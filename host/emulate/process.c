/* SPDX-License-Identifier: Apache-2.0 */
#include "host/emulate/process.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOBS_MAX    32
#define LOG_MAX     65536    /* bytes of a log that are looked at */
#define PAUSE_MIN   1000000L /* ns between two looks at the running programs */
#define PAUSE_MAX   16000000L
#define END_SECONDS 5
#define SPAWN_FLAGS (POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The environment, but for TMPDIR: what a compiler forgets goes with the folder. The caller frees *name and it. */
static char **environment(const char *folder, char **name)
{
    size_t n = 0, kept = 0;
    char **copy;

    while (environ[n] != NULL)
        n++;
    copy = calloc(n + 2, sizeof *copy);
    if (copy == NULL || asprintf(name, "TMPDIR=%s", folder) < 0) {
        free((void *)copy);
        *name = NULL;
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], "TMPDIR=", 7) != 0)
            copy[kept++] = environ[i];
    copy[kept] = *name;
    return copy;
}

static int redirect(posix_spawn_file_actions_t *files, const struct process *p)
{
    int err;

    if ((err = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0)) ||
        (err = posix_spawn_file_actions_addopen(files, 1, p->log, O_WRONLY | O_CREAT | O_TRUNC, 0600)) ||
        (err = posix_spawn_file_actions_adddup2(files, 1, 2)))
        return err;
    return p->folder != NULL ? posix_spawn_file_actions_addchdir_np(files, p->folder) : 0;
}

/* In a process group of its own, so that what it starts ends with it. */
static int spawn(const struct process *p, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, ours;
    char *name = NULL, **own = NULL, **variables = environ;
    int err = posix_spawn_file_actions_init(&files);

    if (err)
        return err;
    if ((err = posix_spawnattr_init(&attributes))) {
        posix_spawn_file_actions_destroy(&files);
        return err;
    }
    if (p->folder != NULL)
        variables = own = environment(p->folder, &name);
    sigemptyset(&none);
    sigemptyset(&ours); /* that we ignore */
    sigaddset(&ours, SIGPIPE);
    sigaddset(&ours, SIGXFSZ);
    if (!(err = redirect(&files, p)) && !(err = posix_spawnattr_setsigmask(&attributes, &none)) &&
        !(err = posix_spawnattr_setsigdefault(&attributes, &ours)) &&
        !(err = posix_spawnattr_setflags(&attributes, SPAWN_FLAGS)))
        err = variables == NULL ? ENOMEM
                                : posix_spawnp(pid, p->argv[0], &files, &attributes, (char *const *)p->argv, variables);
    free((void *)own);
    free(name);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return err;
}

static enum mote_status start(struct running *r, struct process *p, const struct frame *at)
{
    sigset_t all, before;
    int err;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before); /* no signal between starting and registering */
    err = spawn(p, &r->pid);
    if (!err)
        cleanup_program(r->pid);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (err) {
        r->pid = 0;
        if (err == ENOENT && p->packages != NULL)
            return fail(at, MOTE_ERR_ENVIRONMENT, "%s is not installed: install the Debian package %s", p->argv[0],
                        p->packages);
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s cannot be started: %s", p->argv[0], strerror(err));
    }
    p->ended = false;
    p->exit_code = -1;
    p->signal = 0;
    p->timed_out = false;
    r->process = p;
    r->deadline = now() + p->seconds;
    return MOTE_OK;
}

/* Takes the result of a program that has ended, kills one that ran too long. True if the place is free again. */
static bool look(struct running *r, enum mote_status *status, const struct frame *at)
{
    int how;
    pid_t pid = waitpid(r->pid, &how, WNOHANG);

    if (pid == 0) {
        if (now() > r->deadline && !r->process->timed_out) {
            r->process->timed_out = true;
            kill(-r->pid, SIGKILL);
        }
        if (*status == MOTE_OK && r->process->waiting && !r->process->waiting(r->process->user))
            *status = fail_cancelled(at, r->process->argv[0]);
        if (*status == MOTE_ERR_CANCELLED)
            kill(-r->pid, SIGKILL);
        return false;
    }
    if (pid < 0) {
        if (errno == EINTR)
            return false;
        *status = fail(at, MOTE_ERR_ENVIRONMENT, "%s cannot be waited for: %s", r->process->argv[0], strerror(errno));
    } else if (WIFEXITED(how)) {
        r->process->exit_code = WEXITSTATUS(how);
    } else if (WIFSIGNALED(how)) {
        r->process->signal = WTERMSIG(how);
    }
    cleanup_program_ended(r->pid);
    r->process->ended = true;
    r->pid = 0;
    return true;
}

enum mote_status process_run(struct process *processes, int32_t n, const struct frame *at)
{
    struct running running[JOBS_MAX] = {0};
    long processors = sysconf(_SC_NPROCESSORS_ONLN), pause = PAUSE_MIN;
    int32_t places = processors < 1 ? 1 : processors > JOBS_MAX ? JOBS_MAX : (int32_t)processors;
    int32_t next = 0, busy = 0;
    enum mote_status status = MOTE_OK;

    while (busy > 0 || (next < n && status == MOTE_OK)) {
        bool moved = false;

        for (int32_t i = 0; i < places; i++) {
            if (running[i].pid != 0 && look(&running[i], &status, at)) {
                busy--;
                moved = true;
            }
            if (running[i].pid == 0 && next < n && status == MOTE_OK) {
                status = start(&running[i], &processes[next++], at);
                busy += status == MOTE_OK;
                moved = true;
            }
        }
        pause = moved ? PAUSE_MIN : pause * 2 > PAUSE_MAX ? PAUSE_MAX : pause * 2;
        if (busy > 0)
            nanosleep(&(struct timespec){.tv_nsec = pause}, NULL);
    }
    return status;
}

enum mote_status process_begin(struct process *process, struct running *running, const struct frame *at)
{
    TRY(start(running, process, at));
    running->deadline = INFINITY;
    return MOTE_OK;
}

bool process_runs(struct running *running)
{
    enum mote_status status = MOTE_OK;

    return running->pid != 0 && !look(running, &status, NULL);
}

void process_end(struct running *running)
{
    if (!process_runs(running))
        return;
    kill(-running->pid, SIGTERM);
    running->deadline = now() + END_SECONDS; /* then look() kills it */
    while (process_runs(running))
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_MIN}, NULL);
}

const char *process_log(struct pool *pool, const struct process *process)
{
    static const char *const words[] = {"error", "undefined reference", "overflowed", "multiple definition", "fatal"};
    char *text = pool_alloc(pool, LOG_MAX), *line, *rest = text;
    const char *last = "";
    FILE *file = fopen(process->log, "r");

    if (!file)
        return "";
    text[fread(text, 1, LOG_MAX - 1, file)] = '\0';
    fclose(file);
    while ((line = strtok_r(rest, "\n", &rest))) {
        for (size_t i = 0; i < COUNT(words); i++)
            if (strstr(line, words[i]))
                return line;
        last = line;
    }
    return last;
}
