/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the reader of HDF5: bytes within bounds, and what groups (hdf5.c) and data sets (hdf5_data.c) share. */
#ifndef MOTE_KERAS_HDF5_BYTES_H
#define MOTE_KERAS_HDF5_BYTES_H

#include "host/import/keras/hdf5.h"

#define DEPTH_MAX   24
#define OBJECTS_MAX 65536 /* groups, data sets, attributes, chunks, and nodes of trees */

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

struct shape {
    int rank;
    uint64_t dims[RANK_MAX];
    bool none;
};

struct type {
    int class, bits;
    uint64_t size;
    bool is_text, is_big, is_signed, is_ieee;
};

static inline enum mote_status damaged(const struct frame *at, const char *what)
{
    return fail(at, MOTE_ERR_FORMAT, "%s: the file is damaged, or cut off", what);
}

static inline enum mote_status newer(const struct frame *at, const char *what)
{
    return fail(at, MOTE_ERR_UNSUPPORTED, "%s of HDF5's newer form (libver='latest'); save it with h5py's default",
                what);
}

static inline bool has_room(const struct reading *r, uint64_t bytes)
{
    return r->pool->used < r->limit && bytes < r->limit - r->pool->used;
}

static inline enum mote_status no_room(const struct reading *r, const struct frame *at)
{
    return fail(at, MOTE_ERR_MEMORY, "its contents take more than %zu bytes, the most for a file of its size",
                r->limit);
}

static inline enum mote_status count(struct reading *r, const struct frame *at)
{
    if (++r->objects > OBJECTS_MAX)
        return fail(at, MOTE_ERR_MEMORY, "more than %d objects", OBJECTS_MAX);
    return has_room(r, 65536) ? MOTE_OK : no_room(r, at);
}

/* ---- bytes ---- */
static inline const uint8_t *take_bytes(struct cursor *c, uint64_t n)
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

static inline uint64_t take(struct cursor *c, int n)
{
    const uint8_t *data = take_bytes(c, (uint64_t)n);
    uint64_t value = 0;

    assert(n >= 1 && n <= 8);
    for (int i = 0; data && i < n; i++)
        value |= (uint64_t)data[i] << 8 * i;
    return value;
}

static inline void skip(struct cursor *c, uint64_t n) { (void)take_bytes(c, n); }

/* All of the file from an address on; nothing if that is outside. */
static inline struct cursor cursor_at(const struct reading *r, uint64_t address)
{
    uint64_t place = address + r->base;

    if (place < address || place > r->file.size)
        return (struct cursor){.over = true};
    return (struct cursor){.data = r->file.data + place, .left = r->file.size - (size_t)place};
}

static inline bool begins(struct cursor *c, const char *word)
{
    const uint8_t *data = take_bytes(c, strlen(word));

    return data && memcmp(data, word, strlen(word)) == 0;
}

static inline bool is_undefined(const struct reading *r, uint64_t address)
{
    return address == (r->offset_size == 8 ? UINT64_MAX : ((uint64_t)1 << 8 * r->offset_size) - 1);
}

static inline const struct message *find(const struct object *o, int type)
{
    for (int i = 0; i < o->n; i++)
        if (o->messages[i].type == type)
            return &o->messages[i];
    return NULL;
}

/* ---- hdf5_data.c ---- */
MUST_CHECK enum mote_status hdf5_read_shape(const struct reading *r, struct cursor c, struct shape *out,
                                            const struct frame *at);
MUST_CHECK enum mote_status hdf5_read_type(struct cursor c, struct type *out, const struct frame *at);
/* A node of a tree of this kind, at a level below `below`: c is behind its head. */
MUST_CHECK enum mote_status hdf5_begin_node(struct reading *r, uint64_t address, int kind, int below, int *level,
                                            int *n, struct cursor *c, const struct frame *at);
/* A data set. Whatever numbers they are, they become f32; others are nobody's. */
MUST_CHECK enum mote_status hdf5_read_set(struct reading *r, const struct object *o, const char *path,
                                          const struct frame *up);

#endif
