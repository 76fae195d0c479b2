/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as text: a line a sample, cells between tabs, semicolons, commas, bars or blanks, perhaps in double quotes.
 * One column is the label, one may be the group, all others are numbers. */
#include <math.h>
#include <stdlib.h>

#include "host/data/source.h"

#define COLUMNS_MAX 65536

bool table_number(const char *cell, double *out)
{
    char *end;

    if (strpbrk(cell, "xX") != NULL) /* strtod() takes hexadecimal numbers */
        return false;
    *out = strtod(cell, &end);
    return end != cell && *end == '\0' && isfinite(*out);
}

/* ---- cells ---- */
struct cells {
    struct pool *pool;
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
static enum mote_status take_rows(struct pool *pool, char *text, struct cells *c, struct table *t,
                                  const struct frame *at)
{
    int32_t number = 1;

    for (char *s = text, *next; s != NULL; s = next, number++) {
        struct frame here = frame_line(at, "line", number);

        if (t->n == 0)
            c->delimiter = guess_delimiter(s);
        text_line(s, &next);
        if (s[strspn(s, " \t")] == '\0')
            continue;
        TRY(take_row(c, s, &t->columns, &here));
        t->lines = pool_grow(pool, t->lines, (size_t)t->n, sizeof *t->lines);
        t->lines[t->n++] = number;
    }
    return MOTE_OK;
}

/* Takes the first row for what it is, if all rows after it have the columns that it tells of. */
static enum mote_status take_counts(struct cells *c, struct table *t, const struct frame *at)
{
    size_t more = c->n - (size_t)(t->n - 1) * (size_t)t->columns;
    struct frame here;
    int64_t samples;

    if (t->n < 2 || !is_counts(c->cell, more, t->columns))
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

    for (int32_t i = 0; i < 2 * t->columns && t->n > 1; i++)
        numbers[i / t->columns] += table_number(t->cells[i], &value);
    return numbers[0] < numbers[1];
}

enum mote_status table_parse(struct pool *pool, struct bytes text, enum data_header header, struct table *out,
                             const struct frame *at)
{
    struct cells c = {.pool = pool};
    size_t skip = text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* a byte order mark */

    *out = (struct table){0};
    if (memchr(text.data, '\0', text.size) != NULL)
        return fail(at, MOTE_ERR_FORMAT, "is not a text file");
    TRY(take_rows(pool, (char *)text.data + skip, &c, out, at));
    if (header == DATA_HEADER_AUTO)
        TRY(take_counts(&c, out, at));
    out->cells = c.cell;
    if (header == DATA_HEADER_YES || (header == DATA_HEADER_AUTO && is_header(out))) {
        out->names = out->cells;
        out->cells += out->n > 0 ? out->columns : 0;
        out->lines += out->n > 0;
        out->n -= out->n > 0;
    }
    return out->n > 0 ? MOTE_OK : fail(at, MOTE_ERR_FORMAT, "has no line with data");
}

/* ---- a data set ---- */
/* The column of this name or index; `key` of the specification says so, or a model, if it is NULL. `at`: the table. */
static enum mote_status find_column(const struct reading *r, const struct table *t, const char *key, const char *word,
                                    int32_t *out, const struct frame *at)
{
    static const char have[] = "a name in the first line, or a number from 0 to";
    int64_t index;

    for (*out = 0; t->names != NULL && *out < t->columns; ++*out)
        if (strcmp(t->names[*out], word) == 0)
            return MOTE_OK;
    if (text_whole(word, t->columns - 1, &index)) {
        *out = (int32_t)index;
        return MOTE_OK;
    }
    if (key != NULL)
        return fail_key(r, key, "%s: there is no column \"%s\"; %s %d", at->name, word, have, t->columns - 1);
    return fail(at, MOTE_ERR_VALUE, "there is no column \"%s\"; %s %d", word, have, t->columns - 1);
}

/* For a model's input: is there a column too many, which is the label? */
static enum mote_status check_columns(const struct reading *r, const struct table *t, bool *labeled,
                                      const struct frame *at)
{
    int64_t more = t->columns - (data_group(r) != NULL) - elements_of(r->input);

    *labeled = more == 1;
    if (more == 0 || more == 1)
        return MOTE_OK;
    return fail(at, MOTE_ERR_SHAPE,
                "has %d column%s; the model's input takes %lld numbers a line, and the label may be one column more",
                t->columns, t->columns == 1 ? "" : "s", (long long)elements_of(r->input));
}

/* -1: there is none. */
static enum mote_status label_column(const struct reading *r, const struct table *t, int32_t *out,
                                     const struct frame *at)
{
    bool labeled = true;

    if (r->input != NULL)
        TRY(check_columns(r, t, &labeled, at));
    *out = labeled ? t->columns - 1 : -1;
    if (!labeled)
        return MOTE_OK;
    return r->spec->label != NULL ? find_column(r, t, "label", r->spec->label, out, at) : MOTE_OK;
}

enum mote_status table_groups(struct reading *r, const struct table *t, int32_t label, int32_t *column,
                              const char **groups, const struct frame *at)
{
    *column = -1;
    if (data_group(r) == NULL)
        return MOTE_OK;
    TRY(find_column(r, t, r->spec->group != NULL ? "group" : NULL, data_group(r), column, at));
    if (*column == label)
        return fail(at, MOTE_ERR_VALUE, "the column \"%s\" is the label; `group` is to be another", data_group(r));
    for (int32_t i = 0; i < t->n; i++)
        groups[i] = t->cells[(size_t)i * (size_t)t->columns + (size_t)*column];
    r->groups = groups;
    return MOTE_OK;
}

static struct frame frame_cell(const struct table *t, int32_t column, const struct frame *row)
{
    return (struct frame){.up = row,
                          .kind = "column",
                          .index = t->names != NULL ? -1 : column,
                          .name = t->names != NULL ? t->names[column] : NULL};
}

static enum mote_status take_numbers(const struct table *t, int32_t row, int32_t label, int32_t group, uint8_t *out,
                                     const struct frame *at)
{
    struct frame line = frame_line(at, "line", t->lines[row]);

    for (int32_t c = 0; c < t->columns; c++) {
        const char *cell = t->cells[(size_t)row * (size_t)t->columns + (size_t)c];
        struct frame here = frame_cell(t, c, &line);
        double value;
        float real;

        if (c == label || c == group)
            continue;
        if (cell[0] == '\0')
            return fail(&here, MOTE_ERR_VALUE, "is empty; fill it in, or remove the line");
        if (!table_number(cell, &value))
            return fail(&here, MOTE_ERR_VALUE, "\"%s\" is no finite number; correct it, or remove the line", cell);
        real = (float)value;
        if (!isfinite(real))
            return fail(&here, MOTE_ERR_VALUE, "%s does not fit in a float32", cell);
        memcpy(out, &real, sizeof real);
        out += sizeof real;
    }
    return MOTE_OK;
}

static enum mote_status take_labels(struct reading *r, const struct table *t, int32_t column, const struct frame *at)
{
    const char **words = pool_array(&r->scratch, (size_t)t->n, sizeof *words);

    for (int32_t i = 0; i < t->n; i++) {
        struct frame line = frame_line(at, "line", t->lines[i]), here = frame_cell(t, column, &line);

        words[i] = t->cells[(size_t)i * (size_t)t->columns + (size_t)column];
        if (words[i][0] == '\0')
            return fail(&here, MOTE_ERR_VALUE, "is empty, but it is the label; fill it in, or remove the line");
    }
    return labels_make(r, words, false, at);
}

/* As the file itself calls them, if nobody else does. */
static void name_classes(struct reading *r, const struct table *t)
{
    struct data_section *named;

    if (t->n_classes == 0 || r->spec->classes_count > 0 || r->spec->task == DATA_REGRESSION)
        return;
    named = pool_copy(&r->scratch, r->spec, sizeof *named);
    named->classes = t->classes;
    named->classes_count = (unsigned)t->n_classes;
    r->spec = named;
}

enum mote_status read_table(struct reading *r)
{
    bool named = r->from != NULL && !r->moved; /* by another file, which r->at is */
    struct frame table = frame_of(r->at, r->spec->path);
    const struct frame *at = named ? &table : r->at;
    struct dataset *d = r->out;
    struct bytes text;
    struct table t;
    uint8_t *samples;
    int32_t label, group;

    TRY(packed_read(r, r->path, &text, r->at));
    TRY(table_parse(&r->scratch, text, r->spec->header, &t, at));
    name_classes(r, &t);
    TRY(label_column(r, &t, &label, at));
    TRY(table_groups(r, &t, label, &group, pool_array(&r->scratch, (size_t)t.n, sizeof(char *)), at));
    d->elements = t.columns - (label >= 0) - (group >= 0);
    if (d->elements < 1)
        return fail(at, MOTE_ERR_FORMAT, "has %s; a label and a number at least are wanted",
                    t.columns < 2 ? "one column" : "no column but label and group");
    d->type = TYPE_F32;
    d->rank = 1;
    d->dims[0] = d->elements;
    TRY(samples_alloc(r, t.n, &samples, at));
    for (int32_t i = 0; i < t.n; i++)
        TRY(take_numbers(&t, i, label, group, samples + (size_t)i * (size_t)d->elements * sizeof(float), at));
    r->source->rows = pool_copy(r->pool, t.lines, (size_t)t.n * sizeof *t.lines);
    r->source->row_kind = "line";
    return r->input == NULL ? take_labels(r, &t, label, at) : MOTE_OK;
}
