/* SPDX-License-Identifier: Apache-2.0 */
/* A table as a data set: which columns are inputs, which one is the label and which the group; what is missing. */
#include <math.h>
#include <strings.h>
#include <unistd.h>

#include "host/data/source.h"

struct columns {
    const struct table *t;
    int32_t label, group; /* -1: none */
    uint8_t *used;        /* [t->columns] is an input */
    int32_t n;            /* of them */
    enum data_missing missing;
    float value, *means; /* for what is missing; means: [t->columns], NULL: `value` */
};

/* ---- columns ---- */
/* The column of this name or index; `key` of the specification says so, or a model, if it is NULL. `at`: the table. */
static enum mote_status find_column(const struct reading *r, const struct table *t, const char *key, const char *word,
                                    int32_t *out, const struct frame *at)
{
    static const char have[] = "a name in the first line, or a number from 0 to";

    *out = table_column(t, word);
    if (*out >= 0)
        return MOTE_OK;
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
    if (r->spec->columns_count > 0 || r->spec->ignore_count > 0) /* which are counted when they are chosen */
        return MOTE_OK;
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
    bool labeled = r->spec->labels == NULL;

    if (r->input != NULL && labeled)
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

bool table_is_missing(const char *cell)
{
    static const char *const words[] = {"", "?", "na", "n/a", "nan", "null", "none", "nil", "-"};

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcasecmp(cell, words[i]) == 0)
            return true;
    return false;
}

static enum mote_status mark_columns(const struct reading *r, const struct table *t, const char *key,
                                     const char *const *words, unsigned n, uint8_t mark, uint8_t *used,
                                     const struct frame *at)
{
    for (unsigned i = 0; i < n; i++) {
        int32_t column;

        TRY(find_column(r, t, key, words[i], &column, at));
        used[column] = mark;
    }
    return MOTE_OK;
}

static enum mote_status choose_inputs(struct reading *r, struct columns *c, const struct frame *at)
{
    const struct data_section *s = r->spec;

    c->used = pool_alloc(&r->scratch, (size_t)c->t->columns);
    memset(c->used, s->columns_count == 0, (size_t)c->t->columns);
    TRY(mark_columns(r, c->t, "columns", (const char *const *)s->columns, s->columns_count, 1, c->used, at));
    TRY(mark_columns(r, c->t, "ignore", (const char *const *)s->ignore, s->ignore_count, 0, c->used, at));
    if (c->label >= 0)
        c->used[c->label] = 0;
    if (c->group >= 0)
        c->used[c->group] = 0;
    for (int32_t i = 0; i < c->t->columns; i++)
        c->n += c->used[i];
    if (c->n < 1)
        return fail(at, MOTE_ERR_FORMAT, "has %s; a label and a number at least are wanted",
                    c->t->columns < 2 ? "one column" : "no column but label, group and what is left out");
    return MOTE_OK;
}

static const char *cell_at(const struct table *t, int32_t row, int32_t column)
{
    return t->cells[(size_t)row * (size_t)t->columns + (size_t)column];
}

/* ---- what is missing ---- */
static bool has_gap(const struct columns *c, int32_t row)
{
    for (int32_t i = 0; i < c->t->columns; i++)
        if ((c->used[i] || i == c->label) && table_is_missing(cell_at(c->t, row, i)))
            return true;
    return false;
}

/* The lines without gaps move up; words, if not NULL, with them. */
static void drop_rows(struct reading *r, struct columns *c, struct table *t, const char **words)
{
    size_t width = (size_t)t->columns;
    int32_t kept = 0, n = t->n;

    for (int32_t i = 0; i < n; i++) {
        if (has_gap(c, i))
            continue;
        memmove(t->cells + (size_t)kept * width, t->cells + (size_t)i * width, width * sizeof *t->cells);
        t->lines[kept] = t->lines[i];
        if (words != NULL)
            words[kept] = words[i];
        if (r->groups != NULL)
            r->groups[kept] = r->groups[i];
        kept++;
    }
    t->n = kept;
    if (kept < n)
        note(r, "%d of %d lines have gaps and are left out (`missing: drop`)", n - kept, n);
}

static void find_means(struct reading *r, struct columns *c)
{
    c->means = pool_array(&r->scratch, (size_t)c->t->columns, sizeof *c->means);
    for (int32_t i = 0; i < c->t->columns; i++) {
        double sum = 0, value;
        int32_t n = 0;

        for (int32_t row = 0; row < c->t->n; row++)
            if (c->used[i] && !table_is_missing(cell_at(c->t, row, i)) && table_number(cell_at(c->t, row, i), &value)) {
                sum += value;
                n++;
            }
        c->means[i] = n > 0 ? (float)(sum / n) : 0;
    }
}

/* ---- numbers ---- */
static enum mote_status take_number(const struct columns *c, const char *cell, int32_t column, float *out,
                                    const struct frame *line)
{
    struct frame here = frame_cell(c->t, column, line);
    double value;

    if (table_is_missing(cell) && c->missing != DATA_MISSING_ERROR) {
        *out = c->means != NULL ? c->means[column] : c->value;
        return MOTE_OK;
    }
    if (cell[0] == '\0')
        return fail(&here, MOTE_ERR_VALUE,
                    "is empty; fill it in, or remove the line, or say `missing: drop`, mean or a number in the data "
                    "section");
    if (table_is_missing(cell))
        return fail(&here, MOTE_ERR_VALUE,
                    "\"%s\" is no finite number; correct it, or remove the line, or say `missing: drop`, mean or a "
                    "number in the data section",
                    cell);
    if (!table_number(cell, &value))
        return fail(&here, MOTE_ERR_VALUE,
                    "\"%s\" is no finite number; correct it, or remove the line, or name columns of words in `ignore`, "
                    "as `mote new` does",
                    cell);
    *out = (float)value;
    return isfinite(*out) ? MOTE_OK : fail(&here, MOTE_ERR_VALUE, "%s does not fit in a float32", cell);
}

static enum mote_status take_numbers(const struct columns *c, int32_t row, uint8_t *out, const struct frame *at)
{
    struct frame line = frame_line(at, "line", c->t->lines[row]);

    for (int32_t i = 0; i < c->t->columns; i++) {
        float real = 0;

        if (!c->used[i])
            continue;
        TRY(take_number(c, cell_at(c->t, row, i), i, &real, &line));
        memcpy(out, &real, sizeof real);
        out += sizeof real;
    }
    return MOTE_OK;
}

/* ---- labels ---- */
static enum mote_status label_words(const struct columns *c, const char **words, const struct frame *at)
{
    for (int32_t i = 0; i < c->t->n; i++) {
        struct frame line = frame_line(at, "line", c->t->lines[i]), here = frame_cell(c->t, c->label, &line);

        words[i] = cell_at(c->t, i, c->label);
        if (words[i][0] == '\0')
            return fail(&here, MOTE_ERR_VALUE, "is empty, but it is the label; fill it in, or remove the line");
    }
    return MOTE_OK;
}

enum mote_status labels_file(struct reading *r, const char *path, int32_t n, const char *of, const char **words)
{
    const char *slash = strrchr(path, '/');
    struct frame here = frame_of(r->at, slash != NULL ? slash + 1 : path);
    struct bytes text;
    struct table t;

    TRY(packed_read(r, path, &text, &here));
    TRY(table_parse(&r->scratch, text, DATA_HEADER_AUTO, 0, &t, &here));
    if (t.n != n)
        return fail(&here, MOTE_ERR_SHAPE, "has %d labels, %s has %d samples", t.n, of, n);
    for (int32_t i = 0; i < n; i++) {
        struct frame line = frame_line(&here, "line", t.lines[i]);

        words[i] = cell_at(&t, i, t.columns - 1);
        if (words[i][0] == '\0')
            return fail(&line, MOTE_ERR_VALUE, "the label is empty");
    }
    return MOTE_OK;
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

/* ---- all of it ---- */
static enum mote_status choose_shape(const struct reading *r, struct dataset *d, const struct frame *at)
{
    int64_t elements = 1;

    d->type = TYPE_F32;
    d->rank = 1;
    d->dims[0] = d->elements;
    if (r->spec->shape_count == 0)
        return MOTE_OK;
    d->rank = (int32_t)r->spec->shape_count;
    for (int32_t i = 0; i < d->rank; i++) {
        d->dims[i] = r->spec->shape[i];
        if (d->dims[i] < 1 || d->dims[i] > COLUMNS_MAX)
            return fail_key(r, "shape", "shape has the dimension %lld", (long long)d->dims[i]);
        elements = elements > COLUMNS_MAX ? elements : elements * d->dims[i];
    }
    if (elements == d->elements)
        return MOTE_OK;
    return fail_key(r, "shape", "shape has %lld elements, but %s has %lld columns of inputs", (long long)elements,
                    at->name, (long long)d->elements);
}

/* Of samples that are rows of columns. */
static void name_columns(struct reading *r, const struct columns *c)
{
    const char **names;

    if (c->t->names == NULL || r->out->rank != 1)
        return;
    names = pool_array(r->pool, (size_t)c->n, sizeof *names);
    for (int32_t i = 0, n = 0; i < c->t->columns; i++)
        if (c->used[i])
            names[n++] = pool_strdup(r->pool, c->t->names[i]);
    r->out->columns = names;
}

static enum mote_status read_samples(struct reading *r, const struct columns *c, const struct frame *at)
{
    struct dataset *d = r->out;
    uint8_t *samples;

    if (c->t->n == 0)
        return fail(at, MOTE_ERR_VALUE, "has a gap in every line: `missing: mean`, or a number, fills them");
    d->elements = c->n;
    TRY(choose_shape(r, d, at));
    name_columns(r, c);
    TRY(samples_alloc(r, c->t->n, &samples, at));
    for (int32_t i = 0; i < c->t->n; i++)
        TRY(take_numbers(c, i, samples + (size_t)i * (size_t)d->elements * sizeof(float), at));
    r->source->rows = pool_copy(r->pool, c->t->lines, (size_t)c->t->n * sizeof *c->t->lines);
    r->source->row_kind = "line";
    return MOTE_OK;
}

enum mote_status read_table(struct reading *r)
{
    bool named = r->from != NULL && !r->moved; /* by another file, which r->at is */
    struct frame table = frame_of(r->at, r->spec->path);
    const struct frame *at = named ? &table : r->at;
    const char *labels = r->spec->labels, **words = NULL;
    struct bytes text;
    struct table t;
    struct columns c = {.t = &t};

    TRY(packed_read(r, r->path, &text, r->at));
    TRY(table_parse(&r->scratch, text, r->spec->header, r->spec->skip, &t, at));
    name_classes(r, &t);
    TRY(label_column(r, &t, &c.label, at));
    TRY(table_groups(r, &t, c.label, &c.group, pool_array(&r->scratch, (size_t)t.n, sizeof(char *)), at));
    TRY(choose_inputs(r, &c, at));
    TRY(missing_read(r, &c.missing, &c.value));
    if (r->input == NULL)
        words = pool_array(&r->scratch, (size_t)t.n, sizeof *words);
    if (words != NULL && labels != NULL && access(path_beside(&r->scratch, r->from, labels), F_OK) != 0)
        return fail_key(r, "labels", "there is no file %s; a column of the table is named in `label`", labels);
    if (words != NULL && labels != NULL)
        TRY(labels_file(r, path_beside(&r->scratch, r->from, labels), t.n, r->path, words));
    if (c.missing == DATA_MISSING_DROP)
        drop_rows(r, &c, &t, words);
    if (c.missing == DATA_MISSING_MEAN)
        find_means(r, &c);
    TRY(read_samples(r, &c, at));
    if (words == NULL)
        return MOTE_OK;
    if (labels == NULL)
        TRY(label_words(&c, words, at));
    return labels_make(r, words, false, at);
}
