/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as text: a line a sample, cells between tabs, semicolons, commas, bars or blanks, perhaps in double quotes.
 * One column is the label, one may be the group, all others are numbers. */
#include <math.h>
#include <stdlib.h>

#include "host/data/source.h"

bool table_number(const char *cell, double *out)
{
    char *end;

    if (strpbrk(cell, "xX") != NULL) /* strtod() takes hexadecimal numbers */
        return false;
    *out = strtod(cell, &end);
    return end != cell && *end == '\0' && isfinite(*out);
}

int32_t table_column(const struct table *t, const char *word)
{
    int64_t index;

    for (int32_t i = 0; t->names != NULL && i < t->columns; i++)
        if (strcmp(t->names[i], word) == 0)
            return i;
    return text_whole(word, t->columns - 1, &index) ? (int32_t)index : -1;
}

/* ---- cells ---- */
struct cells {
    struct pool *pool;
    int32_t skip;   /* first lines that are none of the table's */
    char said;      /* by Excel's first line, or '\0' */
    char delimiter; /* ' ' stands for blanks, as many as there are */
    const char **cell;
    size_t n, from; /* of all cells; the first of this row */
};

/* Outside of quotes, in the first line at s. */
static int count_in_line(const char *s, char wanted)
{
    bool quoted = false;
    int n = 0;

    for (; *s != '\0' && *s != '\n'; s++) {
        quoted ^= *s == '"';
        n += !quoted && *s == wanted;
    }
    return n;
}

/* What the first two lines have as often; else what the first one has. A comma may stand in numbers, so it is not the
 * first to be tried. */
static char guess_delimiter(const char *line)
{
    static const char candidates[] = "\t;,|";
    const char *second = strchr(line, '\n');

    for (size_t i = 0; i < sizeof candidates - 1 && second != NULL; i++) {
        int n = count_in_line(line, candidates[i]);

        if (n > 0 && n == count_in_line(second + 1, candidates[i]))
            return candidates[i];
    }
    for (size_t i = 0; i < sizeof candidates - 1; i++)
        if (count_in_line(line, candidates[i]) > 0)
            return candidates[i];
    return ' ';
}

/* Where commas are not between cells they may be in numbers: 1,5 is 1.5 then. */
static void take_comma(char *cell)
{
    char *comma = strchr(cell, ',');
    double value;

    if (comma == NULL)
        return;
    *comma = '.';
    if (!table_number(cell, &value))
        *comma = ',';
}

/* Ends the quoted cell at s, whose "" become "; returns what follows the closing quote, NULL if there is none. */
static char *unquote(char *s)
{
    char *to = s;

    for (; *s != '\0'; s++) {
        if (*s == '"' && s[1] != '"') {
            *to = '\0';
            return s + 1;
        }
        s += *s == '"';
        *to++ = *s;
    }
    return NULL;
}

static void trim(char *s)
{
    for (size_t n = strlen(s); n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'); n--)
        s[n - 1] = '\0';
}

static bool is_delimiter(const struct cells *c, char x)
{
    return c->delimiter == ' ' ? x == ' ' || x == '\t' : x == c->delimiter;
}

/* Blanks may follow a quoted cell, nothing else. */
static enum mote_status check_after_quote(const struct cells *c, const char *s, const struct frame *at)
{
    while ((*s == ' ' || *s == '\t') && !is_delimiter(c, *s))
        s++;
    if (*s != '\0' && !is_delimiter(c, *s))
        return fail(at, MOTE_ERR_FORMAT, "\"%.20s\" follows a quoted cell; the next delimiter is wanted", s);
    return MOTE_OK;
}

/* One cell from s on; *next is what follows its delimiter, NULL at the end of the line. */
static enum mote_status take_cell(struct cells *c, char *s, char **next, const struct frame *at)
{
    char *start, *end;

    while (*s == ' ' && !(c->delimiter == ' ' && s[1] == '\0'))
        s++;
    start = end = s;
    if (*s == '"') {
        start = s + 1;
        end = unquote(start);
        if (end == NULL)
            return fail(at, MOTE_ERR_FORMAT, "a double quote is not closed");
        TRY(check_after_quote(c, end, at));
    }
    while (*end != '\0' && !is_delimiter(c, *end))
        end++;
    *next = *end != '\0' ? end + 1 : NULL;
    while (c->delimiter == ' ' && *next != NULL && is_delimiter(c, **next))
        (*next)++;
    if (c->delimiter == ' ' && *next != NULL && **next == '\0')
        *next = NULL;
    *end = '\0';
    if (s == start)
        trim(start);
    if (c->delimiter != ',')
        take_comma(start);
    c->cell = pool_grow(c->pool, c->cell, c->n, sizeof *c->cell);
    c->cell[c->n++] = start;
    return MOTE_OK;
}

/* scikit-learn's first line: samples, columns without the label, names of the classes. */
static bool is_counts(const char *const *cell, size_t n, int32_t columns)
{
    int64_t samples, inputs;
    double value;

    if (n < 3 || !text_whole(cell[0], INT32_MAX, &samples) || !text_whole(cell[1], COLUMNS_MAX, &inputs))
        return false;
    for (size_t i = 2; i < n; i++)
        if (cell[i][0] == '\0' || table_number(cell[i], &value))
            return false;
    return inputs + 1 == columns;
}

static enum mote_status take_row(struct cells *c, char *line, int32_t *columns, const struct frame *at)
{
    c->from = c->n;
    if (c->delimiter == ' ')
        line += strspn(line, " \t");
    for (char *s = line; s != NULL;) {
        TRY(take_cell(c, s, &s, at));
        if (c->n - c->from > COLUMNS_MAX)
            return fail(at, MOTE_ERR_FORMAT, "has more than %d cells, the most here", COLUMNS_MAX);
    }
    if (*columns == 0 || (c->from == (size_t)*columns && is_counts(c->cell, c->from, (int32_t)(c->n - c->from))))
        *columns = (int32_t)(c->n - c->from);
    if ((int32_t)(c->n - c->from) != *columns)
        return fail(at, MOTE_ERR_FORMAT, "has %zu cells, the lines before it have %d", c->n - c->from, *columns);
    return MOTE_OK;
}

/* ---- rows ---- */
/* Excel's "sep=;". */
static bool is_separator(const char *line)
{
    return strncmp(line, "sep=", 4) == 0 && line[4] != '\0' && strchr(",;\t|", line[4]) != NULL && line[5] == '\0';
}

static enum mote_status take_rows(struct pool *pool, char *text, struct cells *c, struct table *t,
                                  const struct frame *at)
{
    int32_t number = 1;

    for (char *s = text, *next; s != NULL; s = next, number++) {
        struct frame here = frame_line(at, "line", number);

        if (t->n == 0 && number > c->skip && c->said == '\0')
            c->delimiter = guess_delimiter(s);
        text_line(s, &next);
        if (number == 1 && is_separator(s)) {
            c->delimiter = c->said = s[4];
            continue;
        }
        if (number <= c->skip || s[strspn(s, " \t")] == '\0')
            continue;
        TRY(take_row(c, s, &t->columns, &here));
        t->lines = pool_grow(pool, t->lines, (size_t)t->n, sizeof *t->lines);
        t->lines[t->n++] = number;
    }
    return MOTE_OK;
}

/* A line of data can look like that, too: then its label is no class's number below. */
static bool are_numbered(const struct table *t, const char *const *cells, int32_t classes)
{
    int64_t number;

    for (int32_t i = 1; i < t->n; i++)
        if (!text_whole(cells[(size_t)(i + 1) * (size_t)t->columns - 1], classes - 1, &number))
            return false;
    return true;
}

/* Takes the first row for what it is, if all rows after it have the columns that it tells of. */
static enum mote_status take_counts(struct cells *c, struct table *t, const struct frame *at)
{
    size_t more = c->n - (size_t)(t->n - 1) * (size_t)t->columns;
    struct frame here;
    int64_t samples;

    if (t->n < 2)
        return MOTE_OK;
    assert(c->cell != NULL);
    if (!is_counts(c->cell, more, t->columns) ||
        (more == (size_t)t->columns && !are_numbered(t, c->cell, (int32_t)more - 2)))
        return MOTE_OK;
    here = frame_line(at, "line", t->lines[0]);
    if (text_whole(c->cell[0], INT32_MAX, &samples) && samples != t->n - 1)
        return fail(&here, MOTE_ERR_FORMAT, "tells of %lld samples, %d follow; the file is cut off, or was added to",
                    (long long)samples, t->n - 1);
    t->classes = c->cell + 2;
    t->n_classes = (int32_t)more - 2;
    c->cell += more;
    t->lines++;
    t->n--;
    return MOTE_OK;
}

/* A first row in which fewer cells are numbers than in the second names the columns. */
static bool is_header(const struct table *t)
{
    int32_t numbers[2] = {0, 0};
    double value;

    if (t->n < 2)
        return false;
    assert(t->cells != NULL);
    for (int32_t i = 0; i < 2 * t->columns; i++)
        numbers[i / t->columns] += table_number(t->cells[i], &value);
    return numbers[0] < numbers[1];
}

enum mote_status table_parse(struct pool *pool, struct bytes text, enum data_header header, int32_t skip,
                             struct table *out, const struct frame *at)
{
    struct cells c = {.pool = pool, .skip = skip};

    *out = (struct table){0};
    text = text_utf8(pool, text);
    if (memchr(text.data, '\0', text.size) != NULL)
        return fail(at, MOTE_ERR_FORMAT, "is not a text file");
    TRY(take_rows(pool, (char *)text.data, &c, out, at));
    if (header == DATA_HEADER_AUTO)
        TRY(take_counts(&c, out, at));
    out->cells = c.cell;
    if (out->n > 0 && (header == DATA_HEADER_YES || (header == DATA_HEADER_AUTO && is_header(out)))) {
        out->names = out->cells;
        out->cells += out->columns;
        out->lines++;
        out->n--;
    }
    return out->n > 0 ? MOTE_OK : fail(at, MOTE_ERR_FORMAT, "has no line with data");
}
