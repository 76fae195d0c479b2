/* SPDX-License-Identifier: Apache-2.0 */
/* Which column of a table is likely to be its label: one that is called so; else the last one, unless that has numbers
 * that are no classes and the first one has what may be classes. */
#include <math.h>
#include <strings.h>

#include "host/data/source.h"

#define CLASSES_LIKELY 32

static int32_t named_label(const struct table *t)
{
    static const char *const words[] = {"label",     "class",  "target",  "y",       "labels",   "species",
                                        "diagnosis", "output", "outcome", "classes", "category", "prediction"};

    for (size_t k = 0; k < COUNT(words) && t->names != NULL; k++)
        for (int32_t i = 0; i < t->columns; i++)
            if (strcasecmp(t->names[i], words[k]) == 0)
                return i;
    return -1;
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

static void guess_inputs(struct pool *pool, const struct table *t, int32_t label, struct data_section *s)
{
    bool gaps = false;

    for (int32_t i = 0; i < t->columns; i++) {
        bool of_words, of_gaps = false;

        if (i == label || (s->group != NULL && i == table_column(t, s->group)))
            continue;
        of_words = has_words(t, i, &of_gaps);
        gaps |= of_gaps && !of_words;
        if (of_words && s->columns_count == 0) {
            s->ignore = pool_grow(pool, s->ignore, s->ignore_count, sizeof *s->ignore);
            s->ignore[s->ignore_count++] = column_word(pool, t, i);
        }
    }
    if (gaps && s->missing == NULL)
        s->missing = "mean";
}

enum mote_status data_guess_columns(struct pool *pool, struct data_section *section, int64_t max_bytes,
                                    const struct frame *at)
{
    struct reading r = {.pool = pool, .max_bytes = max_bytes > 0 ? max_bytes : DATASET_MAX_BYTES};
    struct bytes text;
    struct table t;
    enum mote_status status = packed_read(&r, section->path, &text, at);
    int32_t label = -1;

    if (status == MOTE_OK)
        status = table_parse(&r.scratch, text, section->header, section->skip, &t, at);
    if (status == MOTE_OK) {
        if (section->labels == NULL && section->label == NULL) {
            label = choose_label(&t);
            section->label = label < t.columns - 1 ? column_word(pool, &t, label) : NULL;
        }
        if (section->label != NULL)
            label = table_column(&t, section->label);
        if (section->ignore_count == 0)
            guess_inputs(pool, &t, label, section);
    }
    pool_free(&r.scratch);
    return status;
}
