/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: one line that names the place, from the root of the chain of frames to the leaf. */
#include "host/base/base.h"

#define NAME_MAX_SHOWN 160 /* bytes of one name; a hostile file's names may be long */

struct line {
    char *s;
    size_t len, room; /* room: without the final NUL and without what the end needs */
};

#define CUT "..." /* behind what does not fit */

/* At most `max` bytes of s, and no part of a character or of its spelling; whether there was room. */
static bool line_add(struct line *l, const char *s, size_t max)
{
    const char *end = s + strnlen(s, max);
    char c[SHOWN_SIZE];

    assert(l->len <= l->room);
    while (s < end) {
        size_t n = shown_next(&s, c);

        if (s > end || n > l->room - l->len)
            break;
        memcpy(l->s + l->len, c, n);
        l->len += n;
    }
    l->s[l->len] = '\0';
    return s >= end;
}

static void line_name(struct line *l, const char *name)
{
    line_add(l, name, NAME_MAX_SHOWN);
    if (strnlen(name, NAME_MAX_SHOWN + 1) > NAME_MAX_SHOWN)
        line_add(l, CUT, strlen(CUT));
}

static void line_frame(struct line *l, const struct frame *f)
{
    char index[16];

    if (f->kind)
        line_add(l, f->kind, SIZE_MAX);
    if (f->kind && f->index >= 0) {
        snprintf(index, sizeof index, " %d", f->index);
        line_add(l, index, SIZE_MAX);
    }
    if (f->name && f->name[0]) {
        if (f->kind)
            line_add(l, " ", 1);
        line_name(l, f->name);
    }
    if (f->kind || (f->name && f->name[0]))
        line_add(l, ": ", 2);
}

/* Frames are few, but their number is not bounded: print the n-th from the root, n times. */
static const struct frame *frame_at(const struct frame *leaf, int from_root)
{
    const struct frame *f = leaf;
    int depth = 0;

    for (const struct frame *p = leaf; p->up; p = p->up)
        depth++;
    for (; depth > from_root; depth--)
        f = f->up;
    return f;
}

/* Ends with a mark where not all of it fits. */
static void line_message(struct line *l, const char *fmt, va_list args)
{
    char message[sizeof((struct report_text *)NULL)->text];
    const bool cut = (size_t)vsnprintf(message, sizeof message, fmt, args) >= sizeof message;

    l->room -= strlen(CUT);
    if (line_add(l, message, SIZE_MAX) && !cut) {
        l->room += strlen(CUT);
        return;
    }
    l->room += strlen(CUT);
    line_add(l, CUT, strlen(CUT));
}

enum mote_status vfail(const struct frame *at, enum mote_status status, const char *fmt, va_list args)
{
    struct report_text *sink = at ? frame_at(at, 0)->sink : NULL;
    char end[32];
    struct line line;

    assert(status != MOTE_OK);
    if (!sink)
        return status;
    if (sink->status != MOTE_OK)
        return sink->status; /* the first failure is the cause; later ones follow from it */
    snprintf(end, sizeof end, " [%s]", status_name(status));
    line = (struct line){sink->text, 0, sizeof sink->text - 1 - strlen(end) - strlen(CUT)};
    for (int i = 0;; i++) {
        const struct frame *f = frame_at(at, i);

        line_frame(&line, f);
        if (f == at)
            break;
    }
    sink->message = line.len;
    line.room += strlen(CUT);
    line_message(&line, fmt, args);
    sink->end = line.len;
    assert(line.len + strlen(end) < sizeof sink->text);
    memcpy(line.s + line.len, end, strlen(end) + 1);
    return sink->status = status;
}

enum mote_status fail(const struct frame *at, enum mote_status status, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    status = vfail(at, status, fmt, args);
    va_end(args);
    return status;
}

enum mote_status fail_again(const struct frame *at, const struct report_text *failed)
{
    assert(failed->status != MOTE_OK && failed->end < sizeof failed->text);
    return fail(at, failed->status, "%.*s", (int)failed->end, failed->text);
}

struct status_row {
    int status;
    const char *name, *text, *advice;
};
static const struct status_row statuses[] = {
#define STATUS(number, NAME, text, advice) {number, #NAME, text, advice},
#include "mote/ops/status_def.h"
};

static const struct status_row *status_row(int status)
{
    static const struct status_row unknown = {0, "?", "unknown status", "update Mote: a newer version knows it"};

    for (size_t i = 0; i < COUNT(statuses); i++)
        if (statuses[i].status == status)
            return &statuses[i];
    return &unknown;
}

const char *status_name(int status) { return status_row(status)->name; }
const char *status_text(int status) { return status_row(status)->text; }
const char *status_advice(int status) { return status_row(status)->advice; }

enum mote_status fail_cancelled(const struct frame *at, const char *what)
{
    return fail(at, MOTE_ERR_CANCELLED, "%s: stopped", what);
}
