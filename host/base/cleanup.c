/* SPDX-License-Identifier: Apache-2.0 */
/* What must not outlive the process: temporary files and folders, and programs that it runs. base_cleanup() is for
 * signal handlers, so here is fixed memory, atomics and system calls only. */
#include "host/base/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEPTH_MAX   16       /* folders inside each other */
#define TRIES       50       /* a program that was just killed may still make a file */
#define BETWEEN     10000000 /* ns */
#define ENTRY_BYTES 2048     /* directory entries read at once */

enum { SLOT_FREE, SLOT_TAKEN, SLOT_FILE, SLOT_FOLDER };
static struct {
    atomic_int state;
    int held; /* 1 + the descriptor that goes with it, or 0 */
    char path[PATH_MAX];
} paths[24];
static atomic_int programs[64]; /* 0: free */

static int register_path(const char *path, int kind)
{
    for (int i = 0; i < (int)COUNT(paths); i++) {
        int expected = SLOT_FREE;

        if (atomic_compare_exchange_strong(&paths[i].state, &expected, SLOT_TAKEN)) {
            snprintf(paths[i].path, sizeof paths[i].path, "%s", path);
            atomic_store(&paths[i].state, kind);
            return i;
        }
    }
    return -1;
}

int cleanup_file(const char *path) { return register_path(path, SLOT_FILE); }
int cleanup_folder(const char *path) { return register_path(path, SLOT_FOLDER); }

void cleanup_hold(int slot, int fd)
{
    assert(slot < (int)COUNT(paths) && fd >= 0);
    if (slot >= 0)
        paths[slot].held = 1 + fd;
}

void cleanup_forget(int slot)
{
    int held;

    assert(slot < (int)COUNT(paths));
    if (slot < 0)
        return;
    held = paths[slot].held;
    paths[slot].held = 0;
    atomic_store(&paths[slot].state, SLOT_FREE);
    if (held)
        close(held - 1);
}

static void change_program(int from, int to)
{
    for (size_t i = 0; i < COUNT(programs); i++) {
        int expected = from;

        if (atomic_compare_exchange_strong(&programs[i], &expected, to))
            return;
    }
}

void cleanup_program(int pid) { change_program(0, pid); }
void cleanup_program_ended(int pid) { change_program(pid, 0); }

/* ---- folders ---- */
static void remove_folder(int parent, const char *name, int depth);
void folder_remove_at(int parent, const char *name) { remove_folder(parent, name, DEPTH_MAX); }

/* Removes what one look into the folder shows; false if that was nothing. */
static bool remove_entries(int fd, int depth)
{
    _Alignas(8) char buffer[ENTRY_BYTES];
    bool removed = false;
    ssize_t n;

    lseek(fd, 0, SEEK_SET);
    while ((n = getdents64(fd, buffer, sizeof buffer)) > 0)
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(buffer + at);

            at += entry->d_reclen;
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                continue;
            if (unlinkat(fd, entry->d_name, 0) == 0)
                removed = true;
            else if (depth > 0)
                remove_folder(fd, entry->d_name, depth - 1);
        }
    return removed;
}

/* Recursion to a bounded depth. */
static void remove_folder(int parent, const char *name, int depth)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return;
    while (remove_entries(fd, depth)) /* some file systems skip entries while others are removed */
        continue;
    close(fd);
    unlinkat(parent, name, AT_REMOVEDIR);
}

static void remove_surely(const char *path)
{
    for (int i = 0; i < TRIES; i++) {
        remove_folder(AT_FDCWD, path, DEPTH_MAX);
        if (access(path, F_OK) != 0)
            return;
        nanosleep(&(struct timespec){.tv_nsec = BETWEEN}, NULL);
    }
}

enum mote_status folder_temporary(struct pool *pool, const char *name, const char **path, const struct frame *at)
{
    const char *tmp = getenv("TMPDIR"), *keep = getenv("MOTE_KEEP");
    bool kept = keep != NULL && strcmp(keep, "1") == 0;
    char parent[PATH_MAX], *folder, *place = pool_alloc(pool, PATH_MAX); /* no memory is asked for once it is there */
    struct temporary t;
    int error = 0;

    tmp = tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp";
    if (realpath(tmp, parent) == NULL)
        error = errno;
    folder = pool_printf(pool, kept ? "%s/%s-XXXXXX" : "%s/%s", error == 0 ? parent : tmp, name);
    if (error == 0 && kept)
        error = mkdtemp(folder) != NULL ? 0 : errno;
    else if (error == 0)
        error = temporary_folder(folder, 0700, &t);
    if (error != 0)
        return fail(at, MOTE_ERR_ENVIRONMENT, "cannot make the temporary folder %s: %s; set TMPDIR to another place",
                    folder, strerror(error));
    *path = kept ? folder : memcpy(place, t.path, sizeof t.path);
    if (kept)
        fprintf(stderr, "mote: keeps %s\n", *path);
    return MOTE_OK;
}

void folder_remove(const char *path)
{
    for (size_t i = 0; path != NULL && i < COUNT(paths); i++)
        if (atomic_load(&paths[i].state) == SLOT_FOLDER && strcmp(paths[i].path, path) == 0) {
            remove_surely(path);
            cleanup_forget((int)i);
            return;
        }
}

/* ---- programs ---- */
static void kill_programs(void)
{
    for (size_t i = 0; i < COUNT(programs); i++) {
        int pid = atomic_load(&programs[i]);

        if (pid > 0 && kill(-pid, SIGKILL) == 0)
            while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                continue;
    }
}

/* ---- all of it ---- */
void base_cleanup(void)
{
    int error = errno;

    kill_programs();
    for (size_t i = 0; i < COUNT(paths); i++) {
        int kind = atomic_load(&paths[i].state);

        if (kind == SLOT_FILE)
            unlink(paths[i].path);
        else if (kind == SLOT_FOLDER)
            remove_surely(paths[i].path);
    }
    errno = error;
}
