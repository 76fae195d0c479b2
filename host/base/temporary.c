/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary files and folders: PREFIX.mote-PID-N.tmp. Their process holds them (flock) for as long as they are
 * temporary. A kill leaves them, but nobody holds them then: whoever makes others in the same folder removes them. */
#include "host/base/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 1000

/* ---- what a kill has left ---- */
/* A name that ends with ".mote-PID-N.tmp". */
static bool is_temporary_name(const char *name)
{
    size_t n = strlen(name);

    if (n < 4 || strcmp(name + n - 4, ".tmp") != 0)
        return false;
    n -= 4;
    for (int number = 0; number < 2; number++) {
        size_t digits = n;

        while (n > 0 && name[n - 1] >= '0' && name[n - 1] <= '9')
            n--;
        if (n == digits || n == 0 || name[--n] != '-')
            return false;
    }
    return n >= 5 && memcmp(name + n - 5, ".mote", 5) == 0;
}

static void remove_unheld(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) &&
        flock(fd, LOCK_EX | LOCK_NB) == 0) {
        if (S_ISDIR(st.st_mode))
            folder_remove_at(parent, name);
        else
            unlinkat(parent, name, 0);
    }
    close(fd);
}

/* The folder of `prefix`, unless it was the last one. */
static void sweep(const char *prefix)
{
    static _Thread_local struct stat last;
    const char *slash = strrchr(prefix, '/');
    char folder[PATH_MAX];
    struct stat st;
    DIR *dir;

    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash + 1 - prefix) : 1, slash ? prefix : ".");
    if (stat(folder, &st) != 0 || (st.st_dev == last.st_dev && st.st_ino == last.st_ino))
        return;
    last = st;
    dir = opendir(folder);
    if (!dir)
        return;
    for (const struct dirent *entry; (entry = readdir(dir));)
        if (is_temporary_name(entry->d_name))
            remove_unheld(dirfd(dir), entry->d_name);
    closedir(dir);
}

/* ---- making ---- */
/* 0, or EEXIST if somebody took it for one that a kill has left, just when it was made. Some file systems have no
 * locks: what is there is not held then, and not removed. */
static int hold(int fd)
{
    struct stat st;

    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return EEXIST;
    return fstat(fd, &st) == 0 && st.st_nlink == 0 ? EEXIST : 0;
}

static int open_new(const char *path, mode_t mode, bool folder, int *fd)
{
    int error;

    if (folder && mkdir(path, mode) != 0)
        return errno;
    *fd = open(path, folder ? O_RDONLY | O_DIRECTORY | O_CLOEXEC : O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (*fd < 0)
        return folder && errno == ENOENT ? EEXIST : errno;
    error = hold(*fd);
    if (error)
        close(*fd);
    return error;
}

static int make(const char *prefix, mode_t mode, bool folder, struct temporary *t)
{
    static atomic_uint counter;
    int error = EEXIST;

    sweep(prefix);
    for (int tries = 0; error == EEXIST && tries < TRIES; tries++) {
        int n = snprintf(t->path, sizeof t->path, "%s.mote-%ld-%u.tmp", prefix, (long)getpid(),
                         atomic_fetch_add(&counter, 1));

        if (n >= (int)sizeof t->path)
            return ENAMETOOLONG;
        t->slot = folder ? cleanup_folder(t->path) : cleanup_file(t->path); /* before a signal can come */
        error = open_new(t->path, mode, folder, &t->fd);
        if (error)
            cleanup_forget(t->slot);
        else
            cleanup_hold(t->slot, t->fd);
    }
    return error;
}

int temporary_file(const char *prefix, mode_t mode, struct temporary *t) { return make(prefix, mode, false, t); }
int temporary_folder(const char *prefix, mode_t mode, struct temporary *t) { return make(prefix, mode, true, t); }

void temporary_end(struct temporary *t)
{
    if (t->slot < 0)
        close(t->fd);
    cleanup_forget(t->slot);
}

/* ---- folders that one process works in ---- */
enum mote_status folder_lock(const char *path, const char *who, int *lock, const struct frame *at)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *lock = -1;
    if (fd < 0)
        return file_fail(at, "read", path, errno);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *lock = fd; /* as long as it is open */
        return MOTE_OK;
    }
    if (errno != EWOULDBLOCK) { /* no locks here */
        close(fd);
        return MOTE_OK;
    }
    close(fd);
    return fail(at, MOTE_ERR_USAGE, "another %s is at work in it: wait until it ends, or choose another folder with -o",
                who);
}

void folder_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}
