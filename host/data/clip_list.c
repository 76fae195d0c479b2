/* SPDX-License-Identifier: Apache-2.0 */
/* Which sounds a data set has: a folder a class, as with pictures, or a table that names each file, its label and its
 * split, and perhaps from when until when it is meant. */
#include "host/data/clips.h"

#include <stdlib.h>

/* ---- which sounds ---- */
static int32_t column_of(const struct table *t, const char *name)
{
    for (int32_t i = 0; i < t->columns; i++)
        if (strcmp(t->names[i], name) == 0)
            return i;
    return -1;
}

static enum mote_status take_splits(struct reading *r, const struct table *t, int32_t column, const struct frame *at)
{
    uint8_t *given = pool_array(r->pool, (size_t)t->n, sizeof *given);

    for (int32_t i = 0; i < t->n; i++) {
        const char *word = t->cells[(size_t)i * (size_t)t->columns + (size_t)column];
        struct frame here = frame_line(at, "line", t->lines[i]);

        given[i] = split_of_word(word);
        if (given[i] == SPLIT_NONE)
            return fail(&here, MOTE_ERR_VALUE, "the split is \"%s\"; train, validation or test is wanted", word);
    }
    r->source->given = given;
    return MOTE_OK;
}

/* Columns start_s and end_s, in seconds: a line is of a part of its file. */
static enum mote_status take_parts(struct reading *r, const struct table *t, struct clip_list *list,
                                   const struct frame *at)
{
    struct clip_part *parts;
    int32_t start, end;

    TRY(seconds_columns(t, &start, &end, at));
    if (start < 0)
        return MOTE_OK;
    parts = pool_array(&r->scratch, (size_t)t->n, sizeof *parts);
    for (int32_t i = 0; i < t->n; i++) {
        struct frame here = frame_line(at, "line", t->lines[i]);

        parts[i].line = t->lines[i];
        TRY(seconds_of(t, i, start, end, &parts[i].start, &parts[i].end, &here));
    }
    list->parts = parts;
    return MOTE_OK;
}

static enum mote_status take_table(struct reading *r, const struct table *t, struct clip_list *list,
                                   const struct frame *at)
{
    int32_t file = column_of(t, "file"), label = column_of(t, "label"), split = column_of(t, "split");
    const char **names = pool_array(r->pool, (size_t)t->n, sizeof *names);
    const char **words = pool_array(&r->scratch, (size_t)t->n, sizeof *words);
    int32_t *labels = pool_array(r->pool, (size_t)t->n, sizeof *labels);
    struct vocabulary v;

    if (file < 0 || label < 0)
        return fail(at, MOTE_ERR_FORMAT, "has no columns \"file\" and \"label\", or its first line does not name them");
    for (int32_t i = 0; i < t->n; i++) {
        names[i] = pool_strdup(r->pool, t->cells[(size_t)i * (size_t)t->columns + (size_t)file]);
        words[i] = t->cells[(size_t)i * (size_t)t->columns + (size_t)label];
    }
    TRY(vocabulary_make(r, words, (size_t)t->n, &v, at));
    for (int32_t i = 0; i < t->n; i++)
        labels[i] = vocabulary_find(&v, words[i]);
    if (split >= 0)
        TRY(take_splits(r, t, split, at));
    TRY(take_parts(r, t, list, at));
    TRY(sound_groups(r, names, (size_t)t->n));
    r->out->n = t->n;
    r->out->labels = labels;
    r->source->files = names;
    return MOTE_OK;
}

static enum mote_status read_names(struct reading *r, struct clip_list *list)
{
    struct frame here = frame_of(r->at, r->spec->index);
    struct bytes text;
    struct table t;

    if (r->spec->index == NULL)
        return read_sound_names(r);
    TRY(packed_read(r, pool_printf(&r->scratch, "%s/%s", r->path, r->spec->index), &text, r->at));
    TRY(table_parse(&r->scratch, text, DATA_HEADER_YES, 0, &t, &here));
    return take_table(r, &t, list, &here);
}

enum mote_status clips_find(struct reading *r, struct clip_list *out)
{
    *out = (struct clip_list){.step = r->spec->step};
    if (out->step < 0 || out->step > HEARS_MS_MAX)
        return fail_key(r, "step", "step is %d; 1 to %d ms from one clip of a sound to the next are wanted", out->step,
                        HEARS_MS_MAX);
    TRY(read_names(r, out));
    out->n = r->out->n;
    return MOTE_OK;
}

/* ---- how long they are ---- */
static int by_length(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

bool data_is_sounds(const char *path, double *usual, double *longest)
{
    struct pool pool = {0};
    struct report_text unseen = {.status = MOTE_OK};
    const struct frame quiet = {.index = -1, .sink = &unseen};
    struct reading r = {.pool = &pool, .at = &quiet};
    const char *const *names;
    size_t n = 0;
    double *seconds;

    if (!sounds_folder(&pool, path) || find_sounds(&r, path, &names, &n) != MOTE_OK || n == 0) {
        pool_free(&r.scratch);
        pool_free(&pool);
        return false;
    }
    seconds = pool_array(&pool, n, sizeof *seconds);
    for (size_t i = 0; i < n; i++)
        seconds[i] = sound_seconds(pool_printf(&pool, "%s/%s", path, names[i]));
    qsort(seconds, n, sizeof *seconds, by_length);
    *usual = seconds[n / 2];
    *longest = seconds[n - 1];
    pool_free(&r.scratch);
    pool_free(&pool);
    return true;
}
