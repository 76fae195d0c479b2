/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files and whole folders. A file is written under a temporary name in the same folder and renamed when it is
 * complete, so that a reader never sees half of it and a failure leaves nothing behind; devices and pipes are written
 * in place. The files of a folder are written to a temporary folder first. */
#include "host/base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whose fault: a path that does not lead to a file that may be read or written is the caller's; a full or broken disk
 * is not. */
static enum mote_status file_status(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
    case ENAMETOOLONG:
        return MOTE_ERR_FILE;
    case ENOMEM:
        return MOTE_ERR_MEMORY;
    default:
        return MOTE_ERR_ENVIRONMENT;
    }
}

/* Does the place begin with the path? Then a message need not name it. */
static bool place_is(const struct frame *at, const char *path)
{
    for (const struct frame *f = at; f; f = f->up)
        if (!f->up && !f->kind && f->name && strcmp(f->name, path) == 0)
            return true;
    return false;
}

static enum mote_status spare_inputs(const char *path, const struct frame *at)
{
    bool named = place_is(at, path);

    if (!inputs_have(path))
        return MOTE_OK;
    return fail(at, MOTE_ERR_USAGE,
                "%s%sit is one of the command's inputs and would be overwritten: choose another output",
                named ? "" : path, named ? "" : ": ");
}

enum mote_status file_fail(const struct frame *at, const char *what, const char *path, int error)
{
    enum mote_status status = file_status(error);
    const char *remedy = error == EFBIG && strcmp(what, "write") == 0 ? "; `ulimit -f` or the disk sets the limit" : "";

    if (place_is(at, path))
        return fail(at, status, "cannot %s: %s%s", what, strerror(error), remedy);
    return fail(at, status, "cannot %s %s: %s%s", what, path, strerror(error), remedy);
}

/* 0 or errno. Pipes and devices tell no size: the buffer doubles. */
static int read_all(struct pool *pool, int fd, size_t size_hint, struct bytes *out)
{
    size_t capacity = size_hint + 1;

    out->data = pool_alloc(pool, capacity + 1); /* a NUL follows the data, for parsers of text */
    out->size = 0;
    for (;;) {
        assert(out->size < capacity);
        ssize_t n = read(fd, out->data + out->size, capacity - out->size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : 0;
        out->size += (size_t)n;
        if (out->size > FILE_LIMIT)
            return EFBIG;
        if (out->size == capacity) {
            uint8_t *data = pool_alloc(pool, capacity * 2 + 1);

            memcpy(data, out->data, out->size);
            out->data = data;
            capacity *= 2;
        }
    }
}

enum mote_status file_read_back(struct pool *pool, const char *path, struct bytes *out, const struct frame *at)
{
    struct stat st;
    int error, fd;

    *out = (struct bytes){NULL, 0};
    do
        fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return file_fail(at, "read", path, errno);
    if (fstat(fd, &st) != 0)
        error = errno;
    else if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > FILE_LIMIT)
        error = EFBIG;
    else
        error = read_all(pool, fd, S_ISREG(st.st_mode) ? (size_t)st.st_size : 4095, out);
    close(fd);
    if (error == EFBIG)
        return fail(at, MOTE_ERR_FILE, "cannot read %s: larger than %zu bytes, the largest file that Mote reads", path,
                    FILE_LIMIT);
    return error ? file_fail(at, "read", path, error) : MOTE_OK;
}

enum mote_status file_read(struct pool *pool, const char *path, struct bytes *out, const struct frame *at)
{
    TRY(file_read_back(pool, path, out, at));
    inputs_add(path);
    return MOTE_OK;
}

/* 0 or errno. */
static int write_all(int fd, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

static int write_in_place(const char *path, const void *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC), error;

    if (fd < 0)
        return errno;
    error = write_all(fd, data, size);
    if (close(fd) != 0 && !error)
        error = errno;
    return error;
}

/* The folders that the path goes through. 0 or errno. */
static int make_parents(const char *path)
{
    char folder[PATH_MAX];

    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
        return ENAMETOOLONG;
    for (char *slash = folder; *slash != '\0' && (slash = strchr(slash + 1, '/')) != NULL; *slash = '/') {
        *slash = '\0';
        if (mkdir(folder, 0777) != 0 && errno != EEXIST)
            return errno;
    }
    return 0;
}

static int fill(int fd, mode_t mode, const void *data, size_t size)
{
    int error = write_all(fd, data, size);

    if (!error && fsync(fd) != 0 && errno != EINVAL)
        error = errno;
    if (!error && mode && fchmod(fd, mode) != 0)
        error = errno;
    return error;
}

/* Replaces the regular file `path`, or makes it; `mode` is the old file's, 0 if there is none. */
static int write_and_rename(const char *path, mode_t mode, const void *data, size_t size)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];
    struct temporary t;
    int error, n = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash + 1 - path) : 0, path);

    if (n >= (int)sizeof folder)
        return ENAMETOOLONG;
    error = temporary_file(folder, mode ? mode : 0666, &t);
    if (error == ENOENT && (error = make_parents(path)) == 0)
        error = temporary_file(folder, mode ? mode : 0666, &t);
    if (error)
        return error;
    error = fill(t.fd, mode, data, size);
    if (!error && rename(t.path, path) != 0)
        error = errno;
    if (error)
        unlink(t.path);
    temporary_end(&t);
    return error;
}

/* 0 or errno. */
static int write_path(const char *path, const void *data, size_t size)
{
    struct stat st;
    char *target;
    int error;

    if (stat(path, &st) != 0)
        return write_and_rename(path, 0, data, size);
    if (S_ISDIR(st.st_mode))
        return EISDIR;
    if (!S_ISREG(st.st_mode))
        return write_in_place(path, data, size);
    target = realpath(path, NULL); /* a symbolic link stays one */
    error = target ? write_and_rename(target, st.st_mode & 07777, data, size) : errno;
    free(target);
    return error;
}

enum mote_status file_write(const char *path, const void *data, size_t size, const struct frame *at)
{
    int error;

    TRY(spare_inputs(path, at));
    error = write_path(path, data, size);
    return error ? file_fail(at, "write", path, error) : MOTE_OK;
}

/* ---- folders ---- */
static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum mote_status folder_make(const char *path, const struct frame *at)
{
    int error = mkdir(path, 0777) == 0 ? 0 : errno;

    if (error == ENOENT && (error = make_parents(path)) == 0)
        error = mkdir(path, 0777) == 0 ? 0 : errno;
    if (error == EEXIST && is_folder(path))
        return access(path, W_OK | X_OK) == 0 ? MOTE_OK : file_fail(at, "write into", path, errno);
    if (error == EEXIST)
        error = ENOTDIR;
    return error ? file_fail(at, "make the folder", path, error) : MOTE_OK;
}

enum mote_status staging_begin(struct pool *pool, const char *dir, struct staging *s, const struct frame *at)
{
    char *trimmed = pool_strdup(pool, dir);
    const char *prefix;
    int error;

    for (size_t n = strlen(trimmed); n > 1 && trimmed[n - 1] == '/'; n--)
        trimmed[n - 1] = '\0';
    *s = (struct staging){.pool = pool, .dir = trimmed, .existed = is_folder(dir)};
    if (!s->existed && access(dir, F_OK) == 0)
        return file_fail(at, "make the folder", dir, ENOTDIR);
    prefix = s->existed ? pool_printf(pool, "%s/", trimmed) : trimmed;
    error = temporary_folder(prefix, 0777, &s->temporary);
    if (error == ENOENT && (error = make_parents(trimmed)) == 0)
        error = temporary_folder(prefix, 0777, &s->temporary);
    if (error)
        return file_fail(at, s->existed ? "write into" : "make the folder", dir, error);
    s->begun = true;
    return MOTE_OK;
}

enum mote_status staging_put(struct staging *s, const char *name, const void *data, size_t size, const struct frame *at)
{
    const char *final = pool_printf(s->pool, "%s/%s", s->dir, name);
    int error;

    assert(s->begun);
    TRY(spare_inputs(final, at));
    error = make_parents(pool_printf(s->pool, "%s/%s", s->temporary.path, name));
    if (!error && is_folder(final))
        error = EISDIR;
    if (!error)
        error = write_path(pool_printf(s->pool, "%s/%s", s->temporary.path, name), data, size);
    if (error)
        return file_fail(at, "write", final, error);
    s->names = pool_grow(s->pool, s->names, s->n, sizeof *s->names);
    s->names[s->n++] = pool_strdup(s->pool, name);
    return MOTE_OK;
}

static enum mote_status move(struct staging *s, const char *name, const struct frame *at)
{
    const char *from = pool_printf(s->pool, "%s/%s", s->temporary.path, name);
    const char *to = pool_printf(s->pool, "%s/%s", s->dir, name);
    struct bytes file;

    if (rename(from, to) == 0)
        return MOTE_OK;
    if (errno != EXDEV) /* a subfolder may be a link to another disk */
        return file_fail(at, "write", to, errno);
    TRY(file_read_back(s->pool, from, &file, at));
    return file_write(to, file.data, file.size, at);
}

enum mote_status staging_commit(struct staging *s, const struct frame *at)
{
    assert(s->begun);
    if (!s->existed)
        return rename(s->temporary.path, s->dir) == 0 ? MOTE_OK : file_fail(at, "write", s->dir, errno);
    for (size_t i = 0; i < s->n; i++) {
        int error = make_parents(pool_printf(s->pool, "%s/%s", s->dir, s->names[i]));

        if (error)
            return file_fail(at, "write", pool_printf(s->pool, "%s/%s", s->dir, s->names[i]), error);
    }
    for (size_t i = 0; i < s->n; i++)
        TRY(move(s, s->names[i], at));
    return MOTE_OK;
}

void staging_end(struct staging *s)
{
    if (s->begun)
        folder_remove(s->temporary.path);
    s->begun = false;
}
