/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings of sensors: files of time x numbers in a folder, arrays (.npy), tables (.csv, .tsv, .txt) or JSON, which
 * may have many. A recording is cut into windows, or stretched to one length. Its class is its folder's name, or a part
 * of the file's: what follows the last "_", or what is before the first "." or "_"; JSON says it itself. */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

#include "host/data/npy.h"
#include "host/data/source.h"

#define DEPTH_MAX   8
#define ROWS_MAX    (1 << 24)
#define NUMBERS_MAX 1024 /* of a row */
#define RATE_MAX    1e9  /* rows a second */

struct recording {
    const char *file, *label; /* relative to the folder; label: JSON's or a column's, or NULL */
    const char *owner;        /* what the recording column says; NULL: nothing */
    int32_t index;            /* among those of its file; -1: it has one */
    int32_t first;            /* its first row, of those of the file */
    int32_t rows, columns;
    float *x;                 /* [rows][columns] */
    const char *const *names; /* [columns] or NULL */
};

struct recordings {
    struct reading *r;
    struct recording *all;
    size_t n;
    const char **files;
    size_t n_files;
    bool one;          /* the path is a file, not a folder */
    int32_t mended;    /* rows without what `missing` says, or numbers that it gives */
    int64_t unlabeled; /* rows that are left out: their label's column says nothing */
};

/* ---- files ---- */
bool is_recording_name(const char *name)
{
    static const char *const endings[] = {".npy",  ".npz",    ".csv",    ".tsv",   ".txt",
                                          ".json", ".csv.gz", ".tsv.gz", ".txt.gz"};

    for (size_t i = 0; i < COUNT(endings); i++)
        if (has_ending(name, endings[i]))
            return strncasecmp(name, "readme", 6) != 0 && strncasecmp(name, "license", 7) != 0;
    return false;
}

/* Calls `see` with each file below, not the hidden ones, until it returns false. */
static bool walk(struct pool *pool, const char *root, const char *below, int depth,
                 bool (*see)(void *context, const char *name), void *context)
{
    DIR *dir = opendir(pool_printf(pool, "%s/%s", root, below));
    struct dirent *entry;
    bool on = true;

    while (dir != NULL && on && (entry = readdir(dir)) != NULL) {
        const char *name = pool_printf(pool, "%s%s%s", below, below[0] != '\0' ? "/" : "", entry->d_name);
        struct stat st;

        if (entry->d_name[0] == '.' || stat(pool_printf(pool, "%s/%s", root, name), &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode))
            on = depth >= DEPTH_MAX || walk(pool, root, name, depth + 1, see, context);
        else
            on = see(context, name);
    }
    if (dir != NULL)
        closedir(dir);
    return on;
}

struct seen_kinds {
    bool recordings, pictures, sounds;
};

static bool see_kind(void *context, const char *name)
{
    struct seen_kinds *seen = context;
    const char *slash = strrchr(name, '/');

    seen->recordings |= is_recording_name(slash != NULL ? slash + 1 : name);
    seen->sounds |= is_sound_name(name);
    seen->pictures = is_picture_name(name);
    return !seen->pictures;
}

bool recordings_folder(struct pool *pool, const char *path)
{
    struct seen_kinds seen = {.recordings = false};

    walk(pool, path, "", 0, see_kind, &seen);
    return seen.recordings && !seen.pictures && !seen.sounds;
}

bool sounds_folder(struct pool *pool, const char *path)
{
    struct seen_kinds seen = {.recordings = false};

    walk(pool, path, "", 0, see_kind, &seen);
    return seen.sounds && !seen.pictures;
}

/* The labels' table may lie among the recordings. */
static bool is_labels(struct reading *r, const char *name)
{
    struct stat a, b;

    return r->spec->labels != NULL && stat(path_beside(&r->scratch, r->from, r->spec->labels), &a) == 0 &&
           stat(pool_printf(&r->scratch, "%s/%s", r->path, name), &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static bool see_file(void *context, const char *name)
{
    struct recordings *all = context;
    const char *slash = strrchr(name, '/');

    if (!is_recording_name(slash != NULL ? slash + 1 : name) || is_labels(all->r, name))
        return true;
    all->files = pool_grow(&all->r->scratch, all->files, all->n_files, sizeof *all->files);
    all->files[all->n_files++] = pool_strdup(all->r->pool, name);
    return true;
}

/* A file, or what is in the folder. */
static enum mote_status find_files(struct recordings *all)
{
    struct reading *r = all->r;
    const char *slash = strrchr(r->path, '/');
    struct stat st;

    all->one = stat(r->path, &st) == 0 && !S_ISDIR(st.st_mode);
    if (all->one) {
        all->files = pool_array(&r->scratch, 1, sizeof *all->files);
        all->files[all->n_files++] = pool_strdup(r->pool, slash != NULL ? slash + 1 : r->path);
    } else {
        walk(&r->scratch, r->path, "", 0, see_file, all);
    }
    if (all->n_files > 0 && is_recording_name(all->files[0]))
        return MOTE_OK;
    return fail(r->at, MOTE_ERR_VALUE, "holds no recording: .npy, .npz, .csv, .tsv, .txt or .json of time x numbers");
}

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* ---- one recording ---- */
static struct recording *add(struct recordings *all, const char *file, int64_t rows, int64_t columns)
{
    struct pool *scratch = &all->r->scratch;
    struct recording *one;

    all->all = pool_grow(scratch, all->all, all->n, sizeof *all->all);
    one = &all->all[all->n++];
    *one = (struct recording){.file = file, .index = -1, .rows = (int32_t)rows, .columns = (int32_t)columns};
    one->x = pool_array(scratch, (size_t)rows * (size_t)columns, sizeof *one->x);
    return one;
}

static enum mote_status check_size(int64_t rows, int64_t columns, const struct frame *at)
{
    if (rows < 1 || rows > ROWS_MAX || columns < 1 || columns > NUMBERS_MAX)
        return fail(at, MOTE_ERR_SHAPE, "has %lld rows of %lld numbers; 1 to %d rows of 1 to %d are read",
                    (long long)rows, (long long)columns, ROWS_MAX, NUMBERS_MAX);
    return MOTE_OK;
}

static bool is_used(const struct data_section *s, const struct table *t, int32_t column);

/* What columns without names hold: those that are chosen stay, and what is missing in the others is no matter. */
static enum mote_status take_numbers(struct recordings *all, struct recording *one, const struct frame *at)
{
    const struct data_section *s = all->r->spec;
    const struct table t = {.columns = one->columns};
    int32_t n = 0;
    float *to = one->x;

    for (unsigned i = 0; i < s->columns_count; i++)
        if (table_column(&t, s->columns[i]) < 0)
            return fail_key(all->r, "columns", "%s: there is no column \"%s\"; its columns are numbers from 0 to %d",
                            at->name, s->columns[i], t.columns - 1);
    for (int32_t c = 0; c < t.columns; c++) {
        const bool used = is_used(s, &t, c);

        n += used;
        for (int32_t row = 0; row < one->rows && !used; row++)
            one->x[(size_t)row * (size_t)t.columns + (size_t)c] = 0;
    }
    TRY(check_size(one->rows, n, at));
    TRY(gaps_mend_numbers(all->r, one->x, &one->rows, t.columns, &all->mended, at));
    for (int32_t row = 0; row < one->rows && n < t.columns; row++)
        for (int32_t c = 0; c < t.columns; c++)
            if (is_used(s, &t, c))
                *to++ = one->x[(size_t)row * (size_t)t.columns + (size_t)c];
    one->columns = n;
    return MOTE_OK;
}

static enum mote_status read_npy(struct recordings *all, const char *file, struct bytes bytes, const struct frame *at)
{
    struct recording *one;
    enum mote_type type;
    struct npy a;
    size_t size;

    TRY(npy_parse(&all->r->scratch, bytes, &a, at));
    type = array_type(&a);
    if (type == TYPE_NONE)
        return fail(at, MOTE_ERR_TYPE, "the array's type is '%s'; integers, float32 and float64 are read", a.type);
    if (a.rank < 1 || a.rank > 2)
        return fail(at, MOTE_ERR_SHAPE, "the array's shape is %s; a recording is time x numbers", a.shape);
    TRY(check_size((int64_t)a.dims[0], a.rank == 2 ? (int64_t)a.dims[1] : 1, at));
    size = (size_t)type_bits(type) / 8;
    one = add(all, file, (int64_t)a.dims[0], a.rank == 2 ? (int64_t)a.dims[1] : 1);
    for (size_t i = 0; i < a.elements; i++)
        one->x[i] = (float)array_number(type, a.data.data + i * size);
    return take_numbers(all, one, at);
}

bool is_time_name(const char *name)
{
    static const char *const words[] = {"time",    "timestamp", "t",    "ms",        "time_ms", "time_s",
                                        "seconds", "datetime",  "date", "time (ms)", "time (s)"};

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcasecmp(name, words[i]) == 0)
            return true;
    return false;
}

static bool is_listed(const char *const *words, unsigned n, const struct table *t, int32_t column)
{
    for (unsigned i = 0; i < n; i++)
        if (table_column(t, words[i]) == column)
            return true;
    return false;
}

/* The time at which a row was taken is nothing to learn from. */
static bool is_used(const struct data_section *s, const struct table *t, int32_t column)
{
    const char *name = t->names != NULL ? t->names[column] : NULL;

    if (s->columns_count > 0)
        return is_listed((const char *const *)s->columns, s->columns_count, t, column);
    return !is_listed((const char *const *)s->ignore, s->ignore_count, t, column) &&
           !(name != NULL && is_time_name(name));
}

/* Columns that say what rows are of; -1: none. */
struct row_columns {
    int32_t label, owner;
    bool *used; /* [t->columns] numbers */
    int32_t n;
    const char **names; /* [n], or NULL */
};

static enum mote_status find_column(const struct recordings *all, const char *key, const char *word,
                                    const struct table *t, int32_t *out, const struct frame *at)
{
    *out = word != NULL ? table_column(t, word) : -1;
    if (word == NULL || *out >= 0)
        return MOTE_OK;
    return fail_key(all->r, key, "%s: there is no column \"%s\"; a name in the first line, or a number from 0 to %d",
                    at->name, word, t->columns - 1);
}

static enum mote_status find_columns(const struct recordings *all, const struct table *t, struct row_columns *out,
                                     const struct frame *at)
{
    const struct data_section *s = all->r->spec;

    *out = (struct row_columns){.n = 0};
    TRY(find_column(all, "label", s->label, t, &out->label, at));
    TRY(find_column(all, "recording", s->recording, t, &out->owner, at));
    out->used = pool_array(&all->r->scratch, (size_t)t->columns, sizeof *out->used);
    for (int32_t c = 0; c < t->columns; c++)
        out->n += out->used[c] = c != out->label && c != out->owner && is_used(s, t, c);
    if (t->names == NULL)
        return MOTE_OK;
    out->names = pool_array(all->r->pool, (size_t)out->n, sizeof *out->names);
    for (int32_t c = 0, n = 0; c < t->columns; c++)
        if (out->used[c])
            out->names[n++] = pool_strdup(all->r->pool, t->names[c]);
    return MOTE_OK;
}

static const char *cell_of(const struct table *t, int32_t row, int32_t column)
{
    return column < 0 ? "" : t->cells[(size_t)row * (size_t)t->columns + (size_t)column];
}

/* The first row from `row` on that is of another recording, or has another label. */
static int32_t run_end(const struct table *t, const struct row_columns *c, int32_t row)
{
    int32_t end = row + 1;

    while (end < t->n && strcmp(cell_of(t, end, c->label), cell_of(t, row, c->label)) == 0 &&
           strcmp(cell_of(t, end, c->owner), cell_of(t, row, c->owner)) == 0)
        end++;
    return end;
}

static enum mote_status fail_cell(const struct table *t, int32_t row, int32_t column, const struct frame *at)
{
    struct frame here = frame_line(at, "line", t->lines[row]);
    const char *cell = cell_of(t, row, column);

    if (table_is_missing(cell))
        return fail(&here, MOTE_ERR_VALUE,
                    "column %d is \"%s\"; fill it in, or say `missing: mean`, drop or a number in the data section, "
                    "`mote new --missing mean`",
                    column, cell);
    if (t->names == NULL)
        return fail(&here, MOTE_ERR_VALUE,
                    "\"%s\" is no finite number; correct it, or remove the line, or name the column in `ignore: "
                    "[\"%d\"]` of the data section",
                    cell, column);
    return fail(&here, MOTE_ERR_VALUE,
                "\"%s\" is no finite number; correct it, or remove the line, or name column %s as `label: %s` or in "
                "`ignore: [%s]` of the data section",
                cell, t->names[column], t->names[column], t->names[column]);
}

/* Rows from `row` to `end` - 1. */
static enum mote_status take_run(struct recordings *all, const char *file, const struct table *t,
                                 const struct row_columns *c, int32_t row, int32_t end, const struct frame *at)
{
    struct recording *one = add(all, file, end - row, c->n);
    float *to = one->x;

    one->first = row;
    one->names = c->names;
    if (c->label >= 0)
        one->label = pool_strdup(all->r->pool, cell_of(t, row, c->label));
    if (c->owner >= 0)
        one->owner = pool_strdup(&all->r->scratch, cell_of(t, row, c->owner));
    for (int32_t i = row; i < end; i++)
        for (int32_t k = 0; k < t->columns; k++) {
            double value;

            if (!c->used[k])
                continue;
            if (!table_number(cell_of(t, i, k), &value))
                return fail_cell(t, i, k, at);
            *to++ = (float)value;
        }
    return MOTE_OK;
}

static enum mote_status read_text(struct recordings *all, const char *file, struct bytes bytes, const struct frame *at)
{
    struct row_columns c;
    struct table t;

    TRY(table_parse(&all->r->scratch, bytes, all->r->spec->header, all->r->spec->skip, &t, at));
    TRY(find_columns(all, &t, &c, at));
    TRY(gaps_mend(all->r, &t, c.used, &all->mended, at));
    TRY(check_size(t.n, c.n, at));
    for (int32_t row = 0, end; row < t.n; row = end) {
        end = run_end(&t, &c, row);
        if (c.label >= 0 && table_is_missing(cell_of(&t, row, c.label))) /* nobody says what this was */
            all->unlabeled += end - row;
        else
            TRY(take_run(all, file, &t, &c, row, end, at));
    }
    return MOTE_OK;
}

/* ---- JSON ---- */
/* null is a gap where it stands for a number: in a list. */
static bool is_number(const json_t *value) { return json_is_number(value) || json_is_null(value); }

static float number_of(const json_t *value) { return json_is_null(value) ? NAN : (float)json_number_value(value); }

/* The numbers of a point: of a list, of an object in its order, or itself. -1: it has others. */
static int32_t point_numbers(const json_t *point, float *to)
{
    int32_t n = 0;
    const char *key;
    json_t *value;
    size_t i;

    if (is_number(point)) {
        to[n++] = number_of(point);
        return n;
    }
    json_array_foreach(point, i, value)
    {
        if (!is_number(value) || n == NUMBERS_MAX)
            return -1;
        to[n++] = number_of(value);
    }
    json_object_foreach((json_t *)(uintptr_t)point, key, value)
    {
        if (json_is_number(value) && n < NUMBERS_MAX)
            to[n++] = (float)json_number_value(value);
    }
    return n > 0 ? n : -1;
}

/* The first one that is not null, which is a gap of the whole row; NULL: there is none. */
static json_t *first_of(const json_t *list)
{
    json_t *value;
    size_t i;

    json_array_foreach(list, i, value)
    {
        if (!json_is_null(value))
            return value;
    }
    return NULL;
}

static bool are_points(const json_t *list)
{
    float numbers[NUMBERS_MAX];
    const json_t *first = first_of(list);

    return json_array_size(list) > 1 && first != NULL && point_numbers(first, numbers) > 0;
}

/* The list itself, or the first one that the object has. */
static const json_t *points_of(json_t *object)
{
    const char *key;
    json_t *value;

    if (are_points(object))
        return object;
    json_object_foreach(object, key, value)
    {
        if (are_points(value))
            return value;
    }
    return NULL;
}

static const char *label_of(struct pool *pool, const json_t *object)
{
    static const char *const words[] = {"label", "class", "gesture", "activity", "name"};

    for (size_t i = 0; i < COUNT(words); i++) {
        const json_t *value = json_object_get(object, words[i]);

        if (json_is_string(value) && json_string_value(value)[0] != '\0')
            return pool_strdup(pool, json_string_value(value));
        if (json_is_integer(value))
            return pool_printf(pool, "%lld", (long long)json_integer_value(value));
    }
    return NULL;
}

static enum mote_status take_json(struct recordings *all, const char *file, json_t *object, int32_t index,
                                  const struct frame *at)
{
    const json_t *points = points_of(object);
    float numbers[NUMBERS_MAX];
    struct recording *one;
    int32_t columns;

    if (points == NULL)
        return fail(at, MOTE_ERR_FORMAT, "has no list of points: [[x, y], …], or [{\"x\": 1, \"y\": 2}, …]");
    columns = point_numbers(first_of(points), numbers);
    TRY(check_size((int64_t)json_array_size(points), columns, at));
    one = add(all, file, (int64_t)json_array_size(points), columns);
    one->index = index;
    one->label = label_of(all->r->pool, object);
    for (int32_t i = 0; i < one->rows; i++) {
        const json_t *point = json_array_get(points, (size_t)i);

        for (int32_t c = 0; c < columns && json_is_null(point); c++)
            numbers[c] = NAN;
        if (!json_is_null(point) && point_numbers(point, numbers) != columns)
            return fail(at, MOTE_ERR_SHAPE, "point %d has not %d numbers as the first one", i, columns);
        memcpy(one->x + (size_t)i * (size_t)columns, numbers, (size_t)columns * sizeof *numbers);
    }
    return take_numbers(all, one, at);
}

/* Objects of numbers: none has a list, as recordings have. */
static bool are_flat(const json_t *list)
{
    const char *key;
    json_t *object, *value;
    size_t i;

    json_array_foreach(list, i, object)
    {
        json_object_foreach(object, key, value)
        {
            if (json_is_array(value) || json_is_object(value))
                return false;
        }
    }
    return true;
}

/* The recordings of a file: the first list of objects in it, or itself; NULL: it is one, and may be its points. */
static json_t *list_of(json_t *root)
{
    const char *key;
    json_t *value;

    if (json_is_object(first_of(root)))
        return are_points(root) && are_flat(root) ? NULL : root;
    json_object_foreach(root, key, value)
    {
        if (json_is_array(value) && json_is_object(json_array_get(value, 0)) &&
            points_of(json_array_get(value, 0)) != NULL)
            return value;
    }
    return NULL;
}

static enum mote_status read_json(struct recordings *all, const char *file, struct bytes bytes, const struct frame *at)
{
    json_error_t error;
    json_t *root = json_loadb((const char *)bytes.data, bytes.size, 0, &error), *list, *value;
    enum mote_status status = MOTE_OK;
    size_t i;

    if (root == NULL)
        return fail(at, MOTE_ERR_FORMAT, "is not JSON: line %d: %s%s", error.line, error.text,
                    strstr(error.text, "'NaN'") != NULL ? "; write null where a number is missing" : "");
    list = list_of(root);
    if (list == NULL)
        status = take_json(all, file, root, -1, at);
    json_array_foreach(list, i, value)
    {
        struct frame here = frame_line(at, "recording", (int64_t)i);

        if (status == MOTE_OK)
            status = take_json(all, file, value, (int32_t)i, &here);
    }
    json_decref(root);
    return status;
}

static enum mote_status read_file(struct recordings *all, const char *file)
{
    struct reading *r = all->r;
    struct frame here = frame_of(r->at, file);
    struct bytes bytes;

    TRY(packed_read(r, all->one ? r->path : pool_printf(&r->scratch, "%s/%s", r->path, file), &bytes, &here));
    if (has_ending(file, ".npz"))
        TRY(npz_read(r, bytes, &bytes, &here));
    if (has_ending(file, ".npy") || has_ending(file, ".npz"))
        return read_npy(all, file, bytes, &here);
    return has_ending(file, ".json") ? read_json(all, file, bytes, &here) : read_text(all, file, bytes, &here);
}

/* ---- labels ---- */
static const char *base_of(const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash != NULL ? slash + 1 : file;
}

/* ".csv", or ".csv.gz". */
static const char *ending_of(const char *base)
{
    const char *dot = strrchr(base, '.');

    assert(dot != NULL);
    if (has_ending(base, ".gz") && memrchr(base, '.', (size_t)(dot - base)) != NULL)
        dot = memrchr(base, '.', (size_t)(dot - base));
    return dot;
}

enum label_from { FROM_JSON, FROM_FOLDER, FROM_END, FROM_START, LABEL_RULES };

/* NULL: this rule has none. */
static const char *label_by(struct pool *pool, const struct recording *one, enum label_from rule)
{
    const char *base = base_of(one->file), *dot = ending_of(base), *under = memrchr(base, '_', (size_t)(dot - base));
    const char *end = base - 1;
    size_t start;

    switch (rule) {
    case FROM_JSON:
        return one->label;
    case FROM_FOLDER:
        while (end > one->file && end[-1] != '/')
            end--;
        return base == one->file ? NULL : pool_printf(pool, "%.*s", (int)(base - 1 - end), end);
    case FROM_END:
        return under == NULL || under + 1 == dot ? NULL : pool_printf(pool, "%.*s", (int)(dot - under - 1), under + 1);
    default:
        start = strcspn(base, "._-");
        return start == 0 || base + start == dot ? NULL : pool_printf(pool, "%.*s", (int)start, base);
    }
}

/* A rule fits if it gives all recordings a label, there are at least two, and half as many as recordings at most. */
static bool take_rule(struct recordings *all, enum label_from rule, const char **words)
{
    struct pool *pool = &all->r->scratch;
    const char **sorted = pool_array(pool, all->n, sizeof *sorted);
    size_t different = 0;

    for (size_t i = 0; i < all->n; i++) {
        sorted[i] = words[i] = label_by(pool, &all->all[i], rule);
        if (words[i] == NULL)
            return false;
    }
    qsort(sorted, all->n, sizeof *sorted, by_text);
    for (size_t i = 0; i < all->n; i++)
        different += i == 0 || strcmp(sorted[i], sorted[i - 1]) != 0;
    return different >= 2 && 2 * different <= all->n;
}

/* What a column says, if the section names one. */
static enum mote_status column_labels(const struct recordings *all, const char **words)
{
    for (size_t i = 0; i < all->n; i++) {
        struct frame here = frame_of(all->r->at, all->all[i].file);

        words[i] = all->all[i].label;
        if (words[i] == NULL)
            return fail(&here, MOTE_ERR_VALUE, "has no column \"%s\", which `label` names", all->r->spec->label);
    }
    return MOTE_OK;
}

static bool find_labels(struct recordings *all, const char **words)
{
    for (enum label_from rule = FROM_JSON; rule < LABEL_RULES; rule++)
        if (take_rule(all, rule, words))
            return true;
    return false;
}

/* ---- labels of parts: a table of file (if there are several), start, end (the row after the last) and label ---- */
struct part_columns {
    int32_t file, start, end, label;
    double rate; /* rows a second, if start and end are seconds; else 0 */
};

static enum mote_status find_part_columns(const struct recordings *all, const struct table *t, struct part_columns *out,
                                          const struct frame *at)
{
    int32_t start, end;

    *out = (struct part_columns){-1, -1, -1, -1, 0};
    if (t->names != NULL)
        *out = (struct part_columns){table_column(t, "file"), table_column(t, "start"), table_column(t, "end"),
                                     table_column(t, "label"), 0};
    TRY(seconds_columns(t, &start, &end, at));
    if (start >= 0) {
        if (!(all->r->spec->rate > 0))
            return fail_key(all->r, "labels",
                            "%s is in seconds (start_s, end_s): `rate: 50` in the data section says how many rows a "
                            "second has",
                            at->name);
        if (all->r->spec->rate > (float)RATE_MAX)
            return fail_key(all->r, "rate", "rate is %g; at most %g rows a second are wanted",
                            (double)all->r->spec->rate, RATE_MAX);
        out->start = start;
        out->end = end;
        out->rate = (double)all->r->spec->rate;
    }
    if (out->start < 0 || out->end < 0 || out->label < 0)
        return fail(at, MOTE_ERR_FORMAT,
                    "labels of recordings are a table of file, start, end and label: rows from "
                    "start to end - 1 of a file (or start_s and end_s, in seconds); its first line has these names");
    if (out->file < 0 && all->n_files > 1)
        return fail(at, MOTE_ERR_FORMAT, "there are %zu recordings: a column `file` says whose rows are meant",
                    all->n_files);
    return MOTE_OK;
}

static bool is_among_others(const struct recordings *all, const struct recording *one)
{
    return one + 1 < all->all + all->n && strcmp(one[1].file, one->file) == 0;
}

static const struct recording *recording_of(const struct recordings *all, const char *file)
{
    for (size_t i = 0; i < all->n; i++)
        if (file == NULL || strcmp(all->all[i].file, file) == 0)
            return &all->all[i];
    return NULL;
}

/* The rows that line i means; -1: it names none. In seconds a row counts if it is taken before the end. */
static enum mote_status part_rows(const struct table *t, const struct part_columns *c, int32_t i, int32_t rows,
                                  int64_t *start, int64_t *end, const struct frame *at)
{
    const char *const *cells = t->cells + (size_t)i * (size_t)t->columns;
    double from, to;

    *start = *end = -1;
    if (c->rate == 0) {
        if (!text_whole(cells[c->start], INT32_MAX, start) || !text_whole(cells[c->end], INT32_MAX, end))
            *start = -1;
        return MOTE_OK;
    }
    TRY(seconds_of(t, i, c->start, c->end, &from, &to, at));
    *start = (int64_t)ceil(from * c->rate - 1e-6);
    *end = (int64_t)ceil(to * c->rate - 1e-6);
    if (*end == rows + 1) /* people round */
        *end = rows;
    return MOTE_OK;
}

/* Line i of the table becomes a recording of its own. */
static enum mote_status take_part(const struct recordings *all, const struct table *t, const struct part_columns *c,
                                  int32_t i, struct recording *out, const struct frame *at)
{
    const char *const *cells = t->cells + (size_t)i * (size_t)t->columns;
    const char *file = c->file >= 0 ? cells[c->file] : NULL;
    const struct recording *one = recording_of(all, file);
    struct frame here = frame_line(at, "line", t->lines[i]);
    int64_t start, end;

    if (one == NULL)
        return fail(&here, MOTE_ERR_VALUE, "there is no recording \"%s\" in the folder", printable(all->r->pool, file));
    if (is_among_others(all, one))
        return fail(&here, MOTE_ERR_VALUE, "%s has several recordings: rows are named of files with one", one->file);
    TRY(part_rows(t, c, i, one->rows, &start, &end, &here));
    if (start < 0 || start >= end || end > one->rows)
        return fail(&here, MOTE_ERR_VALUE,
                    "%s from %s to %s: %s has rows 0 to %d, and end is the row after the last one",
                    c->rate > 0 ? "seconds" : "rows", printable(all->r->pool, cells[c->start]),
                    printable(all->r->pool, cells[c->end]), one->file, one->rows);
    *out = *one;
    out->first = (int32_t)start;
    out->rows = (int32_t)(end - start);
    out->x += (size_t)start * (size_t)one->columns;
    out->label = pool_strdup(all->r->pool, cells[c->label]);
    if (out->label[0] == '\0')
        return fail(&here, MOTE_ERR_VALUE, "the label is empty");
    return MOTE_OK;
}

static enum mote_status take_parts(struct recordings *all, const char ***words)
{
    struct reading *r = all->r;
    const char *path = path_beside(&r->scratch, r->from, r->spec->labels);
    struct frame here = frame_of(r->at, path);
    struct part_columns c;
    struct recording *parts;
    struct bytes bytes;
    struct table t;

    here.up = NULL;
    here.sink = r->at->sink;
    TRY(packed_read(r, path, &bytes, &here));
    TRY(table_parse(&r->scratch, bytes, DATA_HEADER_AUTO, 0, &t, &here));
    TRY(find_part_columns(all, &t, &c, &here));
    parts = pool_array(&r->scratch, (size_t)t.n, sizeof *parts);
    *words = pool_array(&r->scratch, (size_t)t.n, sizeof **words);
    for (int32_t i = 0; i < t.n; i++) {
        TRY(take_part(all, &t, &c, i, &parts[i], &here));
        (*words)[i] = parts[i].label;
    }
    all->all = parts;
    all->n = (size_t)t.n;
    return MOTE_OK;
}

/* ---- windows ---- */
static enum mote_status check_columns(const struct recordings *all)
{
    const struct recording *first = &all->all[0];

    for (size_t i = 1; i < all->n; i++) {
        const struct recording *one = &all->all[i];
        struct frame here = frame_of(all->r->at, one->file);

        if (one->columns != first->columns)
            return fail(&here, MOTE_ERR_SHAPE, "has %d numbers a row, %s has %d", one->columns, first->file,
                        first->columns);
        for (int32_t c = 0; c < one->columns && one->names != NULL && first->names != NULL; c++)
            if (strcasecmp(one->names[c], first->names[c]) != 0)
                return fail(
                    &here, MOTE_ERR_VALUE,
                    "its column %d is called \"%s\", that of %s \"%s\": all files must have the same columns in "
                    "the same order",
                    c, one->names[c], first->file, first->names[c]);
    }
    return MOTE_OK;
}

static enum mote_status choose_window(const struct recordings *all, int32_t *rows)
{
    const struct data_section *s = all->r->spec;
    int32_t least = all->all[0].rows, most = least;

    for (size_t i = 0; i < all->n; i++) {
        least = all->all[i].rows < least ? all->all[i].rows : least;
        most = all->all[i].rows > most ? all->all[i].rows : most;
    }
    if (s->window < 0 || s->step < 0 || s->resample < 0 || (s->window > 0 && s->resample > 0))
        return fail_key(
            all->r, s->resample != 0 ? "resample" : "window",
            "window, step and resample are numbers of rows from 1, and window or resample is given, not both");
    *rows = s->resample > 0 ? s->resample : s->window > 0 ? s->window : most;
    if (s->window > most)
        return fail_key(all->r, "window", "window is %d rows, but the longest recording has %d", s->window, most);
    if (s->window != 0 || s->resample != 0 || least == most)
        return MOTE_OK;
    all->r->out->lengths.least = least;
    all->r->out->lengths.most = most;
    return fail(all->r->at, MOTE_ERR_SHAPE,
                "the recordings have %d to %d rows: `window: N` in the data section cuts them into windows of N rows, "
                "`resample: N` stretches each to N",
                least, most);
}

static int32_t windows_of(const struct recordings *all, const struct recording *one, int32_t rows)
{
    int32_t step = all->r->spec->step > 0 ? all->r->spec->step : rows;

    if (all->r->spec->resample > 0)
        return 1;
    return one->rows < rows ? 0 : 1 + (one->rows - rows) / step;
}

/* Linear between rows. */
static void stretch(const struct recording *one, int32_t rows, float *to)
{
    for (int32_t i = 0; i < rows; i++) {
        double at = rows > 1 ? (double)i * (one->rows - 1) / (rows - 1) : 0;
        int32_t row = (int32_t)at < one->rows - 1 ? (int32_t)at : one->rows > 1 ? one->rows - 2 : 0;
        const float *from = one->x + (size_t)row * (size_t)one->columns;
        const float *then = one->rows > 1 ? from + one->columns : from;
        float part = (float)(at - row);

        for (int32_t c = 0; c < one->columns; c++)
            *to++ = from[c] * (1 - part) + then[c] * part;
    }
}

struct cut {
    const char **files, **words, **groups;
    int32_t *from;
    int32_t n;
    bool several; /* of some recording */
};

/* What is in one split: a recording by its column, else a file's, but of a single file the rows of a label. */
static const char *group_of(const struct recordings *all, const struct recording *one)
{
    if (one->owner != NULL)
        return one->owner;
    return pool_printf(&all->r->scratch, "%s %d", one->file, all->one ? one->first : one->index);
}

static void cut_one(const struct recordings *all, const struct recording *one, const char *word, int32_t rows,
                    float *samples, struct cut *cut)
{
    size_t elements = (size_t)rows * (size_t)one->columns;
    int32_t n = windows_of(all, one, rows), step = all->r->spec->step > 0 ? all->r->spec->step : rows;

    const char *group = group_of(all, one);

    cut->several |= n > 1 || all->r->spec->label != NULL;
    for (int32_t k = 0; k < n; k++, cut->n++) {
        float *to = samples + (size_t)cut->n * elements;

        if (all->r->spec->resample > 0)
            stretch(one, rows, to);
        else
            memcpy(to, one->x + (size_t)k * (size_t)step * (size_t)one->columns, elements * sizeof *to);
        cut->files[cut->n] = one->file;
        cut->from[cut->n] = one->index >= 0 ? one->index : one->first + k * step;
        cut->words[cut->n] = word;
        cut->groups[cut->n] = group;
    }
}

/* Windows of one recording are in one split, unless `group` says more. */
static enum mote_status group_windows(struct recordings *all, struct cut *cut)
{
    struct reading *r = all->r;

    if (r->spec->group != NULL && strcmp(r->spec->group, RECORDING_GROUP) != 0)
        return file_groups(r, cut->files, (size_t)cut->n);
    if (!cut->several && r->spec->group == NULL && data_group(r) == NULL)
        return MOTE_OK;
    group_by_recording(r, cut->groups);
    return MOTE_OK;
}

static enum mote_status cut_all(struct recordings *all, const char *const *words, int32_t rows, struct cut *cut)
{
    struct reading *r = all->r;
    struct dataset *d = r->out;
    int64_t n = 0, none = 0;
    uint8_t *samples;

    for (size_t i = 0; i < all->n; i++) {
        n += windows_of(all, &all->all[i], rows);
        none += windows_of(all, &all->all[i], rows) == 0;
    }
    d->type = TYPE_F32;
    d->rank = 2;
    d->dims[0] = rows;
    d->dims[1] = all->all[0].columns;
    d->columns = all->all[0].names;
    d->elements = (int64_t)rows * all->all[0].columns;
    TRY(samples_alloc(r, n, &samples, r->at));
    if (none > 0)
        note(r, "%lld of %zu recordings are shorter than a window and are left out", (long long)none, all->n);
    cut->files = pool_array(r->pool, (size_t)n, sizeof *cut->files);
    cut->from = pool_array(r->pool, (size_t)n, sizeof *cut->from);
    cut->words = pool_array(&r->scratch, (size_t)n, sizeof *cut->words);
    cut->groups = pool_array(&r->scratch, (size_t)n, sizeof *cut->groups);
    for (size_t i = 0; i < all->n; i++)
        cut_one(all, &all->all[i], words != NULL ? words[i] : NULL, rows, (float *)(void *)samples, cut);
    r->source->files = cut->files;
    r->source->rows = cut->from;
    r->source->row_kind = all->all[0].index >= 0 ? "recording" : "row";
    return group_windows(all, cut);
}

/* ---- all ---- */
enum mote_status read_recordings(struct reading *r)
{
    struct recordings all = {.r = r};
    struct cut cut = {.n = 0};
    const char **words;
    int32_t rows = 0;
    bool labeled;

    if (r->spec->labels != NULL && r->spec->label != NULL)
        return fail_key(r, "label", "`label` and `labels` both say what rows are: leave one out");
    TRY(find_files(&all));
    if (all.files != NULL)
        qsort(all.files, all.n_files, sizeof *all.files, by_text);
    for (size_t i = 0; i < all.n_files; i++)
        TRY(read_file(&all, all.files[i]));
    if (all.n == 0)
        return fail(r->at, MOTE_ERR_VALUE, all.unlabeled > 0 ? "has no label in any row" : "holds no recording");
    if (all.mended > 0)
        note(r, "%d %s (`missing: %s`)", all.mended,
             strcmp(r->spec->missing, "drop") == 0 ? "rows have gaps and are left out" : "gaps are filled",
             r->spec->missing);
    if (all.unlabeled > 0)
        note(r, "%lld rows have no label and are left out", (long long)all.unlabeled);
    TRY(check_columns(&all));
    words = pool_array(&r->scratch, all.n, sizeof *words);
    labeled = r->spec->labels != NULL || r->spec->label != NULL;
    if (r->spec->labels != NULL)
        TRY(take_parts(&all, &words));
    else if (labeled)
        TRY(column_labels(&all, words));
    TRY(choose_window(&all, &rows));
    labeled = labeled || find_labels(&all, words);
    TRY(cut_all(&all, labeled ? words : NULL, rows, &cut));
    if (!labeled || r->input != NULL)
        return MOTE_OK;
    return labels_make(r, cut.words, false, r->at);
}
