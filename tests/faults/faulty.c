/* SPDX-License-Identifier: Apache-2.0 */
/* Linked with the command line into mote_faulty: stands before the C library's allocations and file calls, and makes
 * one of them fail. A fault "KIND N" fails the N-th of a kind:
 *
 *   pool    a pool's allocation
 *   malloc  an allocation of anybody's: jansson's, libyaml's, the C library's own
 *   write   a call that changes a file or a folder: ENOSPC
 *   read    a call that opens or reads: EIO
 *
 * The failing call writes FAULT_MARK to stderr first, so that a fault that was never met can be told from one that was
 * survived. The program is loaded and linked, which takes longer than most commands, once for all faults of a command:
 * what test_faults starts is a server that forks. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/base.h"
#include "tests/faults/faulty.h"

static enum { KIND_NONE, KIND_MALLOC, KIND_WRITE, KIND_READ } kind;
static long left; /* calls until the one that fails */

static void take_fault(const char *fault)
{
    static const char *const kinds[] = {"none", "malloc", "write", "read"};
    const char *space = strchr(fault, ' ');
    long n = space != NULL ? strtol(space, NULL, 10) : 0;

    if (space != NULL && strncmp(fault, "pool ", 5) == 0)
        pool_fail_at = n;
    for (size_t i = 0; space != NULL && i < COUNT(kinds); i++)
        if (strlen(kinds[i]) == (size_t)(space - fault) && strncmp(kinds[i], fault, (size_t)(space - fault)) == 0)
            kind = i;
    left = n;
}

static void take(const struct fault_request *request)
{
    const struct rlimit file_size = {request->file_size, request->file_size};

    if (request->file_size > 0) {
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &file_size);
    }
    take_fault(request->fault);
}

/* Before main(): a child for each request goes on to it. */
__attribute__((constructor)) static void serve(void)
{
    const char *pipes = getenv(FAULT_SERVER);
    int in, out, status;
    char *end;
    struct fault_request request;

    if (pipes == NULL)
        return;
    in = (int)strtol(pipes, &end, 10);
    out = (int)strtol(end, NULL, 10);
    while (read(in, &request, sizeof request) == sizeof request) {
        pid_t pid = fork();

        if (pid == 0) {
            close(in);
            close(out);
            take(&request);
            return;
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid || write(out, &status, sizeof status) != sizeof status)
            break;
    }
    _exit(0);
}

static bool fails(int which, int error)
{
    int saved = errno;

    if ((int)kind != which || --left != 0)
        return false;
    syscall(SYS_write, STDERR_FILENO, FAULT_MARK, sizeof FAULT_MARK - 1);
    errno = error != 0 ? error : saved;
    return true;
}

/* ---- memory ---- */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size) { return fails(KIND_MALLOC, ENOMEM) ? NULL : __libc_malloc(size); }

void *calloc(size_t n, size_t size) { return fails(KIND_MALLOC, ENOMEM) ? NULL : __libc_calloc(n, size); }

void *realloc(void *old, size_t size) { return fails(KIND_MALLOC, ENOMEM) ? NULL : __libc_realloc(old, size); }

/* ---- files ---- */
int open(const char *path, int flags, ...)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY;
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (fails(writes ? KIND_WRITE : KIND_READ, writes ? ENOSPC : EIO))
        return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t read(int fd, void *to, size_t n) { return fails(KIND_READ, EIO) ? -1 : syscall(SYS_read, fd, to, n); }

/* Half of it arrives before the disk is full. */
ssize_t write(int fd, const void *from, size_t n)
{
    if (!fails(KIND_WRITE, ENOSPC))
        return syscall(SYS_write, fd, from, n);
    if (n > 1 && syscall(SYS_write, fd, from, n / 2) < 0)
        return -1;
    errno = ENOSPC;
    return -1;
}

int fsync(int fd) { return fails(KIND_WRITE, EIO) ? -1 : (int)syscall(SYS_fsync, fd); }

int fchmod(int fd, mode_t mode) { return fails(KIND_WRITE, EIO) ? -1 : (int)syscall(SYS_fchmod, fd, mode); }

/* Closed all the same, as on Linux. */
int close(int fd)
{
    bool failing = fails(KIND_WRITE, EIO);
    int result = (int)syscall(SYS_close, fd);

    if (!failing)
        return result;
    errno = EIO;
    return -1;
}

int rename(const char *from, const char *to)
{
    return fails(KIND_WRITE, ENOSPC) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int mkdir(const char *path, mode_t mode)
{
    return fails(KIND_WRITE, ENOSPC) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
