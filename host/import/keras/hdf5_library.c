/* SPDX-License-Identifier: Apache-2.0 */
/* HDF5 by its library, on a copy of the file in memory: it opens no other file, and loads no plugin. What a file says
 * of sizes is checked before anything is read, since the library believes it. */
#include "host/import/keras/hdf5_library.h"

#include <hdf5.h>
#include <stdlib.h>

#define DEPTH_MAX   24
#define OBJECTS_MAX 65536 /* groups, data sets and attributes */

struct reading {
    struct pool *pool;
    size_t limit;
    const char *skip;
    struct hdf5 *out;
    int objects;
    const struct frame *at;
    enum mote_status status;
};

static enum mote_status damaged(const struct frame *at, const char *what)
{
    return fail(at, MOTE_ERR_FORMAT, "%s cannot be read: the file is damaged, or cut off", what);
}

static bool has_room(const struct reading *r, uint64_t bytes)
{
    return r->pool->used < r->limit && bytes < r->limit - r->pool->used;
}

static enum mote_status no_room(const struct reading *r, const struct frame *at)
{
    return fail(at, MOTE_ERR_MEMORY, "its contents take more than %zu bytes, the most for a file of its size",
                r->limit);
}

/* ---- attributes ---- */
static void copy_fixed(struct reading *r, const char *raw, size_t size, struct hdf5_texts *out)
{
    for (int32_t i = 0; i < out->n; i++)
        out->texts[i] =
            pool_printf(r->pool, "%.*s", (int)strnlen(raw + (size_t)i * size, size), raw + (size_t)i * size);
}

static enum mote_status read_variable(struct reading *r, hid_t attr, hid_t type, struct hdf5_texts *out,
                                      const struct frame *at)
{
    char **raw = calloc((size_t)out->n, sizeof *raw);
    enum mote_status status = MOTE_OK;
    hid_t space = H5Aget_space(attr);

    if (raw == NULL || H5Aread(attr, type, raw) < 0)
        status = damaged(at, "an attribute");
    for (int32_t i = 0; raw != NULL && i < out->n && status == MOTE_OK; i++) {
        size_t size = raw[i] ? strlen(raw[i]) : 0;

        if (!has_room(r, size + 1))
            status = no_room(r, at);
        else
            out->texts[i] = pool_strdup(r->pool, raw[i] ? raw[i] : "");
    }
    if (raw)
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw);
    H5Sclose(space);
    free(raw);
    return status;
}

static enum mote_status read_fixed(struct reading *r, hid_t attr, hid_t type, struct hdf5_texts *out,
                                   const struct frame *at)
{
    size_t size = H5Tget_size(type);
    char *raw;

    if (size == 0 || size > r->limit / ((size_t)out->n + 1) || !has_room(r, 2 * size * (size_t)out->n))
        return no_room(r, at);
    raw = pool_alloc(r->pool, size * (size_t)out->n + 1);
    if (H5Aread(attr, type, raw) < 0)
        return damaged(at, "an attribute");
    copy_fixed(r, raw, size, out);
    return MOTE_OK;
}

/* Strings, one or a list of them; others are nobody's here. */
static enum mote_status read_strings(struct reading *r, hid_t attr, hid_t type, const char *path, const char *name,
                                     const struct frame *at)
{
    struct hdf5_texts t = {.path = path, .name = name};
    hid_t space = H5Aget_space(attr);
    hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);

    H5Sclose(space);
    if (n < 0 || n > OBJECTS_MAX)
        return damaged(at, "an attribute");
    t.n = (int32_t)n;
    t.texts = pool_array(r->pool, (size_t)n + 1, sizeof *t.texts);
    if (n > 0 && H5Tis_variable_str(type) > 0)
        TRY(read_variable(r, attr, type, &t, at));
    else if (n > 0)
        TRY(read_fixed(r, attr, type, &t, at));
    r->out->texts = pool_grow(r->pool, r->out->texts, (size_t)r->out->n_texts, sizeof t);
    r->out->texts[r->out->n_texts++] = t;
    return MOTE_OK;
}

static enum mote_status count(struct reading *r, const struct frame *at)
{
    if (++r->objects > OBJECTS_MAX)
        return fail(at, MOTE_ERR_MEMORY, "more than %d objects", OBJECTS_MAX);
    return has_room(r, 65536) ? MOTE_OK : no_room(r, at);
}

static enum mote_status read_attribute(struct reading *r, hid_t group, hsize_t i, const char *path,
                                       const struct frame *at)
{
    hid_t attr = H5Aopen_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_NATIVE, i, H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = attr < 0 ? -1 : H5Aget_type(attr);
    char name[256] = "";
    enum mote_status status = count(r, at);

    if (status == MOTE_OK && (type < 0 || H5Aget_name(attr, sizeof name, name) < 0))
        status = damaged(at, "an attribute");
    if (status == MOTE_OK && H5Tget_class(type) == H5T_STRING)
        status = read_strings(r, attr, type, path, pool_strdup(r->pool, name), at);
    if (type >= 0)
        H5Tclose(type);
    if (attr >= 0)
        H5Aclose(attr);
    return status;
}

static enum mote_status read_attributes(struct reading *r, hid_t group, const char *path, const struct frame *at)
{
    H5O_info_t info;

    if (H5Oget_info2(group, &info, H5O_INFO_NUM_ATTRS) < 0)
        return damaged(at, "the attributes");
    for (hsize_t i = 0; i < info.num_attrs; i++)
        TRY(read_attribute(r, group, i, path, at));
    return MOTE_OK;
}

/* ---- data sets ---- */
static bool is_own_filter(H5Z_filter_t id)
{
    return id == H5Z_FILTER_DEFLATE || id == H5Z_FILTER_SHUFFLE || id == H5Z_FILTER_FLETCHER32;
}

/* How the data lie in the file: there, whole or in pieces that are not larger than they. */
static enum mote_status check_storage(const struct reading *r, hid_t plist, size_t size, const struct frame *at)
{
    hsize_t chunk[H5S_MAX_RANK];
    uint64_t bytes = size;
    int rank;

    if (H5Pget_layout(plist) == H5D_VIRTUAL || H5Pget_external_count(plist) != 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its data are in another file, which is refused");
    for (int i = 0; i < H5Pget_nfilters(plist); i++) {
        unsigned flags, config;
        size_t n = 0;

        if (!is_own_filter(H5Pget_filter2(plist, (unsigned)i, &flags, &n, NULL, 0, NULL, &config)))
            return fail(at, MOTE_ERR_UNSUPPORTED, "packed by a filter that is not HDF5's own");
    }
    if (H5Pget_layout(plist) != H5D_CHUNKED)
        return MOTE_OK;
    rank = H5Pget_chunk(plist, H5S_MAX_RANK, chunk);
    for (int i = 0; i < rank; i++) {
        if (chunk[i] > r->limit || bytes * chunk[i] > r->limit)
            return no_room(r, at);
        bytes *= chunk[i];
    }
    return rank < 0 ? damaged(at, "its layout") : MOTE_OK;
}

static enum mote_status read_dims(const struct reading *r, hid_t space, struct tensor *t, const struct frame *at)
{
    hsize_t dims[H5S_MAX_RANK];
    int rank = H5Sget_simple_extent_ndims(space);

    if (rank < 0 || H5Sget_simple_extent_type(space) == H5S_NULL || rank > H5S_MAX_RANK ||
        H5Sget_simple_extent_dims(space, dims, NULL) < 0)
        return damaged(at, "its shape");
    if (rank > RANK_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%d dimensions; Mote has up to %d", rank, RANK_MAX);
    t->rank = rank;
    for (int d = 0; d < rank; d++) {
        if (dims[d] < 1 || dims[d] > INT32_MAX)
            return fail(at, MOTE_ERR_SHAPE, "dimension %d is %llu", d, (unsigned long long)dims[d]);
        t->dims[d] = (int64_t)dims[d];
    }
    return tensor_bytes(t) <= TENSOR_BYTES_MAX && has_room(r, (uint64_t)tensor_bytes(t)) ? MOTE_OK : no_room(r, at);
}

/* Whatever numbers they are, they become f32. */
static enum mote_status read_numbers(struct reading *r, hid_t set, hid_t type, hid_t space, hid_t plist,
                                     const char *path, const struct frame *at)
{
    struct hdf5_tensor t = {path, {.name = path, .type = TYPE_F32, .source = -1}};
    H5T_class_t class = H5Tget_class(type);
    size_t size = H5Tget_size(type);
    uint8_t *data;

    if (class != H5T_FLOAT && class != H5T_INTEGER)
        return MOTE_OK;
    if (size == 0 || size > 16)
        return fail(at, MOTE_ERR_TYPE, "numbers of %zu bytes", size);
    TRY(read_dims(r, space, &t.t, at));
    TRY(check_storage(r, plist, size, at));
    data = pool_alloc(r->pool, (size_t)tensor_bytes(&t.t));
    if (H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        return damaged(at, "its data");
    t.t.data = data;
    r->out->tensors = pool_grow(r->pool, r->out->tensors, (size_t)r->out->n_tensors, sizeof t);
    r->out->tensors[r->out->n_tensors++] = t;
    return MOTE_OK;
}

static enum mote_status read_set(struct reading *r, hid_t set, const char *path, const struct frame *at)
{
    const struct frame here = {at, "tensor", printable(r->pool, path), -1, NULL};
    hid_t type = H5Dget_type(set), space = H5Dget_space(set), plist = H5Dget_create_plist(set);
    enum mote_status status = type < 0 || space < 0 || plist < 0
                                  ? damaged(&here, "it")
                                  : read_numbers(r, set, type, space, plist, path, &here);

    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    if (plist >= 0)
        H5Pclose(plist);
    return status;
}

/* ---- groups ---- */
struct level {
    struct reading *r;
    const char *path;
    int depth;
};

static enum mote_status read_group(struct reading *r, hid_t group, const char *path, int depth);

static enum mote_status read_object(struct reading *r, hid_t parent, const char *name, const char *path, int depth)
{
    hid_t object = H5Oopen(parent, name, H5P_DEFAULT);
    H5I_type_t kind = object < 0 ? H5I_BADID : H5Iget_type(object);
    enum mote_status status = MOTE_OK;

    if (kind == H5I_GROUP)
        status = read_group(r, object, path, depth + 1);
    else if (kind == H5I_DATASET)
        status = read_set(r, object, path, r->at);
    else if (kind == H5I_BADID)
        status = damaged(r->at, pool_printf(r->pool, "'%s'", printable(r->pool, path)));
    if (object >= 0)
        H5Oclose(object);
    return status;
}

static herr_t read_link(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    const struct level *l = context;
    struct reading *r = l->r;
    const char *path;

    r->status = count(r, r->at);
    if (r->status != MOTE_OK || strcmp(name, r->skip) == 0)
        return r->status == MOTE_OK ? 0 : -1;
    path = pool_printf(r->pool, "%s/%s", l->path, name);
    if (info->type != H5L_TYPE_HARD)
        r->status = fail(r->at, MOTE_ERR_UNSUPPORTED, "'%s' is a link to another name or file, which is refused",
                         printable(r->pool, path));
    else
        r->status = read_object(r, group, name, path, l->depth);
    return r->status == MOTE_OK ? 0 : -1;
}

static enum mote_status read_group(struct reading *r, hid_t group, const char *path, int depth)
{
    struct level level = {r, path, depth};
    hsize_t i = 0;

    if (depth > DEPTH_MAX)
        return fail(r->at, MOTE_ERR_UNSUPPORTED, "groups more than %d deep", DEPTH_MAX);
    TRY(read_attributes(r, group, path, r->at));
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &i, read_link, &level) < 0 && r->status == MOTE_OK)
        return damaged(r->at, pool_printf(r->pool, "group '%s'", printable(r->pool, path)));
    return r->status;
}

/* ---- the file ---- */
static hid_t open_image(struct bytes file)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), opened = -1;

    if (access >= 0 && H5Pset_fapl_core(access, 65536, false) >= 0 &&
        H5Pset_file_image(access, file.data, file.size) >= 0)
        opened = H5Fopen("in memory", H5F_ACC_RDONLY, access);
    if (access >= 0)
        H5Pclose(access);
    return opened;
}

enum mote_status hdf5_library_read(struct pool *pool, size_t limit, struct bytes file, const char *skip,
                                   struct hdf5 *out, const struct frame *at)
{
    struct reading r = {.pool = pool, .limit = limit, .skip = skip, .out = out, .at = at};
    hid_t opened, root;

    *out = (struct hdf5){.n_texts = 0};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0);
    opened = open_image(file);
    if (opened < 0)
        return damaged(at, "HDF5");
    root = H5Gopen2(opened, "/", H5P_DEFAULT);
    r.status = root < 0 ? damaged(at, "the root") : read_group(&r, root, "", 0);
    if (root >= 0)
        H5Gclose(root);
    H5Fclose(opened);
    return r.status;
}
