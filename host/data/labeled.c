/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "host/data/labeled.h"

#include <errno.h>
#include <sys/stat.h>

#include "host/base/yaml.h"

#define LABELS_FILE "y_labels.csv"

/* ---- y_labels.csv ---- */
enum { FIELD_FILE, FIELD_CLASSES, FIELD_LABEL, FIELDS };

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

static bool read_number(const char *s, int32_t max, int32_t *out)
{
    size_t digits = strspn(s, "0123456789");

    if (digits == 0 || digits > 9 || s[digits] != '\0')
        return false;
    *out = 0;
    for (; *s != '\0'; s++)
        *out = *out * 10 + (*s - '0');
    return *out <= max;
}

static enum mote_status read_row(struct labeled *data, char *line, struct labeled_sample *s, const struct frame *at)
{
    int32_t classes;
    char *field[FIELDS];
    int n = split(line, field, FIELDS);

    if (n != FIELDS)
        return fail(at, MOTE_ERR_FORMAT, "has %d fields; %d are wanted: file, number of classes, label", n, FIELDS);
    if (field[FIELD_FILE][0] == '\0')
        return fail(at, MOTE_ERR_FORMAT, "the file's name is empty");
    if (!read_number(field[FIELD_CLASSES], LABELED_CLASSES_MAX, &classes) || classes < 1)
        return fail(at, MOTE_ERR_VALUE, "the number of classes is \"%s\"; a number from 1 to %d is wanted",
                    field[FIELD_CLASSES], LABELED_CLASSES_MAX);
    if (data->n_classes != 0 && classes != data->n_classes)
        return fail(at, MOTE_ERR_VALUE, "says that there are %d classes, the lines before it say %d", classes,
                    data->n_classes);
    data->n_classes = classes;
    if (!read_number(field[FIELD_LABEL], classes - 1, &s->label))
        return fail(at, MOTE_ERR_VALUE, "the label is \"%s\"; a number from 0 to %d is wanted", field[FIELD_LABEL],
                    classes - 1);
    s->file = field[FIELD_FILE];
    return MOTE_OK;
}

/* Ends the line at s with a NUL, without its CR; returns what follows, NULL at the end. */
static char *end_line(char *s)
{
    char *newline = strchr(s, '\n'), *end = newline != NULL ? newline : s + strlen(s);

    if (end > s && end[-1] == '\r')
        end[-1] = '\0';
    *end = '\0';
    return newline != NULL ? newline + 1 : NULL;
}

static struct frame line_frame(int32_t line, const struct frame *up)
{
    return (struct frame){.up = up, .kind = LABELS_FILE " line", .index = line};
}

/* The names stay in the file's bytes. */
static enum mote_status read_rows(struct pool *pool, struct labeled *data, struct bytes csv, const struct frame *at)
{
    struct frame file = {.up = at, .kind = LABELS_FILE, .index = -1};
    int32_t line = 1;

    if (memchr(csv.data, '\0', csv.size) != NULL)
        return fail(&file, MOTE_ERR_FORMAT, "is not a text file");
    for (char *s = (char *)csv.data, *next; s != NULL; s = next, line++) {
        struct frame here = line_frame(line, at);
        struct labeled_sample sample = {.line = line};

        next = end_line(s);
        if (*s == '\0')
            continue;
        TRY(read_row(data, s, &sample, &here));
        data->samples = pool_grow(pool, data->samples, (size_t)data->n, sizeof sample);
        data->samples[data->n++] = sample;
    }
    return data->n > 0 ? MOTE_OK : fail(&file, MOTE_ERR_FORMAT, "names no file");
}

static enum mote_status open_folder(struct pool *pool, const char *folder, struct labeled *data, const struct frame *at)
{
    struct bytes csv;

    *data = (struct labeled){.folder = folder};
    TRY(file_read(pool, pool_printf(pool, "%s/" LABELS_FILE, folder), &csv, at));
    return read_rows(pool, data, csv, at);
}

/* ---- YAML ---- */
enum kind { KIND_TENSORS };

struct section {
    enum kind kind;
    const char *path;
    const char **classes;
    unsigned classes_count;
};
struct specification {
    struct section data;
};

static const cyaml_strval_t kinds[] = {{"tensors", KIND_TENSORS}};
static const cyaml_schema_value_t word_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, YAML_TEXT_MAX)};
static const cyaml_schema_field_t section_fields[] = {
    CYAML_FIELD_ENUM("kind", CYAML_FLAG_STRICT, struct section, kind, kinds, COUNT(kinds)),
    CYAML_FIELD_STRING_PTR("path", CYAML_FLAG_POINTER, struct section, path, 1, YAML_TEXT_MAX),
    CYAML_FIELD_SEQUENCE("classes", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct section, classes, &word_schema, 1,
                         YAML_LIST_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t fields[] = {
    CYAML_FIELD_MAPPING("data", CYAML_FLAG_DEFAULT, struct specification, data, section_fields),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct specification, fields)};

/* `path` as seen from the folder of the file `from`. */
static const char *beside(struct pool *pool, const char *from, const char *path)
{
    const char *slash = strrchr(from, '/');

    if (path[0] == '/' || slash == NULL)
        return path;
    return pool_printf(pool, "%.*s/%s", (int)(slash - from), from, path);
}

static enum mote_status open_yaml(struct pool *pool, const char *path, struct labeled *data, const struct frame *at)
{
    struct specification *s;
    void *read;

    TRY(yaml_read(pool, path, &schema, &read, at));
    s = read;
    TRY(open_folder(pool, beside(pool, path, s->data.path), data, at));
    if (s->data.classes_count == 0)
        return MOTE_OK;
    if ((int32_t)s->data.classes_count != data->n_classes)
        return fail(at, MOTE_ERR_VALUE, "names %u classes, %s/" LABELS_FILE " has %d", s->data.classes_count,
                    data->folder, data->n_classes);
    data->classes = s->data.classes;
    return MOTE_OK;
}

/* ---- both ---- */
enum mote_status labeled_open(struct pool *pool, const char *specification, struct labeled *out, const struct frame *at)
{
    struct stat st;

    if (stat(specification, &st) != 0)
        return fail(at, MOTE_ERR_FILE, "cannot read %s: %s", specification, strerror(errno));
    return S_ISDIR(st.st_mode) ? open_folder(pool, specification, out, at) : open_yaml(pool, specification, out, at);
}

struct frame labeled_frame(const struct labeled *data, int32_t i, const struct frame *up)
{
    return line_frame(data->samples[i].line, up);
}

enum mote_status labeled_read(const struct labeled *data, int32_t i, size_t bytes, uint8_t *out, const struct frame *at)
{
    const char *name = data->samples[i].file;
    struct frame here = labeled_frame(data, i, at);
    struct pool pool = {0};
    struct bytes file;
    enum mote_status status = file_read(&pool, pool_printf(&pool, "%s/%s", data->folder, name), &file, &here);

    if (status == MOTE_OK && file.size != bytes)
        status = fail(&here, MOTE_ERR_SHAPE, "%s has %zu bytes, the model's input %zu", name, file.size, bytes);
    if (status == MOTE_OK)
        memcpy(out, file.data, bytes);
    pool_free(&pool);
    return status;
}
