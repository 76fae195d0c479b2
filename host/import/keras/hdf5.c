/* SPDX-License-Identifier: Apache-2.0 */
/* HDF5 as far as h5py writes it by default (superblocks 0 to 3; groups as symbol tables or links in their headers; whole
 * and chunked data), read with bounds: HDF5's own library believes what a file says, and a flipped bit is enough to end
 * the process in it. What newer forms need (fractal heaps, indices of version 4) is a named error.
 *
 * Source: HDF5 File Format Specification, version 3.0. */
#include "host/import/keras/hdf5.h"

#include <stdlib.h>
#include <zlib.h>

#include "host/graph/half.h"

#define DEPTH_MAX   24
#define OBJECTS_MAX 65536 /* groups, data sets, attributes, chunks, and nodes of trees */
#define BLOCKS_MAX  256   /* of an object's header */
#define FILTERS_MAX 8

enum { NIL, DATASPACE, LINK_INFO, DATATYPE, LINK = 6, EXTERNAL, LAYOUT, FILTERS = 11, ATTRIBUTE };
enum { CONTINUATION = 16, SYMBOL_TABLE, ATTRIBUTE_INFO = 21 };
enum { INTEGER, FLOAT, STRING = 3, VARIABLE = 9 }; /* classes of types */

struct reading {
    struct pool *pool;
    size_t limit;
    const char *skip;
    struct hdf5 *out;
    struct bytes file;
    uint64_t base;
    int offset_size, length_size; /* bytes of addresses and of lengths */
    int objects;
    uint64_t unpacked; /* bytes of chunks, so far */
    const struct frame *at;
};

/* Bytes that are read one after the other; beyond the end they are 0, and `over`. */
struct cursor {
    const uint8_t *data;
    size_t left;
    bool over;
};

struct message {
    int type, flags;
    struct cursor body;
};

struct object {
    int n;
    struct message *messages; /* [n] */
};

static const char signature[] = "\x89HDF\r\n\x1a\n";

bool hdf5_matches(struct bytes file)
{
    return file.size >= sizeof signature - 1 && memcmp(file.data, signature, sizeof signature - 1) == 0;
}

static enum mote_status damaged(const struct frame *at, const char *what)
{
    return fail(at, MOTE_ERR_FORMAT, "%s: the file is damaged, or cut off", what);
}

static enum mote_status newer(const struct frame *at, const char *what)
{
    return fail(at, MOTE_ERR_UNSUPPORTED, "%s of HDF5's newer form (libver='latest'); save it with h5py's default",
                what);
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

static enum mote_status count(struct reading *r, const struct frame *at)
{
    if (++r->objects > OBJECTS_MAX)
        return fail(at, MOTE_ERR_MEMORY, "more than %d objects", OBJECTS_MAX);
    return has_room(r, 65536) ? MOTE_OK : no_room(r, at);
}

/* ---- bytes ---- */
static const uint8_t *take_bytes(struct cursor *c, uint64_t n)
{
    const uint8_t *data = c->data;

    if (n > c->left) {
        c->over = true;
        c->left = 0;
        return NULL;
    }
    c->data += n;
    c->left -= (size_t)n;
    return data;
}

static uint64_t take(struct cursor *c, int n)
{
    const uint8_t *data = take_bytes(c, (uint64_t)n);
    uint64_t value = 0;

    assert(n >= 1 && n <= 8);
    for (int i = 0; data && i < n; i++)
        value |= (uint64_t)data[i] << 8 * i;
    return value;
}

static void skip(struct cursor *c, uint64_t n) { (void)take_bytes(c, n); }

/* All of the file from an address on; nothing if that is outside. */
static struct cursor cursor_at(const struct reading *r, uint64_t address)
{
    uint64_t place = address + r->base;

    if (place < address || place > r->file.size)
        return (struct cursor){.over = true};
    return (struct cursor){.data = r->file.data + place, .left = r->file.size - (size_t)place};
}

static bool begins(struct cursor *c, const char *word)
{
    const uint8_t *data = take_bytes(c, strlen(word));

    return data && memcmp(data, word, strlen(word)) == 0;
}

static bool is_undefined(const struct reading *r, uint64_t address)
{
    return address == (r->offset_size == 8 ? UINT64_MAX : ((uint64_t)1 << 8 * r->offset_size) - 1);
}

/* ---- headers of objects ---- */
static enum mote_status add_message(struct reading *r, struct object *o, int type, int flags, struct cursor body)
{
    TRY(count(r, r->at));
    o->messages = pool_grow(r->pool, o->messages, (size_t)o->n, sizeof *o->messages);
    o->messages[o->n++] = (struct message){type, flags, body};
    return MOTE_OK;
}

struct block {
    struct cursor bytes;
};

struct header {
    int version, flags, n_blocks;
    struct block blocks[BLOCKS_MAX];
};

static enum mote_status add_block(struct reading *r, struct header *h, struct cursor body)
{
    uint64_t address = take(&body, r->offset_size), length = take(&body, r->length_size);
    struct cursor c = cursor_at(r, address);

    if (h->n_blocks == BLOCKS_MAX || c.over || body.over || length > c.left)
        return damaged(r->at, "a header's continuation");
    c.left = (size_t)length;
    if (h->version == 2 && (!begins(&c, "OCHK") || c.left < 4))
        return damaged(r->at, "a header's continuation");
    c.left -= h->version == 2 ? 4 : 0; /* checksum */
    h->blocks[h->n_blocks++].bytes = c;
    return MOTE_OK;
}

/* The messages of a block; what is left at its end is a gap. */
static enum mote_status read_block(struct reading *r, struct header *h, struct cursor c, struct object *o)
{
    size_t head = h->version == 1 ? 8 : h->flags & 4 ? 6 : 4;

    while (c.left >= head) {
        int type = (int)take(&c, h->version == 1 ? 2 : 1);
        uint64_t size = take(&c, 2);
        int flags = (int)take(&c, 1);
        struct cursor body;

        skip(&c, head - (h->version == 1 ? 5 : 4));
        body = (struct cursor){.data = c.data, .left = (size_t)size};
        if (take_bytes(&c, size) == NULL)
            return damaged(r->at, "a header");
        if (type == CONTINUATION)
            TRY(add_block(r, h, body));
        else if (type != NIL)
            TRY(add_message(r, o, type, flags, body));
    }
    return MOTE_OK;
}

static enum mote_status begin_header(struct reading *r, uint64_t address, struct header *h)
{
    struct cursor c = cursor_at(r, address), old = c;
    uint64_t size;

    h->n_blocks = 1;
    if (begins(&c, "OHDR")) {
        h->version = (int)take(&c, 1);
        h->flags = (int)take(&c, 1);
        skip(&c, (h->flags & 0x20 ? 16 : 0) + (h->flags & 0x10 ? 4 : 0));
        size = take(&c, 1 << (h->flags & 3));
    } else {
        c = old;
        h->version = (int)take(&c, 1);
        h->flags = 0;
        skip(&c, 7);
        size = take(&c, 4);
        skip(&c, 4);
    }
    if (c.over || size > c.left || h->version < 1 || h->version > 2)
        return damaged(r->at, "an object's header");
    c.left = (size_t)size;
    h->blocks[0].bytes = c;
    return MOTE_OK;
}

static enum mote_status read_object(struct reading *r, uint64_t address, struct object *o)
{
    struct header *h = pool_alloc(r->pool, sizeof *h);

    *o = (struct object){.n = 0};
    TRY(begin_header(r, address, h));
    for (int i = 0; i < h->n_blocks; i++)
        TRY(read_block(r, h, h->blocks[i].bytes, o));
    return MOTE_OK;
}

static const struct message *find(const struct object *o, int type)
{
    for (int i = 0; i < o->n; i++)
        if (o->messages[i].type == type)
            return &o->messages[i];
    return NULL;
}

/* ---- shapes and types ---- */
struct shape {
    int rank;
    uint64_t dims[RANK_MAX];
    bool none;
};

static enum mote_status read_shape(const struct reading *r, struct cursor c, struct shape *out, const struct frame *at)
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

struct type {
    int class, bits;
    uint64_t size;
    bool is_text, is_big, is_signed, is_ieee;
};

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

static enum mote_status read_type(struct cursor c, struct type *out, const struct frame *at)
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

/* ---- attributes ---- */
/* An object of a global heap. */
static enum mote_status heap_object(const struct reading *r, uint64_t address, uint64_t index, struct cursor *out,
                                    const struct frame *at)
{
    struct cursor c = cursor_at(r, address);
    size_t all = c.left;
    uint64_t size;

    if (!begins(&c, "GCOL"))
        return damaged(at, "a heap");
    skip(&c, 4);
    size = take(&c, r->length_size);
    if (c.over || size > all || size < all - c.left)
        return damaged(at, "a heap");
    c.left = (size_t)size - (all - c.left);
    while (c.left >= 16) {
        uint64_t number = take(&c, 2), bytes;

        skip(&c, 6);
        bytes = take(&c, r->length_size);
        if (number == 0)
            break;
        if (c.over || bytes > c.left)
            return damaged(at, "a heap");
        if (number == index) {
            *out = (struct cursor){.data = c.data, .left = (size_t)bytes};
            return MOTE_OK;
        }
        skip(&c, (bytes + 7) / 8 * 8);
    }
    return damaged(at, "a heap has no such text");
}

/* One string, at c. */
static enum mote_status read_text(struct reading *r, const struct type *type, struct cursor *c, const char **out,
                                  const struct frame *at)
{
    struct cursor text = {.left = (size_t)type->size};
    size_t n;

    if (type->class == STRING) {
        text.data = take_bytes(c, type->size);
    } else {
        uint64_t length = take(c, 4), address = take(c, r->offset_size), index = take(c, 4);

        text.left = 0;
        if (length > 0)
            TRY(heap_object(r, address, index, &text, at));
    }
    if (c->over)
        return damaged(at, "an attribute");
    n = text.left ? strnlen((const char *)text.data, text.left) : 0;
    if (n > INT_MAX || !has_room(r, n + 1))
        return no_room(r, at);
    *out = pool_printf(r->pool, "%.*s", (int)n, n ? (const char *)text.data : "");
    return MOTE_OK;
}

static enum mote_status read_texts(struct reading *r, const struct type *type, const struct shape *shape,
                                   struct cursor data, struct hdf5_texts *t, const struct frame *at)
{
    uint64_t n = shape->none ? 0 : 1;

    for (int d = 0; d < shape->rank; d++)
        n = shape->dims[d] > OBJECTS_MAX || n > OBJECTS_MAX ? OBJECTS_MAX + 1 : n * shape->dims[d];
    if (n > OBJECTS_MAX || !has_room(r, n * 128))
        return no_room(r, at);
    t->texts = pool_array(r->pool, (size_t)n + 1, sizeof *t->texts);
    for (; t->n < (int32_t)n; t->n++)
        TRY(read_text(r, type, &data, &t->texts[t->n], at));
    r->out->texts = pool_grow(r->pool, r->out->texts, (size_t)r->out->n_texts, sizeof *t);
    r->out->texts[r->out->n_texts++] = *t;
    return MOTE_OK;
}

/* A part of an attribute, as long as it says; of version 1 parts begin at eights. */
static struct cursor part(struct cursor *c, uint64_t size, int version)
{
    struct cursor p = {.data = c->data, .left = (size_t)size};

    skip(c, version == 1 ? (size + 7) / 8 * 8 : size);
    p.over = c->over;
    return p;
}

/* Strings, one or a list of them; others are nobody's here. */
static enum mote_status read_attribute(struct reading *r, struct cursor c, const char *path, const struct frame *at)
{
    int version = (int)take(&c, 1), flags = (int)take(&c, 1);
    uint64_t name_size = take(&c, 2), type_size = take(&c, 2), shape_size = take(&c, 2);
    struct hdf5_texts t = {.path = path};
    struct cursor name, type_at, shape_at;
    struct type type;
    struct shape shape;

    if (version < 1 || version > 3)
        return damaged(at, "an attribute");
    if (version == 3)
        skip(&c, 1);
    name = part(&c, name_size, version);
    type_at = part(&c, type_size, version);
    shape_at = part(&c, shape_size, version);
    if (c.over)
        return damaged(at, "an attribute");
    if (version > 1 && flags != 0) /* types that are objects of the file */
        return MOTE_OK;
    TRY(read_type(type_at, &type, at));
    if (!type.is_text)
        return MOTE_OK;
    TRY(read_shape(r, shape_at, &shape, at));
    t.name = pool_printf(r->pool, "%.*s", (int)name.left, (const char *)name.data);
    return read_texts(r, &type, &shape, c, &t, at);
}

static enum mote_status read_attributes(struct reading *r, const struct object *o, const char *path,
                                        const struct frame *at)
{
    const struct message *info = find(o, ATTRIBUTE_INFO);

    for (int i = 0; i < o->n; i++)
        if (o->messages[i].type == ATTRIBUTE)
            TRY(read_attribute(r, o->messages[i].body, path, at));
    if (info) {
        struct cursor c = info->body;
        int flags;

        skip(&c, 1);
        flags = (int)take(&c, 1);
        skip(&c, flags & 1 ? 2 : 0);
        if (!is_undefined(r, take(&c, r->offset_size)))
            return newer(at, "attributes");
    }
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

/* A node of a tree: its signature, kind and level are read. */
static enum mote_status begin_node(struct reading *r, uint64_t address, int kind, int below, int *level, int *n,
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
    int level, n;

    TRY(begin_node(r, address, 1, below, &level, &n, &c, at));
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

    TRY(read_shape(r, find(o, DATASPACE)->body, &shape, at));
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

/* Whatever numbers they are, they become f32; others are nobody's. */
static enum mote_status read_set(struct reading *r, const struct object *o, const char *path, const struct frame *up)
{
    const struct frame here = {up, "tensor", printable(r->pool, path), -1, NULL};
    struct hdf5_tensor t = {path, {.name = path, .type = TYPE_F32, .source = -1}};
    const uint8_t *raw = NULL;
    struct type type;
    struct pieces pieces = {.type = &type, .t = &t.t};

    if (!find(o, DATATYPE) || !find(o, DATASPACE))
        return damaged(&here, "a data set");
    TRY(read_type(find(o, DATATYPE)->body, &type, &here));
    if (find(o, DATATYPE)->flags & 2 || (type.class != INTEGER && type.class != FLOAT))
        return MOTE_OK;
    if (type.size < 1 || type.size > 8 || (type.class == FLOAT && !type.is_ieee))
        return fail(&here, MOTE_ERR_TYPE, "numbers of %llu bytes that are no integers or IEEE floats",
                    (unsigned long long)type.size);
    if (find(o, EXTERNAL))
        return fail(&here, MOTE_ERR_UNSUPPORTED, "its data are in another file, which is refused");
    TRY(read_dims(r, o, &t.t, &here));
    TRY(read_raw(r, o, &pieces, &raw, &here));
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

/* ---- groups ---- */
static enum mote_status read_any(struct reading *r, uint64_t address, const char *path, int depth);

static enum mote_status refuse_link(const struct reading *r, const char *path)
{
    return fail(r->at, MOTE_ERR_UNSUPPORTED, "'%s' is a link to another name or file, which is refused",
                printable(r->pool, path));
}

static enum mote_status read_named(struct reading *r, const char *name, size_t length, uint64_t address,
                                   const char *path, int depth)
{
    size_t n = strnlen(name, length);

    TRY(count(r, r->at));
    if (n > 4096 || !has_room(r, n + strlen(path) + 65536))
        return no_room(r, r->at);
    if (n == strlen(r->skip) && memcmp(name, r->skip, n) == 0)
        return MOTE_OK;
    path = pool_printf(r->pool, "%s/%.*s", path, (int)n, name);
    return is_undefined(r, address) ? refuse_link(r, path) : read_any(r, address, path, depth + 1);
}

/* The names of a group's entries. */
static enum mote_status open_names(const struct reading *r, uint64_t address, struct cursor *out)
{
    struct cursor c = cursor_at(r, address);
    uint64_t size;

    if (!begins(&c, "HEAP"))
        return damaged(r->at, "a heap of names");
    skip(&c, 4);
    size = take(&c, r->length_size);
    skip(&c, (uint64_t)r->length_size);
    *out = cursor_at(r, take(&c, r->offset_size));
    if (c.over || out->over || size > out->left)
        return damaged(r->at, "a heap of names");
    out->left = (size_t)size;
    return MOTE_OK;
}

static enum mote_status read_symbols(struct reading *r, uint64_t address, struct cursor names, const char *path,
                                     int depth)
{
    struct cursor c = cursor_at(r, address);
    int n;

    if (!begins(&c, "SNOD"))
        return damaged(r->at, "a group");
    skip(&c, 2);
    n = (int)take(&c, 2);
    for (int i = 0; i < n; i++) {
        uint64_t name = take(&c, r->offset_size), object = take(&c, r->offset_size), kind = take(&c, 4);
        struct cursor at = names;

        skip(&c, 20);
        if (c.over || take_bytes(&at, name) == NULL)
            return damaged(r->at, "a group");
        TRY(read_named(r, (const char *)at.data, at.left, kind == 2 ? UINT64_MAX >> (64 - 8 * r->offset_size) : object,
                       path, depth));
    }
    return MOTE_OK;
}

static enum mote_status read_tree(struct reading *r, uint64_t address, int below, struct cursor names, const char *path,
                                  int depth)
{
    struct cursor c;
    int level, n;

    TRY(begin_node(r, address, 0, below, &level, &n, &c, r->at));
    for (int i = 0; i < n; i++) {
        skip(&c, (uint64_t)r->length_size);
        address = take(&c, r->offset_size);
        if (c.over)
            return damaged(r->at, "a tree");
        if (level == 0)
            TRY(read_symbols(r, address, names, path, depth));
        else
            TRY(read_tree(r, address, level, names, path, depth));
    }
    return MOTE_OK;
}

static enum mote_status read_link(struct reading *r, struct cursor c, const char *path, int depth)
{
    int version = (int)take(&c, 1), flags = (int)take(&c, 1), kind = flags & 8 ? (int)take(&c, 1) : 0;
    uint64_t length, address = UINT64_MAX >> (64 - 8 * r->offset_size);
    const uint8_t *name;

    skip(&c, (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0));
    length = take(&c, 1 << (flags & 3));
    name = take_bytes(&c, length);
    if (kind == 0)
        address = take(&c, r->offset_size);
    if (version != 1 || c.over || name == NULL)
        return damaged(r->at, "a link");
    return read_named(r, (const char *)name, (size_t)length, address, path, depth);
}

static enum mote_status read_links(struct reading *r, const struct object *o, const char *path, int depth)
{
    const struct message *table = find(o, SYMBOL_TABLE), *info = find(o, LINK_INFO);
    struct cursor c, names = {.left = 0};

    for (int i = 0; i < o->n; i++)
        if (o->messages[i].type == LINK)
            TRY(read_link(r, o->messages[i].body, path, depth));
    if (info) {
        c = info->body;
        skip(&c, 1);
        skip(&c, take(&c, 1) & 1 ? 8 : 0);
        if (!is_undefined(r, take(&c, r->offset_size)))
            return newer(r->at, "a group");
    }
    if (table) {
        uint64_t tree, heap;

        c = table->body;
        tree = take(&c, r->offset_size);
        heap = take(&c, r->offset_size);
        if (c.over)
            return damaged(r->at, "a group");
        TRY(open_names(r, heap, &names));
        return read_tree(r, tree, DEPTH_MAX + 2, names, path, depth);
    }
    return MOTE_OK;
}

static enum mote_status read_any(struct reading *r, uint64_t address, const char *path, int depth)
{
    struct object o;

    if (depth > DEPTH_MAX)
        return fail(r->at, MOTE_ERR_UNSUPPORTED, "groups more than %d deep", DEPTH_MAX);
    TRY(read_object(r, address, &o));
    if (find(&o, LAYOUT))
        return read_set(r, &o, path, r->at);
    TRY(read_attributes(r, &o, path, r->at));
    return read_links(r, &o, path, depth);
}

/* ---- the file ---- */
static bool is_size(int n) { return n == 2 || n == 4 || n == 8; }

static enum mote_status read_superblock(struct reading *r, uint64_t *root)
{
    struct cursor c = cursor_at(r, sizeof signature - 1);
    int version = (int)take(&c, 1);

    skip(&c, version < 2 ? 4 : 0);
    r->offset_size = (int)take(&c, 1);
    r->length_size = (int)take(&c, 1);
    skip(&c, version < 2 ? 1 + 4 + 4 + (version == 1 ? 4 : 0) : 1);
    if (c.over || version > 3 || !is_size(r->offset_size) || !is_size(r->length_size))
        return damaged(r->at, "its head");
    r->base = take(&c, r->offset_size);
    skip(&c, (version < 2 ? 3 : 2) * (uint64_t)r->offset_size);
    if (version < 2)
        skip(&c, (uint64_t)r->offset_size);
    *root = take(&c, r->offset_size);
    return c.over ? damaged(r->at, "its head") : MOTE_OK;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct hdf5_tensor *)a)->path, ((const struct hdf5_tensor *)b)->path);
}

enum mote_status hdf5_read(struct pool *pool, size_t limit, struct bytes file, const char *skipped, struct hdf5 *out,
                           const struct frame *at)
{
    struct reading r = {.pool = pool, .limit = limit, .skip = skipped, .out = out, .file = file, .at = at};
    uint64_t root = 0;

    *out = (struct hdf5){.n_texts = 0};
    if (!hdf5_matches(file))
        return fail(at, MOTE_ERR_FORMAT, "no HDF5");
    TRY(read_superblock(&r, &root));
    TRY(read_any(&r, root, "", 0));
    if (out->n_tensors > 0)
        qsort(out->tensors, (size_t)out->n_tensors, sizeof *out->tensors, by_path);
    return MOTE_OK;
}

const struct hdf5_texts *hdf5_texts_of(const struct hdf5 *h, const char *path, const char *name)
{
    for (int32_t i = 0; i < h->n_texts; i++)
        if (strcmp(h->texts[i].name, name) == 0 && strcmp(h->texts[i].path, path) == 0)
            return &h->texts[i];
    return NULL;
}

const struct hdf5_tensor *hdf5_tensor_of(const struct hdf5 *h, const char *path)
{
    const struct hdf5_tensor key = {.path = path};

    return h->n_tensors > 0 ? bsearch(&key, h->tensors, (size_t)h->n_tensors, sizeof key, by_path) : NULL;
}
