/* SPDX-License-Identifier: Apache-2.0 */
/* HDF5 as far as h5py writes it by default (superblocks 0 to 3; groups as symbol tables or links in their headers;
 * whole and chunked data), read with bounds: HDF5's own library believes what a file says, and a flipped bit is enough
 * to end the process in it. What newer forms need (fractal heaps, indices of version 4) is a named error.
 *
 * Source: HDF5 File Format Specification, version 3.0. */
#include <stdlib.h>

#include "host/import/keras/hdf5_bytes.h"

#define BLOCKS_MAX 256 /* of an object's header */

static const char signature[] = "\x89HDF\r\n\x1a\n";

bool hdf5_matches(struct bytes file)
{
    return file.size >= sizeof signature - 1 && memcmp(file.data, signature, sizeof signature - 1) == 0;
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
    TRY(hdf5_read_type(type_at, &type, at));
    if (!type.is_text)
        return MOTE_OK;
    TRY(hdf5_read_shape(r, shape_at, &shape, at));
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

    TRY(hdf5_begin_node(r, address, 0, below, &level, &n, &c, r->at));
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
        return hdf5_read_set(r, &o, path, r->at);
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
