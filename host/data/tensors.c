/* SPDX-License-Identifier: Apache-2.0 */
/* .npy is described in NumPy Enhancement Proposal 1: a magic, a version, and a Python dictionary as text. */
#include "host/data/tensors.h"

#include <ctype.h>

static const char magic[] = "\x93NUMPY";
#define MAGIC_BYTES (sizeof magic - 1)

static bool is_npy(const char *path)
{
    size_t len = strlen(path);

    return len > 4 && strcmp(path + len - 4, ".npy") == 0;
}

/* "<f4", "|i1": byte order, kind, bytes; NULL for types that NumPy has not. */
static const char *npy_type(enum mote_type type)
{
    static const char *const names[] = {
        [TYPE_S8] = "|i1",  [TYPE_U8] = "|u1",  [TYPE_S16] = "<i2", [TYPE_U16] = "<u2",
        [TYPE_S32] = "<i4", [TYPE_U32] = "<u4", [TYPE_S64] = "<i8", [TYPE_U64] = "<u8",
        [TYPE_F16] = "<f2", [TYPE_F32] = "<f4", [TYPE_F64] = "<f8", [TYPE_BOOL] = "|b1",
    };

    return type < COUNT(names) ? names[type] : NULL;
}

/* The text after 'key': in the header, NULL if there is none. */
static const char *npy_field(const char *header, const char *key)
{
    const char *p = strstr(header, key);

    if (p == NULL)
        return NULL;
    p = strchr(p, ':');
    while (p != NULL && isspace((unsigned char)*++p))
        continue;
    return p;
}

static enum mote_status npy_open(struct pool *pool, struct bytes file, enum mote_type type, struct bytes *out,
                                 const struct frame *at)
{
    const char *want = npy_type(type), *descr, *order;
    size_t start, len;
    char *header;

    if (file.size < 12 || memcmp(file.data, magic, MAGIC_BYTES) != 0 || file.data[6] < 1 || file.data[6] > 3)
        return fail(at, MOTE_ERR_FORMAT, "not a .npy file of version 1, 2 or 3");
    start = file.data[6] == 1 ? 10 : 12;
    len = file.data[6] == 1 ? (size_t)(file.data[8] | file.data[9] << 8) : le32(file.data + 8);
    if (len > file.size - start)
        return fail(at, MOTE_ERR_FORMAT, "the .npy header is cut off");
    header = pool_printf(pool, "%.*s", (int)len, (const char *)file.data + start);
    descr = npy_field(header, "'descr'");
    order = npy_field(header, "'fortran_order'");
    if (descr == NULL || order == NULL)
        return fail(at, MOTE_ERR_FORMAT, "the .npy header lacks 'descr' or 'fortran_order'");
    if (strncmp(order, "False", 5) != 0)
        return fail(at, MOTE_ERR_FORMAT, "the array is in Fortran order; save it with numpy.ascontiguousarray()");
    if (want == NULL || strncmp(descr + 1, want, strlen(want)) != 0)
        return fail(at, MOTE_ERR_TYPE, "the array's type is %.8s, the tensor is %s", descr, type_name(type));
    *out = (struct bytes){file.data + start + len, file.size - start - len};
    return MOTE_OK;
}

enum mote_status tensors_read(struct pool *pool, const char *path, enum mote_type type, size_t bytes, struct bytes *out,
                              size_t *n, const struct frame *at)
{
    TRY(file_read(pool, path, out, at));
    if (is_npy(path))
        TRY(npy_open(pool, *out, type, out, at));
    if (bytes == 0 || out->size == 0 || out->size % bytes != 0)
        return fail(at, MOTE_ERR_SHAPE, "%s holds %zu bytes of data, which is no multiple of the tensor's %zu", path,
                    out->size, bytes);
    *n = out->size / bytes;
    return MOTE_OK;
}

enum mote_status tensors_write(struct pool *pool, const char *path, enum mote_type type, const uint32_t *dims, int rank,
                               size_t n, struct bytes data, const struct frame *at)
{
    struct text t = {.pool = pool}, shape = {.pool = pool};
    size_t len;

    if (!is_npy(path))
        return file_write(path, data.data, data.size, at);
    if (npy_type(type) == NULL)
        return fail(at, MOTE_ERR_TYPE, ".npy has no type %s; write raw bytes: another file name", type_name(type));
    if (n != 1)
        text_add(&shape, "%zu, ", n);
    for (int i = 0; i < rank; i++)
        text_add(&shape, "%u, ", dims[i]);
    len = 10 + strlen("{'descr': '', 'fortran_order': False, 'shape': (), }\n") + 3 + shape.len;
    text_bytes(&t, magic, MAGIC_BYTES);
    text_bytes(&t, (uint8_t[]){1, 0}, 2);
    len = align_up(len, 64);
    text_bytes(&t, (uint8_t[]){(uint8_t)(len - 10), (uint8_t)((len - 10) >> 8)}, 2);
    text_add(&t, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", npy_type(type),
             shape.s != NULL ? shape.s : "");
    text_add(&t, "%*s\n", (int)(len - t.len - 1), "");
    text_bytes(&t, data.data, data.size);
    return file_write(path, t.s, t.len, at);
}
