/* SPDX-License-Identifier: Apache-2.0 */
/* A folder with y_labels.csv, a line a sample: file, number of classes, label. The files are pictures, or the raw bytes
 * of tensors. */
#include <unistd.h>

#include "host/data/source.h"

enum { FIELD_FILE, FIELD_CLASSES, FIELD_LABEL, FIELDS };

struct rows {
    const char **files;
    int32_t *labels, *lines;
    size_t n;
};

/* Splits a line in place; the number of fields, at most `max` of which are in `field`. */
static int split(char *line, char **field, int max)
{
    int n = 0;

    for (char *next = line; next != NULL; n++) {
        char *comma = strchr(next, ',');

        if (n < max)
            field[n] = next;
        if (comma != NULL)
            *comma++ = '\0';
        next = comma;
    }
    return n;
}

static enum mote_status read_row(struct reading *r, char *line, int32_t *label, const struct frame *at)
{
    int64_t classes, number;
    char *field[FIELDS];
    int n = split(line, field, FIELDS);

    if (n != FIELDS)
        return fail(at, MOTE_ERR_FORMAT, "has %d fields; %d are wanted: file, number of classes, label", n, FIELDS);
    if (field[FIELD_FILE][0] == '\0')
        return fail(at, MOTE_ERR_FORMAT, "the file's name is empty");
    if (!text_whole(field[FIELD_CLASSES], DATASET_CLASSES_MAX, &classes) || classes < 1)
        return fail(at, MOTE_ERR_VALUE, "the number of classes is \"%s\"; a number from 1 to %d is wanted",
                    field[FIELD_CLASSES], DATASET_CLASSES_MAX);
    if (r->out->n_classes != 0 && classes != r->out->n_classes)
        return fail(at, MOTE_ERR_VALUE, "says that there are %lld classes, the lines before it say %d",
                    (long long)classes, r->out->n_classes);
    r->out->n_classes = (int32_t)classes;
    if (!text_whole(field[FIELD_LABEL], classes - 1, &number))
        return fail(at, MOTE_ERR_VALUE, "the label is \"%s\"; a number from 0 to %lld is wanted", field[FIELD_LABEL],
                    (long long)classes - 1);
    *label = (int32_t)number;
    return MOTE_OK;
}

static enum mote_status read_rows(struct reading *r, struct rows *rows)
{
    struct frame at = frame_of(r->at, LABELS_FILE);
    struct bytes csv;
    int32_t line = 1;

    TRY(file_read(r->pool, pool_printf(&r->scratch, "%s/" LABELS_FILE, r->path), &csv, r->at));
    if (memchr(csv.data, '\0', csv.size) != NULL)
        return fail(&at, MOTE_ERR_FORMAT, "is not a text file");
    for (char *s = (char *)csv.data, *next; s != NULL; s = next, line++) {
        struct frame here = frame_line(r->at, LABELS_FILE " line", line);

        text_line(s, &next);
        if (*s == '\0')
            continue;
        rows->files = pool_grow(r->pool, rows->files, rows->n, sizeof *rows->files);
        rows->labels = pool_grow(r->pool, rows->labels, rows->n, sizeof *rows->labels);
        rows->lines = pool_grow(r->pool, rows->lines, rows->n, sizeof *rows->lines);
        TRY(read_row(r, s, &rows->labels[rows->n], &here));
        rows->lines[rows->n] = line;
        rows->files[rows->n++] = s;
    }
    return MOTE_OK;
}

/* ---- pictures ---- */
/* A list may name what was made of the pictures: "x.bin" is x.jpg, x.jpeg or x.png, here or in images/. */
static const char *picture_path(struct pool *pool, const char *folder, const char *name)
{
    static const char *const places[] = {"", "images/"}, *const endings[] = {".jpg", ".jpeg", ".png"};
    const char *path = pool_printf(pool, "%s/%s", folder, name), *dot = strrchr(name, '.');
    int stem = dot != NULL ? (int)(dot - name) : (int)strlen(name);

    for (size_t p = 0; p < COUNT(places) && is_picture_name(name); p++) {
        const char *as_named = pool_printf(pool, "%s/%s%s", folder, places[p], name);

        if (access(as_named, F_OK) == 0)
            return as_named;
    }
    for (size_t p = 0; p < COUNT(places) && !is_picture_name(name); p++)
        for (size_t i = 0; i < COUNT(endings); i++) {
            const char *other = pool_printf(pool, "%s/%s%.*s%s", folder, places[p], stem, name, endings[i]);

            if (access(other, F_OK) == 0)
                return other;
        }
    return path;
}

static bool are_pictures(struct reading *r, const char *first)
{
    if (r->spec->kind != DATA_AUTO)
        return r->spec->kind == DATA_IMAGES;
    return is_picture_name(first) || (access(pool_printf(&r->scratch, "%s/%s", r->path, first), F_OK) != 0 &&
                                      is_picture_name(picture_path(&r->scratch, r->path, first)));
}

static enum mote_status read_pictures(struct reading *r, const struct rows *rows)
{
    struct picture_file *files = pool_array(&r->scratch, rows->n, sizeof *files);

    for (size_t i = 0; i < rows->n; i++)
        files[i].path = picture_path(&r->scratch, r->path, rows->files[i]);
    return pictures_read(r, files, (int32_t)rows->n);
}

/* ---- tensors ---- */
/* Type and shape are the specification's; without a type, samples are bytes that only a model can tell. */
static enum mote_status choose_shape(struct reading *r, size_t bytes, const struct frame *at)
{
    const struct data_section *spec = r->spec;
    struct dataset *d = r->out;
    int64_t size, product = 1;

    r->out->raw = spec->type == TYPE_NONE;
    d->type = r->out->raw ? TYPE_U8 : spec->type;
    size = type_bits(d->type) / 8;
    d->rank = 1;
    d->dims[0] = d->elements = (int64_t)bytes / size;
    if (bytes == 0 || bytes % (size_t)size != 0)
        return fail(at, MOTE_ERR_SHAPE, "has %zu bytes, which is no number of %s above 0", bytes, type_name(d->type));
    if (spec->shape_count == 0)
        return MOTE_OK;
    d->rank = (int32_t)spec->shape_count;
    for (int32_t i = 0; i < d->rank; i++) {
        d->dims[i] = spec->shape[i];
        if (spec->shape[i] < 1 || spec->shape[i] > TENSOR_BYTES_MAX / product)
            return fail_key(r, "shape", "shape has the dimension %lld", (long long)spec->shape[i]);
        product *= spec->shape[i];
    }
    if (product != d->elements)
        return fail(at, MOTE_ERR_SHAPE, "has %lld elements of %s, `shape` says %lld", (long long)d->elements,
                    type_name(d->type), (long long)product);
    return MOTE_OK;
}

static enum mote_status take_tensor(struct reading *r, const char *name, struct bytes file, size_t i, size_t n,
                                    uint8_t **samples, const struct frame *at)
{
    size_t size;

    if (i == 0) {
        TRY(choose_shape(r, file.size, at));
        TRY(samples_alloc(r, (int64_t)n, samples, at));
    }
    size = (size_t)r->out->elements * (size_t)type_bits(r->out->type) / 8;
    if (file.size != size)
        return fail(at, MOTE_ERR_SHAPE, "%s has %zu bytes, %s %zu; all must have as many", name, file.size,
                    r->source->files[0], size);
    memcpy(*samples + i * size, file.data, size);
    return MOTE_OK;
}

static enum mote_status read_tensors(struct reading *r, const struct rows *rows)
{
    uint8_t *samples = NULL;

    for (size_t i = 0; i < rows->n; i++) {
        struct frame here = frame_line(r->at, LABELS_FILE " line", rows->lines[i]);
        const char *name = rows->files[i];
        struct pool pool = {0};
        struct bytes file;
        enum mote_status status = file_read(&pool, pool_printf(&pool, "%s/%s", r->path, name), &file, &here);

        if (status == MOTE_OK)
            status = take_tensor(r, name, file, i, rows->n, &samples, &here);
        pool_free(&pool);
        TRY(status);
    }
    return MOTE_OK;
}

enum mote_status read_listed(struct reading *r)
{
    struct rows rows = {.n = 0};
    bool pictures;

    TRY(read_rows(r, &rows));
    if (rows.files == NULL)
        return fail(&(struct frame){.up = r->at, .name = LABELS_FILE, .index = -1}, MOTE_ERR_FORMAT, "names no file");
    pictures = are_pictures(r, rows.files[0]);
    TRY(check_keys(r, pictures ? DATA_IMAGES : DATA_TENSORS));
    r->source->files = rows.files;
    r->source->rows = rows.lines;
    r->source->row_kind = "line";
    r->source->list = LABELS_FILE;
    r->out->labels = rows.labels;
    TRY(classes_name(r, true));
    TRY(file_groups(r, rows.files, rows.n));
    return pictures ? read_pictures(r, &rows) : read_tensors(r, &rows);
}
