/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/record.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "host/serial/serial.h"

#define LINE_MAX_BYTES 4096
#define NUMBER_MAX     9999

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- lines ---- */
struct listening {
    const struct record_options *options;
    const struct frame *at;
    int file;
    struct text text; /* of the file that is written */
    char line[LINE_MAX_BYTES];
    size_t len;
    bool begun, too_long; /* a line has ended: what follows is whole */
    int64_t first_ms, last_ms;
    struct recorded *out;
};

/* The numbers of a line, between commas, semicolons or blanks; false: it has others, or not as many. */
static bool read_numbers(char *s, int32_t n, double *to)
{
    int32_t found = 0;

    for (;;) {
        char *end;

        s += strspn(s, " \t,;\r");
        if (*s == '\0')
            return found == n;
        if (found == n)
            return false;
        to[found] = strtod(s, &end);
        if (end == s || !isfinite(to[found]) || strchr(" \t,;\r", *end) == NULL)
            return false;
        found++;
        s = end;
    }
}

static void take_line(struct listening *l)
{
    double numbers[RECORD_COLUMNS_MAX];
    const int32_t n = l->options->n;

    l->line[l->len] = '\0';
    if (!l->begun)
        l->begun = true;
    else if (l->too_long || !read_numbers(l->line, n, numbers))
        l->out->skipped += l->len > 0;
    else {
        l->last_ms = now_ms();
        l->first_ms = l->out->rows == 0 ? l->last_ms : l->first_ms;
        for (int32_t i = 0; i < n; i++)
            text_add(&l->text, "%.9g%s", numbers[i], i < n - 1 ? "," : "\n");
        l->out->rows++;
    }
    l->len = 0;
    l->too_long = false;
}

static void take_bytes(struct listening *l, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] == '\n')
            take_line(l);
        else if (l->len < sizeof l->line - 1)
            l->line[l->len++] = bytes[i];
        else
            l->too_long = true;
}

static bool is_over(const struct listening *l)
{
    return l->out->rows > 0 && now_ms() - l->first_ms >= l->options->seconds * 1000;
}

static enum mote_status nothing_came(const struct listening *l)
{
    if (l->out->skipped > 0)
        return fail(l->at, MOTE_ERR_VALUE,
                    "sends lines, but none of %d numbers (%d others came): --columns names those of a line, and --baud "
                    "must be the board's speed",
                    l->options->n, l->out->skipped);
    return fail(l->at, MOTE_ERR_VALUE,
                "sends no lines for %d s: does the board run, is this its port, and is --baud its speed?",
                RECORD_SILENCE_MS / 1000);
}

/* Until time is over, the other end is closed, or nothing comes any more. */
static enum mote_status listen_on(struct listening *l)
{
    int64_t heard = now_ms();

    while (!is_over(l)) {
        struct pollfd p = {.fd = l->file, .events = POLLIN};
        char bytes[1024];
        ssize_t n = -1;

        if (poll(&p, 1, 50) > 0)
            n = read(l->file, bytes, sizeof bytes);
        if (n == 0 || (n < 0 && (p.revents & (POLLHUP | POLLERR)) != 0))
            break;
        if (n > 0)
            take_bytes(l, bytes, (size_t)n);
        if (n > 0 && l->out->rows > 0)
            heard = now_ms();
        if (now_ms() - heard > RECORD_SILENCE_MS)
            break;
    }
    return l->out->rows > 0 ? MOTE_OK : nothing_came(l);
}

/* ---- the file ---- */
static enum mote_status next_path(struct pool *pool, const struct record_options *o, const char **out,
                                  const struct frame *at)
{
    const char *folder = pool_printf(pool, "%s/%s", o->folder, o->label);

    TRY(folder_make(o->folder, at));
    TRY(folder_make(folder, at));
    if (access(folder, W_OK) != 0)
        return file_fail(at, "write into", folder, errno);
    for (int i = 1; i <= NUMBER_MAX; i++) {
        *out = pool_printf(pool, "%s/%04d.csv", folder, i);
        if (access(*out, F_OK) != 0)
            return MOTE_OK;
    }
    return fail(at, MOTE_ERR_FILE, "%s holds %d recordings already: choose another folder with -o", folder, NUMBER_MAX);
}

static enum mote_status check_names(const struct record_options *o, const struct frame *at)
{
    if (!is_file_name(o->label))
        return fail(at, MOTE_ERR_USAGE,
                    "--label is \"%s\": it becomes a folder's name, so no '/', and no '.' or '-' first", o->label);
    for (int32_t i = 0; i < o->n; i++)
        if (o->columns[i][0] == '\0' || strpbrk(o->columns[i], "\",;\t\r\n") != NULL)
            return fail(at, MOTE_ERR_USAGE, "--columns has the name \"%s\": write names between commas", o->columns[i]);
    return MOTE_OK;
}

/* Somebody moves for ten seconds: what the file will be is found out, and its folder made, before. */
static enum mote_status record(struct listening *l, struct pool *pool, const struct frame *at)
{
    const struct record_options *o = l->options;

    TRY(next_path(pool, o, &l->out->path, at));
    if (isatty(l->file))
        TRY(serial_set_up(l->file, o->port, o->baud, at));
    for (int32_t i = 0; i < o->n; i++)
        text_add(&l->text, "%s%s", o->columns[i], i < o->n - 1 ? "," : "\n");
    TRY(listen_on(l));
    l->out->seconds = (double)(l->last_ms - l->first_ms) / 1000;
    return file_write(l->out->path, l->text.s, l->text.len, at);
}

enum mote_status record_run(struct pool *pool, const struct record_options *options, struct recorded *out,
                            const struct frame *at)
{
    struct listening *l = pool_alloc(pool, sizeof *l);
    struct frame here = {.name = options->port, .index = -1, .sink = at->sink};
    const char *label = pool_printf(pool, "%s/%s", options->folder, options->label);
    const bool had[] = {access(options->folder, F_OK) == 0, access(label, F_OK) == 0};
    enum mote_status status;

    *out = (struct recorded){.rows = 0};
    TRY(check_names(options, at));
    *l = (struct listening){.options = options, .at = &here, .text = {.pool = pool}, .out = out};
    l->file = open(options->port, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (l->file < 0)
        return fail(&here, MOTE_ERR_FILE, "cannot be opened: %s%s", strerror(errno),
                    errno == EACCES ? " (users of serial lines are in the group dialout)" : "");
    status = record(l, pool, at);
    close(l->file);
    if (status != MOTE_OK && !had[1])
        rmdir(label); /* only if it is empty */
    if (status != MOTE_OK && !had[0])
        rmdir(options->folder);
    return status;
}
