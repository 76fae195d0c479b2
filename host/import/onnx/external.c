/* SPDX-License-Identifier: Apache-2.0 */
/* A tensor's data in a file of their own: it lies in the model's folder or below, and nowhere else, whatever links
 * say. */
#include <errno.h>
#include <stdlib.h>

#include "host/import/onnx/onnx.h"

struct place {
    const char *location;
    int64_t offset, length; /* -1: to the end */
};

static enum mote_status read_number(const char *key, const char *text, int64_t *out, const struct frame *at)
{
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    if (errno || end == text || *end || *out < 0)
        return fail(at, MOTE_ERR_VALUE, "external data: %s is no number of bytes", key);
    return MOTE_OK;
}

static enum mote_status read_place(const Onnx__TensorProto *t, struct place *p, const struct frame *at)
{
    *p = (struct place){NULL, 0, -1};
    for (size_t i = 0; i < t->n_external_data; i++) {
        const Onnx__StringStringEntryProto *e = t->external_data[i];

        if (!e->key || !e->value)
            continue;
        if (strcmp(e->key, "location") == 0)
            p->location = e->value;
        else if (strcmp(e->key, "offset") == 0)
            TRY(read_number("offset", e->value, &p->offset, at));
        else if (strcmp(e->key, "length") == 0)
            TRY(read_number("length", e->value, &p->length, at));
    }
    return p->location ? MOTE_OK : fail(at, MOTE_ERR_FORMAT, "external data without a location");
}

static bool steps_up(const char *path)
{
    for (const char *p = path; *p; p += strcspn(p, "/"), p += *p == '/')
        if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0'))
            return true;
    return path[0] == '/';
}

/* The path of a file that exists, if it is in the folder. */
static enum mote_status find_file(struct pool *pool, const char *model, const char *location, const char **out,
                                  const struct frame *at)
{
    const char *slash = strrchr(model, '/');
    const char *folder = slash ? pool_printf(pool, "%.*s", (int)(slash - model + 1), model) : "./";
    char *real_folder = realpath(folder, NULL), *real = realpath(pool_printf(pool, "%s%s", folder, location), NULL);
    size_t len = real_folder ? strlen(real_folder) : 0;
    bool inside = real && len > 0 && strncmp(real, real_folder, len) == 0 && (real[len] == '/' || len == 1);

    *out = real ? pool_strdup(pool, real) : NULL;
    free(real_folder);
    free(real);
    if (*out == NULL)
        return fail(at, MOTE_ERR_FILE, "its data are in '%s', which is not beside the model",
                    printable(pool, location));
    return inside ? MOTE_OK
                  : fail(at, MOTE_ERR_FORMAT, "its data are in '%s', outside the model's folder: refused",
                         printable(pool, location));
}

static enum mote_status read_part(struct pool *pool, FILE *f, const struct place *p, struct bytes *out,
                                  const struct frame *at)
{
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    int64_t length = p->length >= 0 ? p->length : size - p->offset;

    if (size < 0 || p->offset > size || length < 0 || length > size - p->offset || length > (int64_t)FILE_LIMIT)
        return fail(at, MOTE_ERR_FORMAT, "its data are bytes %lld to %lld of '%s', which has %ld", (long long)p->offset,
                    (long long)p->offset + (long long)length, printable(pool, p->location), size);
    *out = (struct bytes){pool_alloc(pool, (size_t)length), (size_t)length};
    if (fseek(f, (long)p->offset, SEEK_SET) != 0 || fread(out->data, 1, out->size, f) != out->size)
        return fail(at, MOTE_ERR_FILE, "'%s' cannot be read", printable(pool, p->location));
    return MOTE_OK;
}

enum mote_status onnx_read_external(struct pool *pool, const char *path, const Onnx__TensorProto *t, struct bytes *out,
                                    const struct frame *at)
{
    enum mote_status status;
    const char *name;
    struct place p;
    FILE *f;

    TRY(read_place(t, &p, at));
    assert(p.location != NULL);
    if (steps_up(p.location))
        return fail(at, MOTE_ERR_FORMAT, "its data are in '%s', outside the model's folder: refused",
                    printable(pool, p.location));
    TRY(find_file(pool, path, p.location, &name, at));
    f = fopen(name, "rb");
    if (f == NULL)
        return fail(at, MOTE_ERR_FILE, "'%s' cannot be read", printable(pool, p.location));
    inputs_add(name);
    status = read_part(pool, f, &p, out, at);
    fclose(f);
    return status;
}
