/* SPDX-License-Identifier: Apache-2.0 */
/* .npy is described in NumPy Enhancement Proposal 1: a magic, a version, and a Python dictionary as text. */
#include "host/data/tensors.h"

#include <ctype.h>
#include <stdlib.h>

static const char magic[] = "\x93NUMPY";
#define MAGIC_BYTES (sizeof magic - 1)
#define RANK_LIMIT  32 /* dimensions of an array: NumPy's limit, and more than a tensor's */

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

/* "(2, 49, 10, 1)" without its ones; the product of all in *elements, which saturates. -1 if it is no shape. */
static int npy_shape(const char *s, uint64_t dims[RANK_LIMIT], uint64_t *elements)
{
    int n = 0;

    *elements = 1;
    if (s == NULL || *s++ != '(')
        return -1;
    for (;;) {
        char *end;
        unsigned long long dim;

        s += strspn(s, " ,");
        if (*s == ')')
            return n;
        dim = strtoull(s, &end, 10);
        if (end == s || !isdigit((unsigned char)*s) || dim > FILE_LIMIT || n == RANK_LIMIT)
            return -1;
        if (dim != 1)
            dims[n++] = dim;
        *elements = *elements * dim < FILE_LIMIT ? *elements * dim : FILE_LIMIT;
        s = end;
    }
}

/* Dimensions of 1 do not count; the tensor's may follow one of any size: the inferences. An array of one dimension has
 * the tensor's elements in their order. */
static bool npy_shape_fits(const uint64_t *dims, int n, const struct mote_io *io)
{
    int rank = 0, from;
    uint32_t want[RANK_LIMIT];

    for (int i = 0; i < io->rank; i++)
        if (io->dims[i] != 1)
            want[rank++] = io->dims[i];
    from = n - rank;
    if (n <= 1)
        return true;
    if (from < 0 || from > 1)
        return false;
    for (int i = 0; i < rank; i++)
        if (dims[from + i] != want[i])
            return false;
    return true;
}

static const char *io_shape(struct pool *pool, const struct mote_io *io)
{
    struct text t = {.pool = pool};

    text_add(&t, "(");
    for (int i = 0; i < io->rank; i++)
        text_add(&t, "%s%u", i > 0 ? ", " : "", io->dims[i]);
    text_add(&t, ")");
    return t.s;
}

static enum mote_status npy_open(struct pool *pool, struct bytes file, const struct mote_io *io, struct bytes *out,
                                 const struct frame *at)
{
    enum mote_type type = (enum mote_type)io->type;
    const char *want = npy_type(type), *descr, *order, *shape;
    uint64_t dims[RANK_LIMIT], elements;
    size_t start, len, bytes = (size_t)type_bits(type) / 8;
    char *header;
    int n;

    if (file.size < 12 || memcmp(file.data, magic, MAGIC_BYTES) != 0 || file.data[6] < 1 || file.data[6] > 3)
        return fail(at, MOTE_ERR_FORMAT, "not a .npy file of version 1, 2 or 3");
    start = file.data[6] == 1 ? 10 : 12;
    len = file.data[6] == 1 ? (size_t)(file.data[8] | file.data[9] << 8) : le32(file.data + 8);
    if (len > file.size - start)
        return fail(at, MOTE_ERR_FORMAT, "the .npy header is cut off");
    header = pool_printf(pool, "%.*s", (int)len, (const char *)file.data + start);
    descr = npy_field(header, "'descr'");
    order = npy_field(header, "'fortran_order'");
    shape = npy_field(header, "'shape'");
    n = npy_shape(shape, dims, &elements);
    if (descr == NULL || order == NULL || n < 0)
        return fail(at, MOTE_ERR_FORMAT, "the .npy header lacks 'descr', 'fortran_order' or 'shape'");
    if (strncmp(order, "False", 5) != 0)
        return fail(at, MOTE_ERR_FORMAT, "the array is in Fortran order; save it with numpy.ascontiguousarray()");
    if (want == NULL || *descr == '\0' || strncmp(descr + 1, want, strlen(want)) != 0)
        return fail(at, MOTE_ERR_TYPE, "the array's type is %.*s, the tensor's %s (%s)", (int)strcspn(descr, ","),
                    descr, want != NULL ? want : "unknown to NumPy", type_name(type));
    *out = (struct bytes){file.data + start + len, file.size - start - len};
    if (elements * bytes != out->size)
        return fail(at, MOTE_ERR_FORMAT, "holds %zu bytes of data, its shape %.*s wants %llu: is it cut off?",
                    out->size, (int)(strcspn(shape, ")") + 1), shape, (unsigned long long)(elements * bytes));
    if (!npy_shape_fits(dims, n, io))
        return fail(at, MOTE_ERR_SHAPE, "the array's shape is %.*s, the tensor's %s", (int)(strcspn(shape, ")") + 1),
                    shape, io_shape(pool, io));
    return MOTE_OK;
}

enum mote_status tensors_read(struct pool *pool, const char *path, const struct mote_io *io, struct bytes *out,
                              size_t *n, const struct frame *at)
{
    TRY(file_read(pool, path, out, at));
    if (is_npy(path))
        TRY(npy_open(pool, *out, io, out, at));
    if (io->bytes == 0 || out->size == 0 || out->size % io->bytes != 0)
        return fail(at, MOTE_ERR_SHAPE, "holds %zu bytes of data, which is no multiple of the tensor's %u", out->size,
                    io->bytes);
    *n = out->size / io->bytes;
    return MOTE_OK;
}

enum mote_status tensors_write(struct pool *pool, const char *path, const struct mote_io *io, size_t n,
                               struct bytes data, const struct frame *at)
{
    enum mote_type type = (enum mote_type)io->type;
    struct text t = {.pool = pool}, shape = {.pool = pool};
    size_t len;

    if (!is_npy(path))
        return file_write(path, data.data, data.size, at);
    if (npy_type(type) == NULL)
        return fail(at, MOTE_ERR_TYPE, ".npy has no type %s; write raw bytes: another file name", type_name(type));
    if (n != 1)
        text_add(&shape, "%zu, ", n);
    for (int i = 0; i < io->rank; i++)
        text_add(&shape, "%u, ", io->dims[i]);
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
