/* SPDX-License-Identifier: Apache-2.0 */
#include "host/data/tensors.h"

#include "host/data/npy.h"
#include "host/data/source.h"

bool is_tensor_name(const char *path) { return has_ending(path, ".bin"); }

bool is_npy_name(const char *path) { return has_ending(path, ".npy"); }

/* Without the ones; the number of those that are left. */
static int squeeze(const uint64_t *dims, int n, uint64_t *out)
{
    int kept = 0;

    for (int i = 0; i < n; i++)
        if (dims[i] != 1)
            out[kept++] = dims[i];
    return kept;
}

/* Dimensions of 1 do not count; the tensor's may follow one of any size: the inferences. An array of one dimension has
 * the tensor's elements in their order. */
static bool npy_shape_fits(const struct npy *array, const struct mote_io *io)
{
    uint64_t have[NPY_RANK_MAX], dims[UINT8_MAX], want[UINT8_MAX];
    int n = squeeze(array->dims, array->rank, have), rank;

    for (int i = 0; i < io->rank; i++)
        dims[i] = io->dims[i];
    rank = squeeze(dims, io->rank, want);
    if (n <= 1)
        return true;
    if (n < rank || n > rank + 1)
        return false;
    return memcmp(have + (n - rank), want, (size_t)rank * sizeof *want) == 0;
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
    const char *want = npy_type((enum mote_type)io->type);
    struct npy array;

    TRY(npy_parse(pool, file, &array, at));
    if (want == NULL || strcmp(array.type, want) != 0)
        return fail(at, MOTE_ERR_TYPE, "the array's type is '%s', the tensor's %s (%s)", array.type,
                    want != NULL ? want : "unknown to NumPy", type_name((enum mote_type)io->type));
    if (!npy_shape_fits(&array, io))
        return fail(at, MOTE_ERR_SHAPE, "the array's shape is %s, the tensor's %s", array.shape, io_shape(pool, io));
    *out = array.data;
    return MOTE_OK;
}

enum mote_status tensors_read(struct pool *pool, const char *path, const struct mote_io *io, struct bytes *out,
                              size_t *n, const struct frame *at)
{
    TRY(file_read(pool, path, out, at));
    if (is_npy_name(path))
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

    if (!is_npy_name(path))
        return file_write(path, data.data, data.size, at);
    if (npy_type(type) == NULL)
        return fail(at, MOTE_ERR_TYPE, ".npy has no type %s; write raw bytes: another file name", type_name(type));
    if (n != 1)
        text_add(&shape, "%zu, ", n);
    for (int i = 0; i < io->rank; i++)
        text_add(&shape, "%u, ", io->dims[i]);
    len = 10 + strlen("{'descr': '', 'fortran_order': False, 'shape': (), }\n") + 3 + shape.len;
    text_bytes(&t, NPY_MAGIC, sizeof NPY_MAGIC - 1);
    text_bytes(&t, (uint8_t[]){1, 0}, 2);
    len = align_up(len, 64);
    text_bytes(&t, (uint8_t[]){(uint8_t)(len - 10), (uint8_t)((len - 10) >> 8)}, 2);
    text_add(&t, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", npy_type(type),
             shape.s != NULL ? shape.s : "");
    text_add(&t, "%*s\n", (int)(len - t.len - 1), "");
    text_bytes(&t, data.data, data.size);
    return file_write(path, t.s, t.len, at);
}
