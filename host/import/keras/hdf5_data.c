/* SPDX-License-Identifier: Apache-2.0 */
/* Data sets of HDF5: shapes, types, numbers, whole or in chunks that filters have packed. */
#include <zlib.h>

#include "host/graph/half.h"
#include "host/import/keras/hdf5_bytes.h"

#define FILTERS_MAX 8

/* ---- shapes and types ---- */
enum mote_status hdf5_read_shape(const struct reading *r, struct cursor c, struct shape *out, const struct frame *at)
{
    int version = (int)take(&c, 1);

    *out = (struct shape){.rank = (int)take(&c, 1)};
    skip(&c, 1);
    if (version == 1)
        skip(&c, 5);
    else
        out->none = take(&c, 1) == 2;
    if (version < 1 || version > 2)
        return damaged(at, "a shape");
    if (out->rank > RANK_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%d dimensions; Mote has up to %d", out->rank, RANK_MAX);
    for (int d = 0; d < out->rank; d++)
        out->dims[d] = take(&c, r->length_size);
    return c.over ? damaged(at, "a shape") : MOTE_OK;
}

static bool is_ieee(struct cursor c, uint64_t size)
{
    static const int parts[][4] = {{2, 10, 5, 10}, {4, 23, 8, 23}, {8, 52, 11, 52}}; /* size, where the exponent is … */

    skip(&c, 4);
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct cursor p = c;

        if (size == (uint64_t)parts[i][0])
            return take(&p, 1) == (uint64_t)parts[i][1] && take(&p, 1) == (uint64_t)parts[i][2] && take(&p, 1) == 0 &&
                   take(&p, 1) == (uint64_t)parts[i][3];
    }
    return false;
}

enum mote_status hdf5_read_type(struct cursor c, struct type *out, const struct frame *at)
{
    int class = (int)take(&c, 1) & 15, bits = (int)take(&c, 3);

    *out = (struct type){.class = class, .bits = bits, .size = take(&c, 4)};
    if (c.over)
        return damaged(at, "a type");
    out->is_text = class == STRING || (class == VARIABLE && (bits & 15) == 1);
    out->is_big = bits & 1;
    out->is_signed = bits & 8;
    out->is_ieee = class == FLOAT && !(bits & 0x40) && is_ieee(c, out->size);
    return MOTE_OK;
}

/* ---- numbers ---- */
static uint64_t bits_at(const uint8_t *data, const struct type *type)
{
    uint64_t bits = 0;

    for (uint64_t i = 0; i < type->size; i++)
        bits |= (uint64_t)data[type->is_big ? type->size - 1 - i : i] << 8 * i;
    return bits;
}

static float number_at(const uint8_t *data, const struct type *type)
{
    uint64_t bits = bits_at(data, type);
    uint32_t low = (uint32_t)bits;
    double wide;
    float value;

    if (type->class == INTEGER)
        return type->is_signed ? (float)((int64_t)(bits << (64 - 8 * type->size)) >> (64 - 8 * type->size))
                               : (float)bits;
    if (type->size == 2)
        return half_value((uint16_t)bits);
    if (type->size == 8) {
        memcpy(&wide, &bits, sizeof wide);
        return wide > 3.4028234663852886e38    ? 3.4028234663852886e38f
               : wide < -3.4028234663852886e38 ? -3.4028234663852886e38f
                                               : (float)wide;
    }
    memcpy(&value, &low, sizeof value);
    return value;
}

/* ---- data in pieces ---- */
struct filters {
    int n, ids[FILTERS_MAX];
};

struct pieces {
    const struct type *type;
    const struct tensor *t;
    struct filters filters;
    uint64_t chunk[RANK_MAX], bytes; /* of a whole one */
    uint8_t *packed, *data, *other;  /* packed: none of its own; data, other: [bytes] */
    uint8_t *out;                    /* all elements */
};

static enum mote_status read_filters(const struct message *m, struct filters *out, const struct frame *at)
{
    struct cursor c = m->body;
    int version = (int)take(&c, 1), n = (int)take(&c, 1);

    if (version == 1)
        skip(&c, 6);
    if (version < 1 || version > 2 || n > FILTERS_MAX)
        return damaged(at, "its filters");
    for (out->n = 0; out->n < n; out->n++) {
        int id = (int)take(&c, 2);
        uint64_t name = version == 1 || id >= 256 ? take(&c, 2) : 0, values;

        skip(&c, 2);
        values = take(&c, 2);
        skip(&c, version == 1 ? (name + 7) / 8 * 8 : name);
        skip(&c, 4 * (values + (version == 1 ? values % 2 : 0)));
        if (id < 1 || id > 3)
            return fail(at, MOTE_ERR_UNSUPPORTED, "packed by filter %d, which is not deflate, shuffle or a checksum",
                        id);
        out->ids[out->n] = id;
    }
    return c.over ? damaged(at, "its filters") : MOTE_OK;
}

static void unshuffle(const struct pieces *p, const uint8_t *from, uint8_t *to)
{
    uint64_t size = p->type->size, n = p->bytes / size;

    for (uint64_t i = 0; i < n; i++)
        for (uint64_t b = 0; b < size; b++)
            to[i * size + b] = from[b * n + i];
}

/* What filters made of a chunk is undone, the last one first; p->data is the chunk then. */
static enum mote_status unpack(struct pieces *p, struct cursor c, uint32_t left_out, const struct frame *at)
{
    const uint8_t *data = c.data;
    uint64_t size = c.left;

    for (int i = p->filters.n - 1; i >= 0; i--) {
        uint8_t *to = data == p->data ? p->other : p->data;
        uLongf length = (uLongf)p->bytes;

        if (left_out >> i & 1)
            continue;
        if (p->filters.ids[i] == 3) { /* the checksum is behind the data */
            size = size < 4 ? 0 : size - 4;
            continue;
        }
        if (p->filters.ids[i] == 1 && uncompress(to, &length, data, (uLong)size) != Z_OK)
            return damaged(at, "packed data");
        if (p->filters.ids[i] == 2 && size != p->bytes)
            return damaged(at, "packed data");
        if (p->filters.ids[i] == 2)
            unshuffle(p, data, to);
        size = length;
        data = to;
    }
    if (size < p->bytes)
        return damaged(at, "a chunk");
    if (data != p->data)
        memcpy(p->data, data, (size_t)p->bytes);
    return MOTE_OK;
}

/* Row by row of the last dimension, what of the chunk is in the shape. */
static void place(struct pieces *p, const uint64_t *first)
{
    const int rank = p->t->rank;
    uint64_t index[RANK_MAX] = {0}, size = p->type->size, width = p->chunk[rank - 1], from = 0;

    width = first[rank - 1] + width > (uint64_t)p->t->dims[rank - 1] ? (uint64_t)p->t->dims[rank - 1] - first[rank - 1]
                                                                     : width;
    for (bool more = true; more; from += p->chunk[rank - 1]) {
        uint64_t to = 0;
        bool inside = true;

        for (int d = 0; d < rank; d++) {
            inside &= first[d] + index[d] < (uint64_t)p->t->dims[d];
            to = to * (uint64_t)p->t->dims[d] + first[d] + index[d];
        }
        if (inside)
            memcpy(p->out + to * size, p->data + from * size, (size_t)(width * size));
        more = false;
        for (int d = rank - 2; d >= 0 && !more; d--) {
            more = ++index[d] < p->chunk[d];
            index[d] = more ? index[d] : 0;
        }
    }
}

static enum mote_status read_chunk(struct reading *r, struct pieces *p, struct cursor *key, const struct frame *at)
{
    uint64_t size = take(key, 4), first[RANK_MAX], address;
    uint32_t left_out = (uint32_t)take(key, 4);
    struct cursor c;

    for (int d = 0; d < p->t->rank; d++) {
        first[d] = take(key, 8);
        if (first[d] >= (uint64_t)p->t->dims[d])
            return damaged(at, "a chunk");
    }
    skip(key, 8); /* of the element's own dimension */
    address = take(key, r->offset_size);
    c = cursor_at(r, address);
    if (key->over || c.over || size > c.left)
        return damaged(at, "a chunk");
    r->unpacked += p->bytes;
    if (r->unpacked > r->limit)
        return no_room(r, at);
    c.left = (size_t)size;
    TRY(unpack(p, c, left_out, at));
    place(p, first);
    return MOTE_OK;
}

enum mote_status hdf5_begin_node(struct reading *r, uint64_t address, int kind, int below, int *level, int *n,
                                 struct cursor *c, const struct frame *at)
{
    TRY(count(r, at));
    *c = cursor_at(r, address);
    if (!begins(c, "TREE") || (int)take(c, 1) != kind)
        return damaged(at, "a tree");
    *level = (int)take(c, 1);
    *n = (int)take(c, 2);
    skip(c, 2 * (uint64_t)r->offset_size);
    if (c->over || *level >= below || *level > DEPTH_MAX)
        return damaged(at, "a tree");
    return MOTE_OK;
}

static enum mote_status read_chunks(struct reading *r, struct pieces *p, uint64_t address, int below,
                                    const struct frame *at)
{
    struct cursor c;
    int level = 0, n = 0;

    TRY(hdf5_begin_node(r, address, 1, below, &level, &n, &c, at));
    for (int i = 0; i < n; i++) {
        TRY(count(r, at));
        if (level == 0) {
            TRY(read_chunk(r, p, &c, at));
            continue;
        }
        skip(&c, 8 + 8 * (uint64_t)(p->t->rank + 1));
        address = take(&c, r->offset_size);
        if (c.over)
            return damaged(at, "a tree");
        TRY(read_chunks(r, p, address, level, at));
    }
    return MOTE_OK;
}

static enum mote_status read_chunked(struct reading *r, struct cursor c, const struct object *o, struct pieces *p,
                                     const struct frame *at)
{
    int n = (int)take(&c, 1);
    uint64_t address = take(&c, r->offset_size);

    if (n != p->t->rank + 1 || p->t->rank < 1)
        return damaged(at, "its layout");
    p->bytes = p->type->size;
    for (int d = 0; d < p->t->rank; d++) {
        p->chunk[d] = take(&c, 4);
        if (p->chunk[d] < 1 || p->bytes > r->limit / p->chunk[d])
            return p->chunk[d] < 1 ? damaged(at, "its layout") : no_room(r, at);
        p->bytes *= p->chunk[d];
    }
    if (c.over || is_undefined(r, address))
        return damaged(at, "its layout");
    if (find(o, FILTERS))
        TRY(read_filters(find(o, FILTERS), &p->filters, at));
    if (!has_room(r, 2 * p->bytes))
        return no_room(r, at);
    p->data = pool_alloc(r->pool, (size_t)p->bytes);
    p->other = pool_alloc(r->pool, (size_t)p->bytes);
    return read_chunks(r, p, address, DEPTH_MAX + 2, at);
}

/* ---- data sets ---- */
/* All elements as they are in the file. */
static enum mote_status read_raw(struct reading *r, const struct object *o, struct pieces *p, const uint8_t **out,
                                 const struct frame *at)
{
    struct cursor c = find(o, LAYOUT)->body;
    uint64_t bytes = (uint64_t)tensor_elements(p->t) * p->type->size;
    int version = (int)take(&c, 1), class = (int)take(&c, 1);

    if (version != 3)
        return fail(at, MOTE_ERR_UNSUPPORTED, "a layout of version %d; save it with h5py's default", version);
    if (class == 2) {
        if (!has_room(r, bytes))
            return no_room(r, at);
        p->out = pool_alloc(r->pool, (size_t)bytes + 1);
        *out = p->out;
        return read_chunked(r, c, o, p, at);
    }
    if (class == 0)
        skip(&c, 2);
    else
        c = cursor_at(r, take(&c, r->offset_size));
    *out = take_bytes(&c, bytes);
    return *out ? MOTE_OK : damaged(at, "its data");
}

static enum mote_status read_dims(const struct reading *r, const struct object *o, struct tensor *t,
                                  const struct frame *at)
{
    struct shape shape;

    TRY(hdf5_read_shape(r, find(o, DATASPACE)->body, &shape, at));
    t->rank = shape.rank;
    for (int d = 0; d < t->rank; d++) {
        if (shape.dims[d] < 1 || shape.dims[d] > INT32_MAX)
            return fail(at, MOTE_ERR_SHAPE, "dimension %d is %llu", d, (unsigned long long)shape.dims[d]);
        t->dims[d] = (int64_t)shape.dims[d];
    }
    if (shape.none || tensor_bytes(t) > TENSOR_BYTES_MAX || !has_room(r, (uint64_t)tensor_bytes(t)))
        return shape.none ? damaged(at, "its shape") : no_room(r, at);
    return MOTE_OK;
}

enum mote_status hdf5_read_set(struct reading *r, const struct object *o, const char *path, const struct frame *up)
{
    const struct frame here = {up, "tensor", printable(r->pool, path), -1, NULL};
    struct hdf5_tensor t = {path, {.name = path, .type = TYPE_F32, .source = -1}};
    const uint8_t *raw = NULL;
    struct type type;
    struct pieces pieces = {.type = &type, .t = &t.t};

    if (!find(o, DATATYPE) || !find(o, DATASPACE))
        return damaged(&here, "a data set");
    TRY(hdf5_read_type(find(o, DATATYPE)->body, &type, &here));
    if (find(o, DATATYPE)->flags & 2 || (type.class != INTEGER && type.class != FLOAT))
        return MOTE_OK;
    if (type.size < 1 || type.size > 8 || (type.class == FLOAT && !type.is_ieee))
        return fail(&here, MOTE_ERR_TYPE, "numbers of %llu bytes that are no integers or IEEE floats",
                    (unsigned long long)type.size);
    if (find(o, EXTERNAL))
        return fail(&here, MOTE_ERR_UNSUPPORTED, "its data are in another file, which is refused");
    TRY(read_dims(r, o, &t.t, &here));
    TRY(read_raw(r, o, &pieces, &raw, &here));
    assert(raw != NULL);
    if (type.class == FLOAT && type.size == 4 && !type.is_big && (uintptr_t)raw % 8 == 0) {
        t.t.data = raw;
    } else {
        float *values = pool_alloc(r->pool, (size_t)tensor_bytes(&t.t));

        for (int64_t i = 0; i < tensor_elements(&t.t); i++)
            values[i] = number_at(raw + (size_t)i * type.size, &type);
        t.t.data = (const uint8_t *)values;
    }
    r->out->tensors = pool_grow(r->pool, r->out->tensors, (size_t)r->out->n_tensors, sizeof t);
    r->out->tensors[r->out->n_tensors++] = t;
    return MOTE_OK;
}
