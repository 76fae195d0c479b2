/* SPDX-License-Identifier: Apache-2.0 */
#include "host/data/dataset.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "host/data/elements.h"
#include "host/data/npy.h"
#include "host/data/source.h"

#define LOOKED_AT 65536 /* bytes of a file whose name says nothing */

/* ---- which reader ---- */
static bool is_archive_name(const char *name)
{
    static const char *const endings[] = {".tar", ".tgz", ".txz", ".tbz2", ".zip"};
    size_t n = strlen(name);

    for (size_t i = 0; i < COUNT(endings); i++)
        if (has_ending(name, endings[i]))
            return true;
    for (size_t i = n > 12 ? n - 12 : 0; i < n; i++)
        if (strncmp(name + i, ".tar.", 5) == 0)
            return true;
    return false;
}

static enum data_kind kind_of_file(const char *name)
{
    if (is_archive_name(name))
        return DATA_IMAGES;
    if (has_ending(name, ".csv") || has_ending(name, ".csv.gz") || has_ending(name, ".tsv"))
        return DATA_TABLE;
    if (has_ending(name, ".npy") || has_ending(name, ".npz"))
        return DATA_ARRAYS;
    if (has_ending(name, ".json"))
        return DATA_SERIES;
    return strstr(name, "-ubyte") != NULL || has_ending(name, ".idx") ? DATA_IDX : DATA_AUTO;
}

static bool is_yaml_name(const char *name) { return has_ending(name, ".yaml") || has_ending(name, ".yml"); }

/* Lines of cells, most of them numbers: what YAML has not. */
static bool is_table_text(struct pool *scratch, char *text)
{
    struct report_text unseen = {.status = MOTE_OK};
    const struct frame quiet = {.index = -1, .sink = &unseen};
    char *end = strrchr(text, '\n');
    int32_t numbers = 0;
    struct table t;
    double value;

    if (end != NULL)
        end[1] = '\0';
    if (table_parse(scratch, (struct bytes){(uint8_t *)text, strlen(text)}, DATA_HEADER_AUTO, 0, &t, &quiet) != MOTE_OK)
        return false;
    for (int32_t i = 0; i < t.columns; i++)
        numbers += table_number(t.cells[(size_t)(t.n - 1) * (size_t)t.columns + (size_t)i], &value);
    return t.columns > 1 && 2 * numbers >= t.columns;
}

/* Of a file whose name says nothing; one that gzip has packed is looked into. */
static enum data_kind kind_of_contents(const char *path)
{
    static const uint8_t idx[] = {0, 0};
    struct pool scratch = {0};
    char *start = pool_alloc(&scratch, LOOKED_AT + 1);
    gzFile file = gzopen(path, "rb");
    int n = file != NULL ? gzread(file, start, LOOKED_AT) : 0;
    enum data_kind kind = DATA_AUTO;

    if (file != NULL)
        gzclose(file);
    if (n > 6 && memcmp(start, NPY_MAGIC, 6) == 0)
        kind = DATA_ARRAYS;
    else if (n > 4 && memcmp(start, idx, sizeof idx) == 0 && start[2] >= 8 && start[2] <= 14)
        kind = DATA_IDX;
    else if (n > 0 && memchr(start, '\0', (size_t)n) == NULL && is_table_text(&scratch, start))
        kind = DATA_TABLE;
    pool_free(&scratch);
    return kind;
}

enum data_kind data_kind_of_file(const char *path)
{
    enum data_kind kind = kind_of_file(path);

    return kind == DATA_AUTO && !is_yaml_name(path) ? kind_of_contents(path) : kind;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool has_labels_file(struct pool *pool, const char *folder)
{
    return access(pool_printf(pool, "%s/" LABELS_FILE, folder), F_OK) == 0;
}

bool data_is_series(const char *path)
{
    struct pool scratch = {0};
    bool is = !is_folder(path) ? kind_of_file(path) == DATA_SERIES
                               : !has_labels_file(&scratch, path) && !idx_folder(&scratch, path) &&
                                     recordings_folder(&scratch, path);

    pool_free(&scratch);
    return is;
}

static enum data_kind kind_of_path(struct reading *r)
{
    if (!is_folder(r->path))
        return data_kind_of_file(r->path);
    if (idx_folder(&r->scratch, r->path))
        return DATA_IDX;
    if (sounds_folder(&r->scratch, r->path))
        return DATA_SOUNDS;
    return recordings_folder(&r->scratch, r->path) ? DATA_SERIES : DATA_IMAGES;
}

static bool is_listed(struct reading *r, enum data_kind kind)
{
    return is_folder(r->path) && has_labels_file(&r->scratch, r->path) &&
           (kind == DATA_AUTO || kind == DATA_IMAGES || kind == DATA_TENSORS);
}

static enum mote_status read_by_kind(struct reading *r)
{
    enum data_kind kind = r->spec->kind;

    if (kind == DATA_AUTO && hears_sounds(r))
        kind = DATA_SOUNDS;
    if (is_listed(r, kind))
        return read_listed(r);
    if (kind == DATA_AUTO)
        kind = kind_of_path(r);
    if (kind != DATA_AUTO && kind != DATA_TENSORS)
        TRY(check_keys(r, kind));
    switch (kind) {
    case DATA_IDX:
        return read_idx(r);
    case DATA_IMAGES:
        return read_images(r);
    case DATA_TENSORS:
        return read_listed(r);
    case DATA_TABLE:
        return read_table(r);
    case DATA_ARRAYS:
        return read_arrays(r);
    case DATA_SOUNDS:
        return read_clips(r);
    case DATA_SERIES:
        return read_recordings(r);
    default:
        return fail(r->at, MOTE_ERR_FORMAT, "%s: what it holds is not known; `kind` says it", r->path);
    }
}

/* ---- opening ---- */
static enum mote_status check_finite(const struct reading *r)
{
    const struct dataset *d = r->out;

    for (int64_t i = 0; d->type == TYPE_F32 && i < d->n * d->elements; i++)
        if (!isfinite(element_of(d->type, d->samples, i))) {
            struct frame here = frame_of(r->at, dataset_place(r->pool, d, (int32_t)(i / d->elements)));

            return fail(&here, MOTE_ERR_VALUE, "element %lld is NaN or infinite; correct it, or remove the sample",
                        (long long)(i % d->elements));
        }
    return MOTE_OK;
}

static enum mote_status open_reading(struct reading *r)
{
    if (access(r->path, R_OK) != 0)
        return file_fail(r->at, "read", r->path, errno);
    TRY(check_group(r));
    TRY(read_by_kind(r));
    TRY(check_finite(r));
    if (r->spec->task == DATA_REGRESSION && r->out->targets == NULL && r->input == NULL)
        return fail_key(r, "task", "`task: regression` wants a table, or arrays with `labels`");
    TRY(make_splits(r));
    TRY(make_preprocess(r));
    return make_augment(r);
}

static enum mote_status open_path(struct reading r, const char *path)
{
    enum mote_status status;

    *r.out = (struct dataset){.pool = r.pool, .notes = ""};
    r.out->source = r.source = pool_alloc(r.pool, sizeof *r.source);
    r.source->file = r.path = pool_strdup(r.pool, path);
    r.source->bare = r.from == NULL || r.moved;
    status = open_reading(&r);
    pool_free(&r.scratch);
    return status;
}

static struct reading reading_of(struct pool *pool, const struct dataset_options *options, struct dataset *out,
                                 const struct frame *at)
{
    struct reading r = {.pool = pool, .max_bytes = DATASET_MAX_BYTES, .out = out, .at = at};

    if (options != NULL) {
        r.trained = options->trained;
        r.draw = options->draw;
        r.folds = options->folds;
        r.fold = options->fold;
    }
    if (options != NULL && options->max_bytes > 0)
        r.max_bytes = options->max_bytes;
    return r;
}

enum mote_status dataset_open_section(struct pool *pool, const struct data_section *section, const char *from,
                                      const struct dataset_options *options, struct dataset *out,
                                      const struct frame *at)
{
    struct reading r = reading_of(pool, options, out, at);

    r.spec = section;
    r.from = from;
    return open_path(r, path_beside(pool, from, section->path));
}

/* A section that was written for data of another kind says nothing of how to read these. */
static void fit_section(struct reading *r, struct data_section *section)
{
    enum data_kind kind = section->kind, looks = kind_of_path(r);

    if (kind == DATA_AUTO || looks == DATA_AUTO || looks == kind || is_listed(r, kind))
        return;
    forget_keys(section, looks);
    section->kind = looks;
    if (looks != DATA_IMAGES && looks != DATA_IDX)
        section->augment = NULL;
}

enum mote_status dataset_open_moved(struct pool *pool, const struct data_section *section, const char *path,
                                    const char *from, const struct dataset_options *options, struct dataset *out,
                                    const struct frame *at)
{
    struct data_section *moved = pool_copy(pool, section, sizeof *section);
    struct reading r = reading_of(pool, options, out, at);

    moved->path = r.path = path;
    r.spec = moved;
    r.from = from;
    r.moved = true;
    fit_section(&r, moved);
    return open_path(r, path);
}

/* What is neither data nor YAML is named. */
static enum mote_status check_known(struct reading *r, const char *path)
{
    struct pool scratch = {0};
    uint8_t *start = pool_alloc(&scratch, LOOKED_AT);
    FILE *file = fopen(path, "rb");
    size_t n = file != NULL ? fread(start, 1, LOOKED_AT, file) : 1;
    const char *known = known_format(r->pool, (struct bytes){start, n}, false);

    if (file != NULL)
        fclose(file);
    if (known == NULL && n > 0 && memchr(start, '\0', n) != NULL)
        known = "no data that Mote knows, and no text: a folder, a table, arrays or a YAML file with `data:` is wanted";
    pool_free(&scratch);
    return known != NULL ? fail(r->at, MOTE_ERR_FORMAT, "is %s", known) : MOTE_OK;
}

static enum mote_status open_specification(struct reading r, const char *specification)
{
    static const struct data_section plain = {.kind = DATA_AUTO};
    struct stat st;

    if (stat(specification, &st) != 0)
        return file_fail(r.at, "read", specification, errno);
    r.spec = &plain;
    if (S_ISDIR(st.st_mode) || data_kind_of_file(specification) != DATA_AUTO)
        return open_path(r, specification);
    TRY(check_known(&r, specification));
    TRY(data_section_read(r.pool, specification, &r.spec, r.at));
    r.from = specification;
    return open_path(r, path_beside(r.pool, specification, r.spec->path));
}

enum mote_status dataset_open(struct pool *pool, const char *specification, const struct dataset_options *options,
                              struct dataset *out, const struct frame *at)
{
    return open_specification(reading_of(pool, options, out, at), specification);
}

bool is_data_name(const char *specification)
{
    return is_folder(specification) || is_picture_name(specification) || kind_of_file(specification) != DATA_AUTO ||
           has_ending(specification, ".yaml") || has_ending(specification, ".yml");
}

enum mote_status dataset_open_input(struct pool *pool, const char *specification, const struct mote_io *io,
                                    const struct dataset_options *options, struct dataset *out, const struct frame *at)
{
    struct reading r = reading_of(pool, options, out, at);

    if (is_picture_name(specification) && !is_folder(specification))
        return dataset_open_picture(pool, specification, io, out, at);
    r.input = io;
    return open_specification(r, specification);
}

/* ---- places ---- */
const char *dataset_name(struct pool *pool, const struct dataset *d, int32_t i)
{
    const struct dataset_source *s = d->source;
    const char *slash = strrchr(s->file, '/'), *file = slash != NULL ? slash + 1 : s->file;

    assert(i >= 0);
    if (s->files != NULL && (s->rows == NULL || s->list != NULL))
        return s->files[i];
    return pool_printf(pool, "%s:%d", s->files != NULL ? s->files[i] : file, s->rows != NULL ? s->rows[i] : i);
}

const char *dataset_place(struct pool *pool, const struct dataset *d, int32_t i)
{
    const struct dataset_source *s = d->source;
    const char *slash = strrchr(s->file, '/'), *file = slash != NULL ? slash + 1 : s->file;
    const char *row_kind = s->row_kind != NULL ? s->row_kind : "sample";
    int32_t row = s->rows != NULL ? s->rows[i] : i;

    assert(i >= 0);
    if (s->list != NULL)
        return pool_printf(pool, "%s %s %d", s->list, row_kind, row);
    if (s->files != NULL && s->rows == NULL)
        return s->files[i];
    if (s->files == NULL && s->bare)
        return pool_printf(pool, "%s %d", row_kind, row);
    return pool_printf(pool, "%s %s %d", s->files != NULL ? s->files[i] : file, row_kind, row);
}
