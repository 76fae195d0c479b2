/* SPDX-License-Identifier: Apache-2.0 */
/* What every host file needs: memory that belongs to a phase, errors that name the place, whole files.
 *
 * Memory: a pool is freed at once. Its functions never return NULL: when memory or the pool's limit runs out they
 * call `oom_handler`, which must not return (the command line ends with status 3; a fuzz harness longjmps), or end a
 * guard's work (host/base/guard.h).
 *
 * Errors: a function that can fail returns enum mote_status and takes `const struct frame *at`, a chain of places on
 * the callers' stacks. fail() writes "kws.tflite: op 2 FULLY_CONNECTED: text [ERR_SHAPE]" to the root's buffer. */
#ifndef MOTE_BASE_H
#define MOTE_BASE_H

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "mote/ops/types.h"

#define COUNT(a)          (sizeof(a) / sizeof(a)[0])
#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* ---- memory ---- */
struct pool_block;
struct pool {
    struct pool_block *blocks;
    size_t used, limit; /* bytes; limit 0 means POOL_LIMIT */
};
/* 4 GiB, or half of what a size_t can say. */
#define POOL_LIMIT ((size_t)(SIZE_MAX / 2 < (uint64_t)4 << 30 ? SIZE_MAX / 2 : (uint64_t)4 << 30))
/* n * times + more bytes as a pool's limit: POOL_LIMIT at most, where the product would not even fit. */
static inline size_t pool_limit_for(size_t n, size_t times, size_t more)
{
    return n < (POOL_LIMIT - more) / times ? n * times + more : POOL_LIMIT;
}

extern void (*oom_handler)(void);    /* must not return; default: abort() */
_Noreturn void memory_ran_out(void); /* what pools call: the guard, else the handler */
extern long pool_fail_at;            /* for tests: the n-th allocation from now runs out of memory; 0: none does */

void *pool_alloc(struct pool *pool, size_t bytes);          /* zeroed, aligned to 64 */
void *pool_array(struct pool *pool, size_t n, size_t size); /* same; overflow of n * size is out of memory */
char *pool_printf(struct pool *pool, const char *fmt, ...) PRINTF(2, 3);
char *pool_vprintf(struct pool *pool, const char *fmt, va_list args) PRINTF(2, 0);
char *pool_strdup(struct pool *pool, const char *s);
void *pool_copy(struct pool *pool, const void *data, size_t bytes);
/* Room for one more element of `size` bytes in an array of n that grows by doubling (capacity: next power of 2, >= 8).
 */
void *pool_grow(struct pool *pool, void *array, size_t n, size_t size);
void pool_free(struct pool *pool);

/* ---- errors ---- */
struct report_text {
    enum mote_status status;
    size_t message, end; /* text[message ... end) is without the frames' places and the status */
    char text[2048];
};

struct frame {
    const struct frame *up;
    const char *kind;         /* "op", "tensor", … or NULL for the root, whose name is the file's */
    const char *name;         /* may be NULL */
    int index;                /* printed if >= 0 */
    struct report_text *sink; /* the root's only */
};

/* A message that does not fit ends with "...". */
enum mote_status fail(const struct frame *at, enum mote_status status, const char *fmt, ...) PRINTF(3, 4);
enum mote_status vfail(const struct frame *at, enum mote_status status, const char *fmt, va_list args) PRINTF(3, 0);
/* Fails with what another sink holds, at this place. */
enum mote_status fail_again(const struct frame *at, const struct report_text *failed);
const char *status_name(int status);   /* "ERR_SHAPE"; "?" if unknown */
const char *status_text(int status);   /* what happened */
const char *status_advice(int status); /* what to do */

#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        enum mote_status try_status = (call);                                                                          \
        if (try_status != MOTE_OK)                                                                                     \
            return try_status;                                                                                         \
    } while (0)

/* ---- long work ---- */
/* Who asked for it is told how far it is, from one thread; the last time with done == total. */
struct progress {
    void *context;
    bool (*step)(void *context, const char *what, int64_t done, int64_t total); /* false: stop */
};
/* NULL tells nobody. */
static inline bool progress_step(const struct progress *p, const char *what, int64_t done, int64_t total)
{
    return p == NULL || p->step(p->context, what, done, total);
}
/* ERR_CANCELLED. */
enum mote_status fail_cancelled(const struct frame *at, const char *what);

/* ---- files ---- */
struct bytes {
    uint8_t *data;
    size_t size;
};

#define FILE_LIMIT ((size_t)1 << 30) /* no input of Mote's is larger */
MUST_CHECK enum mote_status file_read(struct pool *pool, const char *path, struct bytes *out, const struct frame *at);
/* The same of a file that Mote wrote and may write again: it is no input (see inputs_protect()). */
MUST_CHECK enum mote_status file_read_back(struct pool *pool, const char *path, struct bytes *out,
                                           const struct frame *at);
/* "cannot WHAT PATH: …" for errno; without the path where the place begins with it. */
MUST_CHECK enum mote_status file_fail(const struct frame *at, const char *what, const char *path, int error);
/* Writes `path` whole or not at all: to a temporary name beside it, flushed, then renamed. Folders of the path that are
 * not there are made, here and below. */
MUST_CHECK enum mote_status file_write(const char *path, const void *data, size_t size, const struct frame *at);

/* A file (open for writing) or folder called PREFIX.mote-PID-N.tmp, which cleanup and later processes remove if this
 * one dies. Those return 0 or errno. (temporary.c) */
struct temporary {
    char path[PATH_MAX];
    int fd, slot;
};
MUST_CHECK int temporary_file(const char *prefix, mode_t mode, struct temporary *t);
MUST_CHECK int temporary_folder(const char *prefix, mode_t mode, struct temporary *t); /* folder_remove() ends it */
void temporary_end(struct temporary *t); /* a file that has its name now, or was removed */

/* Files of one folder that appear together or not at all: they lie in a temporary folder up to the commit. Files of the
 * same name are replaced, nothing else in the folder is touched, and the folder is made if it is not there. */
struct staging {
    struct pool *pool;
    const char *dir;
    bool existed, begun;
    struct temporary temporary;
    const char **names; /* [n], with folders: "mote/kernels/x.h" */
    size_t n;
};
MUST_CHECK enum mote_status staging_begin(struct pool *pool, const char *dir, struct staging *s,
                                          const struct frame *at);
MUST_CHECK enum mote_status staging_put(struct staging *s, const char *name, const void *data, size_t size,
                                        const struct frame *at);
MUST_CHECK enum mote_status staging_commit(struct staging *s, const struct frame *at);
void staging_end(struct staging *s); /* call it whatever came, after begin */

/* Makes the folder, and those above it, if it is not there; one that is must be writable. */
MUST_CHECK enum mote_status folder_make(const char *path, const struct frame *at);
/* Until folder_unlock(*lock), or the process's end, nobody else gets the folder; ERR_USAGE says that another `who` has
 * it. *lock is -1 where there are no locks. */
MUST_CHECK enum mote_status folder_lock(const char *path, const char *who, int *lock, const struct frame *at);
void folder_unlock(int lock);

/* Once told to, file_write() and staging_put() refuse to replace a file that file_read() has read in this process,
 * under whatever name. Off, which forgets them, unless the process is one command. */
void inputs_protect(bool on);
void inputs_add(const char *path); /* what others read; no file: nothing to protect */
bool inputs_have(const char *path);
void inputs_release(const char *path);         /* which the user asked to be changed in place */
bool files_same(const char *a, const char *b); /* both are there, and one regular file */

/* ---- what must not outlive the process ---- */
/* Ends the programs and removes the temporary files and folders that are registered now. For signal handlers, before
 * the process ends. */
void base_cleanup(void);
/* A temporary folder in TMPDIR; its path is absolute. folder_remove() removes it with all that is in it, and so does
 * base_cleanup(); with MOTE_KEEP=1 in the environment it is NAME-XXXXXX and stays, and stderr says where it is. */
MUST_CHECK enum mote_status folder_temporary(struct pool *pool, const char *name, const char **path,
                                             const struct frame *at);
void folder_remove(const char *path); /* NULL: nothing to do */
void folder_remove_at(int parent, const char *name);
int cleanup_file(const char *path); /* a slot for cleanup_forget(), -1 if there are none */
int cleanup_folder(const char *path);
void cleanup_hold(int slot, int fd); /* cleanup_forget() closes it */
void cleanup_forget(int slot);
void cleanup_program(int pid); /* the leader of a process group, which is killed */
void cleanup_program_ended(int pid);

/* A growing string, for emitters. */
struct text {
    struct pool *pool;
    char *s;
    size_t len;
};
void text_add(struct text *t, const char *fmt, ...) PRINTF(2, 3);
void text_bytes(struct text *t, const void *data, size_t size);

/* The likest of some words, if it is alike at all: one change for three letters. */
struct nearest {
    const char *word, *found; /* found: NULL as long as none is alike */
    int distance;
};
void nearest_try(struct nearest *n, const char *candidate);

/* "a picture (BMP); …": what a file is, where a model or data are wanted; NULL: nothing that is known. */
const char *known_format(struct pool *pool, struct bytes file, bool model);

/* ---- text from strangers (printable.c) ---- */
/* Names in files are their authors', who may be anybody. As it is only well-formed UTF-8 is shown, without control
 * characters, ends of lines and marks of direction; any other byte is spelled \x9b. */
#define SHOWN_SIZE 8
const char *printable(struct pool *pool, const char *s); /* s itself if all of it is shown as it is */
void print_shown(const char *s, FILE *to);               /* the same, without memory */
size_t shown_length(const char *s, size_t n); /* bytes of the character at s, 0 if it is not shown as it is */
size_t shown_next(const char **s, char out[SHOWN_SIZE]); /* the spelling of what is at *s (not NUL), *s behind it */
/* A word of a shell's command, to be printed: as it is, in quotes, or in bash's $'…'. A path is never an option. */
const char *shell_quoted(struct pool *pool, const char *s);
const char *shell_path(struct pool *pool, const char *path);
/* Whether a name from a file may become a file's or a folder's: one step of a path, not hidden, shown as it is. */
#define FILE_NAME_SIZE 128
bool is_file_name(const char *s);

static inline uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static inline uint64_t le64(const uint8_t *p) { return le32(p) | (uint64_t)le32(p + 4) << 32; }
static inline size_t align_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

#endif
