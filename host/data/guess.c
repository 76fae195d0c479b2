/* SPDX-License-Identifier: Apache-2.0 */
/* Which column of a table is likely to be its label: one that is called so; else the last one, unless that has numbers
 * that are no classes and the first one has what may be classes. And whether its rows are a series. */
#include <dirent.h>
#include <math.h>
#include <strings.h>
#include <sys/stat.h>

#include "host/data/source.h"

#define CLASSES_LIKELY 32

/* The column that is called by the first of these words that any is called by; -1: none. */
static int32_t named(const struct table *t, const char *const *words, size_t n)
{
    for (size_t k = 0; k < n && t->names != NULL; k++)
        for (int32_t i = 0; i < t->columns; i++)
            if (strcasecmp(t->names[i], words[k]) == 0)
                return i;
    return -1;
}

static int32_t named_label(const struct table *t)
{
    static const char *const words[] = {"label",    "class",      "target",   "y",       "labels",
                                        "species",  "diagnosis",  "output",   "outcome", "classes",
                                        "category", "prediction", "activity", "gesture"};

    return named(t, words, COUNT(words));
}

/* Few words or whole numbers, each met several times. */
static bool may_be_classes(const struct table *t, int32_t column)
{
    const char *met[CLASSES_LIKELY];
    int32_t n = 0;

    for (int32_t i = 0; i < t->n; i++) {
        const char *cell = t->cells[(size_t)i * (size_t)t->columns + (size_t)column];
        double value;
        int32_t k = 0;

        if (table_number(cell, &value) && value != floor(value))
            return false;
        while (k < n && strcmp(met[k], cell) != 0)
            k++;
        if (k == n && n == CLASSES_LIKELY)
            return false;
        if (k == n)
            met[n++] = cell;
    }
    return 2 * n <= t->n;
}

static const char *column_word(struct pool *pool, const struct table *t, int32_t column)
{
    return t->names != NULL ? pool_strdup(pool, t->names[column]) : pool_printf(pool, "%d", column);
}

static int32_t choose_label(const struct table *t)
{
    int32_t named = named_label(t), last = t->columns - 1;

    if (named >= 0)
        return named;
    return !may_be_classes(t, last) && may_be_classes(t, 0) ? 0 : last;
}

/* Words, or gaps: what is neither a number nor missing, in more than half of the lines. */
static bool has_words(const struct table *t, int32_t column, bool *gaps)
{
    int32_t words = 0;
    double value;

    for (int32_t i = 0; i < t->n; i++) {
        const char *cell = t->cells[(size_t)i * (size_t)t->columns + (size_t)column];
        bool missing = table_is_missing(cell);

        *gaps |= missing;
        words += !missing && !table_number(cell, &value);
    }
    return 2 * words > t->n;
}

/* Numbers of rows, or their times: another in each, and called so. */
static bool numbers_rows(const struct table *t, int32_t column)
{
    static const char *const words[] = {"id", "index", "unnamed: 0", "", "row", "nr", "no", "number"};
    const char *name = t->names != NULL ? t->names[column] : NULL;
    double last = -INFINITY, value;
    bool is = name != NULL && is_time_name(name);

    for (size_t i = 0; name != NULL && i < COUNT(words); i++)
        is |= strcasecmp(name, words[i]) == 0;
    for (int32_t i = 0; is && i < t->n; i++) {
        is = table_number(t->cells[(size_t)i * (size_t)t->columns + (size_t)column], &value) && value > last;
        last = value;
    }
    return is;
}

/* "1.037,05": marks between thousands, which are no number here. */
static bool has_thousands(const char *cell)
{
    size_t digits = strspn(cell += *cell == '-' || *cell == '+', "0123456789");
    int groups = 0;
    char mark;

    if (digits < 1 || digits > 3)
        return false;
    for (cell += digits, mark = *cell; (mark == '.' || mark == ',' || mark == '\'' || mark == ' ') && *cell == mark &&
                                       strspn(cell + 1, "0123456789") == 3;
         cell += 4)
        groups++;
    if (*cell == '.' || *cell == ',')
        cell += 1 + strspn(cell + 1, "0123456789");
    return groups > 0 && *cell == '\0';
}

/* A column that is no words' must not be left out as if it were. */
static enum mote_status check_thousands(const struct table *t, int32_t column, const struct frame *at)
{
    int32_t n = 0, last = 0;

    for (int32_t i = 0; i < t->n; i++)
        if (has_thousands(t->cells[(size_t)i * (size_t)t->columns + (size_t)column])) {
            last = i;
            n++;
        }
    if (2 * n < t->n)
        return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE,
                "line %d: \"%s\" has marks between thousands, here and in %d other lines of column "
                "%d; export the numbers without them",
                t->lines[last], t->cells[(size_t)last * (size_t)t->columns + (size_t)column], n - 1, column);
}

static enum mote_status guess_inputs(struct pool *pool, const struct table *t, int32_t label, struct data_section *s,
                                     const struct frame *at)
{
    bool gaps = false;

    for (int32_t i = 0; i < t->columns; i++) {
        bool of_words, of_gaps = false;

        if (i == label || (s->group != NULL && i == table_column(t, s->group)))
            continue;
        of_words = has_words(t, i, &of_gaps) || numbers_rows(t, i);
        gaps |= of_gaps && !of_words;
        if (of_words && s->columns_count == 0) {
            TRY(check_thousands(t, i, at));
            s->ignore = pool_grow(pool, s->ignore, s->ignore_count, sizeof *s->ignore);
            s->ignore[s->ignore_count++] = column_word(pool, t, i);
        }
    }
    if (gaps && s->missing == NULL)
        s->missing = "mean";
    return MOTE_OK;
}

/* The last column is the label because it is the last, and numbers; the one before it has some words, which may be the
 * classes, as where a difficulty or a weight follows them. */
static const char *other_label(struct pool *pool, const struct table *t, int32_t label)
{
    const int32_t before = t->columns - 2;
    bool gaps = false;

    if (label != t->columns - 1 || before < 1 || named_label(t) >= 0 || has_words(t, label, &gaps) ||
        !has_words(t, before, &gaps) || !may_be_classes(t, before))
        return NULL;
    return column_word(pool, t, before);
}

enum mote_status data_guess_columns(struct pool *pool, struct data_section *section, int64_t max_bytes,
                                    const char **perhaps, const struct frame *at)
{
    struct reading r = {.pool = pool, .max_bytes = max_bytes > 0 ? max_bytes : DATASET_MAX_BYTES};
    struct bytes text;
    struct table t;
    enum mote_status status = packed_read(&r, section->path, &text, at);
    int32_t label = -1;

    *perhaps = NULL;
    if (status == MOTE_OK)
        status = table_parse(&r.scratch, text, section->header, section->skip, &t, at);
    if (status == MOTE_OK) {
        if (section->labels == NULL && section->label == NULL) {
            label = choose_label(&t);
            *perhaps = other_label(pool, &t, label);
            section->label = label < t.columns - 1 ? column_word(pool, &t, label) : NULL;
        }
        if (section->label != NULL)
            label = table_column(&t, section->label);
        if (section->ignore_count == 0)
            status = guess_inputs(pool, &t, label, section, at);
    }
    pool_free(&r.scratch);
    return status;
}

/* ---- series ---- */
#define RUN_LEAST 16 /* rows that a label stays, on average */

static int32_t named_recording(const struct table *t)
{
    static const char *const words[] = {"recording", "recording_id", "trial",   "session",     "sequence",
                                        "series",    "series_id",    "segment", "measurement", "file",
                                        "id",        "subject",      "user",    "person",      "participant"};

    return named(t, words, COUNT(words));
}

static bool has_time(const struct table *t)
{
    for (int32_t i = 0; t->names != NULL && i < t->columns; i++)
        if (is_time_name(t->names[i]))
            return true;
    return false;
}

/* Whether what the columns say stays for many rows. */
static bool stays(const struct table *t, int32_t label, int32_t recording)
{
    int32_t runs = 1;

    for (int32_t i = 1; i < t->n; i++) {
        const char *const *row = t->cells + (size_t)i * (size_t)t->columns, *const *last = row - t->columns;

        runs +=
            strcmp(row[label], last[label]) != 0 || (recording >= 0 && strcmp(row[recording], last[recording]) != 0);
    }
    return t->n >= RUN_LEAST * runs;
}

/* One that is called so, or else of words. */
static int32_t label_of_rows(const struct table *t)
{
    int32_t label = named_label(t), recording = named_recording(t);
    bool gaps = false;

    for (int32_t i = 0; i < t->columns && t->names != NULL && label < 0; i++)
        if (i != recording && !is_time_name(t->names[i]) && has_words(t, i, &gaps) && may_be_classes(t, i))
            label = i;
    return label;
}

static void take_series(struct pool *pool, const struct table *t, int32_t label, int32_t recording,
                        struct data_section *s)
{
    bool gaps = false;

    s->label = column_word(pool, t, label);
    if (recording >= 0)
        s->recording = column_word(pool, t, recording);
    for (int32_t i = 0; i < t->columns && s->columns_count == 0; i++)
        if (i != label && i != recording && !is_time_name(t->names[i]) && has_words(t, i, &gaps)) {
            s->ignore = pool_grow(pool, s->ignore, s->ignore_count, sizeof *s->ignore);
            s->ignore[s->ignore_count++] = column_word(pool, t, i);
        }
}

/* The first file of a folder, by name, that is text; or the file itself. */
static const char *first_text(struct pool *pool, const char *path)
{
    DIR *folder = opendir(path);
    const char *first = NULL;
    struct dirent *entry;

    if (folder == NULL)
        return path;
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.' && (has_ending(entry->d_name, ".csv") || has_ending(entry->d_name, ".tsv")) &&
            (first == NULL || strcmp(entry->d_name, first) < 0))
            first = pool_strdup(pool, entry->d_name);
    closedir(folder);
    return first != NULL ? pool_printf(pool, "%s/%s", path, first) : NULL;
}

void data_guess_series(struct pool *pool, struct data_section *section, int64_t max_bytes, bool *is)
{
    struct report_text unseen = {.status = MOTE_OK};
    const struct frame quiet = {.index = -1, .sink = &unseen};
    struct reading r = {.pool = pool, .max_bytes = max_bytes > 0 ? max_bytes : DATASET_MAX_BYTES};
    const char *file = first_text(&r.scratch, section->path);
    const bool folder = file != section->path;
    int32_t label, recording;
    struct bytes text;
    struct table t;

    *is = false;
    if (file != NULL && packed_read(&r, file, &text, &quiet) == MOTE_OK &&
        table_parse(&r.scratch, text, section->header, section->skip, &t, &quiet) == MOTE_OK && t.names != NULL) {
        label = section->label != NULL ? table_column(&t, section->label) : label_of_rows(&t);
        recording = folder ? -1 : named_recording(&t);
        *is = label >= 0 && label != recording &&
              (folder || ((has_time(&t) || recording >= 0) && stays(&t, label, recording)));
        if (*is)
            take_series(pool, &t, label, recording, section);
    }
    pool_free(&r.scratch);
}
