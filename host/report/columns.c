/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report/columns.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LEAST 40
#define GAP   2

int columns_of(FILE *to)
{
    const char *said = getenv("COLUMNS");
    struct winsize size;
    long n = said != NULL ? strtol(said, NULL, 10) : 0;

    if (n <= 0)
        n = ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS;
    return n < LEAST ? LEAST : n > INT16_MAX ? INT16_MAX : (int)n;
}

/* ---- color ---- */
static bool has_colors(FILE *to)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

    return isatty(fileno(to)) && (no == NULL || no[0] == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

const char *style_begin(FILE *to, enum style style)
{
    static const char *const begin[] = {
        [STYLE_NONE] = "", [STYLE_BOLD] = "\33[1m", [STYLE_GREEN] = "\33[32m", [STYLE_RED] = "\33[31m"};

    return has_colors(to) ? begin[style] : "";
}

const char *style_end(FILE *to) { return has_colors(to) ? "\33[0m" : ""; }

/* ---- characters ---- */
static bool begins_character(char c) { return ((unsigned char)c & 0xC0) != 0x80; }

int32_t columns_text(const char *s)
{
    int32_t n = 0;

    for (; *s != '\0'; s++)
        n += begins_character(*s);
    return n;
}

/* Behind the first n characters. */
static const char *skip(const char *s, int32_t n)
{
    while (*s != '\0' && (n > 0 || !begins_character(*s)))
        n -= begins_character(*s++);
    return s;
}

/* What stays of a text that is too wide: *front bytes, and what is returned; NULL: it is not. */
static const char *cut(const char *s, int32_t width, int *front)
{
    int32_t n = columns_text(s), first = (width - 1) / 2;

    assert(width > 0);
    *front = (int)(skip(s, first) - s);
    return n > width ? skip(s, n - (width - 1 - first)) : NULL;
}

const char *shortened(struct pool *pool, const char *s, int32_t width)
{
    int front;
    const char *back = cut(s, width, &front);

    return back != NULL ? pool_printf(pool, "%.*s…%s", front, s, back) : s;
}

void print_shortened(FILE *to, const char *s, int32_t width)
{
    int front;
    const char *back = cut(s, width, &front);

    if (back != NULL)
        fprintf(to, "%.*s…%s", front, s, back);
    else
        fputs(s, to);
}

/* ---- paragraphs ---- */
static void print_word(const char *word, size_t len, FILE *to)
{
    for (size_t i = 0; i < len; i++)
        fputc(word[i] == '\t' ? ' ' : word[i], to);
}

void print_wrapped(FILE *to, const char *s, int at, int indent, int width)
{
    bool first = true; /* of a line */

    for (size_t len; *(s += strspn(s, " \n")) != '\0'; s += len) {
        int32_t columns = 0;

        len = strcspn(s, " \n");
        for (size_t i = 0; i < len; i++)
            columns += begins_character(s[i]);
        if (!first && at + 1 + columns > width) {
            fprintf(to, "\n%*s", indent, "");
            at = indent;
            first = true;
        }
        if (!first)
            fputc(' ', to);
        print_word(s, len, to);
        at += !first + columns;
        first = false;
    }
}

/* A line that fits stays as it is, with all its blanks. */
static void print_fitting_line(FILE *to, const char *line)
{
    const int width = columns_of(to);

    if (columns_text(line) <= width)
        fputs(line, to);
    else
        print_wrapped(to, line, 0, 2, width);
}

/* Of what was too long for `text`, [FITTING_MAX], the last characters become a mark. */
static void mark_cut(char *text)
{
    static const char mark[] = "\xe2\x80\xa6\n";
    size_t end = FITTING_MAX - sizeof mark;

    while (end > 0 && !begins_character(text[end]))
        end--;
    memcpy(text + end, mark, sizeof mark);
}

void print_fitting(FILE *to, const char *fmt, ...)
{
    char text[FITTING_MAX], *s = text, *end;
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (n >= FITTING_MAX)
        mark_cut(text);
    for (; (end = strchr(s, '\n')) != NULL; s = end + 1) {
        *end = '\0';
        print_fitting_line(to, s);
        fputc('\n', to);
    }
    print_fitting_line(to, s);
}

/* ---- tables ---- */
void table_row(struct table *t, const char *const *cells)
{
    for (int32_t i = 0; i < t->n_columns; i++) {
        t->cells = pool_grow(t->pool, t->cells, t->n_cells, sizeof *t->cells);
        t->cells[t->n_cells++] = cells[i];
    }
}

static void measure(const struct table *t, int32_t *widths)
{
    for (int32_t i = 0; i < t->n_columns; i++)
        widths[i] = columns_text(t->columns[i].heading);
    for (size_t k = 0; k < t->n_cells; k++) {
        int32_t n = columns_text(t->cells[k]), *width = &widths[k % (size_t)t->n_columns];

        *width = n > *width ? n : *width;
    }
}

/* The widest column that may become narrower, or -1. */
static int32_t widest(const struct table *t, const int32_t *widths)
{
    int32_t found = -1;

    for (int32_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].least > 0 && widths[i] > t->columns[i].least && (found < 0 || widths[i] > widths[found]))
            found = i;
    return found;
}

static void fit(const struct table *t, int32_t *widths, int32_t room)
{
    int32_t sum = GAP * (t->n_columns - 1);

    for (int32_t i = 0; i < t->n_columns; i++)
        sum += widths[i];
    for (int32_t i; sum > room && (i = widest(t, widths)) >= 0; sum--)
        widths[i]--;
}

static void print_line(const struct table *t, const char *const *cells, const int32_t *widths, FILE *to)
{
    int32_t spaces = 0; /* before the next cell: none at the end of a line */

    for (int32_t i = 0; i < t->n_columns; i++) {
        const int32_t width = widths[i] > 0 ? widths[i] : 1, n = columns_text(cells[i]);
        const int32_t rest = widths[i] - (n < width ? n : width);

        if (n > 0) {
            fprintf(to, "%*s", t->columns[i].right ? spaces + rest : spaces, "");
            print_shortened(to, cells[i], width);
        }
        spaces = n == 0 ? spaces + rest : t->columns[i].right ? 0 : rest;
        spaces += GAP;
    }
    fputc('\n', to);
}

void table_print(const struct table *t, FILE *to)
{
    const char *headings[TABLE_COLUMNS_MAX];
    int32_t widths[TABLE_COLUMNS_MAX] = {0};

    assert(t->n_columns <= TABLE_COLUMNS_MAX);
    for (int32_t i = 0; i < t->n_columns; i++)
        headings[i] = t->columns[i].heading;
    measure(t, widths);
    fit(t, widths, columns_of(to));
    fputs(style_begin(to, STYLE_BOLD), to);
    print_line(t, headings, widths, to);
    fputs(style_end(to), to);
    for (size_t k = 0; k < t->n_cells; k += (size_t)t->n_columns)
        print_line(t, &t->cells[k], widths, to);
}
